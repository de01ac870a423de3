//! The component skin: from counts to the contract's types.

mod bindings {
    #![expect(unsafe_code, reason = "the generated glue hands memory over between guest and host")]
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
    use super::WordCount;
    export!(WordCount);
}

use alloc::vec::Vec;
use alloc::{format, vec};

use bindings::exports::gloss::analyzer::analyzer::*;

use crate::counts::{Counts, WORDS_PER_MINUTE};

struct WordCount;

impl Guest for WordCount {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: Some("/count".into()),
            languages: vec![],
            labels: vec![],
            open_labels: false,
            settings: vec![],
            outputs: outputs(),
            examples: vec![Example {
                text: "Gloss counts every word it reads.".into(),
                language: None,
                settings: vec![],
            }],
            metadata: vec![],
        }
    }

    fn analyze(document: Document, _options: Options) -> Result<Analysis, Refusal> {
        let counts = Counts::of(&document.text);
        Ok(Analysis {
            answer: Answer::Value(Value::Integer(integer(counts.tokens))),
            findings: vec![Finding::Measures(measures(&counts))],
        })
    }
}

fn measures(counts: &Counts) -> Vec<Measure> {
    let whole = [
        ("words", counts.words),
        ("unique-words", counts.unique_words),
        ("sentences", counts.sentences),
        ("paragraphs", counts.paragraphs),
        ("lines", counts.lines),
        ("characters", counts.characters),
        ("graphemes", counts.graphemes),
        ("bytes", counts.bytes),
    ];
    let whole = whole.into_iter().map(|(name, count)| (name, Quantity::Integer(integer(count))));
    let reading = ("reading-seconds", Quantity::Number(counts.reading_seconds()));
    whole.chain([reading]).map(|(name, quantity)| Measure { name: name.into(), quantity }).collect()
}

fn outputs() -> Vec<Output> {
    let reading = format!(
        "Silent reading of English non-fiction by an adult at {WORDS_PER_MINUTE} words a minute (Brysbaert 2019)."
    );
    [
        ("words", "words", "Segments between Unicode word boundaries (UAX 29) that hold a letter or digit."),
        ("unique-words", "words", "Different words, upper and lower case taken as one."),
        (
            "sentences",
            "sentences",
            "Segments between Unicode sentence boundaries (UAX 29) that hold a letter or digit.",
        ),
        ("paragraphs", "paragraphs", "Runs of lines that are not blank."),
        ("lines", "lines", "Lines, the last one with or without its line break."),
        ("characters", "code points", "Unicode code points."),
        (
            "graphemes",
            "grapheme clusters",
            "Characters as a reader sees them (extended grapheme clusters, UAX 29).",
        ),
        ("bytes", "bytes", "Bytes in UTF-8."),
        ("reading-seconds", "seconds", &reading),
    ]
    .into_iter()
    .map(|(name, unit, summary)| measure_output(name, unit, summary))
    .chain([Output {
        name: "result".into(),
        kind: OutputKind::Answer,
        summary: "Runs of anything but white space: Python's `len(text.split())`.".into(),
        unit: Some("words".into()),
        dimensions: None,
    }])
    .collect()
}

fn measure_output(name: &str, unit: &str, summary: &str) -> Output {
    Output {
        name: name.into(),
        kind: OutputKind::Measure,
        summary: summary.into(),
        unit: Some(unit.into()),
        dimensions: None,
    }
}

/// No text in a 32-bit memory has more of anything than fits.
fn integer(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
