//! Before a gateway serves and after it was told to stop, it says so. In memory: the phases are too short
//! to be met from outside.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use gloss::analysis::ServiceName;
use gloss::gateway::Gateway;
use gloss::http::{gateway_router, service_router};
use gloss::registry::{Admissions, Phase, Registry};
use gloss::remote::{RemoteClient, RemoteLimits};
use gloss::state::State;
use tower_service::Service;

async fn call(router: &Router, method: &str, path: &str, body: &str) -> (StatusCode, Option<String>, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    let response = router.clone().call(request).await.expect("an answer");
    let (status, retry) = (response.status(), response.headers().get("retry-after").cloned());
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
    let retry = retry.map(|retry| retry.to_str().expect("text").to_owned());
    (status, retry, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn a_gateway_that_does_not_serve_is_503() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let registry = Arc::new(Registry::new(Admissions::default()));
    let remotes = RemoteClient::new(RemoteLimits::default()).expect("a client");
    let state = State::open(folder.path()).expect("a state");
    let gateway = Arc::new(Gateway::new(Arc::clone(&registry), state, remotes));
    let at_gateway = gateway_router(Arc::clone(&gateway));
    let at_service = service_router(gateway, ServiceName::new("word-count").expect("a name"));

    for (phase, word) in [(Phase::Starting, "starting"), (Phase::Draining, "stopping")] {
        registry.enter(phase);
        for (router, method, path, body) in [
            (&at_gateway, "GET", "/services", ""),
            (&at_gateway, "POST", "/services", r#"{"name": "a", "url": "http://a"}"#),
            (&at_gateway, "DELETE", "/services/a", ""),
            (&at_gateway, "POST", "/analyze", r#"{"service": "word-count", "text": "a"}"#),
            (&at_gateway, "POST", "/services/word-count", r#"{"text": "a"}"#),
            (&at_gateway, "GET", "/readyz", ""),
            (&at_service, "POST", "/count", r#"{"text": "a"}"#),
        ] {
            let (status, retry, body) = call(router, method, path, body).await;
            assert_eq!((status.as_u16(), retry.as_deref()), (503, Some("1")), "{method} {path}: {body}");
            assert!(body.contains("\"code\":\"not_ready\"") && body.contains(word), "{body}");
        }
        assert_eq!(call(&at_gateway, "GET", "/healthz", "").await.0, StatusCode::OK);
        assert_eq!(call(&at_gateway, "GET", "/v1/services", "").await.0, StatusCode::OK);
    }

    registry.enter(Phase::Serving);
    assert_eq!(call(&at_gateway, "GET", "/readyz", "").await.0, StatusCode::OK);
    assert_eq!(call(&at_gateway, "GET", "/services", "").await.2, "[]");
}
