//! What a candidate is: evidence for each kind, added up.
//!
//! The weights are set by hand and checked on labelled texts (`examples/evaluate-entities.rs`).

use crate::candidates::Candidate;
use crate::cues::{
    ACRONYMS, LOCATION_ENDS, LOCATION_HEADS, ORGANIZATION_ENDS, ORGANIZATION_HEADS, PERSON_PREPOSITIONS,
    PERSON_VERBS, PLACE_PREPOSITIONS, PLACES, ROYAL_TITLES, TITLES,
};
use crate::gazetteer::{Gazetteer, Known};
use crate::words::{Gap, Shape, Word};

/// What a name can be the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// People, also in books and films.
    Person,
    /// Companies, institutions, parties, teams, bands.
    Organization,
    /// Countries, towns, streets, rivers.
    Location,
}

impl Kind {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Organization => "ORGANIZATION",
            Self::Location => "LOCATION",
        }
    }
}

/// How much speaks for each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evidence {
    /// For a person.
    pub person: f64,
    /// For an organization.
    pub organization: f64,
    /// For a location.
    pub location: f64,
}

/// Evidence that it takes to be called a name at all.
const ENOUGH: f64 = 1.0;

impl Evidence {
    /// The kind that most speaks for, and how much: the more of it, and the less for the others, the surer.
    pub fn decide(&self) -> Option<(Kind, f64)> {
        let mut kinds = [
            (Kind::Person, self.person),
            (Kind::Organization, self.organization),
            (Kind::Location, self.location),
        ];
        kinds.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        let [(kind, best), (_, second), _] = kinds;
        let margin = (best - ENOUGH).min(best - second.max(0.0));
        let score = 1.0 / (1.0 + libm::exp(-0.6 - margin));
        // To four decimals: more would only pretend to know.
        (best >= ENOUGH).then(|| (kind, libm::round(score * 10_000.0) / 10_000.0))
    }
}

