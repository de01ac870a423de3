//! Decoding: the likeliest labels of a sequence, exactly, and how likely a name in them is.

use crate::labels::{Kind, Label, PerLabel, Position};
use crate::lattice::Lattice;
use crate::model::Model;

/// A name in a sequence, by the places of its tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// What it names.
    pub kind: Kind,
    /// How likely it is that just these tokens are a name of this kind.
    pub probability: f32,
}

/// Decodes sequences. It keeps its memory for the next one.
#[derive(Debug)]
pub struct Decoder {
    /// Pairs of labels that may be, and what they weigh.
    steps: Vec<(Label, Label, i32)>,
    /// What a score of 1 counts in the logarithm of odds.
    unit: f32,
    lattice: Lattice,
    /// For each token and label the one before it that is best.
    back: Vec<PerLabel<Label>>,
    labels: Vec<Label>,
}

/// So low that no sum over a sequence gets there.
const NEVER: i32 = i32::MIN / 2;

impl Decoder {
    /// For a model.
    pub fn of(model: &Model<'_>) -> Self {
        let unit = model.scalars.unit * model.scalars.trust;
        let mut lattice = Lattice::default();
        lattice.weigh_pairs(&model.scalars.pairs.map(|row| row.map(|weight| f32::from(weight) * unit)));
        let pairs = Label::all().flat_map(|before| Label::all().map(move |after| (before, after)));
        let steps = pairs
            .filter(|(before, after)| after.may_follow(*before))
            .map(|(before, after)| (before, after, i32::from(model.scalars.pairs[before][after])))
            .collect();
        Self { steps, unit, lattice, back: Vec::new(), labels: Vec::new() }
    }

    /// Calls `found` with the names in the likeliest labels of a sequence, in their order, given what each token's labels
    /// score.
    pub fn names(&mut self, scores: &[PerLabel<i16>], mut found: impl FnMut(Name)) {
        self.find_labels(scores);
        if self.labels.iter().all(|label| *label == Label::OUTSIDE) {
            return;
        }
        let unit = self.unit;
        self.lattice.sum(scores.iter().map(|scores| scores.map(|score| f32::from(score) * unit)));
        let mut first = 0;
        for (last, label) in self.labels.iter().enumerate() {
            let Some((kind, position)) = label.in_name() else { continue };
            if matches!(position, Position::Begin | Position::Single) {
                first = last;
            }
            if matches!(position, Position::End | Position::Single) {
                found(Name { first, last, kind, probability: self.lattice.name(first, last, kind) });
            }
        }
    }

    /// Finds the likeliest labels (Viterbi, IEEE Transactions on Information Theory 13, 1967).
    fn find_labels(&mut self, scores: &[PerLabel<i16>]) {
        self.back.clear();
        let mut best = PerLabel::all(NEVER);
        best[Label::OUTSIDE] = 0;
        for scores in scores {
            let (next, from) = self.step(&best);
            best = next;
            best.0.iter_mut().zip(scores.0).for_each(|(best, score)| *best += i32::from(score));
            self.back.push(from);
        }
        // What follows the last token is outside.
        let (_, from) = self.step(&best);
        let mut label = from[Label::OUTSIDE];
        self.labels.clear();
        for from in self.back.iter().rev() {
            self.labels.push(label);
            label = from[label];
        }
        self.labels.reverse();
    }

    /// The best sum that leads to each label, and from which label.
    fn step(&self, best: &PerLabel<i32>) -> (PerLabel<i32>, PerLabel<Label>) {
        let mut next = PerLabel::all(NEVER);
        let mut from = PerLabel::all(Label::OUTSIDE);
        for (before, after, weight) in &self.steps {
            let sum = best[*before] + weight;
            if sum > next[*after] {
                next[*after] = sum;
                from[*after] = *before;
            }
        }
        (next, from)
    }
}
