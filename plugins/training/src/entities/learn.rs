//! Learning: the likelihood of the labels, by AdaGrad, one sequence after the other.

use std::collections::{BTreeMap, HashMap};
use std::thread;

use entity_recognition::entities::sequences;
use entity_recognition::features::features;
use entity_recognition::labels::{Label, PerLabel, Position};
use entity_recognition::lattice::Lattice;
use entity_recognition::lexicon::Lexicon;
use entity_recognition::sequence::Sequence;
use entity_recognition::tokens::{Kind, Token};
use indicatif::ProgressBar;

use super::sets::Span;
use crate::progress;
use crate::random::Random;

/// A feature that occurs less often is not learnt.
const FREQUENT: u32 = 2;
/// Few, and small steps: weights that have not gone far carry better to texts of other kinds.
const EPOCHS: usize = 8;
/// From this epoch on the weights are taken into the mean.
const AVERAGED: usize = 4;
/// It is learnt anew in so many orders of the sequences, and the weights are the means: the order decides less.
const ORDERS: u64 = 2;
/// Step of a weight in AdaGrad (Duchi, Hazan and Singer, JMLR 2011).
const STEP: f32 = 0.02;
/// So many of the features that tell what lists say are left out, another choice each time.
const LISTS_DROPPED: f32 = 0.3;
/// An error that is smaller is none.
const NEGLIGIBLE: f32 = 1e-3;

/// Keys of the biases of origins, which are not written.
const ORIGINS: std::ops::Range<u32> = 0..256;

/// What a label scores that a token in no name cannot have.
const NEVER: f32 = -30.0;

/// What was learnt.
pub(super) struct Learned {
    pub(super) weights: BTreeMap<u32, Weight>,
    pub(super) pairs: PerLabel<PerLabel<f32>>,
}

/// What a feature weighs.
#[derive(Clone, Copy)]
pub(super) struct Weight {
    pub(super) labels: PerLabel<f32>,
    /// How often it occurs in training.
    pub(super) count: u32,
}

/// Sequences as training sees them.
#[derive(Default)]
pub(super) struct Examples(Vec<Example>);

struct Example {
    /// The features of all tokens, one token after the other: their keys, and later their places among the weights.
    features: Vec<Seen>,
    /// Where the features of each token end.
    ends: Vec<usize>,
    /// Which tokens are never in a name, as the analyzer has it.
    is_address: Vec<bool>,
    labels: Vec<Label>,
    weight: f32,
}

#[derive(Clone, Copy)]
struct Seen {
    key: u32,
    is_listed: bool,
}

impl Examples {
    /// Adds a text, and what it counts. All texts of an origin have a bias of their own, since names are frequent in some
    /// sets and rare in others; the model does not get it.
    pub(super) fn add(&mut self, lexicon: Lexicon<'_>, text: &str, spans: &[Span], origin: u32, weight: f32) {
        let mut sequence = Sequence::with(lexicon);
        sequences(text, |tokens| {
            let Some(labels) = labels(tokens, spans) else { return };
            sequence.read(tokens);
            let is_address = tokens.iter().map(|token| token.kind == Kind::Address).collect();
            let mut example = Example { features: Vec::new(), ends: Vec::new(), is_address, labels, weight };
            for (place, token) in tokens.iter().enumerate() {
                if token.kind == Kind::Address {
                    example.ends.push(example.features.len());
                    continue;
                }
                features(&sequence, tokens, place, |feature| {
                    example.features.push(Seen { key: feature.key, is_listed: feature.is_listed });
                });
                example.features.push(Seen { key: origin, is_listed: false });
                example.ends.push(example.features.len());
            }
            self.0.push(example);
        });
    }
}

