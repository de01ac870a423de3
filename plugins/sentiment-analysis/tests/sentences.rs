//! The analyzer on sentences of our own.

use std::collections::BTreeMap;

use sentiment_analysis::document::analyze;

/// So many in a hundred must be right, of those that are not marked as hard.
const WANTED: usize = 85;
/// The same of each kind of them: no trap is left to chance.
const WANTED_OF_EACH: usize = 60;

#[test]
fn most_sentences_of_every_kind_are_right() {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in include_str!("sentences.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.splitn(3, '\t');
        let [label, kind, text] = [(); 3].map(|()| columns.next().expect("three columns"));
        let said = analyze(text, false).distribution.likeliest().label();
        let (right, all) = kinds.entry(kind).or_default();
        *all += 1;
        if said == label {
            *right += 1;
        } else {
            wrong.push(format!("{kind}: {said}, not {label}: {text}"));
        }
    }
    let table = format!("{kinds:#?}\n{wrong:#?}");
    kinds.remove("hard").expect("there are hard ones");
    let (right, all) = kinds.values().fold((0, 0), |(right, all), (more, most)| (right + more, all + most));
    assert!(right * 100 >= all * WANTED, "{right} of {all}: {table}");
    for (kind, (right, all)) in kinds {
        assert!(right * 100 >= all * WANTED_OF_EACH, "{kind}: {table}");
    }
    println!("{right} of {all}: {table}");
}
