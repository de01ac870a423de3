//! Requests per second over HTTP, in one run, so that the ratios hold on a busy machine:
//!
//! ```text
//! cargo bench -p gloss --bench load
//! ```
//!
//! Sixteen kept-alive connections send a text of 100 bytes to word-count, as it is served by
//!
//! - a plain axum handler that calls the analyzer natively, the yardstick,
//! - the gateway, an instance for a thousand requests (`reuse`),
//! - the gateway, a fresh instance for every request (`fresh`),
//! - the same from a pool that does not scan its pages (`unscanned`), as where the machine swaps,
//! - the same without a pool (`unpooled`), as where the address space is short;
//!
//! and to the other two standard analyzers, a fresh instance for every request, beside word-count's `fresh`.
//!
//! Servers and clients share the process and its processors. They take short turns, and each turn is
//! compared with the yardstick's of the same round: the machine's other work falls on both. What is printed
//! are medians over the rounds.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and ends where it fails")]

#[path = "common/connection.rs"]
mod connection;
#[path = "common/quantile.rs"]
mod quantile;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use gloss::analysis::ServiceName;
use gloss::gateway::Gateway;
use gloss::http::{Listener, Responder, Server, ServicePort};
use gloss::lane::Lane;
use gloss::plugin::{Allocation, Compiler, Engine, Isolation, Loader, Policy, Traces};
use gloss::registry::{Admissions, Phase, Registry};
use gloss::remote::{RemoteClient, RemoteLimits};
use gloss::standard;
use gloss::state::State;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use word_count::counts::Counts;

use connection::{Connection, request};
use quantile::quantile;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 15;
const TURN: Duration = Duration::from_millis(700);
/// One hundred bytes of plain English.
const TEXT: &str =
    "The gateway counts every word of this plain English sentence, which is one hundred bytes long, or so";

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    assert_eq!(TEXT.len(), 100);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let state = tempfile::tempdir().expect("a temporary folder");
    let mut servers = runtime.block_on(serve(state.path()));
    for server in &servers {
        load(server, TURN);
    }
    for _ in 0..ROUNDS {
        for server in &mut servers {
            server.turns.push(load(server, TURN));
        }
    }
    for server in &servers {
        let is_yardstick = |other: &&Served| other.name == server.beside;
        let yardstick = servers.iter().find(is_yardstick).expect("it was measured");
        let median_of = |figure: fn(&Turn) -> f64| median(server.turns.iter().map(figure));
        let ratio_of = |figure: fn(&Turn) -> f64| {
            let pairs = server.turns.iter().zip(&yardstick.turns);
            median(pairs.map(|(turn, base)| figure(turn) / figure(base)))
        };
        println!(
            "{:<10} {:>8.0} requests/s  p50 {:>5.0} us  p99 {:>5.0} us  {:.2} of {}, p99 {:.1} times",
            server.name,
            median_of(|turn| turn.per_second),
            median_of(|turn| turn.p50_us),
            median_of(|turn| turn.p99_us),
            ratio_of(|turn| turn.per_second),
            server.beside,
            ratio_of(|turn| turn.p99_us),
        );
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().expect("a turn")
}

/// A server under measurement.
struct Served {
    name: &'static str,
    /// The one that it is measured beside.
    beside: &'static str,
    path: &'static str,
    address: SocketAddr,
    turns: Vec<Turn>,
    _listener: Listener,
}

/// Starts the servers.
async fn serve(state: &Path) -> Vec<Served> {
    let recycle = NonZeroU32::new(1000).expect("not zero");
    let engine = Engine::new(Traces::Functions).expect("an engine");
    println!("reuse and fresh: {}", engine.allocation());
    let with = |allocation| Engine::with(allocation, Traces::Functions).expect("an engine");
    let server = Server::default();
    let natively = Router::new().route("/count", post(natively));
    let native = ("native", "/count");
    let mut served = vec![Served::start(&server, "native", native, natively).await];
    for (name, engine, isolation) in [
        ("reuse", &engine, Isolation::Reuse { recycle }),
        ("fresh", &engine, Isolation::Fresh),
        ("unscanned", &with(Allocation::Pool), Isolation::Fresh),
        ("unpooled", &with(Allocation::OnDemand), Isolation::Fresh),
    ] {
        let port = port(engine, isolation, state, "word-count").await;
        served.push(Served::start(&server, name, native, port).await);
    }
    for (name, service, path) in
        [("sentiment", "sentiment-analysis", "/analyze"), ("entities", "entity-recognition", "/recognize")]
    {
        let port = port(&engine, Isolation::Fresh, state, service).await;
        served.push(Served::start(&server, name, ("fresh", path), port).await);
    }
    served
}

