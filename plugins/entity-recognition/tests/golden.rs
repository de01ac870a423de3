//! The golden cases, natively.

use std::ops::Range;
use std::path::Path;

use entity_recognition::entities::{Entity, entities};
use serde_json::{Value, json};

#[test]
fn cases_hold_natively() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases.toml");
    for case in golden::read(&file).unwrap() {
        case.check(&answer(&case.text, &entities(&case.text))).unwrap();
    }
}

/// The shape that entities have over HTTP.
fn answer(text: &str, entities: &[Entity]) -> Value {
    let span = |entity: &Entity| {
        let Range { start, end } = entity.range;
        json!({
            "start": text[..start].chars().count(),
            "end": text[..end].chars().count(),
            "text": text[start..end],
            "label": entity.kind.label(),
            "score": entity.score,
        })
    };
    json!({ "result": entities.iter().map(span).collect::<Vec<_>>() })
}
