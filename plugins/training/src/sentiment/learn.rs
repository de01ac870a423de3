//! Learning: logistic regression by AdaGrad, one text after the other.
//!
//! A weight belongs to each feature that occurs at least [`FREQUENT`] times, and besides the lexicon's scores
//! have weights that all words share: they carry over to words that training never saw. Each set has a bias of its
//! own, since neutral is rare in some and frequent in others; a set without neutral is asked only whether a text
//! is positive or negative.

use std::collections::{BTreeMap, HashMap};

use sentiment_analysis::model::{Distribution, Scalars, Sentiment};

use super::lexicon::{Lexicon, SCORES};
use super::sets::{Set, Text, letters_hash, read_features};
use crate::progress;
use crate::random::Random;

/// A feature that occurs less often is not learnt.
const FREQUENT: u32 = 2;
const EPOCHS: usize = 6;
/// It is learnt anew in so many orders of the texts, and the weights are the means: the order decides less.
const ORDERS: usize = 5;
const SOFTENING: f32 = 6.0;
/// Step of a feature's weight in AdaGrad (Duchi, Hazan and Singer, JMLR 2011).
const FEATURE_STEP: f32 = 0.1;
const FEATURE_DAMPING: f32 = 1e-4;
/// Step of the shared weights, which shrinks to 0.
const SHARED_STEP: f32 = 0.05;
/// One in so many texts is kept back for the calibration, each in its turn.
const FOLDS: u32 = 10;

/// What was learnt: a weight for positive and for negative, beside neutral, of each feature.
pub(super) struct Learned {
    pub(super) weights: BTreeMap<u32, [f32; 2]>,
    calibration: Calibration,
}

/// A text as training sees it.
struct Example {
    /// Places of its features among the weights, and what each counts.
    places: Vec<(u32, f32)>,
    /// Sums of the lexicon's scores.
    scores: [f32; SCORES],
    /// What the sums are multiplied by.
    scale: f32,
    gold: Sentiment,
    set: usize,
}

/// Learns from all texts of all sets. How far the weights are to be believed is found before, by learning from
/// nine in ten and looking at the others, ten times: a model is surer of what it has seen than of what it has not.
pub(super) fn learn(sets: &[(&Set, Vec<Text>)], lexicon: &Lexicon, seed: u64) -> Learned {
    let mut all = Vec::new();
    for (set, (_, texts)) in sets.iter().enumerate() {
        for text in texts {
            let fold = letters_hash(&text.text) % FOLDS;
            all.push(Read { set, fold, gold: text.gold, features: read_features(&text.text) });
        }
    }
    let mut judged = Vec::new();
    for fold in 0..FOLDS {
        let (held_out, kept): (Vec<&Read>, Vec<&Read>) = all.iter().partition(|read| read.fold == fold);
        let weights = weights(sets, &kept, lexicon, seed, "calibration");
        let typical = |read: &&&Read| sets.get(read.set).is_some_and(|(set, _)| set.is_typical);
        judged.extend(held_out.iter().filter(typical).map(|read| Judged::of(read, &weights)));
    }
    let weights = weights(sets, &all.iter().collect::<Vec<_>>(), lexicon, seed, "sentiment");
    Learned { weights, calibration: Calibration::of(&judged) }
}

/// A weight for positive and for negative of each feature, by its key.
type Weights = BTreeMap<u32, [f32; 2]>;

/// A text by its features.
struct Read {
    set: usize,
    /// The same for the same text in every set: none is seen in one and held out in another.
    fold: u32,
    gold: Sentiment,
    /// Their keys, and what each counts.
    features: Vec<(u32, f32)>,
}

impl Read {
    fn scale(&self) -> f32 {
        1.0 / (self.features.len() as f32 + SOFTENING).sqrt()
    }
}

