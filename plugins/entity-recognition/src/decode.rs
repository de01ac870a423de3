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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexicon;
    use crate::model::{BUCKET, HEADER_BYTES, MAGIC, ROW_BYTES, Scalars};

    /// What a pair of labels weighs that looks random.
    fn pairs() -> PerLabel<PerLabel<i16>> {
        let weight = |one: usize, other: usize| i16::try_from((one * 17 + other * 29) % 13).unwrap() - 6;
        PerLabel(std::array::from_fn(|one| PerLabel(std::array::from_fn(|other| weight(one, other)))))
    }

    fn decoder(pairs: PerLabel<PerLabel<i16>>) -> Decoder {
        let mut file = MAGIC.to_vec();
        file.extend(1_u32.to_le_bytes());
        file.extend(Scalars { unit: 0.1, trust: 1.0, pairs }.to_bytes());
        file.resize(HEADER_BYTES + lexicon::BUCKET_BYTES + BUCKET * ROW_BYTES, 0);
        Decoder::of(&Model::of(&file).unwrap())
    }

    /// The best sum over all allowed labels of a sequence, by trying them all.
    fn best(scores: &[PerLabel<i16>], pairs: &PerLabel<PerLabel<i16>>, before: Label) -> Option<i32> {
        let Some((first, rest)) = scores.split_first() else {
            let end = i32::from(pairs[before][Label::OUTSIDE]);
            return Label::OUTSIDE.may_follow(before).then_some(end);
        };
        let through = |label: Label| {
            Some(best(rest, pairs, label)? + i32::from(first[label]) + i32::from(pairs[before][label]))
        };
        Label::all().filter(|label| label.may_follow(before)).filter_map(through).max()
    }

    #[test]
    fn the_labels_are_the_best_of_all() {
        let pairs = pairs();
        let mut decoder = decoder(pairs);
        for turn in 0..40 {
            let score = |token: usize, label: usize| {
                i16::try_from((turn * 53 + token * 131 + label * 71) % 97).unwrap()
            };
            let scores: Vec<PerLabel<i16>> =
                (0..4).map(|token| PerLabel(std::array::from_fn(|label| score(token, label)))).collect();
            decoder.find_labels(&scores);
            let mut before = Label::OUTSIDE;
            let mut sum = 0;
            for (label, scores) in decoder.labels.iter().zip(&scores) {
                assert!(label.may_follow(before));
                sum += i32::from(scores[*label]) + i32::from(pairs[before][*label]);
                before = *label;
            }
            sum += i32::from(pairs[before][Label::OUTSIDE]);
            assert_eq!(Some(sum), best(&scores, &pairs, Label::OUTSIDE), "{turn}");
        }
    }

    #[test]
    fn names_come_with_their_places() {
        let mut decoder = decoder(PerLabel::default());
        let only = |label: Label| {
            let mut scores = PerLabel::all(0);
            scores[label] = 100;
            scores
        };
        let in_name = |kind, position| only(Label::of(kind, position));
        let scores = [
            in_name(Kind::Person, Position::Begin),
            in_name(Kind::Person, Position::Inside),
            in_name(Kind::Person, Position::End),
            only(Label::OUTSIDE),
            in_name(Kind::Location, Position::Single),
        ];
        let mut found = Vec::new();
        decoder.names(&scores, |name| found.push(name));
        let places: Vec<_> = found.iter().map(|name| (name.first, name.last, name.kind)).collect();
        assert_eq!(places, [(0, 2, Kind::Person), (4, 4, Kind::Location)]);
        assert!(found.iter().all(|name| name.probability > 0.99 && name.probability <= 1.0), "{found:?}");
        decoder.names(&[], |name| panic!("{name:?}"));
    }
}
