//! The gateway's port: every service by its name, and the list of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use super::batch;
use super::body::{BodyLimit, read_json, refuse};
use super::openapi;
use super::pages;
use super::problem::{Code, Problem, ProblemBody};
use super::stream;
use super::wire::{
    AnalysisAnswer, AnalysisBody, AnalyzeBody, GuestOutput, RegisterBody, ServiceAnalyzeBody, ServiceBody,
    json, json_text, json_within, listed, named,
};
use crate::analysis::{Analysis, Document, OffsetUnit, ServiceName};
use crate::gateway::{Answer, Caller, Error, Gateway};
use crate::registry::{Phase, Service};
use crate::remote::{RemoteUrl, Via};

/// Longest body of a registration, in bytes.
const REGISTRATION_BYTES: usize = 16 * 1024;

/// What the gateway's port knows: the gateway, and what it may show.
#[derive(Clone)]
pub(super) struct Port {
    gateway: Arc<Gateway>,
    output: GuestOutput,
}

impl FromRef<Port> for Arc<Gateway> {
    fn from_ref(port: &Port) -> Self {
        Self::clone(&port.gateway)
    }
}

/// The routes of the gateway's port.
pub fn router(gateway: Arc<Gateway>, output: GuestOutput) -> Router {
    Router::new()
        .route("/analyze", post(analyze))
        .route("/services", get(names).post(register))
        .route("/services/{name}", delete(unregister).post(analyze_by_path))
        .route("/v1/analyze", post(batch::analyze))
        .route("/v1/analyze/stream", post(stream::analyze))
        .route("/v1/services", get(list))
        .route("/v1/services/{name}", get(show))
        .route("/healthz", get(live))
        .route("/readyz", get(ready))
        .route("/openapi.json", get(openapi::document))
        .merge(pages::routes())
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Port { gateway, output })
}

/// A word on how it does.
#[derive(Serialize, ToSchema)]
pub(super) struct Status {
    status: &'static str,
}

/// A sentence on what was done.
#[derive(Serialize, ToSchema)]
pub(super) struct Message {
    message: String,
}

