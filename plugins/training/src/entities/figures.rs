//! How often a model is right.

use std::ops::Range;

use entity_recognition::entities::entities_with;
use entity_recognition::labels::Kind;
use entity_recognition::model::Model;

use super::sets::{Form, Sentence};

/// Names: how many were found right, found, and there.
#[derive(Clone, Copy, Default)]
struct Counts {
    right: usize,
    found: usize,
    gold: usize,
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            right: self.right + other.right,
            found: self.found + other.found,
            gold: self.gold + other.gold,
        }
    }

    fn precision(self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(self) -> f64 {
        self.right as f64 / self.gold.max(1) as f64
    }

    /// Their harmonic mean.
    fn f1(self) -> f64 {
        2.0 * self.right as f64 / (self.found + self.gold).max(1) as f64
    }
}

/// The figures of a model on a set. A name is right with just its words and its kind.
#[derive(Clone, Copy, Default)]
pub(super) struct Figures {
    sentences: usize,
    kinds: [Counts; 3],
    /// Sum of the scores of what was found: of good ones the mean is the precision.
    scores: f64,
}

impl Figures {
    pub(super) fn of(model: &Model<'_>, sentences: &[Sentence], form: Form) -> Self {
        let mut figures = Self { sentences: sentences.len(), ..Self::default() };
        for sentence in sentences {
            let (text, gold) = sentence.text(form);
            let found = entities_with(model, &text);
            figures.scores += found.iter().map(|entity| entity.score).sum::<f64>();
            for (kind, counts) in Kind::ALL.into_iter().zip(&mut figures.kinds) {
                let is_found = |range: &Range<usize>| {
                    found.iter().any(|entity| entity.kind == kind && entity.range == *range)
                };
                counts.gold += gold.iter().filter(|(_, is)| *is == kind).count();
                counts.found += found.iter().filter(|entity| entity.kind == kind).count();
                counts.right += gold.iter().filter(|(range, is)| *is == kind && is_found(range)).count();
            }
        }
        figures
    }

    /// How much greater the mean of the scores is than the precision.
    pub(super) fn excess(&self) -> f64 {
        let all = self.all();
        self.scores / all.found.max(1) as f64 - all.precision()
    }

    fn all(&self) -> Counts {
        self.kinds.into_iter().fold(Counts::default(), Counts::and)
    }
}

/// Prints a row for each set, and the means.
#[expect(clippy::print_stdout, reason = "the table goes to standard output")]
pub(super) fn print(all: &[(&str, Figures)]) {
    println!("set\tsentences\tprecision\trecall\tF1\tPERSON\tORGANIZATION\tLOCATION\tmean-score");
    let mut means = [0.0; 7];
    for (name, figures) in all {
        let counts = figures.all();
        let [person, organization, location] = figures.kinds.map(Counts::f1);
        let score = figures.scores / counts.found.max(1) as f64;
        let row = [counts.precision(), counts.recall(), counts.f1(), person, organization, location, score];
        println!("{name}\t{}\t{}", figures.sentences, written(row));
        means.iter_mut().zip(row).for_each(|(mean, figure)| *mean += figure / all.len() as f64);
    }
    println!("mean\t{}\t{}", all.iter().map(|(_, figures)| figures.sentences).sum::<usize>(), written(means));
}

fn written(row: [f64; 7]) -> String {
    row.map(|figure| format!("{figure:.3}")).join("\t")
}
