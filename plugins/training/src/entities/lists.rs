//! Lists of names, and words around names: the developers', WordNet's and our own.

use std::collections::{BTreeMap, HashMap};

use entity_recognition::lexicon::{Entry, Flags, LONGEST, phrase};
use entity_recognition::tokens::tokens;

use super::corpus::Written;
use crate::Failure;
use crate::data::Data;

/// Lists of our own writing, names with commas between them.
pub(super) const ORGANIZATIONS: &str = include_str!("../../lists/organizations.txt");
/// See [`ORGANIZATIONS`].
pub(super) const PEOPLE: &str = include_str!("../../lists/people.txt");
/// See [`ORGANIZATIONS`].
pub(super) const PLACES: &str = include_str!("../../lists/places.txt");
/// See [`ORGANIZATIONS`].
pub(super) const TOWNS: &str = include_str!("../../lists/towns.txt");
/// Words around names, of our own writing, in sections.
const CUES: &str = include_str!("../../lists/cues.txt");
/// The names in WordNet 3.1 (Princeton University), one a line.
const WORDNET: [(&str, Flags); 3] = [
    (include_str!("../../lists/wordnet/organizations.txt"), Flags::ORGANIZATION),
    (include_str!("../../lists/wordnet/people.txt"), Flags::PERSON),
    (include_str!("../../lists/wordnet/places.txt"), Flags::REGION),
];

/// Ends of company names that are not part of what people call them.
const COMPANY_ENDS: [&str; 13] = [
    " Inc.", " Inc", " Corporation", " Corp.", " Company", " Co.", " plc", " Ltd.", " Holdings", " Group",
    " Incorporated", " (The)", " & Co.",
];

/// What lists say of words and phrases, by their keys.
#[derive(Default)]
struct Listed(BTreeMap<u32, Flags>);

impl Listed {
    fn add(&mut self, name: &str, flag: Flags) {
        let words = words(name);
        let is_phrase = Flags::OF_PHRASES.contains(&flag);
        let is_short = name.trim().chars().count() < 2;
        if is_short || words.is_empty() || words.len() > LONGEST || (words.len() > 1 && !is_phrase) {
            return;
        }
        let mut key = None;
        for (place, word) in words.iter().enumerate() {
            let longer = key.map_or(*word, |key| phrase(key, *word));
            key = Some(longer);
            let entry = self.0.entry(longer).or_default();
            *entry = entry.and(if place + 1 == words.len() { flag } else { Flags::GOES_ON });
        }
    }

    fn add_lines(&mut self, lines: &str, flag: Flags) {
        lines.lines().for_each(|name| self.add(name, flag));
    }

    fn add_cues(&mut self) -> Result<(), Failure> {
        let mut flag = Flags::default();
        for line in CUES.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[') {
                Some(section) => flag = flag_of(section.trim_end_matches(']'))?,
                None => line.split_whitespace().for_each(|word| self.add(word, flag)),
            }
        }
        Ok(())
    }
}

fn flag_of(section: &str) -> Result<Flags, Failure> {
    Ok(match section {
        "titles" => Flags::TITLE,
        "organization ends" => Flags::ORGANIZATION_END,
        "organization heads" => Flags::ORGANIZATION_HEAD,
        "place ends" => Flags::PLACE_END,
        "place heads" => Flags::PLACE_HEAD,
        "peoples" => Flags::PEOPLE,
        "particles" => Flags::PARTICLE,
        "other names" => Flags::OTHER_NAME,
        other => return Err(format!("cues.txt: no such section: {other}").into()),
    })
}

/// The words of a name, by their hashes.
fn words(name: &str) -> Vec<u32> {
    let mut words = Vec::new();
    tokens(name, |token| words.push(token.word));
    words
}

/// The names of a list of our own.
pub(super) fn names(list: &str) -> impl Iterator<Item = &str> {
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|name| !name.is_empty())
}

