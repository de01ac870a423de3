//! A headless Chromium, as Debian packages it, driven over WebDriver.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::eventually;

/// A browser that ends with the test.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
}

impl Browser {
    /// Starts one with a window of this size, if this machine has it.
    pub(crate) async fn start(width: u32, height: u32) -> Option<Self> {
        let found = Command::new("chromedriver").arg("--version").output().is_ok();
        if !found {
            println!("skipped: there is no chromedriver (Debian's packages chromium and chromium-driver)");
            return None;
        }
        let mut driver = Command::new("chromedriver")
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the driver starts");
        let port = read_port(&mut driver);
        let arguments = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-proxy-server".to_owned(),
            format!("--window-size={width},{height}"),
        ];
        let capabilities = json!({
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}
        });
        let capabilities = capabilities.as_object().cloned().expect("an object");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a session");
        // A headless window has a least width of its own; the page's is set apart from it.
        let browser = Self { driver, client };
        browser
            .devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({"width": width, "height": height,
            "deviceScaleFactor": 1, "mobile": width < 600}),
            )
            .await;
        Some(browser)
    }

    /// Opens a page.
    pub(crate) async fn open(&self, url: &str) {
        self.client.goto(url).await.expect("the page opens");
    }

    /// The value of a JavaScript expression.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression});");
        self.client.execute(&script, Vec::new()).await.unwrap_or_else(|error| panic!("{expression}: {error}"))
    }

    /// Waits until a JavaScript expression is true.
    pub(crate) async fn until(&self, expression: &str) {
        eventually(expression, async || self.value(expression).await == true).await;
    }

    /// Has the driver press keys where the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        self.client.active_element().await.expect("an element").send_keys(keys).await.expect("keys");
    }

    /// Clicks on what a selector finds.
    pub(crate) async fn click(&self, selector: &str) {
        let found = self.client.find(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}")).click().await.expect("a click");
    }

    /// Has a text come into the text field as if it were pasted: the driver's keys know no emoji.
    pub(crate) async fn paste(&self, text: &str) {
        let script = "const field = document.getElementById('text'); field.value = arguments[0]; \
            field.dispatchEvent(new Event('input'));";
        self.client.execute(script, vec![text.into()]).await.expect("it is pasted");
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        let answered = self.client.issue_cmd(Vendor { path: "goog/cdp/execute", body }).await;
        answered.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What the page complained of: errors of scripts, and what its policy blocked.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Vendor { path: "se/log", body: json!({"type": "browser"}) }).await;
        let log = log.expect("a log");
        let entries = log.as_array().cloned().unwrap_or_default();
        entries.iter().map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Ends it in order.
    pub(crate) async fn close(self) {
        self.client.clone().close().await.expect("it closes");
    }
}

/// A command that is Chromium's own.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The port that the driver chose.
fn read_port(driver: &mut Child) -> u16 {
    let mut output = BufReader::new(driver.stdout.take().expect("its output is piped"));
    let mut line = String::new();
    while output.read_line(&mut line).expect("its output can be read") > 0 {
        let port =
            line.trim().trim_end_matches('.').rsplit("port ").next().and_then(|port| port.parse().ok());
        if let Some(port) = port.filter(|_| line.contains("successfully")) {
            // Nobody reads on, and it must not wait for that.
            std::thread::spawn(move || drop(std::io::Read::read_to_end(&mut output, &mut Vec::new())));
            return port;
        }
        line.clear();
    }
    panic!("the driver ended: {:?}", driver.wait());
}
