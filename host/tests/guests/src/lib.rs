//! Small guests, one example each.
//!
//! Seven prove that the contract can say what analyzers say: a counter, a classifier, a summarizer, an
//! embedder, a tagger, a relation extractor and a redactor. `hostile` tries the sandbox, `swap-one` and
//! `swap-two` are two versions of one service, `remembering` keeps state between calls, and the rest are
//! wrong in one way each.
//!
//! What the guests share is here: the bindings and a few short cuts. Off WebAssembly there is nothing.

#![cfg(target_arch = "wasm32")]
#![expect(missing_docs, reason = "the bindings have the contract's documentation")]

wit_bindgen::generate!({
    path: "../../../wit",
    world: "plugin",
    pub_export_macro: true,
});

pub use exports::gloss::analyzer::analyzer::*;
pub use gloss::analyzer::log;

/// A description with nothing but a name, a sentence and an example.
pub fn description(name: &str, summary: &str, example: &str) -> Description {
    Description {
        name: name.into(),
        version: "1.0.0".into(),
        summary: summary.into(),
        path: None,
        languages: vec![],
        labels: vec![],
        open_labels: false,
        settings: vec![],
        outputs: vec![],
        examples: vec![Example { text: example.into(), language: None, settings: vec![] }],
        metadata: vec![],
    }
}

/// A label that means what it says.
pub fn label(name: &str, group: Option<&str>) -> Label {
    Label { name: name.into(), summary: format!("It is {name}."), group: group.map(Into::into) }
}

/// A plain span.
pub fn span(range: std::ops::Range<usize>, label: Option<&str>) -> Span {
    Span {
        range: Range { start: range.start as u32, end: range.end as u32 },
        parts: vec![],
        label: label.map(Into::into),
        score: None,
        attributes: vec![],
    }
}

/// A layer over the document.
pub fn layer(name: &str, spans: Vec<Span>) -> Layer {
    Layer { name: name.into(), over: None, spans, relations: vec![] }
}

/// A whole number with a name.
pub fn measure(name: &str, count: usize) -> Measure {
    Measure { name: name.into(), quantity: Quantity::Integer(count as i64) }
}

/// Where the words of `text` are: runs of letters and digits.
pub fn words(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, c) in text.char_indices().filter(|(_, c)| c.is_alphanumeric()) {
        match words.last_mut() {
            Some(word) if word.end == at => word.end += c.len_utf8(),
            _ => words.push(at..at + c.len_utf8()),
        }
    }
    words
}
