//! A whole document: its sentiment and that of each of its sentences.

use std::ops::Range;

use crate::model::{Distribution, Model, Reading, Sentiment, Word};
use crate::sentences::sentences;

/// What a document says.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Of the text as a whole.
    pub distribution: Distribution,
    /// Of each sentence, in their order.
    pub sentences: Vec<Sentence>,
    /// The words that weighed most, the heaviest first, if they are wanted.
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

/// Analyzes `text`, and says why if that is wanted.
pub fn analyze(text: &str, explain: bool) -> Document {
    let model = Model::embedded();
    let mut whole = Reading::default();
    let ranges = sentences(text);
    let mut sentences = Vec::with_capacity(ranges.len());
    for range in &ranges {
        let reading = model.read(text.get(range.clone()).unwrap_or_default());
        whole = whole.and(reading);
        let distribution = model.distribution(reading);
        let sentiment = distribution.likeliest();
        sentences.push(Sentence { range: range.clone(), sentiment, probability: distribution.of(sentiment) });
    }
    let words = if explain { heaviest(&model, text, ranges, whole) } else { Vec::new() };
    Document { distribution: model.distribution(whole), sentences, words }
}

/// More words explain nothing.
const MOST_WORDS: usize = 20;

fn heaviest(model: &Model<'_>, text: &str, sentences: Vec<Range<usize>>, whole: Reading) -> Vec<Word> {
    let words_of = |range: Range<usize>| {
        let base = range.start;
        model.words(text.get(range).unwrap_or_default(), base, whole)
    };
    let mut words: Vec<Word> = sentences.into_iter().flat_map(words_of).collect();
    words.sort_by(|one, other| other.weight.abs().total_cmp(&one.weight.abs()));
    words.truncate(MOST_WORDS);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_sentence_has_its_own() {
        let document = analyze("I love the view. The room was dirty and awful! It has two beds.", false);
        let labels: Vec<&str> =
            document.sentences.iter().map(|sentence| sentence.sentiment.label()).collect();
        assert_eq!(labels, ["positive", "negative", "neutral"]);
    }

    #[test]
    fn an_explanation_names_the_words() {
        let text = "The soup was terrible. I loved the wine.";
        let words = analyze(text, true).words;
        let most = |sign: f64| words.iter().max_by(|a, b| (a.weight * sign).total_cmp(&(b.weight * sign)));
        assert_eq!(&text[most(1.0).unwrap().range.clone()], "loved");
        assert_eq!(&text[most(-1.0).unwrap().range.clone()], "terrible");
        assert!(analyze(text, false).words.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_has_a_distribution(text in any::<String>()) {
            let Distribution { positive, neutral, negative } = analyze(&text, true).distribution;
            prop_assert!([positive, neutral, negative].iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
