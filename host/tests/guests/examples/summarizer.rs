//! A summarizer: a new text, and where it comes from.

#![cfg(target_arch = "wasm32")]

use guests::*;

struct Summarizer;

guests::export!(Summarizer with_types_in guests);

impl Guest for Summarizer {
    fn describe() -> Description {
        description("first-sentence", "Gives the first sentence of a text.", "It rains. I stay.")
    }

    fn analyze(document: Document, _: Options) -> Result<Analysis, Refusal> {
        if document.text.trim().is_empty() {
            let detail = "There is nothing to summarize.".into();
            return Err(Refusal { reason: Reason::UnsupportedText, subject: None, detail });
        }
        let end = document.text.find('.').map_or(document.text.len(), |stop| stop + 1);
        let summary = document.text[..end].to_owned();
        Ok(Analysis {
            answer: Answer::Passage(Passage {
                name: "summary".into(),
                text: summary,
                language: None,
                attributes: vec![],
            }),
            findings: vec![
                Finding::Layer(layer("source", vec![span(0..end, None)])),
                Finding::Measures(vec![measure("left-out-bytes", document.text.len() - end)]),
            ],
        })
    }
}
