//! The shapes of JSON on the wire, both ways.

mod analysis;
mod batch;
mod description;
mod request;
mod schema;
mod service;

pub(super) use analysis::{AnalysisBody, settings_json};
pub(super) use batch::{Batch, StreamQuery, present};
pub use batch::{Item, Language, Question, WrongLanguage};
pub use request::Offsets;
pub(super) use request::{AnalyzeBody, RegisterBody, RequestBody, ServiceAnalyzeBody};
pub(super) use schema::{AnalysisAnswer, BatchAnswer, BatchRequest, DocumentRequest, StreamLine};
pub use service::{GuestOutput, service_json};
pub(super) use service::{ServiceBody, listed, named};

use std::io;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use self::description::DescriptionBody;
use crate::analysis::{Analysis, Description};

/// An analysis of `text` as clients see it, in JSON.
pub fn analysis_json(analysis: &Analysis, text: &str, offsets: Offsets) -> String {
    // Its keys are strings.
    serde_json::to_string(&AnalysisBody::new(analysis, text, offsets.into())).unwrap_or_default()
}

/// What an analyzer says of itself as clients see it, in JSON.
pub fn description_json(description: &Description) -> String {
    serde_json::to_string(&DescriptionBody::of(description)).unwrap_or_default()
}

/// A JSON answer with status 200.
pub(super) fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => json_text(body),
        // Only a map with keys that are not strings could fail, and there is none.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A JSON answer with status 200 of at most `limit_bytes`; none if it would be longer.
///
/// An analysis can be much longer as JSON than as a guest returns it: each span carries its text.
pub(super) fn json_within(limit_bytes: usize, value: &impl Serialize) -> Option<Response> {
    let mut body = Vec::with_capacity(COMMON_BYTES.min(limit_bytes));
    append_json_within(&mut body, limit_bytes, value)?;
    Some(json_text(body))
}

/// Appends JSON of at most `limit_bytes`. If it would be longer there is none, and what was appended of it is to
/// be taken away.
pub(super) fn append_json_within(to: &mut Vec<u8>, limit_bytes: usize, value: &impl Serialize) -> Option<()> {
    let limit_bytes = to.len().saturating_add(limit_bytes);
    serde_json::to_writer(Bounded { bytes: to, limit_bytes }, value).ok()
}

/// Appends JSON.
pub(super) fn append_json(to: &mut Vec<u8>, value: &impl Serialize) {
    // Only a map with keys that are not strings could fail, and there is none.
    let _ = serde_json::to_writer(to, value);
}

/// Most answers are no longer than this.
const COMMON_BYTES: usize = 1024;

/// A writer that refuses to let bytes grow over a limit.
struct Bounded<'b> {
    bytes: &'b mut Vec<u8>,
    limit_bytes: usize,
}

impl io::Write for Bounded<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An answer with status 200 that is JSON already.
pub(super) fn json_text(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}
