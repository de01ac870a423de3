//! The OpenAPI document of the gateway's port, generated from its routes and shapes.

use std::sync::LazyLock;

use axum::response::Response;
use utoipa::OpenApi;

use super::problem::ProblemBody;
use super::wire::json_text;
use super::{batch, gateway_port, stream};

/// What there is at the gateway's port.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Gloss",
        description = "A text-analysis gateway. Offsets count Unicode code points unless a request asks for another \
            unit. Every error is a problem (RFC 9457) with a stable `code`."
    ),
    paths(
        gateway_port::names,
        gateway_port::register,
        gateway_port::unregister,
        gateway_port::analyze,
        gateway_port::analyze_by_path,
        batch::analyze,
        stream::analyze,
        gateway_port::list,
        gateway_port::show,
        gateway_port::live,
        gateway_port::ready,
    ),
    components(schemas(ProblemBody<'static>))
)]
struct Document;

/// `GET /openapi.json`.
pub(super) async fn document() -> Response {
    static JSON: LazyLock<Vec<u8>> = LazyLock::new(|| {
        // Its keys are strings.
        Document::openapi().to_json().unwrap_or_default().into_bytes()
    });
    json_text(JSON.clone())
}
