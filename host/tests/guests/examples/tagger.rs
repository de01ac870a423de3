//! A tagger: overlapping layers, tokens with attributes and sentences over them.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Tagger;

guests::export!(Tagger with_types_in guests);

impl Guest for Tagger {
    fn describe() -> Description {
        Description {
            labels: ["NOUN", "VERB", "OTHER"].map(|name| label(name, None)).into(),
            ..description("word-tagger", "Tags words and marks sentences.", "Dogs run. Cats sleep.")
        }
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        let text = document.text.as_str();
        let tokens = words(text).into_iter().map(|range| {
            let word = &text[range.clone()];
            let tag = match word {
                "run" | "sleep" => "VERB",
                "Dogs" | "Cats" => "NOUN",
                _ => "OTHER",
            };
            let lemma = Value::Text(word.to_lowercase().trim_end_matches('s').into());
            Span { attributes: vec![Member { name: "lemma".into(), value: lemma }], ..span(range, Some(tag)) }
        });
        let mut sentences = Vec::new();
        let mut start = 0;
        for (stop, _) in text.match_indices('.') {
            let skipped = text[start..].len() - text[start..].trim_start().len();
            sentences.push(span(start + skipped..stop + 1, None));
            start = stop + 1;
        }
        Ok(Analysis {
            answer: Answer::Layer(layer("tokens", tokens.collect())),
            findings: vec![Finding::Layer(layer("sentences", sentences))],
        })
    }
}
