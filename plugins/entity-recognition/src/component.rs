//! The component skin: from entities to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
    use super::EntityRecognition;
    export!(EntityRecognition);
}

use bindings::exports::gloss::analyzer::analyzer::*;

use crate::entities::{Entity, entities};
use crate::judge::Kind;

struct EntityRecognition;

const KINDS: [(Kind, &str); 3] = [
    (Kind::Person, "People, also in books and films."),
    (Kind::Organization, "Companies, institutions, parties, teams, bands."),
    (Kind::Location, "Countries, towns, streets, rivers."),
];

impl Guest for EntityRecognition {
    fn describe() -> Description {
        let label = |(kind, summary): (Kind, &str)| Label {
            name: kind.label().into(),
            summary: summary.into(),
            group: None,
        };
        let example = |text: &str| Example { text: text.into(), language: None, settings: vec![] };
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: Some("/recognize".into()),
            languages: vec!["en".into()],
            labels: KINDS.map(label).into(),
            open_labels: false,
            settings: vec![],
            outputs: vec![Output {
                name: "entities".into(),
                kind: OutputKind::Layer,
                summary: "The names in the text, none overlapping.".into(),
                unit: None,
                dimensions: None,
            }],
            examples: vec![
                example("Ada Lovelace worked with Charles Babbage in London."),
                example("NATO and the United Nations warned President Putin."),
            ],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, _options: Options) -> Result<Analysis, Refusal> {
        let spans = entities(&document.text).into_iter().map(span).collect();
        let layer = Layer { name: "entities".into(), over: None, spans, relations: vec![] };
        Ok(Analysis { answer: Answer::Layer(layer), findings: vec![] })
    }
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
