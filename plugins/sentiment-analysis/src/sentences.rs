//! Sentences: where they begin and end.

use std::ops::Range;

/// Words that end with a full stop in the middle of a sentence.
const ABBREVIATIONS: [&str; 20] = [
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "gen", "col", "sgt", "rev", "hon", "no",
    "inc", "ltd", "co", "jr", "sr",
];

/// The sentences of a text, without the white space around them.
///
/// One ends at a line break; at exclamation and question marks, full stops and ellipses, with what closes behind
/// them, before white space; but not at a full stop before a small letter, nor behind an initial, a title or a
/// common abbreviation. (The rules of UAX 29 take twenty times as long, and cut behind titles.)
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
    while let Some(&byte) = text.as_bytes().get(at) {
        at += 1;
        let end = match byte {
            b'\n' | b'\r' => Some(at),
            b'.' | b'!' | b'?' => end_behind(text, at - 1),
            // What ends sentences beyond ASCII is of three bytes: an ellipsis, and the marks of Chinese and Japanese.
            0xe2 | 0xe3 | 0xef => match text.get(at - 1..at + 2) {
                Some("\u{2026}") => end_behind(text, at - 1),
                Some("\u{3002}" | "\u{ff01}" | "\u{ff1f}") => Some(at + 2),
                _ => None,
            },
            _ => None,
        };
        if let Some(end) = end {
            push(start..end);
            (start, at) = (end, end);
        }
    }
    push(start..text.len());
    sentences
}

/// Where the sentence ends whose first mark of the end is at a place, if one does.
fn end_behind(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let is_mark = |c: char| matches!(c, '.' | '!' | '?' | '\u{2026}');
    let behind = rest.trim_start_matches(is_mark);
    let marks = rest.get(..rest.len() - behind.len())?;
    let closes = |c: char| matches!(c, '"' | '\'' | ')' | ']' | '\u{201d}' | '\u{2019}' | '\u{bb}');
    let behind = behind.trim_start_matches(closes);
    let end = text.len() - behind.len();
    match behind.chars().next() {
        None => return Some(end),
        Some(next) if !next.is_whitespace() => return None,
        Some(_) => {}
    }
    let stops = marks.chars().all(|mark| matches!(mark, '.' | '\u{2026}'));
    let goes_on = stops && behind.trim_start().chars().next().is_some_and(char::is_lowercase);
    let is_short = marks == "." && ends_with_abbreviation(text.get(..at)?);
    (!goes_on && !is_short).then_some(end)
}

fn ends_with_abbreviation(text: &str) -> bool {
    let begin = text.rfind(|c: char| !c.is_alphanumeric() && c != '.').map_or(0, |place| {
        place + text.get(place..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
    });
    let word = text.get(begin..).unwrap_or_default();
    let is_initial = word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase()) && word != "I";
    is_initial || ABBREVIATIONS.iter().any(|abbreviation| word.eq_ignore_ascii_case(abbreviation))
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
        assert_eq!(cut("Version 1.5 of x.y is out"), ["Version 1.5 of x.y is out"]);
        assert_eq!(cut("很好。不错！\u{2026} Ok"), ["很好。", "不错！", "\u{2026}", "Ok"]);
        assert!(cut(" \n ").is_empty());
    }

    proptest! {
        #[test]
        fn sentences_lie_in_the_text_in_order(text in "([a-zA-Z.!?\u{2026}\u{3002}\n \"]|\\PC){0,40}") {
            let mut end = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= end && text.get(range.clone()).is_some_and(|cut| !cut.is_empty()));
                end = range.end;
            }
        }
    }
}
