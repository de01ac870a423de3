//! `POST /v1/analyze`: many documents for several services in one request.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use tokio::task::{JoinSet, consume_budget};

use super::body::{BodyLimit, read_json_with, refuse};
use super::documents::{Asked, Patience};
use super::gateway_port::caller;
use super::problem::{Code, Problem, ProblemBody};
use super::wire::{Batch, BatchAnswer, BatchRequest, Item, append_json, json_text};
use crate::gateway::Gateway;

/// Longest body, in bytes. More is for a stream.
const REQUEST_BYTES: usize = 32 * 1024 * 1024;
/// Longest answer, in bytes: what is over is not analyzed any more.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// Names a request, in its answer and in its caller's books.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name that a caller may give a request.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// Has several services analyze many documents, each by itself: one that fails fails alone.
#[utoipa::path(
    post,
    path = "/v1/analyze",
    request_body(content = BatchRequest, example = json!({
        "documents": [{"id": "first", "text": "What a lovely day!"}, {"text": "Ada Lovelace lived in London."}],
        "services": ["word-count", {"name": "sentiment-analysis", "version": "^1"}],
        "offsets": "utf16"
    })),
    responses(
        (status = 200, description = "A result for each document, in their order.", body = BatchAnswer),
        (status = 400, description = "malformed_request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "text_too_large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "unsupported_version or invalid_setting", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn analyze(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    if let Err(error) = gateway.services() {
        return refuse(request, Problem::of(&error, ""));
    }
    let request_id = request_id(request.headers());
    let answered = answer(&gateway, request, &request_id).await;
    let mut response = answered.unwrap_or_else(|refused| refused);
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

async fn answer(gateway: &Arc<Gateway>, request: Request, request_id: &str) -> Result<Response, Response> {
    let (begin, caller) = (Instant::now(), caller(request.headers()));
    let limit = BodyLimit::OfBody(REQUEST_BYTES);
    let (batch, bytes) = read_json_with(gateway.lane(), request, limit, parse).await?;
    let Batch { documents, question } = batch;
    let patience = question.deadline.map_or(Patience::Theirs, |deadline| Patience::Until(begin + deadline));
    let asked = Asked::open(gateway, caller, &question, patience).map_err(IntoResponse::into_response)?;
    let mut body = Vec::new();
    body.extend_from_slice(b"{\"request_id\":");
    append_json(&mut body, &request_id);
    body.extend_from_slice(b",\"offsets\":");
    append_json(&mut body, &question.offsets);
    body.extend_from_slice(b",\"results\":[");
    let mut body = gateway.lane().run(bytes, || answer_all(asked, documents, body)).await;
    body.extend_from_slice(b"]}");
    Ok(json_text(body))
}

/// A batch, and how long it is.
fn parse(body: &[u8]) -> Result<(Batch, usize), Problem> {
    let text = std::str::from_utf8(body).map_err(|_| Problem::malformed("The body is not UTF-8."))?;
    let batch = Batch::parse(text).map_err(Problem::malformed)?;
    Ok((batch, body.len()))
}

/// What all workers have in common.
struct Work {
    asked: Asked,
    documents: Mutex<std::iter::Enumerate<std::vec::IntoIter<Item>>>,
    answer_bytes: AtomicUsize,
}

/// What one worker made: results one after the other, and which document each is of.
#[derive(Default)]
struct Made {
    bytes: Vec<u8>,
    results: Vec<(usize, Range<usize>)>,
}

/// Appends the results of all documents, in their order. Several are worked on at once; if nobody waits for
/// them any more, all end.
async fn answer_all(asked: Asked, documents: Vec<Item>, mut body: Vec<u8>) -> Vec<u8> {
    let workers = asked.width().min(documents.len());
    let documents = Mutex::new(documents.into_iter().enumerate());
    let work = Arc::new(Work { asked, documents, answer_bytes: AtomicUsize::new(0) });
    let made = if workers > 1 {
        (0..workers).map(|_| Arc::clone(&work).run()).collect::<JoinSet<_>>().join_all().await
    } else {
        vec![work.run().await]
    };
    let mut results: Vec<(usize, &[u8])> = made
        .iter()
        .flat_map(|made| made.results.iter().map(|(index, at)| (*index, made.bytes.get(at.clone()))))
        .filter_map(|(index, result)| Some((index, result?)))
        .collect();
    results.sort_unstable_by_key(|(index, _)| *index);
    body.reserve(results.iter().map(|(_, result)| result.len() + 1).sum());
    for (place, (_, result)) in results.into_iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        body.extend_from_slice(result);
    }
    body
}

impl Work {
    /// Works on one document after the other until none is left.
    async fn run(self: Arc<Self>) -> Made {
        let mut made = Made::default();
        while let Some((index, item)) = self.next() {
            let begin = made.bytes.len();
            made.bytes.push(b'{');
            let id = item.id_at(index as u64);
            if self.answer_bytes.load(Ordering::Relaxed) < ANSWER_BYTES {
                self.asked.answer(&mut made.bytes, &id, item).await;
            } else {
                let detail = format!(
                    "The answers before this one have more than {ANSWER_BYTES} bytes together; \
                     send fewer documents, or use /v1/analyze/stream."
                );
                Asked::refuse(&mut made.bytes, &id, &Problem::new(Code::AnswerTooLarge, detail));
            }
            let end = made.bytes.len();
            made.results.push((index, begin..end));
            self.answer_bytes.fetch_add(end - begin, Ordering::Relaxed);
            // Short documents never wait, and others must have their turn.
            consume_budget().await;
        }
        made
    }

    fn next(&self) -> Option<(usize, Item)> {
        self.documents.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

/// The name that the caller gave the request, or one that no other request has.
fn request_id(headers: &HeaderMap) -> String {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let fine = |id: &&str| !id.is_empty() && id.len() <= MAX_REQUEST_ID_BYTES;
    given
        .filter(fine)
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{:016x}-{:x}", *PROCESS, REQUESTS.fetch_add(1, Ordering::Relaxed)))
}
