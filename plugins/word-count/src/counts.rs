//! The measures of one text.
//!
//! Two notions of a word stand side by side: `tokens`, what whitespace separates (the result that
//! existing clients read), and `words`, what Unicode calls one (UAX 29), the better measure of prose.

use alloc::borrow::Cow;

use foldhash::fast::FixedState;
use hashbrown::HashSet;
use unicode_segmentation::UnicodeSegmentation;

use crate::ascii;

/// Words an adult reads in a minute of silent reading of English non-fiction: the mean of 190 studies in
/// Brysbaert, "How many words do we read per minute?", Journal of Memory and Language 109 (2019).
pub const WORDS_PER_MINUTE: f64 = 238.0;

/// What is counted in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    /// Runs of anything but whitespace: Python's `len(text.split())`.
    pub tokens: usize,
    /// Words by Unicode word boundaries (UAX 29): segments with a letter or digit.
    pub words: usize,
    /// Different words, upper and lower case taken as one.
    pub unique_words: usize,
    /// Sentences by Unicode sentence boundaries (UAX 29): segments with a letter or digit.
    pub sentences: usize,
    /// Runs of lines that are not blank.
    pub paragraphs: usize,
    /// Lines, the last one with or without its line break.
    pub lines: usize,
    /// Unicode code points.
    pub characters: usize,
    /// Extended grapheme clusters: characters as a reader sees them.
    pub graphemes: usize,
    /// Bytes in UTF-8.
    pub bytes: usize,
}

impl Counts {
    /// Counts everything in `text`.
    pub fn of(text: &str) -> Self {
        if text.is_ascii() { ascii::count(text.as_bytes()) } else { Self::by_tables(text) }
    }

    /// By Unicode's tables, whatever the characters.
    fn by_tables(text: &str) -> Self {
        let (words, unique_words) = count_words(text);
        let (lines, paragraphs) = count_lines(text);
        Self {
            tokens: text.split(is_python_space).filter(|token| !token.is_empty()).count(),
            words,
            unique_words,
            sentences: text.unicode_sentences().count(),
            paragraphs,
            lines,
            characters: text.chars().count(),
            graphemes: text.graphemes(true).count(),
            bytes: text.len(),
        }
    }

    /// Seconds it takes to read the words at [`WORDS_PER_MINUTE`], to a tenth.
    pub fn reading_seconds(&self) -> f64 {
        let seconds = self.words as f64 * 60.0 / WORDS_PER_MINUTE;
        libm::round(seconds * 10.0) / 10.0
    }
}

/// Python's `str.isspace`: Unicode White_Space and the four information separators.
fn is_python_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// A word of prose with the space after it is no shorter on average.
const BYTES_PER_WORD: usize = 5;
/// Room for more words than this is made when it is needed.
const MOST_EXPECTED_WORDS: usize = 1024;

/// Words without their repetitions. The hasher has a fixed seed, so a component that counts needs nothing
/// from its host.
pub(crate) type Different<W> = HashSet<W, FixedState>;

/// An empty set with room for the words of a text of so many bytes.
pub(crate) fn no_words<W>(bytes: usize) -> Different<W> {
    let expected = (bytes / BYTES_PER_WORD).min(MOST_EXPECTED_WORDS);
    HashSet::with_capacity_and_hasher(expected, FixedState::default())
}

/// All words and the different ones.
fn count_words(text: &str) -> (usize, usize) {
    let mut seen = no_words::<Cow<'_, str>>(text.len());
    let mut words = 0;
    for word in text.unicode_words() {
        words += 1;
        seen.insert(if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            word.into()
        } else {
            word.to_lowercase().into()
        });
    }
    (words, seen.len())
}

/// Lines and paragraphs. A line ends with LF, CR or both.
fn count_lines(text: &str) -> (usize, usize) {
    let (mut lines, mut paragraphs, mut in_paragraph) = (0, 0, false);
    for line in split_lines(text) {
        lines += 1;
        let blank = line.chars().all(is_python_space);
        paragraphs += usize::from(!blank && !in_paragraph);
        in_paragraph = !blank;
    }
    (lines, paragraphs)
}

fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.bytes().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix(['\n', '\r'])).unwrap_or("");
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tokens_are_what_python_splits() {
        for (text, tokens) in [
            ("", 0),
            ("   ", 0),
            ("Gloss counts every word it reads.", 6),
            ("a\u{1c}b\u{1d}c\u{1e}d\u{1f}e", 5),
            ("a\u{a0}b\u{3000}c\u{85}d\u{2028}e", 5),
            // Neither of these is white space, in Python or here.
            ("a\u{200b}b\u{feff}c\u{180e}d", 1),
            ("\0", 1),
        ] {
            assert_eq!(Counts::of(text).tokens, tokens, "{text:?}");
        }
    }

    #[test]
    fn lines_end_with_any_line_break() {
        for (text, lines, paragraphs) in [
            ("", 0, 0),
            ("\n", 1, 0),
            ("one", 1, 1),
            ("one\n", 1, 1),
            ("one\r\ntwo\rthree\nfour", 4, 1),
            ("one\n\n \ntwo\n\n\n", 6, 2),
        ] {
            let counts = Counts::of(text);
            assert_eq!((counts.lines, counts.paragraphs), (lines, paragraphs), "{text:?}");
        }
    }

    #[test]
    fn words_follow_unicode() {
        let counts =
            Counts::of("The quick (\u{201c}brown\u{201d}) fox can't jump 32.3 feet, right? THE fox.");
        assert_eq!((counts.words, counts.unique_words), (11, 9));
        assert_eq!(counts.sentences, 2);
    }

    #[test]
    fn reading_takes_a_minute_for_238_words() {
        let text = "word ".repeat(238);
        assert_eq!(Counts::of(&text).reading_seconds(), 60.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, ..ProptestConfig::default() })]

        #[test]
        fn ascii_is_counted_as_the_tables_count_it(
            text in "([aB1_.!?\"',;: \t\r\n]|[ -~]|[\\x00-\\x7f]){0,16}"
        ) {
            prop_assert_eq!(Counts::of(&text), Counts::by_tables(&text), "{:?}", text);
        }

        #[test]
        fn smaller_units_are_never_fewer(text in any::<String>()) {
            let counts = Counts::of(&text);
            prop_assert!(counts.unique_words <= counts.words);
            // Not fewer than the clusters: a vowel sign of Lao is a word of its own within one.
            prop_assert!(counts.words <= counts.characters);
            prop_assert!(counts.graphemes <= counts.characters);
            prop_assert!(counts.characters <= counts.bytes);
            prop_assert!(counts.paragraphs <= counts.lines);
        }
    }
}
