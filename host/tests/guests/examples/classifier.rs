//! A classifier that answers two questions at once: labels in two groups.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Classifier;

guests::export!(Classifier with_types_in guests);

impl Guest for Classifier {
    fn describe() -> Description {
        Description {
            labels: vec![
                label("question", Some("form")),
                label("statement", Some("form")),
                label("short", Some("length")),
                label("long", Some("length")),
            ],
            settings: vec![Setting {
                name: "long-from".into(),
                summary: "From how many bytes a text is long.".into(),
                kind: Kind::Integer,
                default: Some(Value::Integer(20)),
                minimum: Some(1.0),
                maximum: None,
                choices: vec![],
            }],
            ..description("text-form", "Tells questions from statements and long from short.", "Is it?")
        }
    }

    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let long_from = match options.settings.as_slice() {
            [Member { value: Value::Integer(bytes), .. }] => *bytes as usize,
            _ => return Err(Refusal { reason: Reason::Failed, subject: None, detail: "no setting".into() }),
        };
        let question = document.text.trim_end().ends_with('?');
        let form = if question { "question" } else { "statement" };
        let length = if document.text.len() >= long_from { "long" } else { "short" };
        let scored = |name: &str, score| ScoredLabel { name: name.into(), score };
        Ok(Analysis {
            answer: Answer::Labels(vec![form.into(), length.into()]),
            findings: vec![Finding::Labels(vec![scored(form, Some(0.75)), scored(length, None)])],
        })
    }
}
