//! A soak: whether the program's memory grows.
//!
//! ```text
//! cargo bench -p gloss --bench soak [-- MINUTES]
//! ```
//!
//! For ten minutes, or as many as are asked for, sixteen connections send texts of all lengths to the standard
//! analyzers, and misdeeds to a hostile guest, while the file of another service is swapped. The proportional
//! memory of the process (Pss) is read every few seconds. What is printed: requests, memory after the first ten
//! thousand and at the end, and the slope of a line through all readings after the first minute.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "../build/component.rs"]
mod component;
#[path = "common/connection.rs"]
mod connection;
#[path = "common/memory.rs"]
mod memory;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use connection::{Connection, request};
use memory::mebibytes;
use program::Program;

const MINUTES: f64 = 10.0;
const CONNECTIONS: usize = 16;
const WARM: u64 = 10_000;
const PAUSE: Duration = Duration::from_secs(2);
/// For a median.
const READINGS: usize = 9;
const READING_PAUSE: Duration = Duration::from_millis(50);
const PROSE: &str = "Ada Lovelace met Charles Babbage in London in June 1833, and she was delighted! \
    The Analytical Engine was not finished, sadly; the Treasury of Great Britain would not pay for it. ";
const LENGTHS: [usize; 8] = [100, 20, 500, 100, 2_000, 100, 300, 20_000];
const MISDEEDS: [&str; 10] = [
    "trap", "panic at the text", "exit 1", "recurse", "grow", "nan", "outside", "log line", "stderr line",
    "spans",
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // Under `cargo test --benches` there is nothing to test.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let minutes = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(MINUTES);
    let end = Instant::now() + Duration::from_secs_f64(minutes * 60.0);
    let state = tempfile::tempdir().expect("a temporary folder");
    let configuration = state.path().join("gloss.toml");
    fs::write(&configuration, "[services.hostile]\ndeadline-ms = 500\nmemory-bytes = 33554432\n")
        .expect("a configuration");
    let program = Program::start(state.path(), &["--config", configuration.to_str().expect("a path")]);
    let folder = state.path().join("plugins");
    let guests = guests();
    fs::copy(guests.join("hostile.wasm"), folder.join("hostile.wasm")).expect("a guest");
    println!(
        "instances: {}, ready after {:?}",
        program.status("word-count")["allocation"],
        program.ready_after
    );
    println!("idle: {:.1} MiB", mebibytes(program.child.id()));

    let (requests, failures, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicBool::new(false));
    let (warm, readings, after) = thread::scope(|scope| {
        for number in 0..CONNECTIONS {
            let (requests, failures, done) = (&requests, &failures, &done);
            let address = program.address;
            scope.spawn(move || client(number, address, requests, failures, done));
        }
        scope.spawn(|| swap(&folder, &guests, &done));
        while requests.load(Ordering::Relaxed) < WARM {
            thread::sleep(Duration::from_millis(10));
        }
        let (begin, warm) = (Instant::now(), settled_mebibytes(&program));
        let mut readings = Vec::new();
        while Instant::now() < end {
            thread::sleep(PAUSE);
            readings.push((begin.elapsed().as_secs_f64() / 60.0, mebibytes(program.child.id())));
        }
        let after = settled_mebibytes(&program);
        done.store(true, Ordering::Relaxed);
        (warm, readings, after)
    });
    println!("{} requests, {} failures", requests.into_inner(), failures.into_inner());
    println!("after {WARM} requests: {warm:.1} MiB, at the end: {after:.1} MiB, {:.3} of it", after / warm);
    let settled: Vec<(f64, f64)> = readings.iter().copied().filter(|(minute, _)| *minute >= 1.0).collect();
    println!("slope after the first minute: {:+.2} MiB a minute", slope(&settled));
}

/// Builds the guests of the tests, and returns their folder.
fn guests() -> std::path::PathBuf {
    let host = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = host.parent().expect("the host has a folder above it");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let built = component::build(workspace, target, "release", &["--package", "guests", "--examples"]);
    built.expect("the guests build").join("examples")
}

/// The median of some readings: an instance that runs at the moment may have grown by megabytes.
fn settled_mebibytes(program: &Program) -> f64 {
    let mut readings: [f64; READINGS] = std::array::from_fn(|_| {
        thread::sleep(READING_PAUSE);
        mebibytes(program.child.id())
    });
    readings.sort_by(f64::total_cmp);
    readings[READINGS / 2]
}

/// Sends one text after the other. A misdeed must be answered as one, everything else with 200.
fn client(number: usize, address: SocketAddr, requests: &AtomicU64, failures: &AtomicU64, done: &AtomicBool) {
    let mut connection = Connection::open(address).expect("a connection");
    let services = ["word-count", "sentiment-analysis", "word-count", "entity-recognition"];
    let post = |service: &str, text: &str| {
        request("POST", &format!("/services/{service}"), &json!({"text": text}).to_string())
    };
    for turn in number.. {
        if done.load(Ordering::Relaxed) {
            return;
        }
        let service = services[turn % services.len()];
        let text: String =
            PROSE.chars().cycle().skip(turn % 50).take(LENGTHS[turn % LENGTHS.len()]).collect();
        let misdeed = (turn % 100 == 0).then(|| MISDEEDS[turn / 100 % MISDEEDS.len()]);
        let request = misdeed.map_or_else(|| post(service, &text), |misdeed| post("hostile", misdeed));
        let answer = connection.ask(&request).expect("an answer");
        // It may be parked by its misdeeds, and shortly it is not there yet.
        let expected: &[u16] = if misdeed.is_some() { &[200, 404, 502, 503, 504] } else { &[200] };
        if !expected.contains(&answer.status) {
            failures.fetch_add(1, Ordering::Relaxed);
        }
        requests.fetch_add(1, Ordering::Relaxed);
    }
}

/// Swaps a service's file for the one of another version, again and again.
fn swap(folder: &Path, guests: &Path, done: &AtomicBool) {
    let versions = ["swap_one.wasm", "swap_two.wasm"];
    for version in versions.iter().cycle() {
        if done.load(Ordering::Relaxed) {
            return;
        }
        fs::copy(guests.join(version), folder.join("swap.wasm")).expect("a guest");
        thread::sleep(PAUSE);
    }
}

/// Of the line that lies closest to the readings, by least squares.
fn slope(readings: &[(f64, f64)]) -> f64 {
    let count = readings.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| readings.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|(x, _)| *x), mean(|(_, y)| *y));
    let along: f64 = readings.iter().map(|reading| (reading.0 - x) * (reading.1 - y)).sum();
    let square: f64 = readings.iter().map(|reading| (reading.0 - x).powi(2)).sum();
    if square > 0.0 { along / square } else { 0.0 }
}
