//! The shapes of JSON that are read or written by hand, as the OpenAPI document tells them.
//!
//! Nothing is made of these types but their descriptions; the tests hold answers and requests against them.
#![expect(dead_code, reason = "only their schemas are used")]

use std::collections::HashMap;

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{AnyOfBuilder, ObjectBuilder, Schema, SchemaType};

use super::super::problem::ProblemBody;
use super::request::Offsets;

/// Documents, and what is asked of each. Members it does not know are ignored.
#[derive(ToSchema)]
pub(in super::super) struct BatchRequest {
    /// The documents, each answered by itself. Either these or `text`.
    #[schema(nullable = false)]
    documents: Option<Vec<DocumentRequest>>,
    /// The text of a single document, in the place of `documents`.
    #[schema(nullable = false)]
    text: Option<String>,
    /// Beside `text`: its language.
    #[schema(nullable = false)]
    language: Option<String>,
    /// The services that are asked, each once: names, or objects with more.
    services: Vec<ServiceRequest>,
    #[schema(nullable = false, inline)]
    offsets: Option<Offsets>,
    /// How long the caller waits for all of it, in milliseconds. What is not done by then is answered with
    /// `deadline_exceeded`.
    #[schema(nullable = false, minimum = 1)]
    deadline_ms: Option<u64>,
    /// Whether analyzers are to say why.
    #[schema(nullable = false)]
    explain: Option<bool>,
}

/// One document; in a stream, one line.
#[derive(ToSchema)]
pub(in super::super) struct DocumentRequest {
    /// Its name in the answer, at most 256 code points; its place among the documents if there is none.
    #[schema(nullable = false, max_length = 256)]
    id: Option<String>,
    /// Any Unicode.
    text: String,
    /// A BCP 47 tag, or `any` to have it ignored; detected if there is none.
    #[schema(nullable = false)]
    language: Option<String>,
}

/// A service: its name, or an object.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub(in super::super) enum ServiceRequest {
    /// Its name.
    Name(String),
    /// A name with more to it.
    Object(ServiceWanted),
}

/// A service, and how it is to be asked.
#[derive(Deserialize, ToSchema)]
pub(in super::super) struct ServiceWanted {
    name: String,
    /// A range of semantic versions that its version must be in, such as `^1.2`.
    #[schema(nullable = false)]
    version: Option<String>,
    /// The settings that are not to have their default values, by their names.
    #[schema(required = false, value_type = Object)]
    settings: Option<()>,
}

/// What became of the documents, in their order.
#[derive(ToSchema)]
pub(in super::super) struct BatchAnswer {
    /// The header `X-Request-Id`, or a name that no other request has.
    request_id: String,
    #[schema(inline)]
    offsets: Offsets,
    results: Vec<DocumentAnswer>,
}

/// What became of one document: either `services` or a `problem` with the document itself.
#[derive(ToSchema)]
pub(in super::super) struct DocumentAnswer {
    id: String,
    /// Its language, given or detected.
    #[schema(nullable = false)]
    language: Option<String>,
    /// What each service answered, by its name.
    #[schema(nullable = false)]
    services: Option<HashMap<String, ServiceAnswer>>,
    #[schema(nullable = false)]
    problem: Option<ProblemBody<'static>>,
}

/// What a service answered: either an `analysis` or a `problem`.
#[derive(ToSchema)]
pub(in super::super) struct ServiceAnswer {
    /// As an analyzer found it; of a registered URL, its JSON as it came.
    #[schema(schema_with = analysis_or_json, required = false)]
    analysis: Option<AnalysisAnswer>,
    #[schema(nullable = false)]
    usage: Option<UsageAnswer>,
    #[schema(nullable = false)]
    provenance: Option<ProvenanceAnswer>,
    #[schema(nullable = false)]
    problem: Option<ProblemBody<'static>>,
}

/// Any JSON, and what is most likely.
fn analysis_or_json() -> Schema {
    let analysis = Ref::from_schema_name(AnalysisAnswer::name());
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    AnyOfBuilder::new().item(analysis).item(any).build().into()
}

/// What an analysis cost.
#[derive(ToSchema)]
pub(in super::super) struct UsageAnswer {
    /// How long it waited for its turn, in microseconds.
    queue_us: u64,
    /// How long it took, in microseconds.
    run_us: u64,
    /// Most memory that the instance had up to then, in bytes; unknown of a registered URL.
    #[schema(nullable = false)]
    memory_bytes: Option<u64>,
}

/// Who made an analysis.
#[derive(ToSchema)]
pub(in super::super) struct ProvenanceAnswer {
    service: String,
    /// The analyzer's version.
    #[schema(nullable = false)]
    version: Option<String>,
    /// The SHA-256 of the component.
    #[schema(nullable = false)]
    sha256: Option<String>,
    /// The version of the contract it was built against.
    #[schema(nullable = false)]
    contract: Option<String>,
    /// The SHA-256 of all its settings as JSON, sorted by their names.
    #[schema(nullable = false)]
    settings_sha256: Option<String>,
}

