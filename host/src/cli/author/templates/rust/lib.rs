//! Finds words that shout: those that are written in capitals.

wit_bindgen::generate!({ path: "wit", world: "plugin" });

use exports::gloss::analyzer::analyzer::*;

struct Analyzer;

export!(Analyzer);

impl Guest for Analyzer {
    /// What the gateway and its users are told. The examples are tried whenever the plugin is loaded.
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").into(),
            version: env!("CARGO_PKG_VERSION").into(),
            summary: env!("CARGO_PKG_DESCRIPTION").into(),
            path: None,
            languages: vec![],
            labels: vec![Label { name: "SHOUT".into(), summary: "A word in capitals.".into(), group: None }],
            open_labels: false,
            settings: vec![Setting {
                name: "letters".into(),
                summary: "How many letters a word must have.".into(),
                kind: Kind::Integer,
                default: Some(Value::Integer(3)),
                minimum: Some(1.0),
                maximum: Some(100.0),
                choices: vec![],
            }],
            outputs: vec![Output {
                name: "words".into(),
                kind: OutputKind::Measure,
                summary: "How many words there are in all.".into(),
                unit: Some("words".into()),
                dimensions: None,
            }],
            examples: vec![Example { text: "We MUST leave now.".into(), language: None, settings: vec![] }],
            metadata: vec![],
        }
    }

    /// Analyzes one document, in a fresh instance.
    fn analyze(document: Document, options: Options) -> Result<Analysis, Refusal> {
        let letters = letters(&options);
        let (mut count, mut spans) = (0, vec![]);
        for (start, word) in words(&document.text) {
            count += 1;
            if word.chars().count() >= letters && is_in_capitals(word) {
                spans.push(shout(start, word));
            }
        }
        let layer = Layer { name: "shouts".into(), over: None, spans, relations: vec![] };
        let words = Measure { name: "words".into(), quantity: Quantity::Integer(count) };
        Ok(Analysis { answer: Answer::Layer(layer), findings: vec![Finding::Measures(vec![words])] })
    }
}

/// The setting of this name, which the gateway has checked.
fn letters(options: &Options) -> usize {
    match options.settings.first() {
        Some(Member { value: Value::Integer(letters), .. }) => usize::try_from(*letters).unwrap_or(1),
        _ => 1,
    }
}

/// The words of a text, and the byte at which each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    words.map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

fn is_in_capitals(word: &str) -> bool {
    word.to_uppercase() == word && word.to_lowercase() != word
}

/// Offsets count bytes of UTF-8. The gateway cuts the span's text, and converts to what the client counts in.
fn shout(start: usize, word: &str) -> Span {
    let range = Range { start: start as u32, end: (start + word.len()) as u32 };
    Span { range, parts: vec![], label: Some("SHOUT".into()), score: None, attributes: vec![] }
}
