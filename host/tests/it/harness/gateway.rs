//! A running gateway: the program itself, on ports of its own, with folders of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, Weak};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::PATIENCE;

/// A gateway that ends with the test.
pub(crate) struct Gateway {
    child: Child,
    ports: Vec<(String, SocketAddr)>,
    folder: Option<TempDir>,
    client: reqwest::Client,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        Self { status, headers, body: response.text().await.expect("a body") }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Asserts that it is a problem of this status and code, in the one shape of all.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str) {
        let body = self.json();
        assert_eq!((self.status.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert_eq!(body["error"], body["detail"]);
        assert_eq!(body["type"], format!("urn:gloss:problem:{code}"));
        let mut members: Vec<&String> = body.as_object().expect("an object").keys().collect();
        members.sort();
        assert_eq!(members, ["code", "detail", "error", "status", "title", "type"]);
    }

    /// Asserts success and returns the JSON.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/json");
        self.json()
    }
}

impl Gateway {
    /// Starts a gateway with fresh folders.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with further options.
    pub(crate) fn start_with(options: &[&str]) -> Self {
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), options)
    }

    /// The same, with a configuration file.
    pub(crate) fn start_configured(configuration: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(CONFIGURATION), configuration).expect("a configuration");
        Self::start_in(folder, &[])
    }

    /// The same, with folders that were used before.
    pub(crate) fn start_in(folder: TempDir, options: &[&str]) -> Self {
        let mut command = program();
        command.args(["serve", "--port", "0"]);
        if !options.contains(&"--service-ports") {
            command.args(["--service-ports", "0"]);
        }
        command.arg("--state").arg(folder.path()).args(options);
        if !options.contains(&"--config") {
            command.arg("--config").arg(patient(&folder.path().join(CONFIGURATION)));
        }
        let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
        command.stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().expect("the program starts");
        let ports = read_announcement(&mut child);
        Self { child, ports, folder: Some(folder), client: client() }
    }

    fn folder(&self) -> &Path {
        self.folder.as_ref().expect("it has not ended").path()
    }

    /// The folder whose components it serves.
    pub(crate) fn plugins(&self) -> PathBuf {
        self.folder().join("plugins")
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder().join("log")).expect("a log")
    }

    /// Its process.
    pub(crate) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Where it listens itself.
    pub(crate) fn address(&self) -> SocketAddr {
        self.announced("gateway")
    }

    /// Where a service listened when the gateway was ready.
    pub(crate) fn announced(&self, name: &str) -> SocketAddr {
        self.ports.iter().find(|(announced, _)| announced == name).expect("it was announced").1
    }

    /// Where a service listens now, if it does.
    pub(crate) async fn port_of(&self, name: &str) -> Option<SocketAddr> {
        let port = self.status_of(name).await?["port"].as_u64()?;
        Some(SocketAddr::new(self.address().ip(), port as u16))
    }

    /// Copies a component into the plugin folder.
    pub(crate) fn drop_in(&self, component: &Path, name: &str) -> PathBuf {
        let file = self.plugins().join(name);
        std::fs::copy(component, &file).expect("the component is copied");
        file
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.send_to(self.address(), method, path, body).await
    }

    pub(crate) async fn send_to(
        &self,
        to: SocketAddr,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.client.request(method, format!("http://{to}{path}"));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        Answer::of(request.send().await.expect("an answer")).await
    }

    /// Sends bytes as they are.
    pub(crate) async fn post_bytes(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let request = self.client.post(format!("http://{}{path}", self.address()));
        Answer::of(request.header("content-type", content_type).body(body).send().await.expect("an answer"))
            .await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Has a service analyze a text, at the gateway's port.
    pub(crate) async fn analyze(&self, service: &str, text: &str) -> Answer {
        self.post("/analyze", json!({"service": service, "text": text})).await
    }

    pub(crate) async fn service_names(&self) -> Vec<String> {
        let names = self.get("/services").await.ok();
        names
            .as_array()
            .expect("a list")
            .iter()
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect()
    }

    /// What it says of a service.
    pub(crate) async fn status_of(&self, name: &str) -> Option<Value> {
        let listed = self.get("/v1/services").await.ok();
        listed.as_array().expect("a list").iter().find(|service| service["name"] == name).cloned()
    }

    /// Why it refuses a file of the plugin folder, if it does.
    pub(crate) async fn refusal_of(&self, file: &str) -> Option<String> {
        let listed = self.get("/v1/services").await.ok();
        let refused = listed.as_array().expect("a list").iter().find(|service| {
            service["state"] == "refused" && service["file"].as_str().is_some_and(|path| path.ends_with(file))
        });
        Some(refused?["reason"].as_str().expect("a reason").to_owned())
    }

    /// Sends a signal, such as `TERM`.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.process_id().to_string()]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Stops it, and gives its folders back.
    pub(crate) fn stop(mut self) -> TempDir {
        self.signal("TERM");
        assert!(self.wait().success(), "{}", self.log());
        self.folder.take().expect("it had folders")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A gateway for tests that change nothing about it. Those that run at the same time share it, and it ends
/// with the last of them.
pub(crate) fn shared() -> Arc<Gateway> {
    static SHARED: Mutex<Weak<Gateway>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().expect("nobody panicked");
    shared.upgrade().unwrap_or_else(|| {
        let gateway = Arc::new(Gateway::start());
        *shared = Arc::downgrade(&gateway);
        gateway
    })
}

/// The configuration of a gateway, in its folder.
const CONFIGURATION: &str = "gloss.toml";

/// Has the configuration give analyses and compilations all the time that a test has, where it says nothing
/// of deadlines: a busy machine must not fail a test.
fn patient(file: &Path) -> &Path {
    let mut configuration = std::fs::read_to_string(file).unwrap_or_default();
    let milliseconds = PATIENCE.as_millis();
    if !configuration.contains("compile-deadline-ms") {
        configuration = format!("compile-deadline-ms = {milliseconds}\n{configuration}");
    }
    if !configuration.contains("[defaults]") {
        configuration = format!("{configuration}\n[defaults]\ndeadline-ms = {milliseconds}\n");
    }
    std::fs::write(file, configuration).expect("a configuration");
    file
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    program().args(arguments).output().expect("the program starts")
}

/// The program, without what the environment may say to it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gloss"));
    for (variable, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GLOSS_"))
    {
        command.env_remove(variable);
    }
    command
}

/// A connection for every request: kept-alive ones belong to the runtime of the test that opened them, and
/// a gateway that is shared outlives that.
fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build().expect("a client")
}

/// Reads the start-up message up to its end, which comes when the gateway is ready.
fn read_announcement(child: &mut Child) -> Vec<(String, SocketAddr)> {
    let mut stdout = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut ports = Vec::new();
    let mut line = String::new();
    while stdout.read_line(&mut line).expect("its output can be read") > 0 {
        if line.contains("Try it") {
            // Nobody reads on, and the program must not fail for that.
            std::thread::spawn(move || drop(stdout.read_to_end(&mut Vec::new())));
            return ports;
        }
        if let Some((name, url)) = line.trim().split_once(" http://") {
            let address = url.split('/').next().unwrap_or_default();
            ports.push((name.trim().to_owned(), address.parse().expect("an address")));
        }
        line.clear();
    }
    panic!("it ended before it was ready: {:?}", child.wait());
}