/// What an analyzer found. Empty members are left out.
#[derive(ToSchema)]
pub(in super::super) struct AnalysisAnswer {
    /// The answer in short: a label, a number, the spans that were found, whatever the service is for.
    #[schema(value_type = Value)]
    result: serde_json::Value,
    /// The language of a `result` that is a text.
    #[schema(nullable = false)]
    result_language: Option<String>,
    #[schema(required = false, value_type = Object)]
    result_attributes: Option<()>,
    /// What others here call the result.
    #[schema(nullable = false)]
    result_name: Option<String>,
    /// Scores of labels, from 0 to 1; null for a label without one.
    #[schema(nullable = false)]
    labels: Option<HashMap<String, Option<f64>>>,
    /// The same where several questions are answered at once.
    #[schema(nullable = false)]
    label_groups: Option<HashMap<String, HashMap<String, Option<f64>>>>,
    /// Numbers on the document; whole ones are written so.
    #[schema(nullable = false)]
    measures: Option<HashMap<String, f64>>,
    #[schema(nullable = false)]
    spans: Option<Vec<SpanAnswer>>,
    /// What others here call the spans.
    #[schema(nullable = false)]
    spans_name: Option<String>,
    #[schema(nullable = false)]
    relations: Option<Vec<RelationAnswer>>,
    /// Further layers of spans, by their names.
    #[schema(nullable = false)]
    layers: Option<HashMap<String, LayerAnswer>>,
    /// Texts that the analyzer made.
    #[schema(nullable = false)]
    passages: Option<HashMap<String, PassageAnswer>>,
    #[schema(nullable = false)]
    vectors: Option<HashMap<String, Vec<f64>>>,
    #[schema(required = false, value_type = Object)]
    data: Option<()>,
    /// Why, where that was asked.
    #[schema(nullable = false)]
    explanation: Option<Vec<EvidenceAnswer>>,
    #[schema(nullable = false)]
    warnings: Option<Vec<String>>,
}

/// A stretch of the text. Offsets count in the unit that was asked for; `end` is behind the last.
#[derive(ToSchema)]
pub(in super::super) struct SpanAnswer {
    start: u64,
    end: u64,
    /// What stands there.
    text: String,
    /// Its pieces, if it has gaps.
    #[schema(nullable = false)]
    parts: Option<Vec<PartAnswer>>,
    #[schema(nullable = false)]
    label: Option<String>,
    /// From 0 to 1.
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    score: Option<f64>,
    #[schema(required = false, value_type = Object)]
    attributes: Option<()>,
}

/// A piece of a span.
#[derive(ToSchema)]
pub(in super::super) struct PartAnswer {
    start: u64,
    end: u64,
    text: String,
}

/// A link from one span to another, by their places in their layers.
#[derive(ToSchema)]
pub(in super::super) struct RelationAnswer {
    label: String,
    source: u64,
    target: u64,
    /// The target's layer, if it is another.
    #[schema(nullable = false)]
    target_layer: Option<String>,
    #[schema(nullable = false, minimum = 0, maximum = 1)]
    score: Option<f64>,
    #[schema(required = false, value_type = Object)]
    attributes: Option<()>,
}

/// Spans of one kind.
#[derive(ToSchema)]
pub(in super::super) struct LayerAnswer {
    /// The passage that its offsets count in, if it is not the document.
    #[schema(nullable = false)]
    over: Option<String>,
    #[schema(nullable = false)]
    spans: Option<Vec<SpanAnswer>>,
    #[schema(nullable = false)]
    relations: Option<Vec<RelationAnswer>>,
}

/// A text that an analyzer made.
#[derive(ToSchema)]
pub(in super::super) struct PassageAnswer {
    text: String,
    #[schema(nullable = false)]
    language: Option<String>,
    #[schema(required = false, value_type = Object)]
    attributes: Option<()>,
}

/// A stretch that spoke for or against something.
#[derive(ToSchema)]
pub(in super::super) struct EvidenceAnswer {
    start: u64,
    end: u64,
    text: String,
    #[schema(nullable = false)]
    label: Option<String>,
    weight: f64,
}

/// A line of a stream's answer: what became of a document; at the end a `problem` alone if no more lines were
/// read, and a `summary`.
#[derive(ToSchema)]
pub(in super::super) struct StreamLine {
    /// Which line it is of, empty ones not counted.
    #[schema(nullable = false)]
    seq: Option<u64>,
    #[schema(nullable = false)]
    id: Option<String>,
    /// The document's language, given or detected.
    #[schema(nullable = false)]
    language: Option<String>,
    /// What each service answered, by its name.
    #[schema(nullable = false)]
    services: Option<HashMap<String, ServiceAnswer>>,
    #[schema(nullable = false)]
    problem: Option<ProblemBody<'static>>,
    #[schema(nullable = false)]
    summary: Option<StreamCounts>,
}

/// How many documents there were.
#[derive(ToSchema)]
pub(in super::super) struct StreamCounts {
    documents: u64,
    /// Every service gave an analysis of them.
    succeeded: u64,
    failed: u64,
}
