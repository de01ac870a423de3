//! Request bodies: read within bounds, parsed, or refused with a sentence that helps.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::problem::{Code, Problem};

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

/// The longest body that can hold a text of `text_bytes`.
pub(super) fn body_bytes(text_bytes: usize) -> usize {
    text_bytes.saturating_mul(JSON_BYTES_PER_TEXT_BYTE).saturating_add(BODY_MARGIN_BYTES)
}

/// Reads the JSON of a request whose text may have `text_bytes`.
///
/// # Errors
///
/// The answer that says why not. What is left of the body is dropped in the background.
pub(super) async fn read_json<T: DeserializeOwned>(
    request: Request,
    text_bytes: usize,
) -> Result<T, Response> {
    if !is_json(request.headers()) {
        let detail = "The body must be JSON, sent with `Content-Type: application/json`.";
        return Err(refuse(request, Problem::new(Code::UnsupportedMediaType, detail)));
    }
    let limit_bytes = body_bytes(text_bytes);
    let too_large = || {
        let detail = format!("The body is too large for a text of at most {text_bytes} bytes.");
        Problem::new(Code::TextTooLarge, detail)
    };
    if announced_bytes(request.headers()).is_some_and(|bytes| bytes > limit_bytes as u64) {
        return Err(refuse(request, too_large()));
    }
    let mut body = request.into_body();
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(&mut body, limit_bytes).collect()).await {
        Ok(Ok(collected)) => parse(&collected.to_bytes()).map_err(Problem::into_response),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            drain(body);
            Err(too_large().into_response())
        }
        Ok(Err(_)) => Err(Problem::malformed("The body did not arrive whole.").into_response()),
        Err(_) => {
            let seconds = BODY_DEADLINE.as_secs();
            Err(Problem::malformed(format!("The body did not arrive within {seconds} s.")).into_response())
        }
    }
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

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::malformed(explain(body, &error)))
}

/// What is wrong with a body, without repeating any of it.
fn explain(body: &[u8], error: &serde_json::Error) -> String {
    if std::str::from_utf8(body).is_err() {
        return "The body is not UTF-8.".into();
    }
    match serde_json::from_slice::<Value>(body) {
        Err(error) => format!("The body is not JSON (line {}, column {}).", error.line(), error.column()),
        Ok(Value::Object(members)) => explain_members(&members, error),
        Ok(_) => "The body must be a JSON object.".into(),
    }
}

/// The members a request can have, all of them strings.
const MEMBERS: [&str; 5] = ["text", "service", "offsets", "name", "url"];

fn explain_members(members: &serde_json::Map<String, Value>, error: &serde_json::Error) -> String {
    let words = error.to_string();
    if let Some(missing) = MEMBERS.iter().find(|name| words.starts_with(&format!("missing field `{name}`"))) {
        return format!("The member `{missing}` is missing.");
    }
    if let Some(twice) = MEMBERS.iter().find(|name| words.starts_with(&format!("duplicate field `{name}`"))) {
        return format!("The member `{twice}` is given twice.");
    }
    let not_a_string = |name: &&&str| members.get(**name).is_some_and(|value| !value.is_string());
    if let Some((name, value)) =
        MEMBERS.iter().find(not_a_string).and_then(|name| Some((name, members.get(*name)?)))
    {
        return format!("The member `{name}` must be a string, not {}.", kind_of(value));
    }
    "The member `offsets` must be \"codepoint\", \"utf16\", \"utf8\" or \"grapheme\".".into()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
