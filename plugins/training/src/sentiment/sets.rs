//! The labelled texts.

use sentiment_analysis::features::{BEFORE_CONTRAST, Event, features};
use sentiment_analysis::model::Sentiment;
use sentiment_analysis::sentences::sentences;
use sentiment_analysis::spelling::hash;
use serde::Deserialize;

use crate::Failure;
use crate::data::Data;

/// A set of labelled texts, and what it counts in training.
pub(super) struct Set {
    pub(super) name: &'static str,
    folder: &'static str,
    train: &'static str,
    /// What a text of it counts beside one of the tweets, which are the most.
    pub(super) weight: f32,
    /// Whether it knows neutral. One that does not says nothing of how frequent it is.
    pub(super) has_neutral: bool,
    /// Whether its labels mean what the analyzer's are to mean: the calibration looks at these sets.
    pub(super) is_typical: bool,
    /// Whether it has no development split and can be left out, to stand for a set that training never saw.
    pub(super) stands_for_hidden: bool,
    /// Whether its other half is what it is measured by.
    pub(super) is_half: bool,
}

const fn set(name: &'static str, weight: f32) -> Set {
    Set {
        name,
        folder: name,
        train: "train",
        weight,
        has_neutral: true,
        is_typical: false,
        stands_for_hidden: false,
        is_half: false,
    }
}

/// A set of which the other half is hidden.
const fn half(name: &'static str, weight: f32) -> Set {
    Set { stands_for_hidden: true, is_half: true, ..set(name, weight) }
}

/// All sets. Their weights were chosen by the mean over development splits and held-out sets.
pub(super) const SETS: &[Set] = &[
    Set { is_typical: true, ..set("tweeteval", 1.0) },
    Set { is_typical: true, ..set("sst", 2.0) },
    Set { folder: "sst", train: "train_phrases", ..set("sst_phrases", 0.2) },
    Set { has_neutral: false, stands_for_hidden: true, ..set("rt_polarity", 1.0) },
    Set { has_neutral: false, stands_for_hidden: true, ..set("pros_cons", 0.3) },
    Set { is_typical: true, ..set("dynasent_r1", 4.0) },
    Set { is_typical: true, ..set("dynasent_r2", 4.0) },
    Set { has_neutral: false, ..half("customer_reviews", 2.0) },
    half("vader_tweets", 2.0),
    half("vader_amazon", 2.0),
    half("vader_nyt", 2.0),
];

/// A labelled text.
pub(super) struct Text {
    pub(super) text: String,
    pub(super) gold: Sentiment,
}

/// The same for the same text in every set, however it is written.
pub(super) fn letters_hash(text: &str) -> u32 {
    let letters: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    hash(&letters)
}

/// The keys of a text's features and what each counts, sentence by sentence as the analyzer reads it.
pub(super) fn read_features(text: &str) -> Vec<(u32, f32)> {
    let mut all = Vec::new();
    for range in sentences(text) {
        let begin = all.len();
        features(text.get(range).unwrap_or_default(), 0, |event| match event {
            Event::Feature(feature) => all.push((feature.key, 1.0)),
            Event::Contrast => {
                all.iter_mut()
                    .skip(begin)
                    .for_each(|(_, counts): &mut (u32, f32)| *counts *= BEFORE_CONTRAST);
            }
        });
    }
    all
}

impl Set {
    /// What there is to learn from.
    pub(super) fn train(&self, data: &mut Data) -> Result<Vec<Text>, Failure> {
        read(data, &format!("sentiment/{}/{}.jsonl", self.folder, self.train))
    }

    /// What there is to measure on; nothing for most.
    pub(super) fn dev(&self, data: &mut Data) -> Result<Vec<Text>, Failure> {
        let file = format!("sentiment/{}/dev.jsonl", self.name);
        if data.has(&file) { read(data, &file) } else { Ok(Vec::new()) }
    }
}

fn read(data: &mut Data, file: &str) -> Result<Vec<Text>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        text: String,
        label: String,
    }
    let rows = data.read(file)?;
    let read = rows.lines().map(|line| {
        let Row { text, label } = serde_json::from_str(line)?;
        let gold = Sentiment::ALL.into_iter().find(|sentiment| sentiment.label() == label);
        Ok(Text { text, gold: gold.ok_or_else(|| format!("{file}: no such label: {label}"))? })
    });
    read.collect()
}