/// Everything that is known of words, by their keys: what lists say of them, the paths to their clusters, and how they
/// are mostly written.
pub(super) fn lexicon(
    data: &mut Data,
    clusters: &BTreeMap<u32, u16>,
    written: &HashMap<u32, Written>,
) -> Result<BTreeMap<u32, Entry>, Failure> {
    let mut lexicon: BTreeMap<u32, Entry> = BTreeMap::new();
    for (key, flags) in listed(data, written)?.0 {
        lexicon.entry(key).or_default().flags = flags;
    }
    for (key, path) in clusters {
        lexicon.entry(*key).or_default().cluster = *path;
    }
    for (key, written) in written {
        let class = written.class();
        if class > 0 && (lexicon.contains_key(key) || written.is_frequent()) {
            lexicon.entry(*key).or_default().case = class;
        }
    }
    Ok(lexicon)
}

fn listed(data: &mut Data, written: &HashMap<u32, Written>) -> Result<Listed, Failure> {
    let mut listed = Listed::default();
    for file in ["names_smashew/first_us.txt", "names_smashew/first_all.txt", "names_random/first.txt"] {
        listed.add_lines(&data.read(&format!("gazetteers/{file}"))?, Flags::FIRST_NAME);
    }
    listed.add_lines(&data.read("gazetteers/names_random/last.txt")?, Flags::LAST_NAME);
    // Of the long list only names that occur: the others would fill the table.
    let occurs = |name: &&str| words(name).first().is_some_and(|word| written.contains_key(word));
    for name in data.read("gazetteers/names_smashew/last_us.txt")?.lines().filter(occurs) {
        listed.add(name, Flags::LAST_NAME);
    }
    for row in rows(&data.read("gazetteers/world_cities/world-cities.csv")?) {
        let row = row?;
        for (column, flag) in [(0, Flags::TOWN), (1, Flags::REGION), (2, Flags::REGION)] {
            listed.add(row.get(column).unwrap_or_default(), flag);
        }
    }
    listed.add_lines(&data.read("gazetteers/names_random/places.txt")?, Flags::TOWN);
    for row in rows(&data.read("gazetteers/sp500/constituents.csv")?) {
        let row = row?;
        let mut name = row.get(1).unwrap_or_default();
        while let Some(shorter) = COMPANY_ENDS.iter().find_map(|end| name.strip_suffix(end)) {
            name = shorter.trim_end_matches(',');
        }
        listed.add(name, Flags::ORGANIZATION);
    }
    let own = [
        (ORGANIZATIONS, Flags::ORGANIZATION),
        (PEOPLE, Flags::PERSON),
        (PLACES, Flags::REGION),
        (TOWNS, Flags::TOWN),
    ];
    for (list, flag) in own {
        names(list).for_each(|name| listed.add(name, flag));
    }
    for (list, flag) in WORDNET {
        // A word by itself is seldom only what WordNet knows it for.
        list.lines().filter(|name| name.contains(' ')).for_each(|name| listed.add(name, flag));
    }
    listed.add_cues()?;
    let known = own.map(|(list, _)| list).into_iter().chain(WORDNET.map(|(list, _)| list)).chain([CUES]);
    data.know("lists", &known.collect::<String>());
    Ok(listed)
}

/// The rows of comma-separated values, without the first.
fn rows(text: &str) -> impl Iterator<Item = csv::Result<csv::StringRecord>> {
    csv::Reader::from_reader(text.as_bytes()).into_records()
}

#[cfg(test)]
mod tests {
    use entity_recognition::tokens::hash;

    use super::*;

    #[test]
    fn a_phrase_is_found_word_by_word() {
        let mut listed = Listed::default();
        listed.add("New York City", Flags::TOWN);
        listed.add("New", Flags::PLACE_HEAD);
        let (new, york, city) = (hash("new"), hash("york"), hash("city"));
        let flags = |key: u32| listed.0.get(&key).copied().unwrap_or_default();
        assert_eq!(flags(new), Flags::GOES_ON.and(Flags::PLACE_HEAD));
        assert_eq!(flags(phrase(new, york)), Flags::GOES_ON);
        assert_eq!(flags(phrase(phrase(new, york), city)), Flags::TOWN);
        assert_eq!(flags(york), Flags::default());
    }

    #[test]
    fn our_own_lists_are_lists() {
        for list in [ORGANIZATIONS, PEOPLE, PLACES, TOWNS] {
            let long: Vec<&str> = names(list).filter(|name| words(name).len() > LONGEST).collect();
            assert!(names(list).count() > 300 && long.is_empty(), "{long:?}");
        }
        Listed::default().add_cues().unwrap();
    }
}
