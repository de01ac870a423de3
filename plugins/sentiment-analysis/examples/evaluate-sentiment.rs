//! Measures the analyzer on labelled texts, given the folder that holds a folder per set:
//!
//! ```text
//! cargo run --release -p sentiment-analysis --example evaluate-sentiment -- SETS dev
//! cargo run --release -p sentiment-analysis --example evaluate-sentiment -- SETS train --fit
//! ```
//!
//! Prints two-class accuracy (texts labelled neutral left out, positive against negative compared),
//! three-class accuracy and macro recall, a row per set. With `--fit` it also prints the calibration of
//! greatest likelihood on those texts. `evaluate/run` puts VADER's figures beside these.

#![expect(clippy::print_stdout, reason = "the table goes to standard output")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use sentiment_analysis::model::{Model, Sentiment};
use sentiment_analysis::sentences::sentences;
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
}

/// What the analyzer made of one text.
struct Judged {
    gold: Sentiment,
    polarity: f64,
    said: Sentiment,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, split, rest @ ..] = arguments.as_slice() else {
        return Err("name the folder of the sets, and the split: dev or train".into());
    };
    println!("set\ttexts\ttwo-class\tthree-class\tmacro-recall");
    let mut all = Vec::new();
    let mut two_class = Vec::new();
    for file in files(Path::new(folder), split)? {
        let judged = judge(&file)?;
        let set = file.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned();
        two_class.push(two_class_accuracy(&judged));
        println!(
            "{set}\t{}\t{:.4}\t{:.4}\t{:.4}",
            judged.len(),
            two_class_accuracy(&judged),
            accuracy(&judged),
            macro_recall(&judged)
        );
        all.extend(judged);
    }
    println!("mean\t{}\t{:.4}", all.len(), two_class.iter().sum::<f64>() / two_class.len() as f64);
    if rest.iter().any(|argument| argument == "--fit") {
        fit(&all);
    }
    Ok(())
}

fn files(folder: &Path, split: &str) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let file = entry?.path().join(split).with_extension("jsonl");
        if file.exists() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

fn judge(file: &Path) -> Result<Vec<Judged>, Box<dyn Error>> {
    let model = Model::embedded();
    let mut judged = Vec::new();
    for line in fs::read_to_string(file)?.lines() {
        let row: Row = serde_json::from_str(line)?;
        let gold = match row.label.as_str() {
            "positive" => Sentiment::Positive,
            "neutral" => Sentiment::Neutral,
            "negative" => Sentiment::Negative,
            other => return Err(format!("{}: no such label: {other}", file.display()).into()),
        };
        let readings: Vec<_> = sentences(&row.text)
            .into_iter()
            .map(|range| model.read(row.text.get(range.clone()).unwrap_or_default(), range.start))
            .collect();
        let said = Model::distribution(&readings).likeliest();
        judged.push(Judged { gold, polarity: Model::polarity(&readings), said });
    }
    Ok(judged)
}

/// A text on neither side counts as half right, as a coin would get it.
fn two_class_accuracy(judged: &[Judged]) -> f64 {
    let (mut right, mut total) = (0.0, 0.0);
    for one in judged.iter().filter(|one| one.gold != Sentiment::Neutral) {
        total += 1.0;
        right += if one.polarity == 0.0 {
            0.5
        } else {
            f64::from((one.polarity > 0.0) == (one.gold == Sentiment::Positive))
        };
    }
    right / f64::max(total, 1.0)
}

fn accuracy(judged: &[Judged]) -> f64 {
    let right = judged.iter().filter(|one| one.said == one.gold).count();
    right as f64 / judged.len().max(1) as f64
}

fn macro_recall(judged: &[Judged]) -> f64 {
    let recall = |sentiment: Sentiment| {
        let gold: Vec<&Judged> = judged.iter().filter(|one| one.gold == sentiment).collect();
        let right = gold.iter().filter(|one| one.said == sentiment).count();
        (!gold.is_empty()).then(|| right as f64 / gold.len() as f64)
    };
    let recalls: Vec<f64> = [Sentiment::Positive, Sentiment::Neutral, Sentiment::Negative]
        .into_iter()
        .filter_map(recall)
        .collect();
    recalls.iter().sum::<f64>() / recalls.len().max(1) as f64
}

/// Searches steepness and threshold on a grid.
fn fit(judged: &[Judged]) {
    let mut best = (f64::NEG_INFINITY, 0.0, 0.0);
    for steepness in (10..=80).map(|tenths| f64::from(tenths) / 10.0) {
        for threshold in (1..=60).map(|hundredths| f64::from(hundredths) / 100.0) {
            let logistic = |x: f64| 1.0 / (1.0 + (-steepness * (x - threshold)).exp());
            let likelihood = judged.iter().map(|one| {
                let (positive, negative) = (logistic(one.polarity), logistic(-one.polarity));
                match one.gold {
                    Sentiment::Positive => positive.ln(),
                    Sentiment::Negative => negative.ln(),
                    Sentiment::Neutral => (1.0 - positive - negative).ln(),
                }
            });
            let likelihood: f64 = likelihood.sum();
            if likelihood > best.0 {
                best = (likelihood, steepness, threshold);
            }
        }
    }
    println!("calibration: steepness {:.1}, threshold {:.2}", best.1, best.2);
}
