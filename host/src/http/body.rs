//! Request bodies: read within bounds, parsed, or refused with a sentence that helps.

use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::problem::{Code, Problem};
use super::wire::{RequestBody, present};
use crate::deadline::within;
use crate::lane::Lane;

/// A byte of text takes at most this many bytes of JSON: a control character is written `\u0000`.
const JSON_BYTES_PER_TEXT_BYTE: usize = 6;
/// Room for everything in a body that is not the text.
const BODY_MARGIN_BYTES: usize = 64 * 1024;
/// Longest time a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// How much of a refused body is read and dropped, so that a client that is still sending sees the answer.
const DRAIN_BYTES: usize = 64 * 1024 * 1024;
/// How long that may take.
const DRAIN_DEADLINE: Duration = Duration::from_secs(10);

/// How long a body may be.
#[derive(Clone, Copy)]
pub(super) enum BodyLimit {
    /// As long as a text of so many bytes can make it, in whatever way it is written.
    OfText(usize),
    /// So many bytes.
    OfBody(usize),
}

impl BodyLimit {
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::OfText(bytes) => {
                bytes.saturating_mul(JSON_BYTES_PER_TEXT_BYTE).saturating_add(BODY_MARGIN_BYTES)
            }
            Self::OfBody(bytes) => bytes,
        }
    }

    pub(super) fn exceeded(self) -> Problem {
        let sentence = match self {
            Self::OfText(bytes) => format!("The body is too large for a text of at most {bytes} bytes."),
            Self::OfBody(bytes) => format!("The body has more than {bytes} bytes."),
        };
        Problem::new(Code::TextTooLarge, sentence)
    }
}

/// Reads the JSON object of a request.
///
/// # Errors
///
/// The answer that says why not. What is left of the body is dropped in the background.
pub(super) async fn read_json<T: RequestBody + Send + 'static>(
    lane: &Lane,
    request: Request,
    limit: BodyLimit,
) -> Result<T, Response> {
    read_json_with(lane, request, limit, parse).await
}

/// The same, of a request that says itself what is wrong with it.
///
/// # Errors
///
/// As for [`read_json`].
pub(super) async fn read_json_with<T: Send + 'static>(
    lane: &Lane,
    request: Request,
    limit: BodyLimit,
    parse: fn(&[u8]) -> Result<T, Problem>,
) -> Result<T, Response> {
    if !is_json(request.headers()) {
        let detail = "The body must be JSON, sent with `Content-Type: application/json`.";
        return Err(refuse(request, Problem::new(Code::UnsupportedMediaType, detail)));
    }
    if announced_bytes(request.headers()).is_some_and(|bytes| bytes > limit.bytes() as u64) {
        return Err(refuse(request, limit.exceeded()));
    }
    let mut body = request.into_body();
    match within(BODY_DEADLINE, whole(Limited::new(&mut body, limit.bytes()))).await {
        Ok(Ok(body)) => {
            let parsed = lane.run(body.len(), || async move { parse(&body) }).await;
            parsed.map_err(Problem::into_response)
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            drain(body);
            Err(limit.exceeded().into_response())
        }
        Ok(Err(_)) => Err(Problem::malformed("The body did not arrive whole.").into_response()),
        Err(_) => {
            let seconds = BODY_DEADLINE.as_secs();
            Err(Problem::malformed(format!("The body did not arrive within {seconds} s.")).into_response())
        }
    }
}

/// All of a body. Most come in one piece, and need not be put together.
async fn whole(mut body: Limited<&mut Body>) -> Result<Bytes, BoxError> {
    let Some(first) = body.frame().await.transpose()?.and_then(|frame| frame.into_data().ok()) else {
        return Ok(Bytes::new());
    };
    if http_body::Body::is_end_stream(&body) {
        return Ok(first);
    }
    let mut collected = BytesMut::from(first);
    while let Some(frame) = body.frame().await.transpose()? {
        collected.extend(frame.into_data().ok());
    }
    Ok(collected.freeze())
}

