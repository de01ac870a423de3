//! Small guests, one example each.
//!
//! Seven prove that the contract can say what analyzers say: a counter, a classifier, a summarizer, an
//! embedder, a tagger, a relation extractor and a redactor. `hostile` tries the sandbox, `swap-one` and
//! `swap-two` are two versions of one service, `remembering` keeps state between calls, `model` carries eight
//! megabytes of data and `no-model` next to none, and the rest are wrong in one way each.
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

/// Numbers that look like a model's: of no pattern, and none of them 0.
pub const fn weights<const N: usize>() -> [u64; N] {
    let mut weights = [0; N];
    let (mut index, mut weight) = (0, 0x9e37_79b9_7f4a_7c15);
    while index < N {
        // Marsaglia's xorshift, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
        weight ^= weight << 13;
        weight ^= weight >> 7;
        weight ^= weight << 17;
        weights[index] = weight;
        index += 1;
    }
    weights
}

/// How many places of a model one look at it touches.
const PLACES: usize = 100;

/// Looks at a hundred places of a model, which depend on the text, and adds up what is there.
pub fn look_up(weights: &[u64], text: &str) -> i64 {
    let mut place = text.len() as u64;
    let mut sum = 0_u64;
    for _ in 0..PLACES {
        place = place.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        sum = sum.wrapping_add(weights[(place >> 33) as usize % weights.len()] >> 32);
    }
    sum as i64
}

/// Answers with a number.
pub fn answer(number: i64) -> Result<Analysis, Refusal> {
    Ok(Analysis { answer: Answer::Value(Value::Integer(number)), findings: vec![] })
}
