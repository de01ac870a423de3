//! Text without labels, as words: for clusters, and for how words are mostly written.

use std::collections::HashMap;

use entity_recognition::tokens::{Kind, Token, tokens};
use serde::Deserialize;

use super::Chosen;
use super::sets::{Form, SETS};
use crate::Failure;
use crate::data::Data;

/// Texts for sentiment, which are of the same kinds.
const TEXTS: [&str; 10] = [
    "tweeteval", "sst", "rt_polarity", "pros_cons", "dynasent_r1", "dynasent_r2", "customer_reviews",
    "vader_tweets", "vader_amazon", "vader_nyt",
];

/// Those of them that are labelled by a first model: the others name few.
const TO_LABEL: [&str; 4] = ["tweeteval", "vader_tweets", "vader_nyt", "dynasent_r1"];

/// The lines of all training texts, in their order.
pub(super) fn lines(data: &mut Data, chosen: Chosen<'_>) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    for set in SETS {
        let sentences = set.train(data)?;
        let chosen = sentences.iter().filter(|sentence| chosen(set, sentence));
        lines.extend(chosen.map(|sentence| sentence.text(Form::Cut).0));
    }
    for set in TEXTS {
        lines.append(&mut texts(data, set)?);
    }
    Ok(lines)
}

/// Texts to label by a first model.
pub(super) fn to_label(data: &mut Data) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for set in TO_LABEL {
        all.append(&mut texts(data, set)?);
    }
    Ok(all)
}

fn texts(data: &mut Data, set: &str) -> Result<Vec<String>, Failure> {
    #[derive(Deserialize)]
    struct Row {
        text: String,
    }
    let rows = data.read(&format!("sentiment/{set}/train.jsonl"))?;
    rows.lines().map(|line| Ok(serde_json::from_str::<Row>(line)?.text)).collect()
}

/// How often a word is written in which way.
#[derive(Clone, Copy, Default)]
pub(super) struct Written {
    small: u32,
    capital: u32,
}

impl Written {
    /// Whether it was seen often enough to be told apart from chance.
    pub(super) fn is_frequent(self) -> bool {
        self.small + self.capital >= 3
    }

    /// The class of a word that is written so; 0 if it was not seen where that can be told.
    pub(super) fn class(self) -> u8 {
        let all = self.small + self.capital;
        if all == 0 {
            return 0;
        }
        let share = reached(&[2, 10, 35, 65, 90], self.capital * 100 / all);
        let frequency = reached(&[3, 10, 100], all);
        1 + share * 4 + frequency
    }
}

/// How many of the steps a number has reached.
fn reached(steps: &[u32], number: u32) -> u8 {
    steps.iter().map(|step| u8::from(number >= *step)).sum()
}

/// How all words are written, where a sentence does not begin.
pub(super) fn written(lines: &[String]) -> HashMap<u32, Written> {
    let mut written: HashMap<u32, Written> = HashMap::new();
    for line in lines {
        let mut all: Vec<Token> = Vec::new();
        tokens(line, |token| all.push(token));
        let capitals = all.iter().filter(|token| token.is_capital()).count();
        let small = all.iter().filter(|token| token.is_small()).count();
        // What is written in capitals or as a title says nothing.
        if capitals > small {
            continue;
        }
        for pair in all.windows(2) {
            if let [before, token] = pair
                && before.kind == Kind::Word
                && token.kind == Kind::Word
            {
                let written = written.entry(token.word).or_default();
                written.small += u32::from(token.is_small());
                written.capital += u32::from(token.is_capital());
            }
        }
    }
    written
}
