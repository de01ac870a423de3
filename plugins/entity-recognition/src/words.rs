//! Words, and what stands between them.

use std::ops::Range;

/// A word of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Word<'t> {
    /// Where it is, in bytes, without a possessive ending.
    pub range: Range<usize>,
    /// As it is written.
    pub text: &'t str,
    /// In lower case, as it is looked up.
    pub lower: String,
    /// How it is written.
    pub shape: Shape,
    /// What stands before it.
    pub gap: Gap,
    /// Whether a possessive ending follows.
    pub possessive: bool,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In lower case.
    Lower,
    /// With a capital at the start: `Ada`, `McDonald`.
    Capitalized,
    /// In capitals, at least two: `NATO`, `U.S.`.
    Capitals,
    /// One capital, perhaps with a full stop: `J.`.
    Initial,
    /// Begins with something else: a digit, a letter without case.
    Other,
    /// A handle, a hashtag or a link: never part of a name.
    Address,
}

/// What stands between a word and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// It begins a sentence, a line or a quotation.
    Start,
    /// White space.
    Space,
    /// A comma.
    Comma,
    /// A `&` with white space around it.
    Ampersand,
    /// Any other mark.
    Mark,
}

impl Word<'_> {
    /// Whether it is written as a name is.
    pub fn is_capital(&self) -> bool {
        matches!(self.shape, Shape::Capitalized | Shape::Capitals | Shape::Initial)
    }
}

/// Words that end with a full stop in the middle of a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "gen", "col", "capt", "lt", "sgt", "rev", "hon", "gov", "sen",
    "rep", "inc", "corp", "ltd", "co", "jr", "sr", "vs", "mt", "ft", "no", "ave", "blvd", "rd", "bros",
    "dept", "univ",
];

/// The words of `text`.
pub fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut at = 0;
    let mut gap = Gap::Start;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = word_length(rest);
        if length == 0 {
            let mark = rest.chars().next().unwrap_or_default();
            gap = widened(gap, mark, words.last());
            at += mark.len_utf8();
            continue;
        }
        let written = rest.get(..length).unwrap_or(rest);
        let (word, possessive) = without_possessive(written);
        if !word.is_empty() {
            let shape = shape(word);
            words.push(Word {
                range: at..at + word.len(),
                text: word,
                lower: lower(word),
                shape,
                gap,
                possessive,
            });
            gap = Gap::Space;
        } else if let Some(last) = words.last_mut() {
            last.possessive = true;
        }
        at += length;
    }
    words
}

/// What the gap before a word becomes when `mark` stands in it too.
fn widened(gap: Gap, mark: char, last: Option<&Word<'_>>) -> Gap {
    let after_abbreviation =
        || last.is_some_and(|word| ABBREVIATIONS.contains(&word.lower.trim_end_matches('.')));
    match mark {
        '\n' | '\r' | '!' | '?' | ':' | '"' | '\u{201c}' | '\u{2022}' | '|' => Gap::Start,
        '.' if after_abbreviation() => gap,
        '.' => Gap::Start,
        _ if gap == Gap::Start || mark.is_whitespace() => gap,
        ',' => Gap::Comma,
        '&' if gap == Gap::Space => Gap::Ampersand,
        _ => Gap::Mark,
    }
}

/// How many bytes of `text` are a word: letters and digits, with what may stand inside a word, or a handle,
/// hashtag or link with its mark.
fn word_length(text: &str) -> usize {
    if text.starts_with(['@', '#']) || text.starts_with("http") || text.starts_with("www.") {
        let end = text.find(|c: char| c.is_whitespace() || c == '\u{2026}').unwrap_or(text.len());
        if end > 1 {
            return end;
        }
    }
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next_is_word = characters.peek().is_some_and(|(_, next)| next.is_alphanumeric());
        if c.is_alphanumeric() || (at > 0 && is_mark(c)) {
            end = at + c.len_utf8();
        } else if (matches!(c, '\'' | '\u{2019}') || (matches!(c, '-' | '&' | '_') && end > 0))
            && next_is_word
        {
            // Inside a word, or the start of a possessive that was cut off.
        } else {
            // The full stop of `J.` and of `U.S.` belongs to it.
            let word = text.get(..at).unwrap_or_default();
            if c != '.' || !(is_single_letter(word) || (next_is_word && is_dotted(word))) {
                break;
            }
            end = at + 1;
        }
    }
    end
}

/// Combining marks go with the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}')
}

fn is_single_letter(word: &str) -> bool {
    let last = word.rsplit('.').next().unwrap_or_default();
    let mut letters = last.chars();
    letters.next().is_some_and(char::is_uppercase) && letters.next().is_none()
}

fn is_dotted(word: &str) -> bool {
    word.ends_with('.') || is_single_letter(word)
}

/// A word without `'s`, and whether it had that.
fn without_possessive(word: &str) -> (&str, bool) {
    for ending in ["'s", "\u{2019}s", "'S", "\u{2019}S"] {
        if let Some(bare) = word.strip_suffix(ending) {
            return (bare, true);
        }
    }
    (word, false)
}

fn shape(word: &str) -> Shape {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let Some(first) = word.chars().next() else { return Shape::Other };
    if matches!(first, '@' | '#') || word.starts_with("http") || word.starts_with("www.") {
        Shape::Address
    } else if first.is_lowercase() {
        Shape::Lower
    } else if !first.is_uppercase() {
        Shape::Other
    } else if letters.clone().count() == 1 {
        Shape::Initial
    } else if letters.all(char::is_uppercase) {
        Shape::Capitals
    } else {
        Shape::Capitalized
    }
}

fn lower(word: &str) -> String {
    word.to_lowercase().replace('\u{2019}', "'")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_are_cut() {
        assert_eq!(cut("J. R. Smith of AT&T, U.S."), ["J.", "R.", "Smith", "of", "AT&T", "U.S."]);
        assert_eq!(cut("O'Brien's (co-)worker left."), ["O'Brien", "co", "worker", "left"]);
        assert_eq!(
            cut("@ada likes #Paris http://x.org/a.b"),
            ["@ada", "likes", "#Paris", "http://x.org/a.b"]
        );
        assert_eq!(cut("John 's dog"), ["John", "dog"]);
    }

    #[test]
    fn shapes_are_told() {
        let shapes: Vec<Shape> = words("the Ada NATO J. 3M McCoy @x").iter().map(|word| word.shape).collect();
        use Shape::*;
        assert_eq!(shapes, [Lower, Capitalized, Capitals, Initial, Other, Capitalized, Address]);
    }

    #[test]
    fn gaps_are_told() {
        let gaps: Vec<Gap> =
            words("Dr. Who, he (said) left. Now A & B").iter().map(|word| word.gap).collect();
        use Gap::*;
        assert_eq!(gaps, [Start, Space, Comma, Mark, Mark, Start, Space, Ampersand]);
    }

    proptest! {
        #[test]
        fn words_lie_in_the_text_in_order(text in any::<String>()) {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.range.start >= end && text.get(word.range.clone()) == Some(word.text));
                end = word.range.end;
            }
        }
    }
}
