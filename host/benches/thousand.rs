//! A thousand small plugins in one folder, on one port:
//!
//! ```text
//! cargo bench -p gloss --bench thousand [-- PLUGINS]
//! ```
//!
//! How long until all are served, with nothing cached and with compiled code; the memory of the gateway (Pss) beside
//! that of one without plugins, when all are served and when each was asked once.

#![expect(
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and ends where it fails"
)]

#[path = "../build/component.rs"]
mod component;
#[path = "common/connection.rs"]
mod connection;
#[path = "common/many.rs"]
mod many;
#[path = "common/memory.rs"]
mod memory;
#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::json;

use connection::{Connection, request};
use many::{NAMES, name, named};
use memory::mebibytes;
use program::Program;

const PLUGINS: usize = 1000;
const PATIENCE: Duration = Duration::from_secs(600);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // Under `cargo test --benches` there is nothing to test.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let plugins = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(PLUGINS);
    let empty = tempfile::tempdir().expect("a temporary folder");
    let without = mebibytes(Program::start(empty.path(), &[]).child.id());

    let state = tempfile::tempdir().expect("a temporary folder");
    let folder = state.path().join("plugins");
    fs::create_dir(&folder).expect("a folder");
    let guest = guest();
    println!("{plugins} plugins of {} KiB", guest.len() / 1024);
    for number in 0..plugins {
        fs::write(folder.join(format!("{number:04}.wasm")), named(&guest, number)).expect("a file");
    }
    for cached in ["nothing cached", "compiled code cached"] {
        let begin = Instant::now();
        let program = Program::start(state.path(), &[]);
        while served(&program) < plugins {
            assert!(begin.elapsed() < PATIENCE, "not all are served");
            sleep(Duration::from_millis(50));
        }
        let took = begin.elapsed();
        let state = program.status(&name(0)).get("state").cloned();
        assert_eq!(state, Some("serving".into()));
        let idle = mebibytes(program.child.id());
        ask_each(&program, plugins);
        let asked = mebibytes(program.child.id());
        let each = |all: f64| (all - without) * 1024.0 / plugins as f64;
        println!(
            "{cached:<22} ready after {:.1?}, all served after {took:.1?}; {:.0} KiB each, {:.0} KiB when each was asked once",
            program.ready_after,
            each(idle),
            each(asked)
        );
    }
}

/// A small plugin.
fn guest() -> Vec<u8> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = manifest.parent().expect("the host has a folder above it");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("it lies in the target folder");
    let selection = ["--package", "guests", "--example", "counter"];
    let built = component::build(workspace, target, "release", &selection).expect("the guest builds");
    fs::read(built.join("examples/counter.wasm")).expect("a guest")
}

/// How many of them are served.
fn served(program: &Program) -> usize {
    let mut connection = Connection::open(program.address).expect("a connection");
    let answer = connection.ask(&request("GET", "/services", "")).expect("an answer");
    let names: Vec<String> = serde_json::from_slice(&answer.body).expect("names");
    names.iter().filter(|name| name.starts_with(NAMES)).count()
}

fn ask_each(program: &Program, plugins: usize) {
    let mut connection = Connection::open(program.address).expect("a connection");
    for number in 0..plugins {
        let body = json!({"service": name(number), "text": "one two three"}).to_string();
        let answer = connection.ask(&request("POST", "/analyze", &body)).expect("an answer");
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    }
}