/// Adds up what speaks for each kind.
pub fn judge(words: &[Word<'_>], candidate: &Candidate, gazetteer: &Gazetteer) -> Evidence {
    let (start, end) = (candidate.words.start, candidate.words.end);
    let inside = words.get(candidate.words.clone()).unwrap_or_default();
    let surroundings = Surroundings {
        before: start.checked_sub(1).and_then(|index| words.get(index)).filter(|_| !starts_line(inside)),
        after: words.get(end).filter(|word| word.gap != Gap::Start),
    };
    let name = Name { words: inside, gazetteer, shouted: candidate.shouted };
    let mut evidence = Evidence::default();
    name.as_a_whole(&mut evidence);
    name.as_a_person(&mut evidence);
    name.by_its_words(&mut evidence);
    name.by_its_shape(&mut evidence);
    surroundings.speak(&name, &mut evidence);
    evidence
}

fn starts_line(words: &[Word<'_>]) -> bool {
    words.first().is_some_and(|word| word.gap == Gap::Start)
}

struct Name<'w, 't> {
    words: &'w [Word<'t>],
    gazetteer: &'w Gazetteer,
    shouted: bool,
}

impl Name<'_, '_> {
    fn known(&self, index: usize) -> Known {
        self.words.get(index).map(|word| self.gazetteer.known(&word.lower)).unwrap_or_default()
    }

    fn whole(&self) -> String {
        self.words.iter().map(|word| word.lower.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn is_single(&self) -> bool {
        self.words.len() == 1
    }

    fn last(&self) -> &str {
        self.words.last().map_or("", |word| word.lower.trim_end_matches('.'))
    }

    fn first(&self) -> &str {
        self.words.first().map_or("", |word| word.lower.trim_end_matches('.'))
    }

    /// What the whole name is known as.
    fn as_a_whole(&self, evidence: &mut Evidence) {
        let whole = self.whole();
        let known = self.gazetteer.known(&whole);
        let common = known.is(Known::COMMON);
        let sure = if common { 0.5 } else { 1.0 };
        for (seen, kind) in [
            (Known::SEEN_PERSON, &mut evidence.person),
            (Known::SEEN_ORGANIZATION, &mut evidence.organization),
            (Known::SEEN_LOCATION, &mut evidence.location),
        ] {
            if known.is(seen) {
                *kind += 2.2 * sure;
            }
        }
        if known.is(Known::COUNTRY) || PLACES.contains(&whole.as_str()) {
            evidence.location += 2.6 * sure;
        }
        if known.is(Known::TOWN) {
            evidence.location += if self.is_single() { 1.3 } else { 2.2 } * sure;
        }
        if known.is(Known::COMPANY) {
            evidence.organization += 1.8 * sure;
        }
        if ACRONYMS.contains(&whole.as_str()) && self.words.iter().any(|word| word.shape == Shape::Capitals) {
            evidence.organization += 2.5;
        }
    }

    /// First names, last names and initials.
    fn as_a_person(&self, evidence: &mut Evidence) {
        let first = self.known(0);
        let last = self.known(self.words.len().saturating_sub(1));
        let firmness = |known: Known| if known.is(Known::COMMON) { 0.5 } else { 1.0 };
        if first.is(Known::FIRST_NAME) {
            evidence.person += if self.is_single() { 1.2 } else { 1.9 } * firmness(first);
        }
        if last.is(Known::LAST_NAME) {
            evidence.person += if self.is_single() { 0.5 } else { 0.9 } * firmness(last);
        }
        let initials = self.words.iter().filter(|word| word.shape == Shape::Initial).count();
        if initials > 0 && initials < self.words.len() {
            evidence.person += 1.5;
        }
        if (2..=3).contains(&self.words.len()) && !self.shouted {
            evidence.person += 0.5;
        }
        if self.words.len() > 4 {
            evidence.person -= 1.5;
        }
    }

    /// Words that only stand in names of one kind.
    fn by_its_words(&self, evidence: &mut Evidence) {
        if self.is_single() {
            let only = self.first();
            let bare =
                ORGANIZATION_ENDS.contains(&only) || LOCATION_ENDS.contains(&only) || TITLES.contains(&only);
            if bare {
                // "the Bank", "the River": a name of nothing in particular.
                evidence.person -= 1.0;
                evidence.organization -= 0.8;
                evidence.location -= 1.0;
            }
            return;
        }
        if ORGANIZATION_ENDS.contains(&self.last()) && self.last() != "jr" {
            evidence.organization += 2.8;
            evidence.person -= 1.0;
        }
        let has_of = self.words.iter().any(|word| matches!(word.lower.as_str(), "of" | "for"));
        if has_of && self.words.iter().any(|word| ORGANIZATION_HEADS.contains(&word.lower.as_str())) {
            evidence.organization += 2.8;
            evidence.person -= 1.5;
        }
        if LOCATION_ENDS.contains(&self.last()) {
            evidence.location += 2.4;
            evidence.person -= 1.0;
        }
        if LOCATION_HEADS.contains(&self.first()) {
            evidence.location += 1.4;
            evidence.person -= 0.5;
        }
        if self.words.iter().any(|word| word.gap == Gap::Ampersand || word.text.contains('&')) {
            evidence.organization += 2.0;
            evidence.person -= 1.0;
        }
        if ROYAL_TITLES.contains(&self.first()) {
            evidence.person += 1.2;
        }
    }

    /// How it is written.
    fn by_its_shape(&self, evidence: &mut Evidence) {
        let Some(word) = self.words.first() else { return };
        if self.is_single() && word.shape == Shape::Capitals && !self.shouted {
            let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
            evidence.organization += if (2..=5).contains(&letters) { 0.9 } else { 0.0 };
            evidence.person -= 0.8;
        }
        let inner_capital = word.shape == Shape::Capitalized
            && word.text.chars().skip(1).any(char::is_uppercase)
            && !word.text.starts_with("Mc")
            && !word.text.contains(['\'', '-']);
        if inner_capital {
            evidence.organization += 0.9;
        }
        let starts = starts_line(self.words);
        let known = self.known(0);
        if self.is_single() && (starts || self.shouted) {
            let doubt = if known.is(Known::COMMON) { 1.4 } else { 0.5 };
            evidence.person -= doubt;
            evidence.organization -= doubt;
            evidence.location -= doubt;
        } else if self.is_single() && known.is(Known::COMMON) {
            evidence.person -= 0.7;
            evidence.organization -= 0.4;
            evidence.location -= 0.7;
        } else if self.is_single() && !known.is_name() && word.shape == Shape::Capitalized && !self.shouted {
            // Unknown, and with a capital in the middle of a sentence.
            evidence.person += 0.7;
            evidence.organization += 0.6;
            evidence.location += 0.4;
        }
    }
}

/// The words around a name.
struct Surroundings<'w, 't> {
    before: Option<&'w Word<'t>>,
    after: Option<&'w Word<'t>>,
}

impl Surroundings<'_, '_> {
    fn speak(&self, name: &Name<'_, '_>, evidence: &mut Evidence) {
        if let Some(before) = self.before {
            let lower = before.lower.trim_end_matches('.');
            let close = name.words.first().is_some_and(|word| word.gap == Gap::Space);
            if close && TITLES.contains(&lower) {
                evidence.person += if before.is_capital() { 2.6 } else { 1.2 };
            }
            if close && PLACE_PREPOSITIONS.contains(&lower) {
                evidence.location += 0.9;
                evidence.person -= 0.3;
            }
            if close && PERSON_PREPOSITIONS.contains(&lower) {
                evidence.person += 0.4;
            }
            if close && lower == "the" {
                evidence.person -= 1.2;
                evidence.organization += 0.5;
            }
        }
        if let Some(after) = self.after {
            let lower = after.lower.as_str();
            if after.gap == Gap::Space && PERSON_VERBS.contains(&lower) {
                evidence.person += if matches!(lower, "is" | "was" | "has" | "had") { 0.2 } else { 0.8 };
            }
            let known = name.gazetteer.known(lower);
            let placed = known.is(Known::COUNTRY) || PLACES.contains(&lower);
            if after.gap == Gap::Comma && after.is_capital() && placed && !known.is(Known::COMMON) {
                evidence.location += 1.2;
            }
        }
        if name.words.last().is_some_and(|word| word.possessive) {
            evidence.person += 0.2;
            evidence.organization += 0.2;
            evidence.location += 0.2;
        }
    }
}
