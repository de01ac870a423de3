//! The component skin: from what is found to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../../wit", world: "plugin" });
    use super::Redactor;
    export!(Redactor);
}

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bindings::exports::gloss::analyzer::analyzer::*;

use crate::personal::{Found, Kind as Personal, find};

struct Redactor;

impl Guest for Redactor {
    fn describe() -> Description {
        let label =
            |kind: Personal| Label { name: kind.label().into(), summary: summary(kind).into(), group: None };
        let names: Vec<String> = Personal::ALL.map(|kind| kind.label().into()).into();
        let example = |text: &str| Example { text: text.into(), language: None, settings: vec![] };
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: Some("/redact".into()),
            languages: vec![],
            labels: Personal::ALL.map(label).into(),
            open_labels: false,
            settings: vec![Setting {
                name: "types".into(),
                summary: "What is taken out.".into(),
                kind: Kind::Texts,
                default: Some(Value::Texts(names.clone())),
                minimum: None,
                maximum: None,
                choices: names,
            }],
            outputs: vec![output("redacted", OutputKind::Passage, "The text without it.")],
            examples: vec![
                example("Write to ada@example.org or call +44 20 7946 0958."),
                example("Nothing of the kind is here."),
            ],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let found = find(&document.text, &wanted(&options));
        let redacted = redacted(&document.text, &found);
        let passage = Passage { name: "redacted".into(), text: redacted, language: None, attributes: vec![] };
        let spans = found.iter().map(span).collect();
        let layer = Layer { name: "personal-data".into(), over: None, spans, relations: vec![] };
        Ok(Analysis { answer: Answer::Passage(passage), findings: vec![Finding::Layer(layer)] })
    }
}

fn output(name: &str, kind: OutputKind, summary: &str) -> Output {
    Output { name: name.into(), kind, summary: summary.into(), unit: None, dimensions: None }
}

fn summary(kind: Personal) -> &'static str {
    match kind {
        Personal::Email => "An e-mail address.",
        Personal::Iban => "An international bank account number whose check holds.",
        Personal::Ip => "An IPv4 address.",
        Personal::Card => "The number of a payment card whose check holds.",
        Personal::Phone => "A telephone number.",
    }
}

/// The kinds that the setting names.
fn wanted(options: &Options) -> Vec<Personal> {
    let Some(Member { value: Value::Texts(names), .. }) = options.settings.first() else { return vec![] };
    Personal::ALL.into_iter().filter(|kind| names.iter().any(|name| name == kind.label())).collect()
}

/// The text with a label in the place of everything that was found.
fn redacted(text: &str, found: &[Found]) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut end = 0;
    for Found { range, kind } in found {
        redacted.push_str(text.get(end..range.start).unwrap_or_default());
        redacted.push('[');
        redacted.push_str(kind.label());
        redacted.push(']');
        end = range.end;
    }
    redacted.push_str(text.get(end..).unwrap_or_default());
    redacted
}

fn span(found: &Found) -> Span {
    // The text came through a 32-bit memory, so its offsets fit.
    let offset = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let range = Range { start: offset(found.range.start), end: offset(found.range.end) };
    Span { range, parts: vec![], label: Some(found.kind.label().into()), score: None, attributes: vec![] }
}
