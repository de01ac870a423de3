//! The shapes of JSON on the wire, both ways.

mod analysis;
mod request;
mod service;

pub(super) use analysis::AnalysisBody;
pub(super) use request::{AnalyzeBody, RegisterBody, ServiceAnalyzeBody};
pub(super) use service::{ServiceBody, listed};

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A JSON answer with status 200.
pub(super) fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => json_text(body),
        // Only a map with keys that are not strings could fail, and there is none.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// An answer with status 200 that is JSON already.
pub(super) fn json_text(body: Vec<u8>) -> Response {
    ([(CONTENT_TYPE, "application/json")], body).into_response()
}