fn weights(
    sets: &[(&Set, Vec<Text>)],
    read: &[&Read],
    lexicon: &Lexicon,
    seed: u64,
    what: &'static str,
) -> Weights {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for (key, _) in read.iter().flat_map(|read| &read.features) {
        *counts.entry(*key).or_default() += 1;
    }
    let mut frequent: Vec<u32> =
        counts.iter().filter(|(_, count)| **count >= FREQUENT).map(|(key, _)| *key).collect();
    frequent.sort_unstable();
    let places: HashMap<u32, u32> = frequent.iter().copied().zip(0..).collect();
    let example = |read: &&Read| {
        let mut scores = [0.0; SCORES];
        for (key, counts) in &read.features {
            let said = lexicon.get(key).copied().unwrap_or_default();
            scores.iter_mut().zip(said).for_each(|(sum, score)| *sum += score * counts);
        }
        let place = |(key, counts): &(u32, f32)| Some((*places.get(key)?, *counts));
        Example {
            places: read.features.iter().filter_map(place).collect(),
            scores,
            scale: read.scale(),
            gold: read.gold,
            set: read.set,
        }
    };
    let mut examples: Vec<Example> = read.iter().map(example).collect();
    let mut random = Random::of(seed);
    let mut mean = Weights::new();
    let bar = progress::bar(what, (ORDERS * EPOCHS * examples.len()) as u64);
    for _ in 0..ORDERS {
        let mut state = State {
            weights: vec![[0.0; 2]; frequent.len()],
            squares: vec![[0.0; 2]; frequent.len()],
            shared: [[0.0; 2]; SCORES],
            biases: vec![[0.0; 2]; sets.len()],
        };
        for epoch in 0..EPOCHS {
            let step = SHARED_STEP * (1.0 - epoch as f32 / EPOCHS as f32);
            random.shuffle(&mut examples);
            for example in &examples {
                if let Some((set, _)) = sets.get(example.set) {
                    state.step(example, set, step);
                }
                bar.inc(1);
            }
        }
        for (key, row) in state.with_lexicon(&frequent, lexicon) {
            let mean = mean.entry(key).or_default();
            mean.iter_mut().zip(row).for_each(|(mean, weight)| *mean += weight / ORDERS as f32);
        }
    }
    bar.finish_and_clear();
    mean
}

/// Everything that training changes.
struct State {
    weights: Vec<[f32; 2]>,
    /// Sums of the squares of gradients.
    squares: Vec<[f32; 2]>,
    /// Weights of the lexicon's scores.
    shared: [[f32; 2]; SCORES],
    /// Of each set.
    biases: Vec<[f32; 2]>,
}

impl State {
    /// Learns from one text.
    fn step(&mut self, example: &Example, set: &Set, shared_step: f32) {
        let probabilities = self.probabilities(example, set);
        let Some(bias) = self.biases.get_mut(example.set) else { return };
        for (side, sentiment) in [Sentiment::Positive, Sentiment::Negative].into_iter().enumerate() {
            let wanted = f32::from(u8::from(example.gold == sentiment));
            let Some(probability) = probabilities.get(side) else { continue };
            let error = set.weight * (probability - wanted);
            if let Some(bias) = bias.get_mut(side) {
                *bias -= shared_step * error;
            }
            let gradient = error * example.scale;
            for (shared, score) in self.shared.iter_mut().zip(example.scores) {
                if let Some(weight) = shared.get_mut(side) {
                    *weight -= shared_step * gradient * score;
                }
            }
            for (place, counts) in &example.places {
                let (place, gradient) = (*place as usize, gradient * counts);
                let (Some(weight), Some(squares)) = (
                    self.weights.get_mut(place).and_then(|row| row.get_mut(side)),
                    self.squares.get_mut(place).and_then(|row| row.get_mut(side)),
                ) else {
                    continue;
                };
                *squares += gradient * gradient;
                *weight -= FEATURE_STEP * gradient / (*squares + FEATURE_DAMPING).sqrt();
            }
        }
    }

