//! The sentiment model: its data, how it learns, its file and its figures.

mod figures;
mod learn;
mod lexicon;
mod sets;
mod table;

use std::path::{Path, PathBuf};
use std::{fmt, fs};

use sentiment_analysis::features::fingerprint;
use sentiment_analysis::model::Model;
use serde_json::json;

use crate::Failure;
use crate::data::Data;
use figures::Figures;
use learn::{Learned, learn};
use sets::{SETS, Text, letters_hash};

/// Where the analyzer has its model.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sentiment-analysis/model.bin");

/// Trains on all sets and writes the file.
pub(crate) fn train(folder: &Path, to: Option<PathBuf>, seed: u64) -> Result<(), Failure> {
    let mut data = Data::of(folder);
    let learned = learned_without(&mut data, None, seed)?;
    let note = json!({
        "model": "sentiment, linear, for plugins/sentiment-analysis",
        "seed": seed,
        "data": data.hashes().iter().map(|(file, hash)| (file.clone(), json!(hash.get(..16)))).collect::<serde_json::Map<_, _>>(),
        "data_sha256": data.digest(),
        "features_learnt": learned.weights.len(),
        "features_kept": table::kept(&learned),
        "fingerprint": fingerprint(),
    });
    fs::write(to.unwrap_or_else(|| FILE.into()), table::file(&learned, &note)?)?;
    Ok(())
}

/// Prints the figures of a model on every development split.
pub(crate) fn evaluate(folder: &Path, file: Option<&Path>) -> Result<(), Failure> {
    let bytes = file.map(fs::read).transpose()?;
    let model = match &bytes {
        Some(bytes) => Model::of(bytes).ok_or("the file is no sentiment model")?,
        None => Model::embedded(),
    };
    let mut data = Data::of(folder);
    let mut all = Vec::new();
    for set in SETS {
        let texts = set.dev(&mut data)?;
        if !texts.is_empty() {
            all.push((set.name.to_owned(), Figures::of(&model, &texts)));
        }
    }
    figures::print(&all);
    Ok(())
}

/// Trains without each set that has no development split, and prints the figures on it. Then, for the sets of
/// which training has a half and the other is hidden, trains with half of that and measures on what is left.
pub(crate) fn hold_out(folder: &Path) -> Result<(), Failure> {
    let mut all = Vec::new();
    for set in SETS.iter().filter(|set| set.stands_for_hidden) {
        let halves: &[Option<u32>] = if set.is_half { &[None, Some(0), Some(1)] } else { &[None] };
        for half in halves {
            let left_out = LeftOut { set: set.name, half: *half };
            let mut data = Data::of(folder);
            let learned = learned_without(&mut data, Some(left_out), 1)?;
            let bytes = table::file(&learned, &json!({}))?;
            let model = Model::of(&bytes).ok_or("what was written is no model")?;
            let mut texts = set.train(&mut data)?;
            texts.retain(|text| left_out.has(set, text));
            all.push((left_out.to_string(), Figures::of(&model, &texts)));
        }
    }
    figures::print(&all);
    Ok(())
}

/// A set that training is not to see, or half of it.
#[derive(Clone, Copy)]
struct LeftOut {
    set: &'static str,
    half: Option<u32>,
}

impl LeftOut {
    fn has(&self, set: &sets::Set, text: &Text) -> bool {
        self.set == set.name && self.half.is_none_or(|half| letters_hash(&text.text) % 2 == half)
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(half) = self.half else { return f.write_str(self.set) };
        write!(f, "{}, half {}", self.set, half + 1)
    }
}

fn learned_without(data: &mut Data, left_out: Option<LeftOut>, seed: u64) -> Result<Learned, Failure> {
    let lexicon = lexicon::read(data)?;
    let mut sets: Vec<(&sets::Set, Vec<Text>)> = Vec::new();
    for set in SETS {
        let mut texts = set.train(data)?;
        texts.retain(|text| !left_out.is_some_and(|left_out| left_out.has(set, text)));
        if !texts.is_empty() {
            sets.push((set, texts));
        }
    }
    Ok(learn(&sets, &lexicon, seed))
}
