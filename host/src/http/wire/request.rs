//! What clients send. Unknown members are ignored.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::analysis::OffsetUnit;

/// A body that a client sends: a JSON object.
pub(in super::super) trait RequestBody: DeserializeOwned {
    /// The members it must have.
    const REQUIRED: &'static [&'static str];
}

impl RequestBody for AnalyzeBody {
    const REQUIRED: &'static [&'static str] = &["text", "service"];
}

impl RequestBody for ServiceAnalyzeBody {
    const REQUIRED: &'static [&'static str] = &["text"];
}

impl RequestBody for RegisterBody {
    const REQUIRED: &'static [&'static str] = &["name", "url"];
}

/// `POST /analyze` at the gateway's port.
#[derive(Debug, Deserialize, ToSchema)]
pub(in super::super) struct AnalyzeBody {
    /// The service's name.
    pub(in super::super) service: String,
    /// Any Unicode.
    pub(in super::super) text: String,
    #[serde(default)]
    #[schema(inline)]
    pub(in super::super) offsets: Offsets,
}

/// A call of one service at its own route.
#[derive(Debug, Deserialize, ToSchema)]
pub(in super::super) struct ServiceAnalyzeBody {
    /// Any Unicode.
    pub(in super::super) text: String,
    #[serde(default)]
    #[schema(inline)]
    pub(in super::super) offsets: Offsets,
}

/// `POST /services` at the gateway's port.
#[derive(Debug, Deserialize, ToSchema)]
pub(in super::super) struct RegisterBody {
    /// 1 to 64 characters without slashes, control characters or white space around it.
    pub(in super::super) name: String,
    /// An absolute http or https URL, which is sent `{"text"}` and answers JSON.
    pub(in super::super) url: String,
}

/// The unit of offsets.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Offsets {
    /// Unicode code points.
    #[default]
    CodePoint,
    /// UTF-16 code units.
    Utf16,
    /// UTF-8 bytes.
    Utf8,
    /// Extended grapheme clusters.
    Grapheme,
}

impl From<Offsets> for OffsetUnit {
    fn from(offsets: Offsets) -> Self {
        match offsets {
            Offsets::CodePoint => Self::CodePoint,
            Offsets::Utf16 => Self::Utf16,
            Offsets::Utf8 => Self::Utf8,
            Offsets::Grapheme => Self::Grapheme,
        }
    }
}
