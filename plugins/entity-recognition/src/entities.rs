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
        for place in 0..tokens.len() {
            let mut sums = Sums::default();
            features(&sequence, tokens, place, |feature| model.add(feature.key, &mut sums));
            scores.push(sums.scores());
        }
        decoder.names(&scores, |Name { first, last, kind, probability }| {
            if let (Some(first), Some(last)) = (tokens.get(first), tokens.get(last)) {
                let score = to_four_decimals(f64::from(probability));
                entities.push(Entity { range: first.start..last.end, kind, score });
            }
        });
    });
    entities
}

/// From here on a sequence ends with its sentence.
const LONG: usize = 48;
/// And here anywhere.
const LONGEST: usize = 256;

/// Cuts `text` into sequences of tokens that are decoded each by itself: a line, or of a long one some sentences.
pub fn sequences(text: &str, mut found: impl FnMut(&[Token])) {
    let mut sequence: Vec<Token> = Vec::new();
    tokens(text, |token| {
        let ends_sentence = |last: &Token| {
            last.kind == TokenKind::Mark
                && matches!(text.get(last.start..last.start + 1), Some("." | "!" | "?"))
        };
        let full = sequence.len() >= LONGEST
            || (sequence.len() >= LONG && token.spaced && sequence.last().is_some_and(ends_sentence));
        if (full || token.kind == TokenKind::Break) && !sequence.is_empty() {
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
