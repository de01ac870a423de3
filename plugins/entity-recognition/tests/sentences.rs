//! The analyzer on sentences of our own.

use std::collections::BTreeMap;
use std::ops::Range;

use entity_recognition::entities::entities;
use entity_recognition::labels::Kind;

type Name = (Range<usize>, Kind);

/// What F1 in hundredths must be over all sentences that are not marked as hard.
const WANTED: usize = 88;
/// So many in a hundred sentences of each kind must have just their names: no trap is left to chance.
const WANTED_OF_EACH: usize = 60;

#[derive(Default)]
struct Counts {
    sentences: usize,
    whole: usize,
    right: usize,
    found: usize,
    gold: usize,
}

#[test]
fn most_names_in_sentences_of_every_kind_are_found() {
    let mut kinds: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in include_str!("sentences.tsv").lines().filter(|line| !line.starts_with('#')) {
        let (kind, marked) = line.split_once('\t').expect("two columns");
        let (text, gold) = read(marked).expect(marked);
        let found: Vec<Name> =
            entities(&text).into_iter().map(|entity| (entity.range, entity.kind)).collect();
        let right = gold.iter().filter(|name| found.contains(name)).count();
        let counts = kinds.entry(kind).or_default();
        counts.sentences += 1;
        counts.right += right;
        counts.found += found.len();
        counts.gold += gold.len();
        if found == gold {
            counts.whole += 1;
        } else {
            let named = |(range, kind): &Name| format!("{} {}", kind.label(), &text[range.clone()]);
            wrong.push(format!("{kind}: {marked}: {:?}", found.iter().map(named).collect::<Vec<_>>()));
        }
    }
    let rows: Vec<String> = kinds
        .iter()
        .map(|(kind, counts)| format!("{kind}: {} of {} whole", counts.whole, counts.sentences))
        .collect();
    let table = format!("{rows:#?}\n{wrong:#?}");
    kinds.remove("hard").expect("there are hard ones");
    let sum = |of: fn(&Counts) -> usize| kinds.values().map(of).sum::<usize>();
    let f1 = 200 * sum(|counts| counts.right) / (sum(|counts| counts.found) + sum(|counts| counts.gold));
    println!("F1 {f1}, {table}");
    assert!(f1 >= WANTED, "F1 {f1}: {table}");
    for (kind, counts) in kinds {
        assert!(counts.whole * 100 >= counts.sentences * WANTED_OF_EACH, "{kind}: {table}");
    }
}

/// A sentence without its brackets, and the names in them; none where a bracket is not as it should be.
fn read(marked: &str) -> Option<(String, Vec<Name>)> {
    let (mut text, mut names) = (String::new(), Vec::new());
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once('[') {
        let (name, after) = after.split_once(']')?;
        let (letter, name) = name.split_once(' ')?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.label().starts_with(letter))?;
        text.push_str(before);
        names.push((text.len()..text.len() + name.len(), kind));
        text.push_str(name);
        rest = after;
    }
    text.push_str(rest);
    Some((text, names))
}
