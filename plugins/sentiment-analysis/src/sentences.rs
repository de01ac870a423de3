//! Sentences: where they begin and end.

use std::ops::Range;

use crate::blocks::{HIGH, every, zeros};

/// Words that end with a full stop in the middle of a sentence.
const ABBREVIATIONS: [&str; 17] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "gen", "col", "sgt", "rev", "hon", "inc", "ltd", "co", "jr",
    "sr",
];

/// The sentences of a text, without the white space around them.
///
/// One ends at a line break; at exclamation and question marks, full stops and ellipses, with what closes behind
/// them, before white space; but not at a full stop before a small letter, nor behind initials, a title or a
/// common abbreviation. The marks of Chinese and Japanese need no white space. (The rules of UAX 29 take twenty times
/// as long, and cut behind titles.)
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut push = |range: Range<usize>| {
        let sentence = text.get(range.clone()).unwrap_or_default();
        let trimmed = sentence.trim();
        if !trimmed.is_empty() {
            let start = range.start + (sentence.len() - sentence.trim_start().len());
            sentences.push(start..start + trimmed.len());
        }
    };
    let mut at = 0;
    while let Some(place) = next_that_may_end(text.as_bytes(), at) {
        at = place;
        let c = text.get(at..).and_then(|rest| rest.chars().next());
        let (next, ends) = match c {
            Some('\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') => {
                (at + c.map_or(1, char::len_utf8), true)
            }
            Some(c) if is_mark(c) => marks(text, at),
            _ => (at + c.map_or(1, char::len_utf8), false),
        };
        at = next;
        if ends {
            push(start..at);
            start = at;
        }
    }
    push(start..text.len());
    sentences
}

/// Where from `at` on the next byte is that everything begins with that may end a sentence.
fn next_that_may_end(bytes: &[u8], at: usize) -> Option<usize> {
    let may_end = |byte: &u8| {
        matches!(byte, b'\n' | b'\r' | b'.' | b'!' | b'?' | 0xc2 | 0xd8 | 0xe0 | 0xe2 | 0xe3 | 0xef)
    };
    let (blocks, rest) = bytes.get(at..)?.as_chunks();
    for (number, block) in blocks.iter().enumerate() {
        let mut others = neither_letters_nor_spaces(u64::from_le_bytes(*block));
        while others != 0 {
            let place = others.trailing_zeros() as usize / 8;
            if block.get(place).is_some_and(may_end) {
                return Some(at + 8 * number + place);
            }
            others &= others - 1;
        }
    }
    let place = rest.iter().position(may_end)?;
    Some(bytes.len() - rest.len() + place)
}

/// The bytes of a block that are no letters of ASCII, nor signs beside them there, nor spaces.
fn neither_letters_nor_spaces(block: u64) -> u64 {
    (!(block << 1) | block) & HIGH & !zeros(block ^ every(b' '))
}

fn is_mark(c: char) -> bool {
    needs_no_space(c) || matches!(c, '.' | '!' | '?' | '\u{2026}' | '\u{61f}' | '\u{964}')
}

fn needs_no_space(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff01}' | '\u{ff1f}')
}

/// Where reading goes on behind the marks that stand at a place, and whether the sentence ends there.
fn marks(text: &str, at: usize) -> (usize, bool) {
    let rest = text.get(at..).unwrap_or_default();
    let behind = rest.trim_start_matches(is_mark);
    let marks = rest.get(..rest.len() - behind.len()).unwrap_or_default();
    let closes = |c: char| {
        matches!(c, '"' | '\'' | ')' | ']' | '\u{201d}' | '\u{2019}' | '\u{bb}' | '\u{300d}' | '\u{300f}')
    };
    let behind = behind.trim_start_matches(closes);
    let end = text.len() - behind.len();
    let next = behind.chars().next();
    let ends = marks.contains(needs_no_space)
        || next.is_none_or(|next| next.is_whitespace() && !goes_on(text, at, marks, behind.trim_start()));
    // Whatever follows, no other mark of these ends a sentence.
    (if ends { end } else { at + marks.len() }, ends)
}

