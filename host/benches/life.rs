//! How long the life of a plugin takes, in a release build:
//!
//! ```text
//! cargo bench -p gloss --bench life
//! ```
//!
//! - the start of the gateway until it is ready, without anything cached and with compiled code;
//! - a file in the plugin folder until it has taken effect: a component of a standard analyzer's size that
//!   is added, replaced and removed.

#![expect(clippy::print_stdout, clippy::expect_used, reason = "a bench prints, and ends where it fails")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

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
        cold.push(Gateway::start(state.path()).ready_after);
        let gateway = Gateway::start(state.path());
        warm.push(gateway.ready_after);

        let embedded = gateway.digest();
        let file = state.path().join("plugins/mine.wasm");
        added.push(gateway.until_changed(&embedded, || fs::write(&file, component(b'1'))));
        let first = gateway.digest();
        replaced.push(gateway.until_changed(&first, || fs::write(&file, component(b'2'))));
        let second = gateway.digest();
        removed.push(gateway.until_changed(&second, || fs::remove_file(&file)));
        assert_eq!(gateway.digest(), embedded);
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

struct Gateway {
    child: Child,
    address: String,
    ready_after: Duration,
}

impl Gateway {
    /// Starts the program and waits until it says that it serves.
    fn start(state: &Path) -> Self {
        let begin = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_gloss"))
            .args(["--port", "0", "--service-ports", "off", "--log", "error", "--state"])
            .arg(state)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let mut line = || lines.next().expect("a line").expect("a line");
        assert!(line().contains("serves"));
        let ready_after = begin.elapsed();
        let address = line().rsplit("http://").next().expect("an address").to_owned();
        Self { child, address, ready_after }
    }

    /// The digest of the component that serves.
    fn digest(&self) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("a connection");
        let request = format!("GET /v1/services/{SERVICE} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let digest = answer.split("\"sha256\":\"").nth(1).expect("a digest");
        digest.split('"').next().expect("an end").to_owned()
    }

    /// How long after `change` another component serves.
    fn until_changed(&self, from: &str, change: impl FnOnce() -> std::io::Result<()>) -> Duration {
        let begin = Instant::now();
        change().expect("the folder is changed");
        while self.digest() == from {
            assert!(begin.elapsed() < Duration::from_secs(60), "it took no effect");
            sleep(Duration::from_millis(5));
        }
        begin.elapsed()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let median = times.get(times.len() / 2);
    let (Some(least), Some(median), Some(most)) = (times.first(), median, times.last()) else { return };
    println!("{what:<28} least {least:>8.1?}  median {median:>8.1?}  most {most:>8.1?}  of {RUNS}");
}
