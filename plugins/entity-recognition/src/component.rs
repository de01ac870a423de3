//! The component skin: from entities to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
    use super::EntityRecognition;
    export!(EntityRecognition);
}

use bindings::exports::gloss::analyzer::analyzer::{Kind as ValueKind, *};

use crate::entities::{Entity, Wanted, entities};
use crate::labels::Kind;

struct EntityRecognition;

/// Names of the settings.
const MINIMUM_SCORE: &str = "minimum-score";
const TYPES: &str = "types";

fn summary(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "People, also in books and films.",
        Kind::Organization => "Companies, institutions, parties, teams, bands.",
        Kind::Location => "Countries, towns, streets, rivers.",
    }
}

impl Guest for EntityRecognition {
    fn describe() -> Description {
        let label =
            |kind: Kind| Label { name: kind.label().into(), summary: summary(kind).into(), group: None };
        let example = |text: &str, settings| Example { text: text.into(), language: None, settings };
        let labels: Vec<String> = Kind::ALL.map(|kind| kind.label().into()).into();
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: Some("/recognize".into()),
            languages: vec!["en".into()],
            labels: Kind::ALL.map(label).into(),
            open_labels: false,
            settings: vec![
                Setting {
                    name: MINIMUM_SCORE.into(),
                    summary: "The least score of a name that is answered.".into(),
                    kind: ValueKind::Number,
                    default: Some(Value::Number(0.0)),
                    minimum: Some(0.0),
                    maximum: Some(1.0),
                    choices: vec![],
                },
                Setting {
                    name: TYPES.into(),
                    summary: "The labels of names that are answered.".into(),
                    kind: ValueKind::Texts,
                    default: Some(Value::Texts(labels.clone())),
                    minimum: None,
                    maximum: None,
                    choices: labels,
                },
            ],
            outputs: vec![Output {
                name: "entities".into(),
                kind: OutputKind::Layer,
                summary: "The names in the text, none overlapping. A score is the probability that just these words are a \
                          name of this type."
                    .into(),
                unit: None,
                dimensions: None,
            }],
            examples: vec![
                example("Ada Lovelace worked with Charles Babbage in London.", vec![]),
                example(
                    "NATO and the United Nations warned President Putin.",
                    vec![Member { name: TYPES.into(), value: Value::Texts(vec![Kind::Organization.label().into()]) }],
                ),
            ],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let wanted = wanted(options.settings);
        let found = entities(&document.text).into_iter();
        let spans = found.filter(|entity| wanted.has(entity)).map(span).collect();
        let layer = Layer { name: "entities".into(), over: None, spans, relations: vec![] };
        Ok(Analysis { answer: Answer::Layer(layer), findings: vec![] })
    }
}

/// The settings, which the host has checked.
fn wanted(settings: Vec<Member>) -> Wanted {
    let mut wanted = Wanted::default();
    for Member { name, value } in settings {
        match (name.as_str(), value) {
            (MINIMUM_SCORE, Value::Number(score)) => wanted.minimum_score = score,
            (TYPES, Value::Texts(types)) => {
                let is_wanted = |kind: &Kind| types.iter().any(|label| label == kind.label());
                wanted.kinds = Kind::ALL.into_iter().filter(is_wanted).collect();
            }
            _ => {}
        }
    }
    wanted
}

fn span(entity: Entity) -> Span {
    // The text came through a 32-bit memory, so its offsets fit.
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Span {
        range: Range { start: offset(entity.range.start), end: offset(entity.range.end) },
        parts: vec![],
        label: Some(entity.kind.label().into()),
        score: Some(entity.score),
        attributes: vec![],
    }
}
