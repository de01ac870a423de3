//! A counter: one number, and measures beside it.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Counter;

guests::export!(Counter with_types_in guests);

impl Guest for Counter {
    fn describe() -> Description {
        Description {
            path: Some("/vowels".into()),
            outputs: vec![Output {
                name: "letters".into(),
                kind: OutputKind::Measure,
                summary: "Letters of any script.".into(),
                unit: Some("letters".into()),
                dimensions: None,
            }],
            ..description("vowel-counter", "Counts the vowels of a text.", "one two three")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let letters = document.text.chars().filter(|c| c.is_alphabetic()).count();
        let vowels = document.text.chars().filter(|c| "aeiouAEIOU".contains(*c)).count();
        Ok(Analysis {
            answer: Answer::Value(Value::Integer(vowels as i64)),
            findings: vec![Finding::Measures(vec![measure("letters", letters)])],
        })
    }
}
