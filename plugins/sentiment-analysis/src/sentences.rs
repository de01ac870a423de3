//! Sentences: where they begin and end.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words that end with a full stop in the middle of a sentence.
const ABBREVIATIONS: &[&str] = &[
    "mr.", "mrs.", "ms.", "dr.", "prof.", "st.", "vs.", "e.g.", "i.e.", "gen.", "col.", "sgt.", "rev.",
    "hon.", "no.", "inc.", "ltd.", "co.", "jr.", "sr.",
];

/// The sentences of a text by Unicode's rules (UAX 29), without the white space around them, and not cut
/// behind a title or a common abbreviation.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut sentences: Vec<Range<usize>> = Vec::new();
    let mut joins = false;
    for (start, segment) in text.split_sentence_bound_indices() {
        let trimmed = segment.trim();
        if trimmed.is_empty() {
            joins = false;
            continue;
        }
        let start = start + (segment.len() - segment.trim_start().len());
        let range = start..start + trimmed.len();
        match sentences.last_mut() {
            Some(last) if joins => last.end = range.end,
            _ => sentences.push(range),
        }
        joins = !segment.ends_with(['\n', '\r']) && ends_with_abbreviation(trimmed);
    }
    sentences
}

fn ends_with_abbreviation(sentence: &str) -> bool {
    let last = sentence.rsplit(char::is_whitespace).next().unwrap_or_default();
    ABBREVIATIONS.iter().any(|abbreviation| last.eq_ignore_ascii_case(abbreviation))
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
        assert_eq!(cut("First line\nsecond line"), ["First line", "second line"]);
        assert!(cut(" \n ").is_empty());
    }

    proptest! {
        #[test]
        fn sentences_lie_in_the_text_in_order(text in any::<String>()) {
            let mut end = 0;
            for range in sentences(&text) {
                prop_assert!(range.start >= end && text.get(range.clone()).is_some_and(|cut| !cut.is_empty()));
                end = range.end;
            }
        }
    }
}
