//! The entities of a document.

use std::ops::Range;

use crate::decode::{Decoder, Name};
use crate::features::features;
use crate::labels::{Kind, PerLabel};
use crate::model::{Model, Sums, to_four_decimals};
use crate::sequence::Sequence;
use crate::tokens::{Kind as TokenKind, Token, tokens};

/// A name in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Entity {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it names.
    pub kind: Kind,
    /// How likely it is that this is a name of this kind, from 0 to 1.
    pub score: f64,
}

/// Which entities are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// The least score.
    pub minimum_score: f64,
    /// What they name.
    pub kinds: Vec<Kind>,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { minimum_score: 0.0, kinds: Kind::ALL.into() }
    }
}

impl Wanted {
    /// Whether this one is.
    pub fn has(&self, entity: &Entity) -> bool {
        entity.score >= self.minimum_score && self.kinds.contains(&entity.kind)
    }
}

/// The entities of `text`, in their order, none overlapping.
pub fn entities(text: &str) -> Vec<Entity> {
    entities_with(&Model::embedded(), text)
}

/// The same with a model.
pub fn entities_with(model: &Model<'_>, text: &str) -> Vec<Entity> {
    let mut sequence = Sequence::with(model.lexicon);
    let mut decoder = Decoder::of(model);
    let mut scores: Vec<PerLabel<i16>> = Vec::new();
    let mut entities = Vec::new();
    sequences(text, |tokens| {
        sequence.read(tokens);
        scores.clear();
        for (place, token) in tokens.iter().enumerate() {
            let mut sums = Sums::default();
            match token.kind {
                TokenKind::Address => sums = Sums::outside(),
                _ => features(&sequence, tokens, place, |feature| model.add(feature.key, &mut sums)),
            }
            scores.push(sums.scores());
        }
        decoder.names(&scores, |Name { first, last, kind, probability }| {
            if last - first < LONGEST_NAME
                && let (Some(first), Some(last)) = (tokens.get(first), tokens.get(last))
            {
                let range = first.start..last.end;
                entities.push(Entity { range, kind, score: to_four_decimals(f64::from(probability)) });
            }
        });
    });
    entities
}

/// A name of more tokens is none.
const LONGEST_NAME: usize = 16;

/// From here on a sequence ends with its sentence.
const LONG: usize = 48;
/// Here before any word without a capital.
const LONGER: usize = 256;
/// And here anywhere.
const LONGEST: usize = 320;
/// A line of so many bytes that no mark ends goes on in the next one.
const FULL_LINE: usize = 60;

/// Cuts `text` into sequences of tokens that are decoded each by itself: a line, or several that were broken in the middle of
/// a sentence, or of a long text some sentences.
pub fn sequences(text: &str, mut found: impl FnMut(&[Token])) {
    let mut sequence: Vec<Token> = Vec::new();
    let mut line = 0;
    tokens(text, |token| {
        let ends_sentence = |last: &Token| {
            last.kind == TokenKind::Mark
                && matches!(text.get(last.start..last.start + 1), Some("." | "!" | "?"))
        };
        let is_ended = sequence.last().is_some_and(ends_sentence);
        let is_full = (sequence.len() >= LONG && token.spaced && is_ended)
            || (sequence.len() >= LONGER && !token.is_capital())
            || sequence.len() >= LONGEST;
        let mut ends_line = false;
        if token.kind == TokenKind::Break {
            ends_line = is_ended || token.start - line < FULL_LINE;
            line = token.end;
        }
        if (is_full || ends_line) && !sequence.is_empty() {
            found(&sequence);
            sequence.clear();
        }
        if token.kind != TokenKind::Break {
            sequence.push(token);
        }
    });
    if !sequence.is_empty() {
        found(&sequence);
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
    fn titles_and_possessives_are_not_part_of_a_name() {
        assert_eq!(found("We met Dr. John Smith's mother."), [("John Smith", "PERSON")]);
    }

    #[test]
    fn addresses_are_in_no_name() {
        for text in [
            "@AdaLovelace met @Bob",
            "#London #Paris",
            "@@London said ##Paris",
            "Ada@example.org",
            "Contact John.Smith@example.org today.",
            "mailto:Angela.Merkel@example.org",
            "Paris-office@example.com",
            "http://London.example/Paris FTP://London.example/Paris",
            "see London.example.org/Paris",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        let across = found("Visit New #York City and Ada @Bob Lovelace of the Bank #of England");
        assert!(across.iter().all(|(name, _)| !name.contains(['@', '#'])), "{across:?}");
    }

    #[test]
    fn a_long_text_is_cut_where_sentences_end() {
        let sentence = "Ada Lovelace lived in London with a cat and nobody else. ";
        let text = sentence.repeat(40);
        let mut lengths = Vec::new();
        sequences(&text, |tokens| lengths.push(tokens.len()));
        assert!(lengths.iter().all(|length| *length <= LONG + 12), "{lengths:?}");
        assert_eq!(found(&text), [("Ada Lovelace", "PERSON"), ("London", "LOCATION")].repeat(40));
        let mut lengths = Vec::new();
        sequences(&"word ".repeat(1000), |tokens| lengths.push(tokens.len()));
        assert_eq!(lengths, [LONGER, LONGER, LONGER, 1000 - 3 * LONGER]);
        let mut lengths = Vec::new();
        sequences(&"Word ".repeat(1000), |tokens| lengths.push(tokens.len()));
        assert_eq!(lengths, [LONGEST, LONGEST, LONGEST, 1000 - 3 * LONGEST]);
    }

    #[test]
    fn a_broken_line_goes_on() {
        let broken = "The committee heard at length from the engineer Ada\nLovelace.\nJohn Smith\nMary Jones";
        let broken = broken.replace("heard at length", "heard for hours and at length");
        let names = [("Ada\nLovelace", "PERSON"), ("John Smith", "PERSON"), ("Mary Jones", "PERSON")];
        assert_eq!(found(&broken), names);
    }

    #[test]
    fn only_what_is_wanted_is_wanted() {
        let [ada, london] = entities("Ada Lovelace lived in London.").try_into().unwrap();
        assert!(Wanted::default().has(&ada) && Wanted::default().has(&london));
        let places = Wanted { kinds: vec![Kind::Location], ..Wanted::default() };
        assert!(!places.has(&ada) && places.has(&london));
        let sure = Wanted { minimum_score: ada.score, ..Wanted::default() };
        assert!(sure.has(&ada) && !Wanted { minimum_score: ada.score + 0.0001, ..sure }.has(&ada));
    }

    proptest! {
        #[test]
        fn entities_lie_in_the_text_in_order(text in "([A-Z][a-z]{1,8}|[a-z]{1,6}|[.,&'@#]|\\PC| |\n){0,40}") {
            let mut end = 0;
            for entity in entities(&text) {
                prop_assert!(entity.range.start >= end && text.get(entity.range.clone()).is_some());
                prop_assert!((0.0..=1.0).contains(&entity.score), "{}", entity.score);
                end = entity.range.end;
            }
        }
    }
}
