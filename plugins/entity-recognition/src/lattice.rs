//! Sums over all sequences of labels: how likely a label, a pair of labels or a name is.

use crate::labels::{Kind, Label, PerLabel, Position};

/// The sums of a sequence (Rabiner's forward and backward algorithm, Proceedings of the IEEE 77, 1989), each step divided
/// by its own sum so that none gets too small. It keeps its memory for the next sequence.
#[derive(Debug, Default)]
pub struct Lattice {
    /// The exponentials of what pairs of labels weigh, 0 where one may not follow the other.
    pairs: PerLabel<PerLabel<f32>>,
    /// The exponentials of the scores of each token, divided by the step's sum.
    emitted: Vec<PerLabel<f32>>,
    forward: Vec<PerLabel<f32>>,
    backward: Vec<PerLabel<f32>>,
    /// What the last step sums to with the end.
    end: f32,
}

/// A label that scores so much less than the best is as unlikely as this: no share of a label becomes nothing, and no
/// step's sum.
const FARTHEST: f32 = -30.0;

impl Lattice {
    /// For what pairs of labels in a row weigh.
    pub fn weigh_pairs(&mut self, weights: &PerLabel<PerLabel<f32>>) {
        for before in Label::all() {
            for after in Label::all() {
                let weight = weights[before][after];
                self.pairs[before][after] = if after.may_follow(before) { libm::expf(weight) } else { 0.0 };
            }
        }
    }

    /// Sums a sequence, given what each token's labels score.
    pub fn sum(&mut self, scores: impl Iterator<Item = PerLabel<f32>>) {
        self.emitted.clear();
        self.forward.clear();
        self.backward.clear();
        let mut before = PerLabel::all(0.0);
        before[Label::OUTSIDE] = 1.0;
        for scores in scores {
            let most = scores.0.into_iter().fold(f32::NEG_INFINITY, f32::max);
            let emitted = scores.map(|score| libm::expf((score - most).max(FARTHEST)));
            let mut here = PerLabel::all(0.0);
            for (share, row) in before.0.iter().zip(&self.pairs.0) {
                here.0.iter_mut().zip(row.0).for_each(|(here, pair)| *here += share * pair);
            }
            here.0.iter_mut().zip(emitted.0).for_each(|(here, emitted)| *here *= emitted);
            let sum: f32 = here.0.iter().sum();
            before = here.map(|here| here / sum);
            self.emitted.push(emitted.map(|emitted| emitted / sum));
            self.forward.push(before);
        }
        let mut after = PerLabel(self.pairs.0.map(|row| row[Label::OUTSIDE]));
        self.end = product(&before, &after);
        for (forward, emitted) in self.forward.iter().zip(&self.emitted).rev() {
            let all = product(forward, &after);
            let here = after.map(|after| after / all);
            self.backward.push(here);
            for (after, row) in after.0.iter_mut().zip(&self.pairs.0) {
                let ways = row.0.iter().zip(emitted.0).zip(here.0);
                *after = ways.map(|((pair, emitted), here)| pair * emitted * here).sum();
            }
        }
        self.backward.reverse();
    }

    /// How likely each label of a token is.
    pub fn shares(&self, place: usize) -> PerLabel<f32> {
        let (Some(forward), Some(backward)) = (self.forward.get(place), self.backward.get(place)) else {
            return PerLabel::all(0.0);
        };
        let mut shares = *forward;
        shares.0.iter_mut().zip(backward.0).for_each(|(share, backward)| *share *= backward);
        shares
    }

    /// How likely a pair of labels is: of the token before `place`, and of the one there. Before the first and after
    /// the last token stands one that is outside.
    pub fn pair(&self, place: usize, before: Label, after: Label) -> f32 {
        let outside = |label| f32::from(u8::from(label == Label::OUTSIDE));
        let came = match place.checked_sub(1) {
            Some(place) => self.forward.get(place).map_or(0.0, |forward| forward[before]),
            None => outside(before),
        };
        let goes = match (self.emitted.get(place), self.backward.get(place)) {
            (Some(emitted), Some(backward)) => emitted[after] * backward[after],
            _ => outside(after) / self.end,
        };
        came * self.pairs[before][after] * goes
    }

    /// How likely it is that just the tokens from `first` to `last` are a name of this kind.
    pub fn name(&self, first: usize, last: usize, kind: Kind) -> f32 {
        let mut label = Label::of(kind, Position::of(first, first, last));
        let mut likely = self.forward.get(first).map_or(0.0, |forward| forward[label]);
        for place in first + 1..=last {
            let next = Label::of(kind, Position::of(place, first, last));
            likely *= self.pairs[label][next] * self.emitted.get(place).map_or(0.0, |emitted| emitted[next]);
            label = next;
        }
        (likely * self.backward.get(last).map_or(0.0, |backward| backward[label])).clamp(0.0, 1.0)
    }
}

