//! The program itself, with folders of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::connection::{Connection, request};

/// A gateway that ends with the bench.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) ready_after: Duration,
}

impl Program {
    /// Starts the program and waits until it says that it serves. Its log goes where it is told to.
    pub(crate) fn start(state: &Path, options: &[&str]) -> Self {
        let begin = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_gloss"))
            .args(["--port", "0", "--service-ports", "off", "--log", "error", "--state"])
            .arg(state)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            line
        };
        assert!(line().contains("serves"));
        let ready_after = begin.elapsed();
        let address = line().trim().rsplit("http://").next().map(str::parse);
        let address = address.expect("an address").expect("an address");
        // Nobody reads on, and the program must not wait for that.
        std::thread::spawn(move || drop(output.read_to_end(&mut Vec::new())));
        Self { child, address, ready_after }
    }

    /// What it says of a service.
    pub(crate) fn status(&self, service: &str) -> Value {
        let mut connection = Connection::open(self.address).expect("a connection");
        let answer = connection.ask(&request("GET", &format!("/v1/services/{service}"), ""));
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, 200, "{service} is not there");
        serde_json::from_slice(&answer.body).expect("JSON")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
