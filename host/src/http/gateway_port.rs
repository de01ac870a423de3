//! The gateway's port: every service by its name, and the list of them.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use serde::Serialize;

use super::batch;
use super::body::{BodyLimit, read_json, refuse};
use super::pages;
use super::problem::{Code, Problem};
use super::stream;
use super::wire::{
    AnalysisBody, AnalyzeBody, GuestOutput, RegisterBody, ServiceAnalyzeBody, ServiceBody, json, json_text,
    json_within, listed,
};
use crate::analysis::{Analysis, Document, OffsetUnit, ServiceName};
use crate::gateway::{Answer, Caller, Error, Gateway};
use crate::registry::{Phase, Service};
use crate::remote::{RemoteUrl, Via};

/// Longest body of a registration, in bytes.
const REGISTRATION_BYTES: usize = 16 * 1024;

/// What the gateway's port knows: the gateway, and what it may show.
#[derive(Clone)]
struct Port {
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
        .route("/healthz", get(async || json(&Status { status: "live" })))
        .route("/readyz", get(ready))
        .merge(pages::routes())
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Port { gateway, output })
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

#[derive(Serialize)]
struct Message {
    message: String,
}

async fn analyze(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
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

async fn analyze_by_path(
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

async fn names(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.services() {
        Ok(snapshot) => {
            let names: Vec<&str> = snapshot.services().iter().map(|service| service.name.as_str()).collect();
            json(&names)
        }
        Err(error) => Problem::of(&error, "").into_response(),
    }
}

async fn register(State(gateway): State<Arc<Gateway>>, request: Request) -> Response {
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

async fn unregister(
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

async fn list(State(port): State<Port>) -> Response {
    json(&listed(&port.gateway.snapshot(), port.output))
}

async fn show(State(port): State<Port>, name: Result<Path<String>, PathRejection>) -> Response {
    let Ok(Path(name)) = name else { return not_a_name().into_response() };
    match port.gateway.snapshot().service(&name) {
        Some(service) => json(&ServiceBody::of(service, port.output)),
        None => Problem::of(&Error::UnknownService, &name).into_response(),
    }
}

async fn ready(State(gateway): State<Arc<Gateway>>) -> Response {
    match gateway.snapshot().phase() {
        Phase::Serving => json(&Status { status: "ready" }),
        phase => Problem::of(&Error::NotReady(phase), "").into_response(),
    }
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
