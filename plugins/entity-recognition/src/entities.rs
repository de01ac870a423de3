//! The entities of a document.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::candidates::candidates;
use crate::gazetteer::Gazetteer;
use crate::judge::{Evidence, Kind, judge};
use crate::words::{Word, words};

/// A name in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it names.
    pub kind: Kind,
    /// How sure that is, from 0 to 1.
    pub score: f64,
}

/// What a person's full name, once given, is worth to their last name alone later on.
const NAMED_BEFORE: f64 = 1.6;

/// The entities of `text`, in their order, none overlapping.
pub fn entities(text: &str) -> Vec<Entity> {
    let gazetteer = Gazetteer::embedded();
    let words = words(text);
    let mut named_before = BTreeSet::new();
    let mut entities = Vec::new();
    for candidate in candidates(&words, &gazetteer) {
        let mut evidence = judge(&words, &candidate, &gazetteer);
        let inside = words.get(candidate.words.clone()).unwrap_or_default();
        recall(&named_before, inside, &mut evidence);
        let (Some((kind, score)), Some(first), Some(last)) =
            (evidence.decide(), inside.first(), inside.last())
        else {
            continue;
        };
        if kind == Kind::Person && inside.len() > 1 {
            named_before.insert(last.lower.clone());
        }
        entities.push(Entity { range: first.range.start..last.range.end, kind, score });
    }
    entities
}

/// A last name alone is the person whose full name came before.
fn recall(named_before: &BTreeSet<String>, inside: &[Word<'_>], evidence: &mut Evidence) {
    if let [only] = inside
        && named_before.contains(&only.lower)
    {
        evidence.person += NAMED_BEFORE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&str, &'static str)> {
        entities(text).into_iter().map(|entity| (&text[entity.range], entity.kind.label())).collect()
    }

    #[test]
    fn a_last_name_is_remembered() {
        let text = "Ada Lovelace wrote programs. Later Lovelace fell ill.";
        assert_eq!(found(text), [("Ada Lovelace", "PERSON"), ("Lovelace", "PERSON")]);
    }

    #[test]
    fn titles_and_possessives_are_not_part_of_a_name() {
        assert_eq!(found("We met Dr. John Smith's mother."), [("John Smith", "PERSON")]);
    }

    #[test]
    fn plain_text_names_nobody() {
        assert!(found("The train leaves at nine. Nobody was there, so we went home.").is_empty());
    }

    proptest! {
        #[test]
        fn entities_lie_in_the_text_in_order(text in "([A-Z][a-z]{1,8}|[a-z]{1,6}|[.,&']|\\PC| ){0,40}") {
            let mut end = 0;
            for entity in entities(&text) {
                prop_assert!(entity.range.start >= end && text.get(entity.range.clone()).is_some());
                prop_assert!((0.0..=1.0).contains(&entity.score));
                end = entity.range.end;
            }
        }
    }
}
