//! The entity model: its data, how it learns, its file and its figures.

mod clusters;
mod corpus;
mod figures;
mod learn;
mod lists;
mod renaming;
mod sets;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use entity_recognition::entities::entities_with;
use entity_recognition::features::fingerprint;
use entity_recognition::lexicon::{BUCKET_BYTES, Lexicon};
use entity_recognition::model::Model;
use serde_json::json;

use crate::Failure;
use crate::data::Data;
use crate::random::Random;
use figures::Figures;
use learn::{Examples, Learned, learn};
use renaming::Names;
use sets::{Form, SETS, Sentence, Set};

/// Where the analyzer has its model.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity-recognition/model.bin");

/// Trains on all sets and writes the file.
pub(crate) fn train(folder: &Path, to: Option<PathBuf>, seed: u64) -> Result<(), Failure> {
    let mut data = Data::of(folder);
    let trust = calibrate(&mut data, seed)?;
    let (learned, lexicon) = learn_from(&mut data, &|_, _| true, seed)?;
    let note = json!({
        "model": "entities, a conditional random field, for plugins/entity-recognition",
        "seed": seed,
        "data": data.hashes().iter().map(|(file, hash)| (file.clone(), json!(hash.get(..16)))).collect::<serde_json::Map<_, _>>(),
        "data_sha256": data.digest(),
        "features_learnt": learned.weights.len(),
        "features_kept": table::kept(&learned),
        "trust": trust,
        "fingerprint": fingerprint(Lexicon::of(lexicon.as_chunks::<BUCKET_BYTES>().0)),
    });
    fs::write(to.unwrap_or_else(|| FILE.into()), table::file(&learned, &lexicon, trust, &note)?)?;
    Ok(())
}

/// Prints the figures of a model on every development split, with spaces between the words and without.
pub(crate) fn evaluate(folder: &Path, file: Option<&Path>) -> Result<(), Failure> {
    let bytes = file.map(fs::read).transpose()?;
    let model = match &bytes {
        Some(bytes) => Model::of(bytes).ok_or("the file is no entity model")?,
        None => Model::embedded(),
    };
    let mut data = Data::of(folder);
    for form in [Form::Cut, Form::Natural] {
        let mut all = Vec::new();
        for set in SETS {
            let sentences = set.dev(&mut data)?;
            if !sentences.is_empty() {
                all.push((set.name, Figures::of(&model, &sentences, form)));
            }
        }
        figures::print(&all);
    }
    Ok(())
}

/// Sets that are left out together, to stand for texts of kinds that training never saw.
const HELD_OUT: [&[&str]; 5] = [
    &["crossner_ai", "crossner_literature", "crossner_music", "crossner_politics", "crossner_science"],
    &["uner_ewt"],
    &["gum_ne"],
    &["wnut17"],
    &["btc"],
];

/// Trains without sets, and prints the figures on them.
pub(crate) fn hold_out(folder: &Path) -> Result<(), Failure> {
    let mut all = Vec::new();
    for held_out in HELD_OUT {
        let mut data = Data::of(folder);
        let (learned, lexicon) = learn_from(&mut data, &|set, _| !held_out.contains(&set.name), 1)?;
        let bytes = table::file(&learned, &lexicon, 1.0, &json!({}))?;
        let model = Model::of(&bytes).ok_or("what was written is no model")?;
        for set in SETS.iter().filter(|set| held_out.contains(&set.name)) {
            all.push((set.name, Figures::of(&model, &set.dev(&mut data)?, Form::Cut)));
        }
    }
    figures::print(&all);
    Ok(())
}

/// Steps of the search for the trust, each of which halves what is left.
const TRUST_STEPS: usize = 10;

/// How far the odds are to be believed: so that the scores of names in sentences that were not learnt from are in the
/// mean how many of them are right. A model is surer of what it has seen than of what it has not.
fn calibrate(data: &mut Data, seed: u64) -> Result<f32, Failure> {
    let (learned, lexicon) = learn_from(data, &|_, sentence| !sentence.is_kept_back(), seed)?;
    let mut kept_back = Vec::new();
    for set in SETS {
        kept_back.extend(set.train(data)?.into_iter().filter(Sentence::is_kept_back));
    }
    let (mut low, mut high) = (0.1, 1.5);
    for _ in 0..TRUST_STEPS {
        let trust = f32::midpoint(low, high);
        let file = table::file(&learned, &lexicon, trust, &json!({}))?;
        let model = Model::of(&file).ok_or("what was written is no model")?;
        let excess = Figures::of(&model, &kept_back, Form::Natural).excess();
        if excess > 0.0 { high = trust } else { low = trust }
    }
    Ok(f32::midpoint(low, high))
}

