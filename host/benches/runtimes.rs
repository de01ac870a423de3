//! Components with a language's runtime inside, a fresh instance for every request:
//!
//! ```text
//! plugins/examples/build && cargo build && host/tests/from-nothing
//! cargo bench -p gloss --bench runtimes -- [NAME...]
//! ```
//!
//! For each component that was built, or for those that are named, in turns: a hundred requests a second over one connection to a gateway that has
//! instances made before they are needed, and to one that makes each when it is asked (`ready-instances = 0`). The
//! time of an answer, and the memory of the gateway (Pss). Before, how long a gateway takes to start where it has to compile, and
//! where it has the code; and how long the first request of all takes.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and ends where it fails")]

#[path = "common/connection.rs"]
mod connection;
#[path = "common/memory.rs"]
mod memory;
#[path = "common/program.rs"]
mod program;
#[path = "common/quantile.rs"]
mod quantile;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use connection::{Connection, request};
use memory::mebibytes;
use program::Program;
use quantile::quantile;

const ROUNDS: usize = 3;
const REQUESTS: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);
/// As long as a short message.
const TEXT: &str =
    "We MUST leave now. Call 555 1234, and bring two or three of the others with you, or ELSE.";

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = manifest.parent().expect("the host has a folder above it").join("target/guests/foreign");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
        .unwrap_or_default();
    let asked: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    files.retain(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let is_asked = asked.is_empty() || asked.iter().any(|asked| *asked == name);
        file.extension().is_some_and(|extension| extension == "wasm")
            && is_asked
            && !name.starts_with("wrong-")
    });
    files.sort();
    if files.is_empty() {
        println!("nothing is built in {}", folder.display());
    }
    for file in files {
        compare(&file);
    }
}

fn compare(file: &Path) {
    println!("{}", file.file_stem().unwrap_or_default().to_string_lossy());
    let gateways =
        [("ready", ""), ("made when asked", "ready-instances = 0"), ("reused", "instances = \"reuse\"")].map(
            |(name, line)| {
                let state = tempfile::tempdir().expect("a temporary folder");
                let configuration = state.path().join("gloss.toml");
                fs::write(&configuration, format!("[defaults]\n{line}\n")).expect("a file");
                fs::create_dir(state.path().join("plugins")).expect("a folder");
                fs::copy(file, state.path().join("plugins/plugin.wasm")).expect("a copy");
                let start =
                    || Program::start(state.path(), &["--config", configuration.to_str().expect("a path")]);
                let begin = Instant::now();
                let first = start();
                while names(&first).len() < 4 {
                    thread::sleep(Duration::from_millis(50));
                }
                let compiled = begin.elapsed();
                drop(first);
                let program = start();
                println!("  {name:<16} serves after {compiled:>8.1?}, again {:>8.1?}", program.ready_after);
                (name, state, program)
            },
        );
    let [(_, _, first), ..] = &gateways;
    let status = first.status(&plugin(first));
    let allocation = status.get("allocation").expect("a plugin's status has it");
    println!("  instances: {allocation}");
    let mut times = [const { Vec::new() }; 3];
    for (name, _, program) in &gateways {
        let body = json!({"service": plugin(program), "text": TEXT}).to_string();
        let mut connection = Connection::open(program.address).expect("a connection");
        let since = Instant::now();
        let answer = connection.ask(&request("POST", "/analyze", &body)).expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        println!("  {name:<16} first request {:>8.1?}", since.elapsed());
    }
    for _ in 0..ROUNDS {
        for ((_, _, program), times) in gateways.iter().zip(&mut times) {
            let service = plugin(program);
            let body = json!({"service": service, "text": TEXT}).to_string();
            times.extend(requests(program, &request("POST", "/analyze", &body)));
        }
    }
    for ((name, _, program), mut times) in gateways.iter().zip(times) {
        times.sort();
        println!(
            "  {name:<16} median {:>8.1?}, p99 {:>8.1?}, {:.1} MiB",
            quantile(&times, 50),
            quantile(&times, 99),
            mebibytes(program.child.id())
        );
    }
}

/// The name of the service that is not one of the standard ones.
fn plugin(program: &Program) -> String {
    names(program).into_iter().nth(3).expect("it is served")
}

fn names(program: &Program) -> Vec<String> {
    let mut connection = Connection::open(program.address).expect("a connection");
    let answer = connection.ask(&request("GET", "/services", "")).expect("an answer");
    serde_json::from_slice(&answer.body).expect("names")
}

fn requests(program: &Program, request: &[u8]) -> Vec<Duration> {
    let mut connection = Connection::open(program.address).expect("a connection");
    let begin = Instant::now();
    let due = (0..REQUESTS).map(|number| begin + PAUSE * number);
    due.map(|due| {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let since = Instant::now();
        let answer = connection.ask(request).expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        since.elapsed()
    })
    .collect()
}
