//! Derives `gazetteer.tsv` from published lists and labelled texts (see NOTICE), given the folders:
//!
//! ```text
//! cargo run -p entity-recognition --example derive-gazetteer -- GAZETTEERS NER \
//!     > plugins/entity-recognition/gazetteer.tsv
//! ```
//!
//! A row is a name in lower case and letters for what it is: F first name, L last name, C country or part
//! of one, P other place, B word that is common in lower case, O organization, and p, o, l for what the
//! labelled texts mostly call it: person, organization, location.

#![expect(clippy::print_stdout, reason = "the table goes to standard output")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::fs;
use std::path::Path;

/// Texts whose frequent names are kept. Others are left for testing on strangers.
const NAMED_IN: [&str; 3] = ["wnut17", "btc", "tweebank"];
/// How often a name must occur, and how much of that with one label.
const MIN_NAMED: usize = 2;
const MIN_SHARE: f64 = 0.75;
/// How often a word must occur in lower case to be common.
const MIN_COMMON: usize = 3;
/// Ends of company names that are not part of what people call them.
const COMPANY_ENDS: [&str; 13] = [
    " Inc.", " Inc", " Corporation", " Corp.", " Company", " Co.", " plc", " Ltd.", " Holdings", " Group",
    " Incorporated", " (The)", " & Co.",
];

type Table = BTreeMap<String, BTreeSet<char>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gazetteers, labelled] = arguments.as_slice() else {
        return Err("name the folder with the gazetteers and the one with the labelled texts".into());
    };
    let (gazetteers, labelled) = (Path::new(gazetteers), Path::new(labelled));
    let mut table = Table::new();
    add_lines(&mut table, &gazetteers.join("names_smashew/first_us.txt"), 'F')?;
    add_lines(&mut table, &gazetteers.join("names_random/first.txt"), 'F')?;
    add_lines(&mut table, &gazetteers.join("names_random/last.txt"), 'L')?;
    add_cities(&mut table, &gazetteers.join("world_cities/world-cities.csv"))?;
    add_companies(&mut table, &gazetteers.join("sp500/constituents.csv"))?;
    add_labelled(&mut table, labelled)?;

    println!(
        "## Names in lower case and what they are, by letters that examples/derive-gazetteer.rs explains."
    );
    println!("## Derived from the lists and texts that NOTICE credits.");
    for (name, letters) in table {
        println!("{name}\t{}", letters.into_iter().collect::<String>());
    }
    Ok(())
}

fn add(table: &mut Table, name: &str, letter: char) {
    let name = name.trim().to_lowercase();
    // A single letter is an initial, whatever a list says.
    if name.chars().count() > 1 {
        table.entry(name).or_default().insert(letter);
    }
}

fn add_lines(table: &mut Table, file: &Path, letter: char) -> Result<(), Box<dyn Error>> {
    for line in fs::read_to_string(file)?.lines() {
        add(table, line, letter);
    }
    Ok(())
}

fn add_cities(table: &mut Table, file: &Path) -> Result<(), Box<dyn Error>> {
    for line in fs::read_to_string(file)?.lines().skip(1) {
        let columns = csv_columns(line);
        if let [city, country, part, ..] = columns.as_slice() {
            add(table, city, 'P');
            add(table, country, 'C');
            // A province that is called like people is no surer a place than a town is.
            let personal = table.get(&part.to_lowercase()).is_some_and(|letters| letters.contains(&'F'));
            add(table, part, if personal { 'P' } else { 'C' });
        }
    }
    Ok(())
}

fn add_companies(table: &mut Table, file: &Path) -> Result<(), Box<dyn Error>> {
    for line in fs::read_to_string(file)?.lines().skip(1) {
        if let Some(company) = csv_columns(line).get(1) {
            let mut name = company.as_str();
            while let Some(shorter) = COMPANY_ENDS.iter().find_map(|end| name.strip_suffix(end)) {
                name = shorter.trim_end_matches(',');
            }
            add(table, name, 'O');
        }
    }
    Ok(())
}

/// The columns of a line of comma-separated values without line breaks in them.
fn csv_columns(line: &str) -> Vec<String> {
    let mut columns = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match (c, columns.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => columns.push(String::new()),
            (c, Some(column)) => column.push(c),
            (_, None) => {}
        }
    }
    columns
}

fn add_labelled(table: &mut Table, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut common: HashMap<String, usize> = HashMap::new();
    let mut named: HashMap<String, BTreeMap<char, usize>> = HashMap::new();
    for entry in fs::read_dir(folder)? {
        let folder = entry?.path();
        let file = folder.join("train.conll");
        if !file.exists() {
            continue;
        }
        let names_count = NAMED_IN.iter().any(|set| folder.ends_with(set));
        for sentence in fs::read_to_string(file)?.split("\n\n") {
            count_common(sentence, &mut common);
            if names_count {
                count_named(sentence, &mut named);
            }
        }
    }
    for (word, _) in common.into_iter().filter(|(_, times)| *times >= MIN_COMMON) {
        add(table, &word, 'B');
    }
    for (name, labels) in named {
        let total: usize = labels.values().sum();
        if let Some((letter, times)) = labels.iter().max_by_key(|(_, times)| **times)
            && total >= MIN_NAMED
            && *times as f64 >= MIN_SHARE * total as f64
        {
            add(table, &name, *letter);
        }
    }
    Ok(())
}

fn count_common(sentence: &str, common: &mut HashMap<String, usize>) {
    for line in sentence.lines() {
        if let Some((word, "O")) = line.split_once('\t')
            && word.chars().all(char::is_lowercase)
        {
            *common.entry(word.to_owned()).or_default() += 1;
        }
    }
}

fn count_named(sentence: &str, named: &mut HashMap<String, BTreeMap<char, usize>>) {
    let mut current: Option<(char, String)> = None;
    for line in sentence.lines().chain([""]) {
        let (word, tag) = line.split_once('\t').unwrap_or(("", "O"));
        if let (Some((_, name)), true) = (&mut current, tag.starts_with("I-")) {
            name.push(' ');
            name.push_str(word);
            continue;
        }
        if let Some((letter, name)) = current.take()
            && !name.starts_with(['#', '@'])
        {
            *named.entry(name.to_lowercase()).or_default().entry(letter).or_default() += 1;
        }
        current = match tag {
            "B-PER" => Some(('p', word.to_owned())),
            "B-ORG" => Some(('o', word.to_owned())),
            "B-LOC" => Some(('l', word.to_owned())),
            _ => None,
        };
    }
}
