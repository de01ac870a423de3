//! A service elsewhere, as registered URLs name them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

/// An upstream that ends with the test's runtime, and remembers what it was sent.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    /// One that answers by the path: `/json`, `/text`, `/status/503`, `/slow`, `/endless`, `/redirect`.
    pub(crate) async fn start() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&received));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, received }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The bodies it was sent.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().expect("nobody panicked").clone()
    }
}

async fn answer(State(received): State<Arc<Mutex<Vec<String>>>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.expect("a body");
    received.lock().expect("nobody panicked").push(String::from_utf8(body.to_vec()).expect("UTF-8"));
    let json = r#"{"result":  "odd", "big": 12345678901234567890.10, "nested": {"a": [1, null]}}"#;
    match path.as_str() {
        "/json" => json.into_response(),
        "/text" => "this is not JSON".into_response(),
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            json.into_response()
        }
        "/endless" => format!("\"{}\"", "x".repeat(64 << 20)).into_response(),
        "/redirect" => axum::response::Redirect::temporary("/json").into_response(),
        path => {
            let status = path.strip_prefix("/status/").and_then(|status| status.parse().ok());
            let status = axum::http::StatusCode::from_u16(status.expect("a known path")).expect("a status");
            (status, json).into_response()
        }
    }
}
