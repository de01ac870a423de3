//! What an analyzer says of itself, as clients see it.

use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::analysis::{Members, ValueBody};
use crate::analysis::{Description, Example, Kind, Label, Member, Output, OutputKind, Setting, Value};

/// What an analyzer says of itself, but for its name and version.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DescriptionBody {
    /// One sentence on what it finds.
    summary: String,
    /// Its route on its port.
    path: String,
    /// The languages it takes, as BCP 47 tags; empty for any.
    languages: Vec<String>,
    /// The labels it gives, and what they mean.
    labels: Vec<LabelBody>,
    /// Whether it may give others.
    open_labels: bool,
    /// The settings it takes.
    settings: Vec<SettingBody>,
    /// What else it reports, by name.
    outputs: Vec<OutputBody>,
    /// Documents that show what it does.
    examples: Vec<ExampleBody>,
    /// Anything else worth knowing.
    #[serde(skip_serializing_if = "MembersBody::is_empty")]
    #[schema(value_type = Object, required = false)]
    metadata: MembersBody,
}

#[derive(Debug, Serialize, ToSchema)]
struct LabelBody {
    name: String,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct SettingBody {
    name: String,
    summary: String,
    kind: KindBody,
    /// None if a value must be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    default: Option<OwnedValue>,
    /// The least allowed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<f64>,
    /// The greatest allowed number.
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<f64>,
    /// The allowed strings; none for any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    choices: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum KindBody {
    Boolean,
    Integer,
    Number,
    Text,
    Texts,
    Numbers,
    Json,
}

#[derive(Debug, Serialize, ToSchema)]
struct OutputBody {
    name: String,
    kind: OutputKindBody,
    summary: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimensions: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum OutputKindBody {
    Answer,
    Measure,
    Layer,
    Passage,
    Vector,
    Data,
}

#[derive(Debug, Serialize, ToSchema)]
struct ExampleBody {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Those that differ from their defaults.
    #[serde(skip_serializing_if = "MembersBody::is_empty")]
    #[schema(value_type = Object, required = false)]
    settings: MembersBody,
}

/// Named values.
#[derive(Debug)]
struct MembersBody(Vec<Member>);

impl MembersBody {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for MembersBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Members(&self.0).serialize(serializer)
    }
}

#[derive(Debug)]
struct OwnedValue(Value);

impl Serialize for OwnedValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ValueBody(&self.0).serialize(serializer)
    }
}

impl DescriptionBody {
    pub(super) fn of(description: &Description) -> Self {
        Self {
            summary: description.summary.clone(),
            path: description.path.to_string(),
            languages: description.languages.clone(),
            labels: description.labels.iter().map(LabelBody::of).collect(),
            open_labels: description.open_labels,
            settings: description.settings.iter().map(SettingBody::of).collect(),
            outputs: description.outputs.iter().map(OutputBody::of).collect(),
            examples: description.examples.iter().map(ExampleBody::of).collect(),
            metadata: MembersBody(description.metadata.clone()),
        }
    }
}

impl LabelBody {
    fn of(label: &Label) -> Self {
        let Label { name, summary, group } = label.clone();
        Self { name, summary, group }
    }
}

impl SettingBody {
    fn of(setting: &Setting) -> Self {
        let Setting { name, summary, kind, default, minimum, maximum, choices } = setting.clone();
        let kind = match kind {
            Kind::Boolean => KindBody::Boolean,
            Kind::Integer => KindBody::Integer,
            Kind::Number => KindBody::Number,
            Kind::Text => KindBody::Text,
            Kind::Texts => KindBody::Texts,
            Kind::Numbers => KindBody::Numbers,
            Kind::Json => KindBody::Json,
        };
        Self { name, summary, kind, default: default.map(OwnedValue), minimum, maximum, choices }
    }
}

impl OutputBody {
    fn of(output: &Output) -> Self {
        let Output { name, kind, summary, unit, dimensions } = output.clone();
        let kind = match kind {
            OutputKind::Answer => OutputKindBody::Answer,
            OutputKind::Measure => OutputKindBody::Measure,
            OutputKind::Layer => OutputKindBody::Layer,
            OutputKind::Passage => OutputKindBody::Passage,
            OutputKind::Vector => OutputKindBody::Vector,
            OutputKind::Data => OutputKindBody::Data,
        };
        Self { name, kind, summary, unit, dimensions }
    }
}

impl ExampleBody {
    fn of(example: &Example) -> Self {
        let Example { text, language, settings } = example.clone();
        Self { text, language, settings: MembersBody(settings) }
    }
}
