//! Candidates: runs of words that look like one name.

use std::ops::Range;

use crate::cues::{
    LOCATION_HEADS, NOT_NAMES, ORGANIZATION_ENDS, ORGANIZATION_HEADS, PEOPLES, PERSON_PARTICLES, PLACES,
    TITLES,
};
use crate::gazetteer::{Gazetteer, Known};
use crate::words::{Gap, Shape, Word};

/// A run of words that looks like a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Indexes of its words.
    pub words: Range<usize>,
    /// Whether its letters say little, since everything around it is written in capitals.
    pub shouted: bool,
}

/// The candidates among `words`, in their order, none overlapping.
pub fn candidates(words: &[Word<'_>], gazetteer: &Gazetteer) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for line in lines(words) {
        let shouted = is_shouted(words.get(line.clone()).unwrap_or_default(), gazetteer);
        let finder = Finder { words, gazetteer, shouted, end: line.end };
        let mut at = line.start;
        while at < line.end {
            match finder.run(at) {
                Some(run) => {
                    at = run.end;
                    candidates.push(Candidate { words: run, shouted });
                }
                None => at += 1,
            }
        }
    }
    candidates
}

/// Stretches between words that begin a sentence.
fn lines(words: &[Word<'_>]) -> Vec<Range<usize>> {
    let starts = words.iter().enumerate().filter(|(_, word)| word.gap == Gap::Start).map(|(index, _)| index);
    let mut starts: Vec<usize> = starts.collect();
    starts.push(words.len());
    starts.iter().zip(starts.iter().skip(1)).map(|(start, end)| *start..*end).collect()
}

/// A line in which capitals tell nothing: almost every longer word has one, plain words among them. A list
/// of names has few of those.
fn is_shouted(line: &[Word<'_>], gazetteer: &Gazetteer) -> bool {
    let is_long =
        |word: &&Word<'_>| word.text.len() > 3 && !matches!(word.shape, Shape::Address | Shape::Other);
    let long: Vec<&Word<'_>> = line.iter().filter(is_long).collect();
    let capitals = long.iter().filter(|word| word.is_capital());
    let is_plain = |word: &&&Word<'_>| {
        let known = gazetteer.known(&word.lower);
        known.is(Known::COMMON) && !known.is_name()
    };
    let plain = capitals.clone().filter(is_plain).count();
    long.len() > 3 && capitals.count() * 10 >= long.len() * 9 && plain * 5 >= long.len()
}

struct Finder<'w, 't> {
    words: &'w [Word<'t>],
    gazetteer: &'w Gazetteer,
    shouted: bool,
    /// Where the line ends.
    end: usize,
}

impl Finder<'_, '_> {
    /// The longest run that begins at word `start`.
    fn run(&self, start: usize) -> Option<Range<usize>> {
        if !self.begins(start) {
            return None;
        }
        let mut end = start + 1;
        while let Some(next) = self.next(start, end) {
            end = next;
        }
        Some(start..end)
    }

