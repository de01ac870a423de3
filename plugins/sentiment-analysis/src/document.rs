//! A whole document: its sentiment and that of each of its sentences.

use std::ops::Range;

use crate::model::{Distribution, Model, Sentiment};
use crate::sentences::sentences;
use crate::valence::Word;

/// What a document says.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Of the text as a whole.
    pub distribution: Distribution,
    /// Of each sentence, in their order.
    pub sentences: Vec<Sentence>,
    /// The words that spoke for or against, in their order.
    pub words: Vec<Word>,
}

/// What a sentence says.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// Its likeliest sentiment.
    pub sentiment: Sentiment,
    /// How likely that is.
    pub probability: f64,
}

/// Analyzes `text`.
pub fn analyze(text: &str) -> Document {
    let model = Model::embedded();
    let ranges = sentences(text);
    let mut readings = Vec::with_capacity(ranges.len());
    for range in &ranges {
        readings.push(model.read(text.get(range.clone()).unwrap_or_default(), range.start));
    }
    let sentences = ranges.into_iter().zip(&readings).map(|(range, reading)| {
        let distribution = Model::distribution(std::slice::from_ref(reading));
        let sentiment = distribution.likeliest();
        Sentence { range, sentiment, probability: distribution.of(sentiment) }
    });
    Document {
        sentences: sentences.collect(),
        distribution: Model::distribution(&readings),
        words: readings.into_iter().flat_map(|reading| reading.words).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_sentence_has_its_own() {
        let document = analyze("I love the view. The room was dirty and awful! It has two beds.");
        let labels: Vec<&str> =
            document.sentences.iter().map(|sentence| sentence.sentiment.label()).collect();
        assert_eq!(labels, ["positive", "negative", "neutral"]);
    }

    proptest! {
        #[test]
        fn any_text_has_a_distribution(text in any::<String>()) {
            let Distribution { positive, neutral, negative } = analyze(&text).distribution;
            prop_assert!([positive, neutral, negative].iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