    /// How likely positive, negative and neutral are by now. A set without neutral has none.
    fn probabilities(&self, example: &Example, set: &Set) -> [f32; 3] {
        let mut sums = [0.0; 2];
        let mut add = |row: &[f32; 2], times: f32| {
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * times);
        };
        for (place, counts) in &example.places {
            add(self.weights.get(*place as usize).unwrap_or(&[0.0; 2]), *counts);
        }
        self.shared.iter().zip(example.scores).for_each(|(row, score)| add(row, score));
        let bias = self.biases.get(example.set).copied().unwrap_or_default();
        let [positive, negative] = [sums[0] * example.scale + bias[0], sums[1] * example.scale + bias[1]];
        let most = positive.max(negative).max(0.0);
        let neutral = if set.has_neutral { libm::expf(-most) } else { 0.0 };
        let [positive, negative] = [libm::expf(positive - most), libm::expf(negative - most)];
        let sum = positive + negative + neutral;
        [positive / sum, negative / sum, neutral / sum]
    }

    /// The weights, with the lexicon's part put into those of its words: nothing of it is needed later.
    fn with_lexicon(self, frequent: &[u32], lexicon: &Lexicon) -> Weights {
        let mut weights: Weights = frequent.iter().copied().zip(self.weights).collect();
        for (key, scores) in lexicon {
            let row = weights.entry(*key).or_default();
            for (shared, score) in self.shared.iter().zip(scores) {
                row.iter_mut().zip(shared).for_each(|(weight, shared)| *weight += shared * score);
            }
        }
        weights
    }
}

/// How far weights are to be believed on a text that they were not learnt from.
struct Calibration {
    /// What sums are multiplied by.
    trust: f32,
    /// What speaks for positive and for negative before anything is read.
    bias: [f32; 2],
}

/// What weights say of a text that they were not learnt from.
struct Judged {
    set: usize,
    gold: Sentiment,
    /// For positive and for negative.
    logits: [f64; 2],
}

impl Judged {
    fn of(read: &Read, weights: &Weights) -> Self {
        let mut sums = [0.0; 2];
        for (key, counts) in &read.features {
            let row = weights.get(key).copied().unwrap_or_default();
            sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * counts);
        }
        Self { set: read.set, gold: read.gold, logits: sums.map(|sum| f64::from(sum * read.scale())) }
    }
}

const CALIBRATION_STEPS: usize = 2000;
const CALIBRATION_STEP: f64 = 0.5;

impl Calibration {
    /// The one of greatest likelihood, where each set counts as much as the others and in it each sentiment: how
    /// frequent they will be is not known. The likelihood has one maximum, and steps along its slope reach it.
    fn of(judged: &[Judged]) -> Self {
        let kind = |judged: &Judged| (judged.set, judged.gold.label());
        let mut counts: HashMap<(usize, &str), f64> = HashMap::new();
        for judged in judged {
            *counts.entry(kind(judged)).or_default() += 1.0;
        }
        let kinds = counts.len().max(1) as f64;
        let share = |judged: &Judged| counts.get(&kind(judged)).map_or(0.0, |count| 1.0 / (count * kinds));
        let (mut trust, mut bias) = (1.0, [0.0; 2]);
        for _ in 0..CALIBRATION_STEPS {
            let (mut trust_slope, mut slopes) = (0.0, [0.0; 2]);
            for text in judged {
                let [positive, negative] = text.logits;
                let distribution =
                    Distribution::of_logits([trust * positive + bias[0], trust * negative + bias[1]]);
                let wanted = |sentiment| f64::from(u8::from(text.gold == sentiment));
                let errors = [Sentiment::Positive, Sentiment::Negative]
                    .map(|sentiment| (wanted(sentiment) - distribution.of(sentiment)) * share(text));
                trust_slope += errors[0] * positive + errors[1] * negative;
                slopes = [slopes[0] + errors[0], slopes[1] + errors[1]];
            }
            trust += CALIBRATION_STEP * trust_slope;
            bias = [bias[0] + CALIBRATION_STEP * slopes[0], bias[1] + CALIBRATION_STEP * slopes[1]];
        }
        #[expect(clippy::cast_possible_truncation, reason = "they are small numbers")]
        Self { trust: trust as f32, bias: bias.map(|bias| bias as f32) }
    }
}

impl Learned {
    /// Its scalars, for a table of this unit.
    pub(super) fn scalars(&self, unit: f32) -> Scalars {
        let Calibration { trust, bias } = self.calibration;
        Scalars { unit: unit * trust, bias, softening: SOFTENING }
    }
}