/// Which sentences are learnt from.
type Chosen<'c> = &'c dyn Fn(&Set, &Sentence) -> bool;

/// Share of sentences that are learnt in small letters as well, and in capitals.
const SMALL: f32 = 0.1;
const SHOUTED: f32 = 0.05;
/// What such a sentence counts beside itself.
const REWRITTEN: f32 = 0.5;
/// Share of sentences with names that are learnt with other names as well.
const RENAMED: f32 = 0.5;
/// What such a sentence counts beside itself.
const RENAMED_COUNTS: f32 = 0.3;
/// What a text counts that the first model has labelled.
const LABELLED_COUNTS: f32 = 0.5;
/// The least score of each name in it.
const SURE: f64 = 0.6;
/// Share of the texts without names that are taken.
const NAMELESS: f32 = 0.05;
/// Origins beside the sets.
const OF_REWRITTEN: u32 = 100;
const OF_LABELLED: u32 = 101;

/// Learns from labelled sentences, then labels texts by what was learnt and learns from both (self-training: Yarowsky,
/// ACL 1995).
fn learn_from(data: &mut Data, chosen: Chosen<'_>, seed: u64) -> Result<(Learned, Vec<u8>), Failure> {
    let lines = corpus::lines(data, chosen)?;
    let written = corpus::written(&lines);
    let clusters = clusters::paths(&lines);
    let table = table::lexicon(&lists::lexicon(data, &clusters, &written)?);
    let lexicon = Lexicon::of(table.as_chunks().0);
    let names = Names::read(data)?;

    let first = learn(labelled(data, chosen, lexicon, &names, seed)?, seed, "first");
    let file = table::file(&first, &table, 1.0, &json!({}))?;
    let model = Model::of(&file).ok_or("what was written is no model")?;
    let mut examples = labelled(data, chosen, lexicon, &names, seed)?;
    let mut random = Random::of(seed);
    for text in corpus::to_label(data)? {
        let found = entities_with(&model, &text);
        let is_sure = found.iter().all(|entity| entity.score >= SURE);
        if is_sure && (!found.is_empty() || random.unit() < NAMELESS) {
            let spans: Vec<_> = found.into_iter().map(|entity| (entity.range, entity.kind)).collect();
            examples.add(lexicon, &text, &spans, OF_LABELLED, LABELLED_COUNTS);
        }
    }
    Ok((learn(examples, seed, "second"), table))
}

/// The labelled sentences, some of them also rewritten.
fn labelled(
    data: &mut Data,
    chosen: Chosen<'_>,
    lexicon: Lexicon<'_>,
    names: &Names,
    seed: u64,
) -> Result<Examples, Failure> {
    let mut examples = Examples::default();
    let mut random = Random::of(seed);
    for (origin, set) in (0..).zip(SETS) {
        for sentence in set.train(data)?.into_iter().filter(|sentence| chosen(set, sentence)) {
            let (text, spans) = sentence.text(Form::Natural);
            examples.add(lexicon, &text, &spans, origin, set.weight);
            for (share, changed) in [(SMALL, text.to_lowercase()), (SHOUTED, text.to_uppercase())] {
                // Only where every letter keeps its length: the names stay where they are.
                if random.unit() < share && changed.len() == text.len() && changed != text {
                    examples.add(lexicon, &changed, &spans, OF_REWRITTEN, set.weight * REWRITTEN);
                }
            }
            if sentence.has_names() && random.unit() < RENAMED {
                let (text, spans) = sentence.with(|kind| names.any(kind, &mut random)).text(Form::Natural);
                examples.add(lexicon, &text, &spans, origin, set.weight * RENAMED_COUNTS);
            }
        }
    }
    Ok(examples)
}