    fn word(&self, index: usize) -> Option<&Word<'_>> {
        self.words.get(index).filter(|_| index < self.end)
    }

    fn known(&self, word: &Word<'_>) -> Known {
        self.gazetteer.known(&word.lower)
    }

    /// Whether a name can begin with this word.
    fn begins(&self, index: usize) -> bool {
        let Some(word) = self.word(index) else { return false };
        let lower = word.lower.as_str();
        let next = self.word(index + 1).filter(|next| next.gap == Gap::Space);
        if !word.is_capital() {
            // `iPhone`, `3M`: only if known.
            return word.shape != Shape::Address
                && self.known(word).is(Known::COMPANY)
                && !self.known(word).is(Known::COMMON)
                && word.text.chars().any(char::is_uppercase);
        }
        if word.shape == Shape::Initial {
            return word.text.ends_with('.') && next.is_some_and(Word::is_capital);
        }
        if NOT_NAMES.contains(&lower) {
            let place = |next: &Word<'_>| {
                PLACES.contains(&&*format!("{lower} {}", next.lower))
                    || self.gazetteer.known(&format!("{lower} {}", next.lower)).is_name()
            };
            return lower == "new" && next.is_some_and(|next| next.is_capital() && place(next))
                || (word.shape == Shape::Capitals && !self.shouted && PLACES.contains(&lower));
        }
        if TITLES.contains(&lower)
            && next.is_some_and(|next| next.is_capital() && !ORGANIZATION_ENDS.contains(&next.lower.as_str()))
        {
            return false;
        }
        if PEOPLES.contains(&lower) {
            return next.is_some_and(|next| {
                next.is_capital() && !self.shouted && !PEOPLES.contains(&next.lower.as_str())
            }) && self.has_end_ahead(index + 1);
        }
        let known = self.known(word);
        let placed = LOCATION_HEADS.contains(&lower) || ORGANIZATION_HEADS.contains(&lower);
        if self.shouted {
            return known.is_name() && !known.is(Known::COMMON)
                || PLACES.contains(&lower)
                || (placed && next.is_some_and(|next| self.known(next).is_name()));
        }
        // What begins a sentence has a capital anyway.
        word.gap != Gap::Start
            || !known.is(Known::COMMON)
            || (known.is_name() || placed || self.has_end_ahead(index + 1))
                && next.is_some_and(|next| next.is_capital() && !NOT_NAMES.contains(&next.lower.as_str()))
    }

    /// Whether the capitals that follow lead to the end of an organization's name.
    fn has_end_ahead(&self, start: usize) -> bool {
        (start..self.end)
            .map_while(|index| self.word(index).filter(|word| word.is_capital() && word.gap == Gap::Space))
            .any(|word| ORGANIZATION_ENDS.contains(&word.lower.as_str()))
    }

    /// Where a run that goes from `start` to `end` can go on to.
    fn next(&self, start: usize, end: usize) -> Option<usize> {
        let last = self.word(end - 1)?;
        let word = self.word(end)?;
        let lower = word.lower.as_str();
        if last.possessive {
            return None;
        }
        if word.gap == Gap::Comma
            && matches!(lower.trim_end_matches('.'), "inc" | "ltd" | "llc" | "corp" | "jr" | "sr")
            && word.is_capital()
        {
            return Some(end + 1);
        }
        if word.gap == Gap::Ampersand && !self.shouted && self.continues(last, word) {
            return Some(end + 1);
        }
        if word.gap != Gap::Space || word.shape == Shape::Address {
            return None;
        }
        if self.continues(last, word) {
            return Some(end + 1);
        }
        self.bridged(start, end, lower)
    }

    /// Whether a name that has got to `last` can go on with `word`.
    fn continues(&self, last: &Word<'_>, word: &Word<'_>) -> bool {
        let lower = word.lower.as_str();
        if !word.is_capital() || (NOT_NAMES.contains(&lower) && word.shape != Shape::Initial) {
            return false;
        }
        let known = self.known(word);
        let ends = ORGANIZATION_ENDS.contains(&lower) || crate::cues::LOCATION_ENDS.contains(&lower);
        let full_name = self.known(last).is(Known::FIRST_NAME) && known.is(Known::LAST_NAME);
        let only_a_name = known.is_name() && !known.is(Known::COMMON);
        !self.shouted || only_a_name || full_name || ends || word.shape == Shape::Initial
    }

    /// Over a small word: `University of Oxford`, `Vincent van Gogh`, `Marks & Spencer`.
    fn bridged(&self, start: usize, end: usize, small: &str) -> Option<usize> {
        let after = self.word(end + 1).filter(|after| after.gap == Gap::Space)?;
        let skips_article = small == "of" && after.lower == "the";
        let target = if skips_article { end + 2 } else { end + 1 };
        let target_word =
            self.word(target).filter(|target| target.gap == Gap::Space || target.gap == Gap::Mark)?;
        if !self.continues(after, target_word) || PEOPLES.contains(&target_word.lower.as_str()) {
            return None;
        }
        let heads = self.words.get(start..end).unwrap_or_default();
        let has_head = heads.iter().any(|word| {
            ORGANIZATION_HEADS.contains(&word.lower.as_str()) || LOCATION_HEADS.contains(&word.lower.as_str())
        });
        let joins = match small {
            "of" | "for" => has_head,
            _ => PERSON_PARTICLES.contains(&small),
        };
        joins.then_some(target + 1)
    }
}
