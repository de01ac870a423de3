//! Swaps under load:
//!
//! ```text
//! cargo bench -p gloss --bench swap
//! ```
//!
//! Clients call a service of the program over kept-alive connections, without a pause, while the file it comes
//! from is replaced by another component again and again, and by the way a second service comes and goes. What
//! is printed: requests, failures (any but a 200 with a whole answer, and any connection that ends), swaps, and
//! how long the slowest request took that ran during a swap, and the slowest of the others.

#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "common/connection.rs"]
mod connection;
#[path = "common/program.rs"]
mod program;
#[path = "common/quantile.rs"]
mod quantile;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use connection::{Connection, request};
use program::Program;
use quantile::quantile;

/// The service that is swapped: by components of its own name that differ in a section that means nothing.
const SERVICE: &str = "word-count";
const CLIENTS: usize = 4;
const SWAPS: usize = 100;
const LEAST_REQUESTS: usize = 100_000;

/// A time at which something happened, and how long it took.
type Lap = (Instant, Duration);

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let state = tempfile::tempdir().expect("a temporary folder");
    let program = Program::start(state.path(), &[]);
    println!("instances: {}, ready after {:?}", program.status(SERVICE)["allocation"], program.ready_after);
    let (done, failures) = (AtomicBool::new(false), AtomicU64::new(0));
    let (swaps, requests) = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| client(program.address, &done, &failures))).collect();
        let swaps = swap(&program, &state.path().join("plugins"));
        done.store(true, Ordering::Relaxed);
        let requests: Vec<Lap> =
            clients.into_iter().flat_map(|client| client.join().expect("a client ends")).collect();
        (swaps, requests)
    });
    let during = |(begin, time): &Lap| {
        swaps.iter().any(|(start, took)| *begin <= *start + *took && *begin + *time >= *start)
    };
    let (swapping, quiet): (Vec<Lap>, Vec<Lap>) = requests.iter().partition(|lap| during(lap));
    println!("{} requests, {} failures, {} swaps", requests.len(), failures.into_inner(), swaps.len());
    for (name, laps) in [("during a swap", swapping), ("otherwise", quiet)] {
        let mut times: Vec<Duration> = laps.into_iter().map(|(_, time)| time).collect();
        times.sort();
        let [p50, p99, worst] = [50, 99, 100].map(|percent| quantile(&times, percent));
        println!("{name:<14} p50 {p50:>8.1?}  p99 {p99:>8.1?}  worst {worst:>8.1?}  of {}", times.len());
    }
    assert!(requests.len() >= LEAST_REQUESTS, "the machine is too slow for a result");
}

/// Replaces the service's file again and again, and returns when each swap began and how long it took until
/// the new component served.
fn swap(program: &Program, folder: &Path) -> Vec<Lap> {
    let component = |mark: u8| {
        let mut component = gloss::standard::component(SERVICE).expect("a standard analyzer").to_vec();
        component.extend([0, 3, 1, b'x', mark]);
        component
    };
    let digest = || program.status(SERVICE)["sha256"].clone();
    let mut swaps = Vec::new();
    for turn in 0..SWAPS {
        let (begin, before) = (Instant::now(), digest());
        // Half of the swaps write over the file, half put another in its place.
        let (file, partial) = (folder.join("swap.wasm"), folder.join(".swap.partial"));
        let new = component(b'0' + (turn % 10) as u8);
        if turn % 2 == 0 {
            fs::write(&file, new).expect("it is written");
        } else {
            fs::write(&partial, new).expect("it is written");
            fs::rename(&partial, &file).expect("it is renamed");
        }
        while digest() == before {
            assert!(begin.elapsed() < Duration::from_secs(60), "it took no effect");
            thread::sleep(Duration::from_millis(2));
        }
        swaps.push((begin, begin.elapsed()));
        thread::sleep(Duration::from_millis(50));
    }
    swaps
}

/// Calls the service until it is told to stop.
fn client(address: SocketAddr, done: &AtomicBool, failures: &AtomicU64) -> Vec<Lap> {
    let request = request("POST", &format!("/services/{SERVICE}"), &json!({"text": "a b c"}).to_string());
    let mut connection = Connection::open(address).expect("a connection");
    let mut laps = Vec::new();
    while !done.load(Ordering::Relaxed) {
        let begin = Instant::now();
        let answer = connection.ask(&request);
        laps.push((begin, begin.elapsed()));
        let is_whole = answer.as_ref().is_ok_and(|answer| {
            let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
            answer.status == 200 && body.is_some_and(|body| body["result"] == 3)
        });
        if !is_whole {
            failures.fetch_add(1, Ordering::Relaxed);
        }
        if answer.is_err() {
            connection = Connection::open(address).expect("a connection");
        }
    }
    laps
}
