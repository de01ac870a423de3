//! Measures the analyzer on labelled texts, given the folder that holds a folder per set:
//!
//! ```text
//! cargo run --release -p entity-recognition --example evaluate-entities -- SETS dev [--errors]
//! ```
//!
//! Prints precision, recall and F1 of exact spans with their kind, a row per set, and the F1 of each kind.
//! The words of a sentence are joined with spaces. With `--errors` it prints what was wrong.

#![expect(clippy::print_stdout, reason = "the table goes to standard output")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

use entity_recognition::entities::entities;

type Span = (Range<usize>, &'static str);

#[derive(Clone, Copy, Default)]
struct Counts {
    right: usize,
    found: usize,
    gold: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.found += other.found;
        self.gold += other.gold;
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.right as f64 / self.gold.max(1) as f64
    }

    fn f1(&self) -> f64 {
        2.0 * self.right as f64 / (self.found + self.gold).max(1) as f64
    }
}

const KINDS: [&str; 3] = ["PERSON", "ORGANIZATION", "LOCATION"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, split, rest @ ..] = arguments.as_slice() else {
        return Err("name the folder of the sets, and the split: dev or train".into());
    };
    let errors = rest.iter().any(|argument| argument == "--errors");
    println!("set\tprecision\trecall\tF1\tPERSON\tORGANIZATION\tLOCATION");
    let mut mean = Vec::new();
    let mut sets: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    sets.sort_by_key(fs::DirEntry::path);
    for set in sets {
        let file = set.path().join(split).with_extension("conll");
        if file.exists() {
            let counts = measure(&file, errors)?;
            let mut all = Counts::default();
            counts.values().for_each(|kind| all.add(*kind));
            let of_kind = |kind: &str| counts.get(kind).copied().unwrap_or_default().f1();
            let kinds: Vec<String> = KINDS.iter().map(|kind| format!("{:.3}", of_kind(kind))).collect();
            let name = set.file_name().to_string_lossy().into_owned();
            println!(
                "{name}\t{:.3}\t{:.3}\t{:.3}\t{}",
                all.precision(),
                all.recall(),
                all.f1(),
                kinds.join("\t")
            );
            mean.push(all.f1());
        }
    }
    println!("mean\t\t\t{:.3}", mean.iter().sum::<f64>() / mean.len().max(1) as f64);
    Ok(())
}

fn measure(file: &Path, errors: bool) -> Result<BTreeMap<&'static str, Counts>, Box<dyn Error>> {
    let mut counts: BTreeMap<&'static str, Counts> = BTreeMap::new();
    for sentence in fs::read_to_string(file)?.split("\n\n") {
        let (text, gold) = read(sentence)?;
        let found: Vec<Span> =
            entities(&text).into_iter().map(|entity| (entity.range, entity.kind.label())).collect();
        for (range, kind) in &gold {
            let right = found.contains(&(range.clone(), *kind));
            counts.entry(kind).or_default().add(Counts { right: usize::from(right), found: 0, gold: 1 });
            if errors && !right {
                println!("missed {kind} {:?} in {text:?}", text.get(range.clone()));
            }
        }
        for (range, kind) in &found {
            counts.entry(kind).or_default().found += 1;
            if errors && !gold.contains(&(range.clone(), *kind)) {
                println!("invented {kind} {:?} in {text:?}", text.get(range.clone()));
            }
        }
    }
    Ok(counts)
}

/// The text of a sentence and its labelled spans.
fn read(sentence: &str) -> Result<(String, Vec<Span>), Box<dyn Error>> {
    let (mut text, mut spans): (String, Vec<Span>) = (String::new(), Vec::new());
    let mut inside = false;
    for line in sentence.lines().filter(|line| !line.is_empty()) {
        let (word, tag) = line.split_once('\t').ok_or("a line without a tab")?;
        if !text.is_empty() {
            text.push(' ');
        }
        let range = text.len()..text.len() + word.len();
        text.push_str(word);
        match (tag.split_once('-'), spans.last_mut()) {
            (Some(("I", _)), Some((last, _))) if inside => last.end = range.end,
            (Some((_, kind)), _) => spans.push((range, kind_of(kind)?)),
            (None, _) => {}
        }
        inside = tag != "O";
    }
    Ok((text, spans))
}

fn kind_of(tag: &str) -> Result<&'static str, Box<dyn Error>> {
    match tag {
        "PER" => Ok("PERSON"),
        "ORG" => Ok("ORGANIZATION"),
        "LOC" => Ok("LOCATION"),
        other => Err(format!("no such tag: {other}").into()),
    }
}
