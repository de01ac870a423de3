//! An embedder: a document as a vector.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Embedder;

guests::export!(Embedder with_types_in guests);

impl Guest for Embedder {
    fn describe() -> Description {
        Description {
            outputs: vec![Output {
                name: "letters".into(),
                kind: OutputKind::Vector,
                summary: "The share of each of the 26 letters.".into(),
                unit: None,
                dimensions: Some(26),
            }],
            ..description("letter-embedding", "Places a text by its letters.", "abc")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let mut components = vec![0.0_f32; 26];
        let letters =
            document.text.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase() - b'a');
        for letter in letters.clone() {
            components[usize::from(letter)] += 1.0 / letters.clone().count() as f32;
        }
        Ok(Analysis {
            answer: Answer::Vector(Vector { name: "letters".into(), components }),
            findings: vec![],
        })
    }
}
