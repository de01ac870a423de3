//! From weights to a distribution over positive, neutral and negative.
//!
//! This is the core that a trained model can replace: sentences come in, [`Distribution`]s go out.

use crate::lexicon::Lexicon;
use crate::valence::{Word, weigh};

/// What a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sentiment {
    /// It speaks well of its matter.
    Positive,
    /// Neither, or as much the one as the other.
    Neutral,
    /// It speaks ill of its matter.
    Negative,
}

impl Sentiment {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

/// How likely each sentiment is. The three add up to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distribution {
    /// Probability of [`Sentiment::Positive`].
    pub positive: f64,
    /// Probability of [`Sentiment::Neutral`].
    pub neutral: f64,
    /// Probability of [`Sentiment::Negative`].
    pub negative: f64,
}

impl Distribution {
    /// The likeliest sentiment, neutral before the others where they are equal.
    pub fn likeliest(&self) -> Sentiment {
        if self.positive > self.neutral && self.positive > self.negative {
            Sentiment::Positive
        } else if self.negative > self.neutral && self.negative > self.positive {
            Sentiment::Negative
        } else {
            Sentiment::Neutral
        }
    }

    /// The probability of a sentiment.
    pub fn of(&self, sentiment: Sentiment) -> f64 {
        match sentiment {
            Sentiment::Positive => self.positive,
            Sentiment::Neutral => self.neutral,
            Sentiment::Negative => self.negative,
        }
    }
}

/// What the model makes of one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The raw weight.
    weight: f64,
    /// The words that spoke, with what they said.
    pub words: Vec<Word>,
}

/// The model: rules over a lexicon, and a calibration.
pub struct Model {
    lexicon: Lexicon,
}

/// Brings a weight between -1 and 1: the largest sum that is common in one sentence, squared (Hutto and
/// Gilbert 2014).
const NORMALIZATION: f64 = 15.0;

/// The calibration: two logistic curves in the normalized weight, mirror images of each other. Fitted by
/// greatest likelihood on labelled texts that no figure is reported on (`examples/evaluate-sentiment.rs --fit`).
const STEEPNESS: f64 = 2.5;
/// The normalized weight at which a text is as likely positive as not.
const THRESHOLD: f64 = 0.43;

impl Model {
    /// The model inside the program.
    pub fn embedded() -> Self {
        Self { lexicon: Lexicon::embedded() }
    }

    /// Reads one sentence that starts at byte `base` of its text.
    pub fn read(&self, sentence: &str, base: usize) -> Reading {
        let weight = weigh(sentence, base, &self.lexicon);
        Reading { weight: weight.sum, words: weight.words }
    }

    /// The distribution of the text that these sentences make up.
    pub fn distribution(readings: &[Reading]) -> Distribution {
        calibrated(Self::polarity(readings))
    }

    /// How positive or negative the text is that these sentences make up, from -1 to 1.
    ///
    /// Sentences that say opposite things cancel each other; what is left counts the less the more
    /// sentences there are, or every long text would be extreme.
    pub fn polarity(readings: &[Reading]) -> f64 {
        let sum: f64 = readings.iter().map(|reading| reading.weight).sum();
        let sentences = readings.len().max(1) as f64;
        sum / libm::sqrt(sum * sum + NORMALIZATION * sentences)
    }
}

/// To four decimals: more would only pretend to know.
pub fn to_four_decimals(probability: f64) -> f64 {
    libm::round(probability * 10_000.0) / 10_000.0
}

fn calibrated(polarity: f64) -> Distribution {
    let logistic = |x: f64| 1.0 / (1.0 + libm::exp(-STEEPNESS * (x - THRESHOLD)));
    let (positive, negative) = (logistic(polarity), logistic(-polarity));
    Distribution { positive, neutral: 1.0 - positive - negative, negative }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_adds_up() {
        for polarity in [-1.0, -0.5, 0.0, 0.2, 1.0] {
            let distribution = calibrated(polarity);
            let Distribution { positive, neutral, negative } = distribution;
            assert!((positive + neutral + negative - 1.0).abs() < 1e-12);
            assert!(
                [positive, neutral, negative].iter().all(|p| (0.0..=1.0).contains(p)),
                "{distribution:?}"
            );
            assert_eq!(calibrated(-polarity).negative, positive);
        }
    }

    #[test]
    fn nothing_said_is_neutral() {
        assert_eq!(Model::distribution(&[]).likeliest(), Sentiment::Neutral);
    }

    #[test]
    fn a_long_text_is_not_extreme_for_one_word() {
        let model = Model::embedded();
        let mut readings = vec![model.read("A good day.", 0)];
        let alone = Model::polarity(&readings);
        readings.extend((0..50).map(|_| model.read("The train leaves at nine.", 0)));
        assert!(Model::polarity(&readings) < alone / 3.0);
    }
}
