//! The golden cases, natively.

use std::path::Path;

use serde_json::{Value, json};
use word_count::counts::Counts;

#[test]
fn cases_hold_natively() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases.toml");
    for case in golden::read(&file).unwrap() {
        case.check(&answer(&Counts::of(&case.text))).unwrap();
    }
}

/// The shape that the counts have over HTTP.
fn answer(counts: &Counts) -> Value {
    json!({
        "result": counts.tokens,
        "measures": {
            "words": counts.words,
            "unique-words": counts.unique_words,
            "sentences": counts.sentences,
            "paragraphs": counts.paragraphs,
            "lines": counts.lines,
            "characters": counts.characters,
            "graphemes": counts.graphemes,
            "bytes": counts.bytes,
            "reading-seconds": counts.reading_seconds(),
        },
    })
}
