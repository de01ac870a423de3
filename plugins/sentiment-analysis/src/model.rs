//! The model: a table of weights, and how their sum becomes a distribution over positive, neutral and negative.
//!
//! It is linear: each [`Feature`](crate::features::Feature) adds what it weighs for positive and for negative beside
//! neutral, the sum is divided by the root of the number of features, and the softmax of that is the
//! distribution. A text's sentences add up, so a document and a sentence are judged by the same weights.
//!
//! A model's file is used where it lies, without being read first. [`HEADER_BYTES`] of header say what it is, hold
//! its scalars, and tell in JSON how it was made; then come buckets of four entries. An entry is the upper half of a
//! feature's key and its two weights; it stands in the bucket that the key's lowest bits lead to, or nowhere, and then
//! the feature weighs nothing.

use std::ops::Range;

use crate::features::{BEFORE_CONTRAST, Event, features};

/// Where the buckets begin.
pub const HEADER_BYTES: usize = 4096;
/// Where the header's JSON begins. It is filled up with spaces.
pub const NOTE_AT: usize = 64;
/// What a model's file begins with.
pub const MAGIC: &[u8; 8] = b"GLOSSEN1";
/// Entries of a bucket.
pub const BUCKET: usize = 4;
/// Bytes of an entry: the key's upper half, and a weight for positive and for negative.
pub const ENTRY_BYTES: usize = 4;
const BUCKET_BYTES: usize = BUCKET * ENTRY_BYTES;

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
    /// All three.
    pub const ALL: [Self; 3] = [Self::Positive, Self::Neutral, Self::Negative];

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
    /// Of what speaks for positive and for negative: the logarithms of how much likelier than neutral they are.
    pub fn of_logits([positive, negative]: [f64; 2]) -> Self {
        let most = positive.max(negative).max(0.0);
        let [positive, neutral, negative] = [positive, 0.0, negative].map(|logit| libm::exp(logit - most));
        let sum = positive + neutral + negative;
        Self { positive: positive / sum, neutral: neutral / sum, negative: negative / sum }
    }

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

/// What the features of a text say together. Those of several sentences add up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// For positive and for negative, in the table's unit.
    sums: [f64; 2],
    features: u32,
}

impl Reading {
    /// Together with what another part of the text says.
    pub fn and(self, other: Self) -> Self {
        let ([positive, negative], [more_positive, more_negative]) = (self.sums, other.sums);
        Self {
            sums: [positive + more_positive, negative + more_negative],
            features: self.features.saturating_add(other.features),
        }
    }
}

/// A word's part in a reading.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Where it is, in bytes of the text.
    pub range: Range<usize>,
    /// Its part: above 0 for positive, below for negative, in the unit of the logarithm of odds.
    pub weight: f64,
}

/// A model, over the bytes of its file.
#[derive(Clone, Copy, Debug)]
pub struct Model<'m> {
    buckets: &'m [[u8; BUCKET_BYTES]],
    scalars: Scalars,
}

/// The numbers that a model has beside its weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scalars {
    /// What a weight of 1 in the table adds to a sum.
    pub unit: f32,
    /// What speaks for positive and for negative before anything is read.
    pub bias: [f32; 2],
    /// What is added to the number of features before its root is taken: a short text decides less.
    pub softening: f32,
}

impl Scalars {
    /// As they stand in a header, behind [`MAGIC`].
    pub fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let scalars = [self.unit, self.bias[0], self.bias[1], self.softening];
        for (place, scalar) in bytes.as_chunks_mut::<4>().0.iter_mut().zip(scalars) {
            *place = scalar.to_le_bytes();
        }
        bytes
    }

    fn from_bytes(bytes: [u8; 16]) -> Self {
        let (scalars, _) = bytes.as_chunks::<4>();
        let scalar = |index: usize| scalars.get(index).map_or(0.0, |bytes| f32::from_le_bytes(*bytes));
        Self { unit: scalar(0), bias: [scalar(1), scalar(2)], softening: scalar(3) }
    }
}

static EMBEDDED: &[u8] = include_bytes!("../model.bin");

impl Model<'static> {
    /// The model inside the program.
    pub fn embedded() -> Self {
        match Self::of(EMBEDDED) {
            Some(model) => model,
            None => unreachable!("a test reads the file"),
        }
    }
}

impl<'m> Model<'m> {
    /// The model of a file's bytes, unless they are none.
    pub fn of(file: &'m [u8]) -> Option<Self> {
        let (header, table) = file.split_at_checked(HEADER_BYTES)?;
        let scalars = header.strip_prefix(MAGIC)?.first_chunk()?;
        let (buckets, []) = table.as_chunks() else { return None };
        buckets.len().is_power_of_two().then_some(Self { buckets, scalars: Scalars::from_bytes(*scalars) })
    }

    /// Reads one sentence.
    pub fn read(&self, sentence: &str) -> Reading {
        let mut reading = Reading::default();
        features(sentence, 0, |event| match event {
            Event::Feature(feature) => {
                let [positive, negative] = self.weights(feature.key);
                reading.sums[0] += f64::from(positive);
                reading.sums[1] += f64::from(negative);
                reading.features = reading.features.saturating_add(1);
            }
            Event::Contrast => reading.sums = reading.sums.map(|sum| sum * f64::from(BEFORE_CONTRAST)),
        });
        reading
    }