/// Answers without having read the body.
pub(super) fn refuse(request: Request, problem: Problem) -> Response {
    // A client that asked first will not send it.
    if !request.headers().contains_key(EXPECT) {
        drain(request.into_body());
    }
    problem.into_response()
}

/// Reads and drops what a client is still sending, in the background.
fn drain(body: Body) {
    if http_body::Body::is_end_stream(&body) {
        return;
    }
    tokio::spawn(async move {
        let mut body = Limited::new(body, DRAIN_BYTES);
        let drained = async { while body.frame().await.is_some_and(|frame| frame.is_ok()) {} };
        // Whoever sends more, or more slowly, is cut off.
        let _ = tokio::time::timeout(DRAIN_DEADLINE, drained).await;
    });
}

/// The media type of a body, without its parameters.
pub(super) fn media_type(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim()
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some((kind, subtype)) = media_type(headers).split_once('/') else { return false };
    let suffix = subtype.rsplit_once('+').map(|(_, suffix)| suffix);
    kind.eq_ignore_ascii_case("application") && suffix.unwrap_or(subtype).eq_ignore_ascii_case("json")
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn parse<T: RequestBody>(body: &[u8]) -> Result<T, Problem> {
    // Otherwise an array of the members' values would do as well.
    let is_object = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let parsed = if is_object { serde_json::from_slice(body).ok() } else { None };
    parsed.ok_or_else(|| Problem::malformed(explain::<T>(body, is_object)))
}

/// The members that a request can have, all of them strings.
#[derive(Deserialize)]
struct Members<'b> {
    #[serde(borrow, default, deserialize_with = "present")]
    text: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    service: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    offsets: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    name: Option<&'b RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    url: Option<&'b RawValue>,
}

/// What is wrong with a body, without repeating any of it and without making much of it.
fn explain<T: RequestBody>(body: &[u8], is_object: bool) -> String {
    let Ok(body) = std::str::from_utf8(body) else { return "The body is not UTF-8.".into() };
    if let Err(error) = serde_json::from_str::<IgnoredAny>(body) {
        return format!("The body is not JSON (line {}, column {}).", error.line(), error.column());
    }
    if !is_object {
        return "The body must be a JSON object.".into();
    }
    match serde_json::from_str::<Members<'_>>(body) {
        Ok(members) => explain_members::<T>(&members),
        // All that can still be wrong with them.
        Err(_) => "A member is given twice.".into(),
    }
}

fn explain_members<T: RequestBody>(members: &Members<'_>) -> String {
    let known = [
        ("text", members.text),
        ("service", members.service),
        ("offsets", members.offsets),
        ("name", members.name),
        ("url", members.url),
    ];
    // Members that the request does not have are ignored, whatever they are.
    let known = known.into_iter().filter(|(name, _)| *name == "offsets" || T::REQUIRED.contains(name));
    let known: Vec<(&str, Option<&RawValue>)> = known.collect();
    let not_a_string = known.iter().find_map(|(name, value)| Some((name, kind_of((*value)?)?)));
    if let Some((name, kind)) = not_a_string {
        return format!("The member `{name}` must be a string, not {kind}.");
    }
    let is_missing =
        |(name, value): &&(&str, Option<&RawValue>)| value.is_none() && T::REQUIRED.contains(name);
    if let Some((missing, _)) = known.iter().find(is_missing) {
        return format!("The member `{missing}` is missing.");
    }
    let units = "`offsets` is \"codepoint\", \"utf16\", \"utf8\" or \"grapheme\"";
    format!("Every member is a string of Unicode characters, and {units}.")
}

/// What a JSON value is, if it is not a string.
fn kind_of(value: &RawValue) -> Option<&'static str> {
    match value.get().as_bytes().first() {
        Some(b'"') => None,
        Some(b'n') => Some("null"),
        Some(b't' | b'f') => Some("a boolean"),
        Some(b'[') => Some("an array"),
        Some(b'{') => Some("an object"),
        _ => Some("a number"),
    }
}