fn product(one: &PerLabel<f32>, other: &PerLabel<f32>) -> f32 {
    one.0.iter().zip(other.0).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that look random.
    fn scores(tokens: usize) -> Vec<PerLabel<f32>> {
        let score = |token: usize, label: usize| ((token * 131 + label * 71) % 97) as f32 / 30.0;
        (0..tokens).map(|token| PerLabel(std::array::from_fn(|label| score(token, label)))).collect()
    }

    fn pairs() -> PerLabel<PerLabel<f32>> {
        let weight = |one: usize, other: usize| ((one * 17 + other * 29) % 13) as f32 / 10.0 - 0.6;
        PerLabel(std::array::from_fn(|one| PerLabel(std::array::from_fn(|other| weight(one, other)))))
    }

    /// All allowed sequences of labels, each with its weight.
    fn ways(scores: &[PerLabel<f32>], pairs: &PerLabel<PerLabel<f32>>) -> Vec<(Vec<Label>, f64)> {
        let mut ways = vec![(vec![], 0.0)];
        let last = |way: &[Label]| way.last().copied().unwrap_or(Label::OUTSIDE);
        for scores in scores {
            let longer = |(way, sum): (Vec<Label>, f64)| {
                let before = last(&way);
                Label::all().filter(move |label| label.may_follow(before)).map(move |label| {
                    let way = way.iter().copied().chain([label]).collect();
                    (way, sum + f64::from(scores[label] + pairs[before][label]))
                })
            };
            ways = ways.into_iter().flat_map(longer).collect();
        }
        ways.retain(|(way, _)| Label::OUTSIDE.may_follow(last(way)));
        let end = |(way, sum): (Vec<Label>, f64)| {
            let end = f64::from(pairs[last(&way)][Label::OUTSIDE]);
            (way, libm::exp(sum + end))
        };
        ways.into_iter().map(end).collect()
    }

    #[test]
    fn what_can_hardly_be_is_a_number_still() {
        // The labels of the first token want a second one, which the others rule out.
        let only = |label: Label| {
            let mut scores = PerLabel::all(-4000.0);
            scores[label] = 4000.0;
            scores
        };
        let mut lattice = Lattice::default();
        lattice.weigh_pairs(&pairs());
        let begin = Label::of(Kind::Person, Position::Begin);
        lattice.sum([only(begin), only(Label::OUTSIDE), only(begin), only(begin)].into_iter());
        for place in 0..4 {
            let sum: f32 = lattice.shares(place).0.iter().sum();
            assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        }
        assert!((0.0..=1.0).contains(&lattice.name(0, 1, Kind::Person)));
    }

    #[test]
    fn sums_are_those_over_all_sequences() {
        let (scores, pairs) = (scores(4), pairs());
        let mut lattice = Lattice::default();
        lattice.weigh_pairs(&pairs);
        lattice.sum(scores.iter().copied());
        let ways = ways(&scores, &pairs);
        let all: f64 = ways.iter().map(|(_, weight)| weight).sum();
        let share = |is: &dyn Fn(&[Label]) -> bool| {
            ways.iter().filter(|(way, _)| is(way)).map(|(_, weight)| weight).sum::<f64>() / all
        };
        let near = |one: f32, other: f64| assert!((f64::from(one) - other).abs() < 1e-5, "{one} {other}");
        for place in 0..4 {
            for label in Label::all() {
                near(lattice.shares(place)[label], share(&|way| way[place] == label));
                for before in Label::all() {
                    let came =
                        |way: &[Label]| place.checked_sub(1).map_or(Label::OUTSIDE, |place| way[place]);
                    near(
                        lattice.pair(place, before, label),
                        share(&|way| came(way) == before && way[place] == label),
                    );
                }
            }
        }
        near(lattice.pair(4, Label::OUTSIDE, Label::OUTSIDE), share(&|way| way[3] == Label::OUTSIDE));
        for kind in Kind::ALL {
            let labels =
                [Position::Begin, Position::Inside, Position::End].map(|position| Label::of(kind, position));
            near(lattice.name(1, 3, kind), share(&|way| way[1..4] == labels));
            let single = Label::of(kind, Position::Single);
            near(lattice.name(2, 2, kind), share(&|way| way[2] == single));
        }
    }
}
