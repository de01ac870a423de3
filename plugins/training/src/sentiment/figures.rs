//! How often a model is right.

use sentiment_analysis::model::{Model, Reading, Sentiment};
use sentiment_analysis::sentences::sentences;

use super::sets::Text;

/// The figures of a model on a set.
pub(super) struct Figures {
    /// How many texts of each sentiment were taken for which.
    confusion: [[u32; 3]; 3],
    /// Of the texts that are not neutral, how many are on the right side; one on neither counts half.
    two_class: f64,
    /// Mean of the negative logarithm of the probability of what is true.
    log_loss: f64,
}

impl Figures {
    pub(super) fn of(model: &Model<'_>, texts: &[Text]) -> Self {
        let mut confusion = [[0; 3]; 3];
        let (mut right, mut sided, mut loss) = (0.0, 0.0, 0.0);
        for Text { text, gold } in texts {
            let readings =
                sentences(text).into_iter().map(|range| model.read(text.get(range).unwrap_or_default()));
            let distribution = model.distribution(readings.fold(Reading::default(), Reading::and));
            loss -= libm::log(distribution.of(*gold).max(1e-12));
            let said = distribution.likeliest();
            let row: Option<&mut [u32; 3]> = confusion.get_mut(place(*gold));
            if let Some(count) = row.and_then(|row| row.get_mut(place(said))) {
                *count += 1;
            }
            if *gold != Sentiment::Neutral {
                sided += 1.0;
                right += match distribution.positive.total_cmp(&distribution.negative) {
                    std::cmp::Ordering::Equal => 0.5,
                    order => f64::from(order.is_gt() == (*gold == Sentiment::Positive)),
                };
            }
        }
        Self {
            confusion,
            two_class: right / f64::max(sided, 1.0),
            log_loss: loss / texts.len().max(1) as f64,
        }
    }

    fn texts(&self) -> u32 {
        self.confusion.iter().flatten().sum()
    }

    fn three_class(&self) -> f64 {
        let right: u32 = self.confusion.iter().enumerate().filter_map(|(place, row)| row.get(place)).sum();
        f64::from(right) / f64::from(self.texts().max(1))
    }

    /// Means over the sentiments that the set has: recall and F1.
    fn macros(&self) -> [f64; 2] {
        let mut sums = [0.0; 2];
        let mut there = 0.0;
        for (place, row) in self.confusion.iter().enumerate() {
            let gold: u32 = row.iter().sum();
            let right = f64::from(row.get(place).copied().unwrap_or_default());
            let said: u32 = self.confusion.iter().filter_map(|row| row.get(place)).sum();
            if gold > 0 {
                there += 1.0;
                sums[0] += right / f64::from(gold);
                sums[1] += 2.0 * right / f64::from(gold + said);
            }
        }
        sums.map(|sum| sum / f64::max(there, 1.0))
    }
}

fn place(sentiment: Sentiment) -> usize {
    match sentiment {
        Sentiment::Positive => 0,
        Sentiment::Neutral => 1,
        Sentiment::Negative => 2,
    }
}

/// Prints a row for each set, and the means.
#[expect(clippy::print_stdout, reason = "the table goes to standard output")]
pub(super) fn print(all: &[(String, Figures)]) {
    println!("set\ttexts\ttwo-class\tthree-class\tmacro-recall\tmacro-F1\tlog-loss");
    let mut means = [0.0; 5];
    for (name, figures) in all {
        let [recall, f1] = figures.macros();
        let row = [figures.two_class, figures.three_class(), recall, f1, figures.log_loss];
        println!("{name}\t{}\t{}", figures.texts(), written(row));
        means.iter_mut().zip(row).for_each(|(mean, figure)| *mean += figure / all.len() as f64);
    }
    println!("mean\t{}\t{}", all.iter().map(|(_, figures)| figures.texts()).sum::<u32>(), written(means));
}

fn written(row: [f64; 5]) -> String {
    row.map(|figure| format!("{figure:.4}")).join("\t")
}