impl Served {
    async fn start(
        server: &Server,
        name: &'static str,
        (beside, path): (&'static str, &'static str),
        responder: impl Responder,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        Self { name, beside, path, address, turns: Vec::new(), _listener: server.serve(listener, responder) }
    }
}

/// A standard analyzer as the gateway serves it.
async fn port(engine: &Engine, isolation: Isolation, state: &Path, service: &str) -> ServicePort {
    let mut policy = Policy::default();
    policy.default.isolation = isolation;
    let loader = Loader::new(engine.clone(), Compiler::in_process(), None, policy);
    let registry = Arc::new(Registry::new(Admissions::default()));
    for plugin in standard::load(&loader).await.expect("the standard analyzers") {
        registry.publish(plugin).expect("its name is free");
    }
    registry.enter(Phase::Serving);
    let remotes = RemoteClient::new(RemoteLimits::default()).expect("a client");
    let gateway =
        Gateway::new(registry, State::open(state).expect("a state"), remotes, Lane::open().expect("threads"));
    let name = ServiceName::new(service).expect("a name");
    ServicePort::new(Arc::new(gateway), name)
}

/// What a program without plugins would do.
async fn natively(body: Bytes) -> ([(&'static str, &'static str); 1], Vec<u8>) {
    let request: Value = serde_json::from_slice(&body).expect("JSON");
    let counts = Counts::of(request.get("text").and_then(Value::as_str).expect("a text"));
    let answer = json!({
        "result": counts.tokens,
        "measures": {
            "words": counts.words,
            "unique-words": counts.unique_words,
            "sentences": counts.sentences,
            "paragraphs": counts.paragraphs,
            "lines": counts.lines,
            "characters": counts.characters,
            "graphemes": counts.graphemes,
            "bytes": counts.bytes,
            "reading-seconds": counts.reading_seconds(),
        },
    });
    ([("content-type", "application/json")], serde_json::to_vec(&answer).expect("JSON"))
}

/// What one turn came to.
struct Turn {
    per_second: f64,
    p50_us: f64,
    p99_us: f64,
}

/// Sends requests over all connections for as long as a turn lasts.
fn load(&Served { address, path, .. }: &Served, turn: Duration) -> Turn {
    let begin = Instant::now();
    let clients: Vec<_> =
        (0..CONNECTIONS).map(|_| thread::spawn(move || client(address, path, begin + turn))).collect();
    let mut times: Vec<Duration> =
        clients.into_iter().flat_map(|client| client.join().expect("no request failed")).collect();
    let per_second = times.len() as f64 / begin.elapsed().as_secs_f64();
    times.sort();
    let at = |percent| quantile(&times, percent).as_secs_f64() * 1e6;
    Turn { per_second, p50_us: at(50), p99_us: at(99) }
}

/// Sends one request after the other, and returns how long each took.
fn client(address: SocketAddr, path: &str, end: Instant) -> Vec<Duration> {
    let mut connection = Connection::open(address).expect("a connection");
    let request = request("POST", path, &json!({ "text": TEXT }).to_string());
    let mut times = Vec::new();
    while Instant::now() < end {
        let begin = Instant::now();
        let answer = connection.ask(&request).expect("an answer");
        times.push(begin.elapsed());
        let is_whole = answer.body.starts_with(b"{\"result\":") || answer.body.starts_with(b"{\"measures\":");
        assert!(answer.status == 200 && is_whole);
    }
    times
}
