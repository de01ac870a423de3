//! The weight of a sentence: its words' valences, changed by what stands around them.
//!
//! The rules and their numbers are those that Hutto and Gilbert measured with human raters ("VADER: A
//! Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM 2014), in an
//! implementation of our own that also knows clauses, drawn-out words and tokenised text.

use std::ops::Range;

use crate::lexicon::{Lexicon, intensity, is_contrast, is_negation};
use crate::tokens::{Token, tokens};

/// What capitals add to a word's strength in a sentence that is not all capitals.
const CAPITALS: f64 = 0.733;
/// What is left of a word's strength, turned round, when it is negated.
const NEGATED: f64 = -0.74;
/// How far before a word a negation or an intensifier counts.
const REACH: usize = 3;
/// How much of an intensifier counts, by its distance from the word.
const DISTANCE: [f64; REACH] = [1.0, 0.95, 0.9];
/// Weights of what stands before and after a contrast such as "but".
const BEFORE_CONTRAST: f64 = 0.5;
const AFTER_CONTRAST: f64 = 1.5;
/// What an exclamation mark adds, and how many count.
const EXCLAMATION: f64 = 0.292;
const MAX_EXCLAMATIONS: usize = 4;
/// What a question mark adds when there are several, and the most they add together.
const QUESTION: f64 = 0.18;
const MAX_QUESTIONS: f64 = 0.96;

/// The weight of a sentence and of the words that made it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weight {
    /// Positive above 0, negative below.
    pub sum: f64,
    /// The words with a part in it, in their order.
    pub words: Vec<Word>,
}

/// A word's part in the weight of its sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Where it is, in bytes of the text.
    pub range: Range<usize>,
    /// Its part.
    pub weight: f64,
}

/// Weighs `sentence`, which starts at byte `base` of its text.
pub fn weigh(sentence: &str, base: usize, lexicon: &Lexicon) -> Weight {
    let tokens = tokens(sentence, base, lexicon);
    let shouted = !tokens.iter().any(|token| token.capitals) || tokens.iter().all(is_capitals_or_symbol);
    let contrast = tokens.iter().rposition(|token| is_contrast(&token.key));
    let mut words = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let Some(valence) = token.valence else { continue };
        let valence = in_context(valence, index, &tokens, !shouted);
        let weight = match contrast {
            Some(contrast) if index < contrast => valence * BEFORE_CONTRAST,
            Some(contrast) if index > contrast => valence * AFTER_CONTRAST,
            _ => valence,
        };
        if weight != 0.0 {
            words.push(Word { range: token.range.clone(), weight });
        }
    }
    let sum: f64 = words.iter().map(|word| word.weight).sum();
    Weight { sum: with_emphasis(sum, sentence), words }
}

fn is_capitals_or_symbol(token: &Token<'_>) -> bool {
    token.capitals || token.key.chars().filter(|c| c.is_alphabetic()).count() < 2
}

/// A word's valence, with what the few words before it make of it.
fn in_context(valence: f64, index: usize, tokens: &[Token<'_>], capitals_count: bool) -> f64 {
    let Some(token) = tokens.get(index) else { return valence };
    let next_is_rated = tokens.get(index + 1).is_some_and(|next| next.valence.is_some());
    if is_negation(&token.key) && next_is_rated {
        // It turns the next word round and says nothing by itself.
        return 0.0;
    }
    let mut strength = valence.abs();
    if capitals_count && token.capitals {
        strength += CAPITALS;
    }
    let mut negated = false;
    let before = tokens.get(..index).unwrap_or_default().iter().rev().take(REACH);
    for (earlier, distance) in before.zip(DISTANCE) {
        if earlier.ends_clause {
            break;
        }
        let booster = intensity(&earlier.key);
        if booster != 0.0 && earlier.valence.is_none() {
            let stressed = if capitals_count && earlier.capitals {
                booster + CAPITALS.copysign(booster)
            } else {
                booster
            };
            strength += stressed * distance;
        }
        negated |= is_negation(&earlier.key) && !is_doubt(&token.key);
    }
    let value = strength.max(0.0).copysign(valence);
    if negated { value * NEGATED } else { value }
}

/// "Without a doubt" and "no doubt" are not doubts, and turn nothing round.
fn is_doubt(word: &str) -> bool {
    matches!(word, "doubt" | "question")
}

/// Exclamation and question marks stress what is there.
fn with_emphasis(sum: f64, sentence: &str) -> f64 {
    if sum == 0.0 {
        return 0.0;
    }
    let exclamations = sentence.matches('!').count().min(MAX_EXCLAMATIONS) as f64 * EXCLAMATION;
    let questions = match sentence.matches('?').count() {
        0 | 1 => 0.0,
        several => (several as f64 * QUESTION).min(MAX_QUESTIONS),
    };
    sum + (exclamations + questions).copysign(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(sentence: &str) -> f64 {
        weigh(sentence, 0, &Lexicon::embedded()).sum
    }

    #[test]
    fn negation_turns_round() {
        assert!(sum("This is good") > 0.0);
        assert!(sum("This is not good") < 0.0);
        assert!(sum("This isn't very good") < 0.0);
        assert!(sum("This does n't work well") < 0.0);
        assert!(sum("No, this is good") > 0.0);
        assert!(sum("Not bad at all") > 0.0);
    }

    #[test]
    fn intensifiers_change_the_strength() {
        assert!(sum("very good") > sum("good"));
        assert!(sum("slightly good") < sum("good"));
        assert!(sum("very bad") < sum("bad"));
    }

    #[test]
    fn what_follows_but_matters_more() {
        assert!(sum("The food was great, but the service was horrible") < 0.0);
        assert!(sum("The service was horrible, but the food was great") > 0.0);
    }

    #[test]
    fn capitals_and_marks_stress() {
        assert!(sum("The food is GREAT") > sum("The food is great"));
        assert_eq!(sum("THE FOOD IS GREAT"), sum("the food is great"));
        assert!(sum("great!!!") > sum("great!") && sum("great!") > sum("great"));
        assert!(sum("terrible!!!") < sum("terrible"));
    }

    #[test]
    fn emoji_and_emoticons_count() {
        assert!(sum("see you tomorrow :)") > 0.0);
        assert!(sum("see you tomorrow 😭") < 0.0);
    }

    #[test]
    fn plain_statements_weigh_nothing() {
        assert_eq!(sum("The train leaves at nine."), 0.0);
        assert_eq!(sum(""), 0.0);
        assert_eq!(sum("?!?!"), 0.0);
    }

    #[test]
    fn words_tell_where_they_are() {
        let weight = weigh("a good day", 10, &Lexicon::embedded());
        assert_eq!(weight.words, [Word { range: 12..16, weight: 1.9 }]);
    }
}
