//! Packs `gazetteer.tsv` into a finite-state map that is searched where it lies, without being read first.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use fst::MapBuilder;

/// The letters of the table, in the order of their bits.
const LETTERS: &str = "FLCPBOpol";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=gazetteer.tsv");
    let table = fs::read_to_string("gazetteer.tsv")?;
    let mut entries = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with("## ")) {
        let (name, letters) = line.split_once('\t').ok_or("a line without a tab")?;
        let mut flags = 0;
        for letter in letters.chars() {
            flags |= 1 << LETTERS.find(letter).ok_or("an unknown letter")?;
        }
        entries.push((name, flags));
    }
    entries.sort_unstable();
    let mut map = MapBuilder::memory();
    map.extend_iter(entries)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("gazetteer.fst"), map.into_inner()?)?;
    Ok(())
}