/// Whether a sentence goes on after marks before white space.
fn goes_on(text: &str, at: usize, marks: &str, behind: &str) -> bool {
    let next = behind.chars().next();
    let is_small = next.is_some_and(char::is_lowercase);
    let stops = marks.chars().all(|mark| matches!(mark, '.' | '\u{2026}'));
    let is_number = next.is_some_and(|next| next.is_ascii_digit());
    (stops && is_small) || (marks == "." && is_abbreviated(text.get(..at).unwrap_or_default(), is_number))
}

/// Whether a text ends with an abbreviation, of which the stop is not there yet.
fn is_abbreviated(text: &str, is_before_number: bool) -> bool {
    let begin = text.rfind(|c: char| !c.is_alphanumeric() && c != '.').map_or(0, |place| {
        place + text.get(place..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let word = text.get(begin..).unwrap_or_default();
    let is_letter = |part: &str| part.len() == 1 && part.starts_with(|c: char| c.is_ascii_alphabetic());
    // `J`, `U.S`, `e.g`; but "I" and "a" are words.
    let are_initials = word.split('.').all(is_letter)
        && (word.contains('.') || (word.starts_with(char::is_uppercase) && word != "I"));
    are_initials
        || (is_before_number && word.eq_ignore_ascii_case("no"))
        || ABBREVIATIONS.iter().any(|abbreviation| word.eq_ignore_ascii_case(abbreviation))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<&str> {
        sentences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn sentences_are_cut() {
        assert_eq!(cut("It rains.  I stay! Why? "), ["It rains.", "I stay!", "Why?"]);
        assert_eq!(cut("Mr. Smith met Dr. Who. They left."), ["Mr. Smith met Dr. Who.", "They left."]);
        assert_eq!(cut("J. R. Smith said (e.g. to me) no."), ["J. R. Smith said (e.g. to me) no."]);
        assert_eq!(cut("First line\nsecond line\r\nthird"), ["First line", "second line", "third"]);
        assert_eq!(
            cut("\u{201c}Really?!\u{201d} Yes... it is. So do I. Well"),
            ["\u{201c}Really?!\u{201d}", "Yes... it is.", "So do I.", "Well"]
        );
        assert_eq!(
            cut("The U.S. Senate met at 5 p.m. on Monday."),
            ["The U.S. Senate met at 5 p.m. on Monday."]
        );
        assert_eq!(cut("Go back? No. Never. See No. 5."), ["Go back?", "No.", "Never.", "See No. 5."]);
        assert_eq!(cut("「好。」「不错！」x\u{2028}y"), ["「好。」", "「不错！」", "x", "y"]);
        assert_eq!(cut("Version 1.5 of x.y is out"), ["Version 1.5 of x.y is out"]);
        assert_eq!(cut("很好。不错！\u{2026} Ok"), ["很好。", "不错！\u{2026}", "Ok"]);
        assert!(cut(" \n ").is_empty());
    }

    #[test]
    fn many_marks_are_looked_at_once() {
        for marks in ["!", ".", "?\u{2026}"] {
            for behind in ["a", " a", ")a"] {
                let text = marks.repeat(1 << 19) + behind;
                assert!(sentences(&text).len() <= 2);
            }
        }
    }

    proptest! {
        #[test]
        fn sentences_lie_in_the_text_in_order(text in "([a-zA-Z.!?\u{2026}\u{3002}\n \"]|\\PC){0,40}") {
            let mut end = 0;
            for range in sentences(&text) {
                // Nothing but white space is left out.
                prop_assert_eq!(text[end..range.start].trim(), "");
                prop_assert!(!text[range.clone()].is_empty());
                end = range.end;
            }
            prop_assert_eq!(text[end..].trim(), "");
        }
    }
}
