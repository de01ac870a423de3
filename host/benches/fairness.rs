//! Whether long texts delay short ones:
//!
//! ```text
//! cargo bench -p gloss --bench fairness
//! ```
//!
//! As many connections as there are processors send documents of 1 MiB to entity-recognition without a pause.
//! Beside them 200 requests of 100 bytes a second go to word-count, each at its own time, whether or not the
//! one before is answered. What is printed is how long the short ones take, idle and loaded, in turns.

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

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use connection::{Connection, request};
use program::Program;
use quantile::quantile;

const ROUNDS: usize = 3;
const TURN: Duration = Duration::from_secs(8);
const PER_SECOND: u32 = 200;
/// Connections for the short ones: enough that none waits for another's answer.
const SENDERS: usize = 8;
const SHORT: &str =
    "The gateway counts every word of this plain English sentence, which is one hundred bytes long, or so";
const PROSE: &str = "Ada Lovelace met Charles Babbage in London in June 1833, and she was delighted! \
    The Analytical Engine was not finished, sadly; the Treasury of Great Britain would not pay for it. ";
const LONG_BYTES: usize = 1 << 20;

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    assert_eq!(SHORT.len(), 100);
    let state = tempfile::tempdir().expect("a temporary folder");
    let configuration = state.path().join("gloss.toml");
    std::fs::write(&configuration, "[defaults]\ndeadline-ms = 60000\n").expect("a configuration");
    let configuration = configuration.to_str().expect("a path");
    let program = Program::start(state.path(), &["--config", configuration]);
    println!(
        "instances: {}, ready after {:?}",
        program.status("word-count")["allocation"],
        program.ready_after
    );
    let (mut idle, mut loaded) = (Vec::new(), Vec::new());
    let mut documents = 0;
    for _ in 0..ROUNDS {
        idle.extend(short_ones(program.address));
        documents += beside_long_ones(program.address, || loaded.extend(short_ones(program.address)));
    }
    idle.sort();
    loaded.sort();
    for (name, times) in [("idle", &idle), ("loaded", &loaded)] {
        println!(
            "{name:<7} p50 {:>8.1?}  p99 {:>8.1?}  of {}",
            quantile(times, 50),
            quantile(times, 99),
            times.len()
        );
    }
    let ratio = |percent| quantile(&loaded, percent).as_secs_f64() / quantile(&idle, percent).as_secs_f64();
    println!(
        "loaded / idle: p50 {:.1}, p99 {:.1}, beside {documents} documents of 1 MiB",
        ratio(50),
        ratio(99)
    );
}

/// Sends short texts at their times, and returns how long after its time each was answered.
fn short_ones(address: SocketAddr) -> Vec<Duration> {
    let request = request("POST", "/services/word-count", &json!({"text": SHORT}).to_string());
    let begin = Instant::now();
    let turns = TURN.as_secs() as u32 * PER_SECOND;
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for first in 0..SENDERS as u32 {
            let (sender, request) = (sender.clone(), &request);
            scope.spawn(move || {
                let mut connection = Connection::open(address).expect("a connection");
                for turn in (first..turns).step_by(SENDERS) {
                    let time = begin + Duration::from_secs(1) * turn / PER_SECOND;
                    thread::sleep(time.saturating_duration_since(Instant::now()));
                    assert_eq!(connection.ask(request).expect("an answer").status, 200);
                    sender.send(time.elapsed()).expect("somebody listens");
                }
            });
        }
        drop(sender);
        receiver.iter().collect()
    })
}

/// Sends long documents while something else is done, and returns how many were analyzed.
fn beside_long_ones(address: SocketAddr, work: impl FnOnce()) -> usize {
    let text: String = PROSE.chars().cycle().take(LONG_BYTES).collect();
    let request = request("POST", "/services/entity-recognition", &json!({"text": text}).to_string());
    let (done, documents) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut connection = Connection::open(address).expect("a connection");
                while !done.load(Ordering::Relaxed) {
                    let answer = connection.ask(&request).expect("an answer");
                    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
                    documents.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        thread::sleep(Duration::from_millis(500));
        work();
        done.store(true, Ordering::Relaxed);
    });
    documents.into_inner()
}
