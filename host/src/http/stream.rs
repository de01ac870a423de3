//! `POST /v1/analyze/stream`: documents in, results out, a line each, for as long as they come.
//!
//! **Memory does not grow with the stream.** Documents are read while there is room for them, and results wait
//! in a short queue: a client that reads slowly is read from slowly.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, BytesMut};
use hyper::body::Frame;
use serde::Serialize;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinSet, consume_budget};
use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::body::{BodyLimit, media_type, refuse};
use super::documents::{Asked, Patience};
use super::gateway_port::caller;
use super::lines::{LineError, Lines};
use super::problem::{Code, Problem, ProblemBody};
use super::wire::{DocumentRequest, Item, Offsets, StreamLine, StreamQuery, append_json};
use crate::gateway::{Error, Gateway};
use crate::registry::Phase;

const NDJSON: &str = "application/x-ndjson";
/// Bytes of documents that were read and are not answered yet. A longer one is alone.
const READ_BYTES: usize = 4 * 1024 * 1024;
/// The same in documents.
const READ_DOCUMENTS: usize = 256;
/// Results that wait for the client.
const WAITING_RESULTS: usize = 16;
/// Results go out together, up to so many bytes.
const FRAME_BYTES: usize = 64 * 1024;
/// Longest time between two lines of a client, empty ones not counted.
const SILENCE: Duration = Duration::from_secs(300);
/// After so long without a line, or with nobody who reads results, instances are not kept for the next one.
const REST: Duration = Duration::from_secs(1);

