//! Packs `lexicon.tsv` into a finite-state map that is searched where it lies, without being read first.

use std::env;
use std::error::Error;
use std::fs;
use std::path::Path;

use fst::MapBuilder;

/// Valences are kept as tenths, shifted to be above 0.
const SHIFT: i64 = 100;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=lexicon.tsv");
    let table = fs::read_to_string("lexicon.tsv")?;
    let mut entries = Vec::new();
    for line in table.lines().filter(|line| !line.starts_with("## ")) {
        let (word, tenths) = line.rsplit_once('\t').ok_or("a line without a tab")?;
        entries.push((word, u64::try_from(tenths.parse::<i64>()? + SHIFT)?));
    }
    entries.sort_unstable();
    let mut map = MapBuilder::memory();
    map.extend_iter(entries)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("lexicon.fst"), map.into_inner()?)?;
    Ok(())
}