    /// The words of a sentence that starts at byte `base` of its text, each with its part in a reading of the
    /// whole text. Words without one are left out.
    pub fn words(&self, sentence: &str, base: usize, whole: Reading) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        // How many words stand before each contrast.
        let mut contrasts = Vec::new();
        let scale = self.scale(whole);
        features(sentence, base, |event| match event {
            Event::Feature(feature) => {
                let [positive, negative] = self.weights(feature.key).map(f64::from);
                let weight = (positive - negative) * scale;
                match words.last_mut() {
                    Some(word) if word.range == feature.token => word.weight += weight,
                    _ => words.push(Word { range: feature.token, weight }),
                }
            }
            Event::Contrast => contrasts.push(words.len()),
        });
        let mut left = 1.0;
        for (place, word) in words.iter_mut().enumerate().rev() {
            while contrasts.pop_if(|contrast| *contrast > place).is_some() {
                left *= f64::from(BEFORE_CONTRAST);
            }
            word.weight *= left;
        }
        words.retain(|word| word.weight != 0.0);
        words
    }

    /// The distribution that a reading comes to.
    pub fn distribution(&self, reading: Reading) -> Distribution {
        let scale = self.scale(reading);
        let [positive, negative] = reading.sums.map(|sum| sum * scale);
        let [for_positive, for_negative] = self.scalars.bias.map(f64::from);
        Distribution::of_logits([positive + for_positive, negative + for_negative])
    }

    fn scale(&self, reading: Reading) -> f64 {
        let features = f64::from(reading.features) + f64::from(self.scalars.softening);
        // The root is rounded correctly everywhere.
        f64::from(self.scalars.unit) / features.sqrt()
    }

    /// What a feature weighs for positive and for negative.
    fn weights(&self, key: u32) -> [i8; 2] {
        let (bucket, mark) = place(key, self.buckets.len());
        let Some(bucket) = self.buckets.get(bucket) else { return [0, 0] };
        for [low, high, positive, negative] in bucket.as_chunks::<ENTRY_BYTES>().0 {
            if [*low, *high] == mark {
                return [positive.cast_signed(), negative.cast_signed()];
            }
        }
        [0, 0]
    }
}

/// Which bucket of so many a feature's entry stands in, and what it is known by there.
pub fn place(key: u32, buckets: usize) -> (usize, [u8; 2]) {
    let [.., low, high] = key.to_le_bytes();
    // All zeros mark an entry that is empty.
    let mark = if [low, high] == [0, 0] { [1, 0] } else { [low, high] };
    (key as usize & (buckets - 1), mark)
}

/// To four decimals: more would only pretend to know.
pub fn to_four_decimals(probability: f64) -> f64 {
    libm::round(probability * 10_000.0) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::fingerprint;

    #[test]
    fn the_file_is_a_model_and_tells_how_it_was_made() {
        let model = Model::of(EMBEDDED).unwrap();
        assert!(model.scalars.unit > 0.0 && model.scalars.softening >= 0.0, "{:?}", model.scalars);
        let note = std::str::from_utf8(&EMBEDDED[NOTE_AT..HEADER_BYTES]).unwrap();
        let note: serde_json::Value = serde_json::from_str(note).unwrap();
        assert!(note["seed"].is_u64() && note["data"].is_object(), "{note}");
        assert_eq!(note["fingerprint"], fingerprint(), "it was learnt with other features: train it anew");
        assert!(EMBEDDED.len() <= 4 * 1024 * 1024);
    }

    #[test]
    fn what_is_no_model_is_none() {
        let with_table = |bytes: usize| {
            let mut file = MAGIC.to_vec();
            file.resize(HEADER_BYTES + bytes, 0);
            file
        };
        assert!(Model::of(&with_table(BUCKET_BYTES)).is_some());
        for wrong in [vec![], with_table(0), with_table(BUCKET_BYTES - 1), with_table(3 * BUCKET_BYTES)] {
            assert!(Model::of(&wrong).is_none());
        }
        assert!(Model::of(&vec![0; HEADER_BYTES + BUCKET_BYTES]).is_none());
    }

    #[test]
    fn a_distribution_adds_up() {
        for logits in [[0.0, 0.0], [3.0, -1.0], [-800.0, 800.0], [1e300, 0.0]] {
            let Distribution { positive, neutral, negative } = Distribution::of_logits(logits);
            assert!((positive + neutral + negative - 1.0).abs() < 1e-12, "{logits:?}");
        }
    }

    #[test]
    fn words_add_up_to_the_reading() {
        let model = Model::embedded();
        let sentence = "The food was good but dear, but the view isn't bad but wonderful!";
        let reading = model.read(sentence);
        let [positive, negative] = reading.sums.map(|sum| sum * model.scale(reading));
        let words = model.words(sentence, 0, reading);
        let sum: f64 = words.iter().map(|word| word.weight).sum();
        assert!((sum - (positive - negative)).abs() < 1e-9, "{words:?}");
    }
}
