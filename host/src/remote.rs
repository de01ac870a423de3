//! Registered URLs: services that answer elsewhere.
//!
//! A call sends `{"text"}` and hands the JSON that comes back on as it is. What an upstream can do wrong,
//! slow answers, large ones, redirects, loops, ends here as a [`CallError`].

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName};
use reqwest::{Client, Response, StatusCode, Url};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The header that lists the gateways a request has passed.
const VIA: HeaderName = HeaderName::from_static(Via::HEADER);
/// Gateways a request may pass. Real chains are short; this ends loops through hosts that drop `VIA`'s
/// older entries.
const MAX_GATEWAYS: usize = 8;
/// Longest time that is spent on the body of a failure.
const FAILURE_BODY_DEADLINE: Duration = Duration::from_millis(200);
/// The code that a gateway answers when a request comes back to it.
pub const LOOP_CODE: &str = "upstream_loop";

/// What a call to an upstream may cost.
#[derive(Clone, Copy, Debug)]
pub struct RemoteLimits {
    /// Longest time from connecting to the end of the answer.
    pub deadline: Duration,
    /// Longest answer, in bytes.
    pub answer_bytes: usize,
}

impl Default for RemoteLimits {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(10), answer_bytes: 8 * 1024 * 1024 }
    }
}

/// Calls upstreams over pooled connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RemoteClient {
    http: Client,
    limits: RemoteLimits,
    gateway: Arc<str>,
}

/// The gateways a request has passed before this one, from its headers.
#[derive(Clone, Debug, Default)]
pub struct Via(Vec<String>);

impl Via {
    /// Reads the header of this name, [`Via::HEADER`], if there is one.
    pub fn parse(header: Option<&str>) -> Self {
        let ids = header.unwrap_or_default().split(',').map(str::trim).filter(|id| !id.is_empty());
        Self(ids.map(str::to_owned).collect())
    }

    /// The header's name.
    pub const HEADER: &str = "gloss-via";
}

/// A syntactically valid http or https URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteUrl(Url);

/// Why a text is not a [`RemoteUrl`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a service's url is an absolute http:// or https:// URL")]
pub struct UrlError;

impl RemoteUrl {
    /// Parses a URL. Nothing is said of whether anything answers there.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if it is not an http or https URL with a host.
    pub fn parse(url: &str) -> Result<Self, UrlError> {
        let url = Url::parse(url).map_err(|_| UrlError)?;
        if matches!(url.scheme(), "http" | "https") && url.has_host() { Ok(Self(url)) } else { Err(UrlError) }
    }
}

impl RemoteUrl {
    /// The URL with all that is secret in it.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

/// The URL without the name and password it may hold.
impl fmt::Display for RemoteUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.0.clone();
        // An http URL can do without either.
        let _ = (url.set_username(""), url.set_password(None));
        url.fmt(f)
    }
}

/// What an upstream answered: one JSON text, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply(String);

impl Reply {
    /// The JSON text.
    pub fn into_json(self) -> String {
        self.0
    }
}

/// Why an upstream gave no answer that can be passed on.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection, or one that broke.
    #[error("the upstream cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    /// An answer that is not a success.
    #[error("the upstream answered with status {}", .status.as_u16())]
    Status {
        /// Its status.
        status: StatusCode,
    },
    /// An answer that is too long.
    #[error("the upstream's answer is longer than {limit_bytes} bytes")]
    TooLarge {
        /// The limit.
        limit_bytes: usize,
    },
    /// A success that is not JSON.
    #[error("the upstream's answer is not JSON")]
    NotJson,
    /// The request came back to a gateway it had passed.
    #[error("the request went round in a circle of gateways")]
    Loop,
    /// No answer in time.
    #[error("the upstream did not answer within {} ms", .deadline.as_millis())]
    Timeout {
        /// How long it had.
        deadline: Duration,
    },
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the client for registered URLs does not start")]
pub struct ClientError(#[source] Box<dyn std::error::Error + Send + Sync>);

#[derive(Serialize)]
struct Request<'t> {
    text: &'t str,
}

