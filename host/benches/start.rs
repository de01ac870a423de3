//! How long a start takes until the gateway is ready, without anything cached and with compiled code:
//!
//! ```text
//! cargo bench -p gloss --bench start
//! ```

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and ends where it fails")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 10;

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let (mut cold, mut warm) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let state = tempfile::tempdir().expect("a temporary folder");
        cold.push(start(state.path()));
        warm.push(start(state.path()));
    }
    report("nothing cached", cold);
    report("compiled code cached", warm);
}

/// Starts the program, waits until it says that it serves, and ends it.
fn start(state: &Path) -> Duration {
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_gloss"))
        .args(["--port", "0", "--service-ports", "0", "--log", "error", "--state"])
        .arg(state)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("its output is piped")).read_line(&mut line).expect("a line");
    let elapsed = begin.elapsed();
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(line.contains("serves"), "{line}");
    elapsed
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let median = times.get(times.len() / 2);
    let (Some(least), Some(median), Some(most)) = (times.first(), median, times.last()) else { return };
    println!("ready, {what:<22} least {least:>8.1?}  median {median:>8.1?}  most {most:>8.1?}  of {RUNS}");
}