/// Has several services analyze documents as they come, a line each way, for as long as they come.
///
/// Results come when they are done, with the number of their line; a line that is no document is answered with a
/// problem, and the stream goes on. The last line is a summary.
#[utoipa::path(
    post,
    path = "/v1/analyze/stream",
    params(
        ("services" = String, Query, description = "Names of services, with commas between"),
        ("offsets" = inline(Option<Offsets>), Query, description = "The unit of offsets"),
        ("deadline_ms" = Option<u64>, Query, description = "How long each document may take, in milliseconds", minimum = 1),
        ("explain" = Option<bool>, Query, description = "Whether analyzers are to say why"),
        ("settings" = Option<String>, Query, description = "JSON: an object of the settings of each service, by its name"),
    ),
    request_body(content = DocumentRequest, content_type = "application/x-ndjson", description = "A document in each line",
        example = json!("{\"text\": \"What a lovely day!\"}\n{\"id\": \"x\", \"text\": \"And another.\"}\n")),
    responses(
        (status = 200, description = "A line for each document, and a summary.", body = StreamLine, content_type = "application/x-ndjson"),
        (status = 400, description = "malformed_request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "invalid_setting", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn analyze(
    State(gateway): State<Arc<Gateway>>,
    query: Result<Query<StreamQuery>, QueryRejection>,
    request: Request,
) -> Response {
    match open(&gateway, query, &request) {
        Ok(asked) => {
            let limit = BodyLimit::OfText(gateway.snapshot().input_bytes());
            let (results, queue) = mpsc::channel(WAITING_RESULTS);
            let lines = Lines::new(request.into_body(), limit.bytes());
            let work = run(gateway.clone(), Arc::new(asked), (lines, limit), results);
            let body = Results { queue, _work: gateway.lane().spawn(work) };
            ([(CONTENT_TYPE, HeaderValue::from_static(NDJSON))], Body::new(body)).into_response()
        }
        Err(problem) => refuse(request, problem),
    }
}

fn open(
    gateway: &Arc<Gateway>,
    query: Result<Query<StreamQuery>, QueryRejection>,
    request: &Request,
) -> Result<Asked, Problem> {
    gateway.services().map_err(|error| Problem::of(&error, ""))?;
    if !media_type(request.headers()).eq_ignore_ascii_case(NDJSON) {
        let detail = format!("The body must be lines of JSON, sent with `Content-Type: {NDJSON}`.");
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let Query(query) = query.map_err(|_| {
        let detail = "The query takes `services` (names, with commas between), `offsets`, `deadline_ms`, \
            `explain` (true or false) and `settings` (JSON).";
        Problem::malformed(detail)
    })?;
    let question = query.question().map_err(Problem::malformed)?;
    let patience = question.deadline.map_or(Patience::Theirs, Patience::Each);
    Asked::open(gateway, caller(request.headers()), &question, patience)
}

/// A line of the body: its number, and what it says.
struct Read {
    number: u64,
    line: Result<Bytes, Problem>,
    /// Its share of what may be held at once.
    _room: OwnedSemaphorePermit,
}

/// What all workers have in common.
struct Work {
    asked: Arc<Asked>,
    read: Mutex<mpsc::Receiver<Read>>,
    results: mpsc::Sender<Vec<u8>>,
    succeeded: AtomicU64,
    failed: AtomicU64,
}

/// The last line of an answer.
#[derive(Serialize)]
struct Summary {
    documents: u64,
    succeeded: u64,
    failed: u64,
}

/// Reads lines, has them answered, and ends with a summary.
async fn run(
    gateway: Arc<Gateway>,
    asked: Arc<Asked>,
    (lines, limit): (Lines, BodyLimit),
    results: mpsc::Sender<Vec<u8>>,
) {
    let workers = asked.width();
    let (read, queue) = mpsc::channel(READ_DOCUMENTS);
    let work = Work {
        asked,
        read: Mutex::new(queue),
        results: results.clone(),
        succeeded: AtomicU64::new(0),
        failed: AtomicU64::new(0),
    };
    let work = Arc::new(work);
    let mut working: JoinSet<()> = (0..workers).map(|_| Arc::clone(&work).run()).collect();
    let ended = tokio::select! {
        ended = feed(&gateway, &work.asked, (lines, limit), read) => ended,
        // Before the lines have: nobody reads the results, or something broke. There is no summary then.
        _ = working.join_next() => return,
    };
    // Whoever does not read the results keeps the workers waiting as well.
    resting(&work.asked, working.join_all()).await;
    work.asked.rest();
    let mut last = Vec::new();
    if let Err(problem) = ended {
        last.extend_from_slice(b"{\"problem\":");
        append_json(&mut last, &problem.body());
        last.extend_from_slice(b"}\n");
    }
    let (succeeded, failed) = (work.succeeded.load(Ordering::Relaxed), work.failed.load(Ordering::Relaxed));
    last.extend_from_slice(b"{\"summary\":");
    append_json(&mut last, &Summary { documents: succeeded + failed, succeeded, failed });
    last.extend_from_slice(b"}\n");
    // Whoever does not read it does not want it.
    let _ = results.send(last).await;
}

/// Gives the workers one line after the other. Says why it ended before the body did.
async fn feed(
    gateway: &Gateway,
    asked: &Asked,
    (mut lines, limit): (Lines, BodyLimit),
    read: mpsc::Sender<Read>,
) -> Result<(), Problem> {
    let room = Arc::new(Semaphore::new(READ_BYTES));
    let feeding = async {
        for number in 0.. {
            let line = match resting(asked, timeout(SILENCE, lines.next())).await {
                Ok(Some(Ok(line))) => Ok(line),
                Ok(Some(Err(LineError::TooLong))) => Err(limit.exceeded()),
                Ok(Some(Err(LineError::Broken))) => return Err(Problem::malformed("The body broke off.")),
                Ok(None) => return Ok(()),
                Err(_) => {
                    let detail = format!("No line came for {} s.", SILENCE.as_secs());
                    return Err(Problem::malformed(detail));
                }
            };
            let bytes = line.as_ref().map_or(1, |line| line.len().clamp(1, READ_BYTES));
            let share = u32::try_from(bytes).unwrap_or(u32::MAX);
            // Neither is ever closed while this runs.
            let room = resting(asked, Arc::clone(&room).acquire_many_owned(share)).await;
            let Ok(room) = room else { return Ok(()) };
            if resting(asked, read.send(Read { number, line, _room: room })).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    };
    tokio::select! {
        biased;
        () = draining(gateway) => Err(Problem::of(&Error::NotReady(Phase::Draining), "")),
        ended = feeding => ended,
    }
}

/// Waits for the client, or for workers that wait for it. While that takes long, no instance waits with them.
async fn resting<T>(asked: &Asked, waiting: impl Future<Output = T>) -> T {
    let mut waiting = pin!(waiting);
    loop {
        match timeout(REST, &mut waiting).await {
            Ok(done) => return done,
            Err(_) => asked.rest(),
        }
    }
}

/// Waits until the gateway stops.
async fn draining(gateway: &Gateway) {
    let mut changes = gateway.registry().changes();
    while gateway.snapshot().phase() != Phase::Draining {
        if changes.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

impl Work {
    /// Answers one line after the other, until there are no more or nobody reads the results.
    async fn run(self: Arc<Self>) {
        loop {
            let next = self.read.lock().await.recv().await;
            let Some(Read { number, line, _room }) = next else { return };
            let mut result = format!("{{\"seq\":{number},").into_bytes();
            let succeeded = match line {
                Ok(line) => {
                    let item = match std::str::from_utf8(&line) {
                        Ok(line) => Item::parse(line),
                        Err(_) => Item::broken("The line is not UTF-8."),
                    };
                    let id = item.id_at(number);
                    self.asked.answer(&mut result, &id, item).await
                }
                Err(problem) => {
                    Asked::refuse(&mut result, &number.to_string(), &problem);
                    false
                }
            };
            let count = if succeeded { &self.succeeded } else { &self.failed };
            count.fetch_add(1, Ordering::Relaxed);
            result.push(b'\n');
            if self.results.send(result).await.is_err() {
                return;
            }
            consume_budget().await;
        }
    }
}

/// The body of the answer. The work ends with it.
struct Results {
    queue: mpsc::Receiver<Vec<u8>>,
    _work: AbortOnDropHandle<()>,
}

impl hyper::body::Body for Results {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let Some(first) = std::task::ready!(self.queue.poll_recv(context)) else { return Poll::Ready(None) };
        let mut frame = BytesMut::from(Bytes::from(first));
        while frame.len() < FRAME_BYTES
            && let Ok(more) = self.queue.try_recv()
        {
            frame.put_slice(&more);
        }
        Poll::Ready(Some(Ok(Frame::data(frame.freeze()))))
    }
}