impl RemoteClient {
    /// A client that proxies, redirects and cookies do not lead astray.
    ///
    /// # Errors
    ///
    /// [`ClientError`] if TLS cannot be set up.
    pub fn new(limits: RemoteLimits) -> Result<Self, ClientError> {
        let failed = |error: reqwest::Error| ClientError(error.into());
        // Whoever installed one first, it is the one that this program is built with.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(limits.deadline)
            .user_agent(concat!("gloss/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(failed)?;
        // A name for this process that no other gateway has.
        let gateway = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        Ok(Self { http, limits, gateway: gateway.into() })
    }

    /// How long an upstream may take.
    pub fn deadline(&self) -> Duration {
        self.limits.deadline
    }

    /// Checks that a request has not been here, and not at too many gateways.
    ///
    /// # Errors
    ///
    /// [`CallError::Loop`] if it has.
    pub fn check(&self, via: &Via) -> Result<(), CallError> {
        let been_here = via.0.iter().any(|id| **id == *self.gateway);
        if been_here || via.0.len() >= MAX_GATEWAYS { Err(CallError::Loop) } else { Ok(()) }
    }

    /// Sends `{"text"}` to an upstream and returns its JSON.
    ///
    /// # Errors
    ///
    /// [`CallError`] if it does not answer with JSON and a status of success, in time and within bounds.
    pub async fn call(&self, url: &RemoteUrl, text: &str, via: &Via) -> Result<Reply, CallError> {
        self.call_within(self.limits.deadline, url, text, via).await
    }

    /// The same for a caller who waits for less time.
    ///
    /// # Errors
    ///
    /// As for [`RemoteClient::call`].
    pub async fn call_within(
        &self,
        deadline: Duration,
        url: &RemoteUrl,
        text: &str,
        via: &Via,
    ) -> Result<Reply, CallError> {
        self.check(via)?;
        // Once more around all of it: the client's own limit starts anew when it retries a connection.
        let answered = tokio::time::timeout(deadline, self.exchange(url, text, via)).await;
        answered.unwrap_or(Err(CallError::Timeout { deadline }))
    }

    async fn exchange(&self, url: &RemoteUrl, text: &str, via: &Via) -> Result<Reply, CallError> {
        let passed: Vec<&str> = via.0.iter().map(String::as_str).chain([&*self.gateway]).collect();
        let body = serde_json::to_vec(&Request { text }).map_err(|_| CallError::NotJson)?;
        let request = self.http.post(url.0.clone()).header(CONTENT_TYPE, "application/json");
        let sent = request.header(VIA, passed.join(", ")).body(body).send().await;
        let response = sent.map_err(|error| self.broken(error))?;
        let status = response.status();
        if !status.is_success() {
            // The status counts, whatever comes of the body; only a loop is told by it.
            let body = tokio::time::timeout(FAILURE_BODY_DEADLINE, self.read(response)).await;
            let loops = body.is_ok_and(|body| body.is_ok_and(|body| is_loop(&body)));
            return Err(if loops { CallError::Loop } else { CallError::Status { status } });
        }
        let answer = String::from_utf8(self.read(response).await?).map_err(|_| CallError::NotJson)?;
        match serde_json::from_str::<IgnoredAny>(&answer) {
            Ok(_) => Ok(Reply(answer)),
            Err(_) => Err(CallError::NotJson),
        }
    }

    async fn read(&self, mut response: Response) -> Result<Vec<u8>, CallError> {
        let limit_bytes = self.limits.answer_bytes;
        let mut answer = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.broken(error))? {
            if answer.len() + chunk.len() > limit_bytes {
                return Err(CallError::TooLarge { limit_bytes });
            }
            answer.extend_from_slice(&chunk);
        }
        Ok(answer)
    }

    fn broken(&self, error: reqwest::Error) -> CallError {
        // The error's own words hold the URL, which the operator may consider a secret.
        let error = error.without_url();
        if error.is_timeout() {
            CallError::Timeout { deadline: self.limits.deadline }
        } else {
            CallError::Unreachable(error)
        }
    }
}

/// Whether a gateway further on has found the loop.
fn is_loop(answer: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
    }
    serde_json::from_slice::<Problem>(answer).is_ok_and(|problem| problem.code == LOOP_CODE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_http() {
        for good in ["http://localhost:8000/new-service", "https://example.org", "http://[::1]:1/a?b#c"] {
            assert!(RemoteUrl::parse(good).is_ok(), "{good}");
        }
        for bad in
            ["", "localhost:8000", "/analyze", "ftp://example.org", "http://", "file:///etc/passwd", "a b"]
        {
            assert_eq!(RemoteUrl::parse(bad), Err(UrlError), "{bad}");
        }
    }

    #[test]
    fn the_header_lists_gateways() {
        assert_eq!(Via::parse(Some("a, b,,c ")).0, ["a", "b", "c"]);
        assert!(Via::parse(None).0.is_empty());
    }
}
