//! How long the life of a plugin takes, in a release build:
//!
//! ```text
//! cargo bench -p gloss --bench life
//! ```
//!
//! - the start of the program until it is ready, without anything cached and with compiled code;
//! - a file in the plugin folder until it has taken effect: a component of a standard analyzer's size that
//!   is added, replaced and removed.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "common/connection.rs"]
mod connection;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use program::Program;

const RUNS: usize = 10;
/// The largest of the standard analyzers.
const SERVICE: &str = "entity-recognition";

fn main() {
    // Under `cargo test --benches` there is nothing to test.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut times: [Vec<Duration>; 5] = Default::default();
    for _ in 0..RUNS {
        let state = tempfile::tempdir().expect("a temporary folder");
        let [cold, warm, added, replaced, removed] = &mut times;
        cold.push(Program::start(state.path(), &[]).ready_after);
        let program = Program::start(state.path(), &[]);
        warm.push(program.ready_after);

        let embedded = digest(&program);
        let file = state.path().join("plugins/mine.wasm");
        added.push(until_changed(&program, &embedded, || fs::write(&file, component(b'1'))));
        let first = digest(&program);
        replaced.push(until_changed(&program, &first, || fs::write(&file, component(b'2'))));
        let second = digest(&program);
        removed.push(until_changed(&program, &second, || fs::remove_file(&file)));
        assert_eq!(digest(&program), embedded);
    }
    let names = [
        "ready, nothing cached",
        "ready, compiled code cached",
        "a file added",
        "a file replaced",
        "a file removed",
    ];
    for (name, times) in names.iter().zip(times) {
        report(name, times);
    }
}

/// The component of a standard analyzer with a section that means nothing, so that its digest is its own.
fn component(mark: u8) -> Vec<u8> {
    let mut component = gloss::standard::component(SERVICE).expect("a standard analyzer").to_vec();
    component.extend([0, 3, 1, b'x', mark]);
    component
}

/// The digest of the component that serves.
fn digest(program: &Program) -> Value {
    program.status(SERVICE)["sha256"].clone()
}

/// How long after `change` another component serves.
fn until_changed(program: &Program, from: &Value, change: impl FnOnce() -> std::io::Result<()>) -> Duration {
    let begin = Instant::now();
    change().expect("the folder is changed");
    while digest(program) == *from {
        assert!(begin.elapsed() < Duration::from_secs(60), "it took no effect");
        sleep(Duration::from_millis(5));
    }
    begin.elapsed()
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let median = times.get(times.len() / 2);
    let (Some(least), Some(median), Some(most)) = (times.first(), median, times.last()) else { return };
    println!("{what:<28} least {least:>8.1?}  median {median:>8.1?}  most {most:>8.1?}  of {RUNS}");
}
