//! The pages that travel in the binary: the playground and the reference.
//!
//! **They ask nobody but this gateway, and nothing in them becomes markup that did not come with them**: a
//! content security policy holds both.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue};
use axum::response::IntoResponse;
use axum::routing::get;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Path, media type and content of every file.
const FILES: [(&str, &str, &str); 5] = [
    ("/", HTML, include_str!("pages/playground.html")),
    ("/playground.js", JAVASCRIPT, include_str!("pages/playground.js")),
    ("/docs", HTML, include_str!("pages/docs.html")),
    ("/docs.js", JAVASCRIPT, include_str!("pages/docs.js")),
    ("/style.css", CSS, include_str!("pages/style.css")),
];

/// A route for each file.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    FILES.into_iter().fold(Router::new(), |router, (path, media_type, content)| {
        router.route(path, get(async move || (headers(media_type), content).into_response()))
    })
}

fn headers(media_type: &'static str) -> [(HeaderName, HeaderValue); 5] {
    [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        // Another binary has other pages.
        (CACHE_CONTROL, "no-cache"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)))
}
