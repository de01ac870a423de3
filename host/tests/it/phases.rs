//! Before a gateway serves it says so, and after it was told to stop it finishes what has begun. The phases
//! are too short to be met in the program, so its parts are put together here.

use std::net::SocketAddr;
use std::sync::Arc;

use gloss::analysis::ServiceName;
use gloss::gateway::Gateway;
use gloss::http::{GuestOutput, Server, ServicePort, gateway_router};
use gloss::lane::Lane;
use gloss::registry::{Admissions, Phase, Registry};
use gloss::remote::{RemoteClient, RemoteLimits};
use gloss::state::State;
use tokio::net::TcpListener;

use crate::harness::Answer;

async fn call(to: SocketAddr, method: &str, path: &str, body: &str) -> Answer {
    let method = method.parse().expect("a method");
    let request = reqwest::Client::new().request(method, format!("http://{to}{path}"));
    let request = request.header("content-type", "application/json").body(body.to_owned());
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn a_gateway_that_does_not_serve_is_503() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let registry = Arc::new(Registry::new(Admissions::default()));
    let remotes = RemoteClient::new(RemoteLimits::default()).expect("a client");
    let state = State::open(folder.path()).expect("a state");
    let gateway =
        Arc::new(Gateway::new(Arc::clone(&registry), state, remotes, Lane::open().expect("threads")));
    let server = Server::default();
    let listen = async || TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let (first, second) = (listen().await, listen().await);
    let at_gateway = first.local_addr().expect("an address");
    let at_service = second.local_addr().expect("an address");
    let name = ServiceName::new("word-count").expect("a name");
    let _first = server.serve(first, gateway_router(Arc::clone(&gateway), GuestOutput::Hidden));
    let _second = server.serve(second, ServicePort::new(gateway, name));

    for (to, method, path, body) in [
        (at_gateway, "GET", "/services", ""),
        (at_gateway, "POST", "/services", r#"{"name": "a", "url": "http://a"}"#),
        (at_gateway, "DELETE", "/services/a", ""),
        (at_gateway, "POST", "/analyze", r#"{"service": "word-count", "text": "a"}"#),
        (at_gateway, "POST", "/analyze", "{"),
        (at_gateway, "POST", "/services/word-count", r#"{"text": "a"}"#),
        (at_gateway, "POST", "/services/word-count", "{"),
        (at_gateway, "GET", "/readyz", ""),
        (at_service, "POST", "/count", r#"{"text": "a"}"#),
    ] {
        let answer = call(to, method, path, body).await;
        answer.is_problem(503, "not_ready");
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(answer.body.contains("starting"), "{}", answer.body);
    }
    call(at_gateway, "GET", "/healthz", "").await.ok();
    call(at_gateway, "GET", "/v1/services", "").await.ok();

    registry.enter(Phase::Serving);
    call(at_gateway, "GET", "/readyz", "").await.ok();
    assert_eq!(call(at_gateway, "GET", "/services", "").await.body, "[]");

    registry.enter(Phase::Draining);
    let answer = call(at_gateway, "GET", "/readyz", "").await;
    answer.is_problem(503, "not_ready");
    assert!(answer.body.contains("stopping"), "{}", answer.body);
    assert_eq!(call(at_gateway, "GET", "/services", "").await.body, "[]");
}
