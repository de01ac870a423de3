//! Features: what of a sentence the model looks at.
//!
//! Training and analysis call the same function, so a model never meets in use what it did not meet in training.

use std::ops::Range;

use crate::sentences::sentences;
use crate::spelling::hash;
use crate::tokens::{Kind, Token, tokens};

/// One thing about a sentence: a word, two or three in a row, or how something is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What it is, as a number of which all bits have a say.
    pub key: u32,
    /// The token that it is about, or the last of them.
    pub token: Range<usize>,
}

/// What reading a sentence comes upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A feature.
    Feature(Feature),
    /// A contrast, such as "but": what was found before it in the sentence counts [`BEFORE_CONTRAST`].
    Contrast,
}

/// What is left of the weight of what stands before a contrast: a half for each, as Hutto and Gilbert found ("VADER:
/// A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014), and half of that again.
pub const BEFORE_CONTRAST: f32 = 0.25;

/// Tokens that a negation reaches, at most, within its clause.
const REACH: u8 = 3;

/// What a word does to the words behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// They are meant the other way round.
    Negation,
    /// They count more than what was said before.
    Contrast,
    /// They may.
    Concession,
}

/// The words that do, by their hashes. What ends in `n't` is cut before.
const TURNS: [(u32, Turn); 28] = [
    (hash("n't"), Turn::Negation),
    (hash("not"), Turn::Negation),
    (hash("no"), Turn::Negation),
    (hash("never"), Turn::Negation),
    (hash("nor"), Turn::Negation),
    (hash("neither"), Turn::Negation),
    (hash("none"), Turn::Negation),
    (hash("nobody"), Turn::Negation),
    (hash("nothing"), Turn::Negation),
    (hash("nowhere"), Turn::Negation),
    (hash("cannot"), Turn::Negation),
    (hash("without"), Turn::Negation),
    (hash("hardly"), Turn::Negation),
    (hash("barely"), Turn::Negation),
    (hash("dont"), Turn::Negation),
    (hash("doesnt"), Turn::Negation),
    (hash("didnt"), Turn::Negation),
    (hash("isnt"), Turn::Negation),
    (hash("wasnt"), Turn::Negation),
    (hash("cant"), Turn::Negation),
    (hash("wont"), Turn::Negation),
    (hash("but"), Turn::Contrast),
    (hash("however"), Turn::Contrast),
    (hash("nevertheless"), Turn::Contrast),
    (hash("nonetheless"), Turn::Contrast),
    (hash("yet"), Turn::Concession),
    (hash("although"), Turn::Concession),
    (hash("though"), Turn::Concession),
];

/// The lowest six bits of all their hashes: most words are told by them to be none.
const LOW_BITS_OF_TURNS: u64 = {
    let (mut bits, mut at) = (0, 0);
    while at < TURNS.len() {
        #[expect(clippy::indexing_slicing, reason = "it counts through the words")]
        {
            bits |= 1 << (TURNS[at].0 % 64);
        }
        at += 1;
    }
    bits
};

fn turn(hash: u32) -> Option<Turn> {
    if LOW_BITS_OF_TURNS >> (hash % 64) & 1 == 0 {
        return None;
    }
    TURNS.iter().find(|(word, _)| *word == hash).map(|(_, turn)| *turn)
}

// What sets features of one sort apart from those of another.
const NEGATED: u32 = 0x9e37_79b9;
const PAIR: u32 = 0x85eb_ca6b;
const TRIPLE: u32 = 0x27d4_eb2f;
const CAPITALS: u32 = 0xc2b2_ae35;
const DRAWN_OUT: u32 = 0x1656_67b1;
const AFTER_CONTRAST: u32 = 0xb529_7a4d;
const CONTRAST: u32 = 0x1b87_3593;

/// The features of a sentence, which starts at byte `base` of its text, and its contrasts.
pub fn features(sentence: &str, base: usize, mut found: impl FnMut(Event)) {
    let mut before: [Option<u32>; 2] = [None; 2];
    let mut negated = 0_u8;
    let mut is_after_contrast = false;
    tokens(sentence, base, |Token { range, hash, kind, capitals, drawn_out }| {
        if kind == Kind::ClauseEnd {
            negated = 0;
            return;
        }
        let word = if negated > 0 { hash ^ NEGATED } else { hash };
        let mut add = |key| found(Event::Feature(Feature { key: mixed(key), token: range.clone() }));
        add(word);
        if let [earlier, Some(last)] = before {
            add(joined(last, word, PAIR));
            if let Some(earlier) = earlier {
                add(joined(joined(earlier, last, PAIR), word, TRIPLE));
            }
        }
        if capitals {
            add(CAPITALS);
        }
        if drawn_out {
            add(DRAWN_OUT);
        }
        if is_after_contrast {
            add(word ^ AFTER_CONTRAST);
        }
        before = [before[1], Some(word)];
        negated = negated.saturating_sub(1);
        match turn(hash) {
            Some(Turn::Negation) => negated = REACH,
            Some(Turn::Contrast) => {
                found(Event::Contrast);
                is_after_contrast = true;
            }
            Some(Turn::Concession) => is_after_contrast = true,
            None => {}
        }
    });
}

/// A number that changes when a text's features do: a model is of no use with others than those it was learnt with.
pub fn fingerprint() -> u32 {
    let text = "Mr. Lee didn\u{2019}t LOVE the soup, but it's sooo good!! Not bad :-) @ada http://x.y 12\u{2026} \u{1f600}";
    let mut fingerprint = 0_u32;
    for range in sentences(text) {
        features(text.get(range).unwrap_or_default(), 0, |event| {
            let key = if let Event::Feature(feature) = event { feature.key } else { CONTRAST };
            fingerprint = mixed(fingerprint.rotate_left(1) ^ key);
        });
    }
    fingerprint
}

fn joined(first: u32, second: u32, sort: u32) -> u32 {
    (first.rotate_left(9) ^ sort).wrapping_mul(0x2c1b_3c6d) ^ second
}

fn mixed(key: u32) -> u32 {
    let key = (key ^ (key >> 15)).wrapping_mul(0x2c1b_3c6d);
    let key = (key ^ (key >> 12)).wrapping_mul(0x297a_2d39);
    key ^ (key >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<u32> {
        let mut keys = Vec::new();
        features(text, 0, |event| {
            if let Event::Feature(feature) = event {
                keys.push(feature.key);
            }
        });
        keys
    }

    #[test]
    fn a_negation_changes_what_it_reaches_and_no_more() {
        let good = keys("good")[0];
        assert!(keys("very good").contains(&good));
        for reached in ["not good", "is n't very good", "isn't so very good"] {
            assert!(!keys(reached).contains(&good), "{reached}");
        }
        for beyond in ["no, good", "not one of them good", "good, not"] {
            assert!(keys(beyond).contains(&good), "{beyond}");
        }
        assert_eq!(keys("not good")[1], keys("never good")[1]);
    }

    #[test]
    fn rows_of_words_are_features_of_their_last() {
        let mut found = Vec::new();
        features("one two three", 10, |event| match event {
            Event::Feature(feature) => found.push(feature.token),
            Event::Contrast => panic!("there is none"),
        });
        assert_eq!(found, [10..13, 14..17, 14..17, 18..23, 18..23, 18..23]);
        assert_ne!(keys("a b")[2], keys("b a")[2]);
    }

    #[test]
    fn writing_is_a_feature() {
        assert_eq!(keys("GREAT").len(), 2);
        assert_eq!(keys("greaaat").len(), 2);
        assert_eq!(keys("but great").len(), keys("so great").len() + 1);
    }
}
