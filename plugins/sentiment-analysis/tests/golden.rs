//! The golden cases, natively.

use std::ops::Range;
use std::path::Path;

use sentiment_analysis::document::{Document, Sentence, analyze};
use sentiment_analysis::model::{Sentiment, to_four_decimals};
use serde_json::{Value, json};

#[test]
fn cases_hold_natively() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases.toml");
    for case in golden::read(&file).unwrap() {
        case.check(&answer(&case.text, &analyze(&case.text, false))).unwrap();
    }
}

/// The shape that a document has over HTTP.
fn answer(text: &str, document: &Document) -> Value {
    let span = |sentence: &Sentence| {
        let Range { start, end } = sentence.range;
        json!({
            "start": text[..start].chars().count(),
            "end": text[..end].chars().count(),
            "text": text[start..end],
            "label": sentence.sentiment.label(),
            "score": to_four_decimals(sentence.probability),
        })
    };
    let labels = Sentiment::ALL.map(|sentiment| {
        let probability = document.distribution.of(sentiment);
        (sentiment.label().to_owned(), json!(to_four_decimals(probability)))
    });
    json!({
        "result": document.distribution.likeliest().label(),
        "labels": Value::Object(labels.into_iter().collect()),
        "measures": { "sentences": document.sentences.len() },
        "spans": document.sentences.iter().map(span).collect::<Vec<_>>(),
    })
}