/// The label of each token; none where a name begins or ends within one and meets another there.
fn labels(tokens: &[Token], spans: &[Span]) -> Option<Vec<Label>> {
    let mut labels = vec![Label::OUTSIDE; tokens.len()];
    for (range, kind) in spans {
        let first = tokens.iter().position(|token| token.end > range.start && token.start < range.end);
        let last = tokens.iter().rposition(|token| token.end > range.start && token.start < range.end);
        let (Some(first), Some(last)) = (first, last) else { continue };
        let inside = tokens.get(first..=last).unwrap_or_default();
        if inside.iter().any(|token| token.kind == Kind::Address) {
            continue;
        }
        for (place, label) in labels.iter_mut().enumerate().take(last + 1).skip(first) {
            *label = Label::of(*kind, Position::of(place, first, last));
        }
    }
    let before = [Label::OUTSIDE].into_iter().chain(labels.iter().copied());
    let after = labels.iter().copied().chain([Label::OUTSIDE]);
    before.zip(after).all(|(before, after)| after.may_follow(before)).then_some(labels)
}

/// Learns from examples.
pub(super) fn learn(examples: Examples, seed: u64, what: &'static str) -> Learned {
    let Examples(mut examples) = examples;
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for feature in examples.iter().flat_map(|example| &example.features) {
        *counts.entry(feature.key).or_default() += 1;
    }
    counts.retain(|_, count| *count >= FREQUENT);
    let mut keys: Vec<u32> = counts.keys().copied().collect();
    keys.sort_unstable();
    let places: HashMap<u32, u32> = keys.iter().copied().zip(0..).collect();
    examples.iter_mut().for_each(|example| example.keep(&places));
    let bar = progress::bar(what, ORDERS * (EPOCHS * examples.len()) as u64);
    let states: Vec<State> = thread::scope(|scope| {
        let start = |order| {
            let (examples, rows, bar) = (&examples, keys.len(), &bar);
            scope.spawn(move || State::learn(examples, rows, Random::of(seed ^ (order << 32)), bar))
        };
        let threads: Vec<_> = (0..ORDERS).map(start).collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined.map(|state| state.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    bar.finish_and_clear();
    let mut mean = Means::of(keys.len());
    states.iter().for_each(|state| mean.add(&state.weights, &state.pairs, 1.0 / ORDERS as f32));
    let weight = |(key, labels): (u32, PerLabel<f32>)| {
        (key, Weight { labels, count: counts.get(&key).copied().unwrap_or_default() })
    };
    let rows = keys.into_iter().zip(mean.weights).filter(|(key, _)| !ORIGINS.contains(key));
    Learned { weights: rows.map(weight).collect(), pairs: mean.pairs }
}

impl Example {
    /// Keeps the features that have a place among the weights, by that.
    fn keep(&mut self, places: &HashMap<u32, u32>) {
        let mut kept = Vec::with_capacity(self.features.len());
        let mut begin = 0;
        for end in &mut self.ends {
            let of_token = self.features.get(begin..*end).unwrap_or_default();
            begin = *end;
            kept.extend(
                of_token.iter().filter_map(|seen| Some(Seen { key: *places.get(&seen.key)?, ..*seen })),
            );
            *end = kept.len();
        }
        self.features = kept;
    }
}

/// Means of weights.
struct Means {
    weights: Vec<PerLabel<f32>>,
    pairs: PerLabel<PerLabel<f32>>,
}

impl Means {
    fn of(rows: usize) -> Self {
        Self { weights: vec![PerLabel::default(); rows], pairs: PerLabel::default() }
    }

    fn add(&mut self, weights: &[PerLabel<f32>], pairs: &PerLabel<PerLabel<f32>>, share: f32) {
        let rows = self.weights.iter_mut().zip(weights).chain(self.pairs.0.iter_mut().zip(&pairs.0));
        for (mean, row) in rows {
            mean.0.iter_mut().zip(row.0).for_each(|(mean, weight)| *mean += weight * share);
        }
    }
}

/// Everything that training changes.
struct State {
    weights: Vec<PerLabel<f32>>,
    /// Sums of the squares of gradients.
    squares: Vec<PerLabel<f32>>,
    pairs: PerLabel<PerLabel<f32>>,
    pair_squares: PerLabel<PerLabel<f32>>,
    lattice: Lattice,
    /// Of the features of all tokens those that were not left out, and where those of each token end.
    kept: Vec<u32>,
    ends: Vec<usize>,
}

impl State {
    fn learn(examples: &[Example], rows: usize, mut random: Random, bar: &ProgressBar) -> Self {
        let mut state = Self {
            weights: vec![PerLabel::default(); rows],
            squares: vec![PerLabel::default(); rows],
            pairs: PerLabel::default(),
            pair_squares: PerLabel::default(),
            lattice: Lattice::default(),
            kept: Vec::new(),
            ends: Vec::new(),
        };
        let mut order: Vec<&Example> = examples.iter().collect();
        let mut mean = Means::of(rows);
        for epoch in 0..EPOCHS {
            random.shuffle(&mut order);
            for example in &order {
                state.step(example, &mut random);
                bar.inc(1);
            }
            if epoch >= AVERAGED {
                mean.add(&state.weights, &state.pairs, 1.0 / (EPOCHS - AVERAGED) as f32);
            }
        }
        Self { weights: mean.weights, pairs: mean.pairs, ..state }
    }

    /// Goes a step up the slope of an example's likelihood.
    fn step(&mut self, example: &Example, random: &mut Random) {
        let scores = self.scores(example, random);
        self.lattice.weigh_pairs(&self.pairs);
        self.lattice.sum(scores.into_iter());
        let gold = |place: usize| example.labels.get(place).copied().unwrap_or_default();
        let mut before = Label::OUTSIDE;
        for place in 0..=example.labels.len() {
            for one in Label::all() {
                for other in Label::all().filter(|other| other.may_follow(one)) {
                    let is_gold = f32::from(u8::from(one == before && other == gold(place)));
                    let error = (is_gold - self.lattice.pair(place, one, other)) * example.weight;
                    up(&mut self.pairs[one][other], &mut self.pair_squares[one][other], error);
                }
            }
            before = gold(place);
        }
        let mut begin = 0;
        for (place, end) in self.ends.iter().enumerate() {
            let shares = self.lattice.shares(place);
            let mut errors = shares.map(|share| -share * example.weight);
            errors[gold(place)] += example.weight;
            let kept = self.kept.get(begin..*end).unwrap_or_default();
            begin = *end;
            if errors.0.iter().all(|error| error.abs() < NEGLIGIBLE) {
                continue;
            }
            for feature in kept {
                let place = *feature as usize;
                if let (Some(row), Some(squares)) = (self.weights.get_mut(place), self.squares.get_mut(place))
                {
                    let weights = row.0.iter_mut().zip(&mut squares.0).zip(errors.0);
                    weights.for_each(|((weight, square), error)| up(weight, square, error));
                }
            }
        }
    }

    /// What the labels of each token score, by the features that are not left out.
    fn scores(&mut self, example: &Example, random: &mut Random) -> Vec<PerLabel<f32>> {
        self.kept.clear();
        self.ends.clear();
        let mut all = Vec::with_capacity(example.ends.len());
        let mut begin = 0;
        for (end, is_address) in example.ends.iter().zip(&example.is_address) {
            let mut scores = PerLabel::all(if *is_address { NEVER } else { 0.0 });
            scores[Label::OUTSIDE] = 0.0;
            for seen in example.features.get(begin..*end).unwrap_or_default() {
                if seen.is_listed && random.unit() < LISTS_DROPPED {
                    continue;
                }
                self.kept.push(seen.key);
                let row = self.weights.get(seen.key as usize).copied().unwrap_or_default();
                scores.0.iter_mut().zip(row.0).for_each(|(score, weight)| *score += weight);
            }
            all.push(scores);
            self.ends.push(self.kept.len());
            begin = *end;
        }
        all
    }
}

/// A step of AdaGrad.
fn up(weight: &mut f32, square: &mut f32, slope: f32) {
    *square += slope * slope;
    *weight += STEP * slope / (square.sqrt() + 1e-4);
}