/// Has one service analyze one text.
#[utoipa::path(
    post,
    path = "/analyze",
    request_body(content = AnalyzeBody, example = json!({"service": "word-count", "text": "What a lovely day!"})),
    responses(
        (status = 200, description = "What the service found; of a registered URL, its JSON as it came.", body = AnalysisAnswer),
        (status = 400, description = "malformed_request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "text_too_large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "unsupported_language, unsupported_text or invalid_setting", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "overloaded", body = ProblemBody, content_type = "application/problem+json"),
        (status = 502, description = "analyzer_trapped, analyzer_out_of_memory, analyzer_output_too_large, analyzer_contract, analyzer_failed, upstream_failed or upstream_loop", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready or analyzer_unavailable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 504, description = "deadline_exceeded or upstream_timeout", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn analyze(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    if let Err(error) = gateway.services() {
        return refuse(request, Problem::of(&error, ""));
    }
    let caller = caller(request.headers());
    // Which service it is for stands in the body.
    let limit = BodyLimit::OfText(gateway.snapshot().input_bytes());
    match read_json::<AnalyzeBody>(gateway.lane(), request, limit).await {
        Ok(body) => match gateway.service(&body.service) {
            Ok(service) => answer(&gateway, &caller, &service, body.text, body.offsets.into()).await,
            Err(error) => Problem::of(&error, &body.service).into_response(),
        },
        Err(refused) => refused,
    }
}

/// Has the service of this name analyze one text: the same as at its own port.
#[utoipa::path(
    post,
    path = "/services/{name}",
    params(("name" = String, Path, description = "The service's name")),
    request_body(content = ServiceAnalyzeBody, example = json!({"text": "What a lovely day!"})),
    responses(
        (status = 200, description = "What the service found; of a registered URL, its JSON as it came.", body = AnalysisAnswer),
        (status = 400, description = "malformed_request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "text_too_large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, description = "unsupported_language, unsupported_text or invalid_setting", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "overloaded", body = ProblemBody, content_type = "application/problem+json"),
        (status = 502, description = "analyzer_trapped, analyzer_out_of_memory, analyzer_output_too_large, analyzer_contract, analyzer_failed, upstream_failed or upstream_loop", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready or analyzer_unavailable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 504, description = "deadline_exceeded or upstream_timeout", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn analyze_by_path(
    State(gateway): State<Arc<Gateway>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(name)) = name else { return refuse(request, not_a_name()) };
    match gateway.service(&name) {
        Ok(service) => analyze_with(&gateway, &service, request).await,
        Err(error) => refuse(request, Problem::of(&error, &name)),
    }
}

/// Reads `{"text"}` and answers with what a service makes of it.
pub(super) async fn analyze_with(gateway: &Gateway, service: &Service, request: Request) -> Response {
    let caller = caller(request.headers());
    let limit = service.input_bytes().unwrap_or_else(|| gateway.snapshot().input_bytes());
    let limit = BodyLimit::OfText(limit);
    match read_json::<ServiceAnalyzeBody>(gateway.lane(), request, limit).await {
        Ok(body) => answer(gateway, &caller, service, body.text, body.offsets.into()).await,
        Err(refused) => refused,
    }
}

async fn answer(
    gateway: &Gateway,
    caller: &Caller,
    service: &Service,
    text: String,
    offsets: OffsetUnit,
) -> Response {
    let write = move |document: &Document, analysis: &Analysis, limit_bytes| {
        json_within(limit_bytes, &AnalysisBody::new(analysis, &document.text, offsets))
    };
    match gateway.analyze(caller, service, text, write).await {
        Ok(Answer::Analysis(response)) => response,
        Ok(Answer::Upstream(reply)) => json_text(reply.into_json().into_bytes()),
        Err(error) => Problem::of(&error, service.name.as_str()).into_response(),
    }
}

pub(super) fn caller(headers: &HeaderMap) -> Caller {
    let via = headers.get(Via::HEADER).and_then(|value| value.to_str().ok());
    Caller { via: Via::parse(via) }
}

/// Lists the names of the services.
#[utoipa::path(
    get,
    path = "/services",
    responses(
        (status = 200, description = "In the order of their ports, registered URLs after them.", body = Vec<String>),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn names(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.services() {
        Ok(snapshot) => {
            let names: Vec<&str> = snapshot.services().iter().map(|service| service.name.as_str()).collect();
            json(&names)
        }
        Err(error) => Problem::of(&error, "").into_response(),
    }
}

/// Registers a URL as a service, in the place of an earlier one.
#[utoipa::path(
    post,
    path = "/services",
    request_body(content = RegisterBody, example = json!({"name": "my-service", "url": "http://127.0.0.1:9000/analyze"})),
    responses(
        (status = 200, description = "It is registered.", body = Message),
        (status = 400, description = "malformed_request", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "name_taken", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "text_too_large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 415, description = "unsupported_media_type", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "state_unavailable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn register(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
    let body = match read_json::<RegisterBody>(gateway.lane(), request, BodyLimit::OfBody(REGISTRATION_BYTES))
        .await
    {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let name = match ServiceName::registered(&body.name) {
        Ok(name) => name,
        Err(error) => {
            return Problem::malformed(format!("The member `name` does not fit: {error}.")).into_response();
        }
    };
    let url = match RemoteUrl::parse(&body.url) {
        Ok(url) => url,
        Err(error) => {
            return Problem::malformed(format!("The member `url` does not fit: {error}.")).into_response();
        }
    };
    match gateway.register(name.clone(), url).await {
        Ok(()) => json(&Message { message: format!("Service `{name}` is registered.") }),
        Err(error) => Problem::of(&error, &body.name).into_response(),
    }
}

/// Removes a registered URL.
#[utoipa::path(
    delete,
    path = "/services/{name}",
    params(("name" = String, Path, description = "The service's name")),
    responses(
        (status = 200, description = "It is removed.", body = Message),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, description = "name_taken", body = ProblemBody, content_type = "application/problem+json"),
        (status = 500, description = "state_unavailable", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn unregister(
    State(gateway): State<Arc<Gateway>>,
    name: Result<Path<String>, PathRejection>,
) -> Response {
    let Ok(Path(name)) = name else { return not_a_name().into_response() };
    let unregistered = match ServiceName::registered(&name) {
        Ok(name) => gateway.unregister(name).await,
        // Nothing can be registered under it.
        Err(_) => Err(Error::UnknownService),
    };
    match unregistered {
        Ok(()) => json(&Message { message: format!("Service `{name}` is removed.") }),
        Err(error) => Problem::of(&error, &name).into_response(),
    }
}

/// Tells everything about every service, and which files of the plugin folder are none, and why.
#[utoipa::path(get, path = "/v1/services", responses((status = 200, description = "All of them.", body = Vec<ServiceBody>)))]
pub(super) async fn list(State(port): State<Port>) -> Response {
    json(&listed(&port.gateway.snapshot(), port.output))
}

/// Tells everything about one service. A file that is being judged, or was refused, goes by its own name without `.wasm`.
#[utoipa::path(
    get,
    path = "/v1/services/{name}",
    params(("name" = String, Path, description = "The service's name")),
    responses(
        (status = 200, description = "What it finds, takes and costs, and how it does.", body = ServiceBody),
        (status = 404, description = "unknown_service", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(State(port): State<Port>, name: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(name)) = name else { return not_a_name().into_response() };
    match named(&port.gateway.snapshot(), &name, port.output) {
        Some(service) => json(&service),
        None => Problem::of(&Error::UnknownService, &name).into_response(),
    }
}

/// Whether requests can be answered (parked services aside): every standard analyzer is loaded, and the gateway is not stopping.
#[utoipa::path(
    get,
    path = "/readyz",
    responses(
        (status = 200, description = "They can.", body = Status),
        (status = 503, description = "not_ready", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.snapshot().phase() {
        Phase::Serving => json(&Status { status: "ready" }),
        phase => Problem::of(&Error::NotReady(phase), "").into_response(),
    }
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", responses((status = 200, description = "It does.", body = Status)))]
pub(super) async fn live() -> Response {
    json(&Status { status: "live" })
}

async fn unknown_route(request: Request) -> Response {
    let detail = "There is no such route; GET /services lists the services, POST /analyze calls one.";
    refuse(request, Problem::new(Code::UnknownRoute, detail))
}

async fn wrong_method(request: Request) -> Response {
    // axum adds the header that lists the right ones.
    refuse(request, Problem::new(Code::MethodNotAllowed, "This route does not answer this method."))
}

fn not_a_name() -> Problem {
    Problem::new(Code::UnknownService, "A service's name in a path must be UTF-8.")
}
