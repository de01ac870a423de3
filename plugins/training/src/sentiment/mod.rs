//! The sentiment model: its data, how it learns, its file and its figures.

mod figures;
mod learn;
mod lexicon;
mod sets;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use sentiment_analysis::features::fingerprint;
use sentiment_analysis::model::Model;
use serde_json::json;

use crate::Failure;
use crate::data::Data;
use figures::Figures;
use learn::{Learned, learn};
use sets::{SETS, Text};

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
            all.push((set.name, Figures::of(&model, &texts)));
        }
    }
    figures::print(&all);
    Ok(())
}

/// Trains without each set that has no development split, and prints the figures on it.
pub(crate) fn hold_out(folder: &Path) -> Result<(), Failure> {
    let mut all = Vec::new();
    for set in SETS.iter().filter(|set| set.stands_for_hidden) {
        let mut data = Data::of(folder);
        let learned = learned_without(&mut data, Some(set.name), 1)?;
        let bytes = table::file(&learned, &json!({}))?;
        let model = Model::of(&bytes).ok_or("what was written is no model")?;
        all.push((set.name, Figures::of(&model, &set.train(&mut data)?)));
    }
    figures::print(&all);
    Ok(())
}

fn learned_without(data: &mut Data, held_out: Option<&str>, seed: u64) -> Result<Learned, Failure> {
    let lexicon = lexicon::read(data)?;
    let mut sets: Vec<(&sets::Set, Vec<Text>)> = Vec::new();
    for set in SETS.iter().filter(|set| Some(set.name) != held_out) {
        sets.push((set, set.train(data)?));
    }
    Ok(learn(&sets, &lexicon, seed))
}
