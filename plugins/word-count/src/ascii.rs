//! Counting in ASCII, which most text is, in one pass: the rules of UAX 29 (version 16) for the characters
//! that there are.

use alloc::vec::Vec;

use crate::counts::{Counts, Different, no_words};

/// What a character is, as a set of the constants below.
type Class = u8;

const LETTER: Class = 1;
const DIGIT: Class = 2;
const UNDERSCORE: Class = 4;
/// What may be part of any word, anywhere in it.
const WORD: Class = LETTER | DIGIT | UNDERSCORE;
/// Python's white space, its four separators (U+001C to U+001F) included.
const SPACE: Class = 8;
/// Joins letters on either side of it to one word.
const JOINS_LETTERS: Class = 16;
/// Joins digits on either side of it to one word.
const JOINS_DIGITS: Class = 32;
/// May end a sentence.
const TERMINATOR: Class = 64;
const LINE_BREAK: Class = 128;

/// The class of every byte: a look is cheaper than a decision for each.
static CLASSES: [Class; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "there is a place for every byte")]
        {
            classes[byte as usize] = class(byte);
        }
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

const fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => LETTER,
        b'0'..=b'9' => DIGIT,
        b'_' => UNDERSCORE,
        b'\r' | b'\n' => SPACE | LINE_BREAK,
        b'\t' | 0x0b | 0x0c | 0x1c..=0x1f | b' ' => SPACE,
        b'.' => JOINS_LETTERS | JOINS_DIGITS | TERMINATOR,
        b'\'' => JOINS_LETTERS | JOINS_DIGITS,
        b':' => JOINS_LETTERS,
        b',' | b';' => JOINS_DIGITS,
        b'!' | b'?' => TERMINATOR,
        _ => 0,
    }
}

/// The class of the character at a place; nothing has a class beyond the end.
fn class_at(text: &[u8], at: usize) -> Class {
    text.get(at).and_then(|byte| CLASSES.get(usize::from(*byte))).copied().unwrap_or_default()
}

/// Bytes of a word that is kept as a number.
const SHORT: usize = size_of::<u64>();

/// A text in small letters, and behind it room to read the number of a word at its end.
fn in_lower_case(text: &[u8]) -> Vec<u8> {
    let mut lower_case = Vec::with_capacity(text.len() + SHORT);
    lower_case.extend_from_slice(text);
    lower_case.make_ascii_lowercase();
    lower_case.extend_from_slice(&[0; SHORT]);
    lower_case
}

/// The different words of a text.
struct Words<'a> {
    lower_case: &'a [u8],
    /// Those of up to [`SHORT`] bytes, which most are, as numbers: no byte of a word is 0, so each has its own.
    short: Different<u64>,
    long: Different<&'a [u8]>,
}

impl<'a> Words<'a> {
    fn of(lower_case: &'a [u8]) -> Self {
        Self { lower_case, short: no_words(lower_case.len()), long: no_words(0) }
    }

    /// Adds the word at a place. By itself, so that the loop that finds words keeps its own variables at hand.
    #[inline(never)]
    fn insert(&mut self, at: usize, end: usize) {
        let Some(begin) = self.lower_case.get(at..).and_then(<[u8]>::first_chunk::<SHORT>) else { return };
        match SHORT.checked_sub(end - at) {
            Some(beyond) => {
                self.short.insert(u64::from_le_bytes(*begin) << (8 * beyond));
            }
            None => {
                self.long.extend(self.lower_case.get(at..end));
            }
        }
    }

    fn len(&self) -> usize {
        self.short.len() + self.long.len()
    }
}

/// Counts everything in a text of ASCII.
pub(crate) fn count(text: &[u8]) -> Counts {
    let lower_case = in_lower_case(text);
    let mut different = Words::of(&lower_case);
    let mut counts = Counts { characters: text.len(), bytes: text.len(), ..Counts::default() };
    counts.graphemes = text.len();
    let mut sentence_has_word = false;
    let (mut after_space, mut line_has_token, mut in_paragraph) = (true, false, false);
    let mut at = 0;
    while at < text.len() {
        let class = class_at(text, at);
        if class & SPACE != 0 {
            after_space = true;
            if class & LINE_BREAK != 0 {
                // GB3, WB3, SB3: the two are one.
                if text.get(at) == Some(&b'\r') && text.get(at + 1) == Some(&b'\n') {
                    counts.graphemes -= 1;
                    at += 1;
                }
                counts.lines += 1;
                in_paragraph = line_has_token;
                line_has_token = false;
                // SB4.
                counts.sentences += usize::from(sentence_has_word);
                sentence_has_word = false;
            }
            at += 1;
            continue;
        }
        if after_space {
            counts.tokens += 1;
            counts.paragraphs += usize::from(!in_paragraph);
            (after_space, line_has_token, in_paragraph) = (false, true, true);
        }
        if class & WORD != 0 {
            let (end, is_word) = word(text, at);
            if is_word {
                counts.words += 1;
                sentence_has_word = true;
                different.insert(at, end);
            }
            at = end;
            continue;
        }
        if class & TERMINATOR != 0 && sentence_has_word && ends_sentence(text, at) {
            counts.sentences += 1;
            sentence_has_word = false;
        }
        at += 1;
    }
    counts.unique_words = different.len();
    counts.sentences += usize::from(sentence_has_word);
    let has_last_line = text.last().is_some_and(|last| !matches!(last, b'\r' | b'\n'));
    counts.lines += usize::from(has_last_line);
    counts
}

/// Where the segment that begins at `at` ends, and whether it has a letter or digit, as a word has.
///
/// No sentence ends within it: a full stop between letters or digits ends none (SB6, SB7, SB8).
fn word(text: &[u8], at: usize) -> (usize, bool) {
    let mut before = class_at(text, at);
    let mut seen = before;
    let mut end = at + 1;
    loop {
        let class = class_at(text, end);
        let goes_on = if class & WORD != 0 {
            // WB5, WB8 to WB10, WB13a, WB13b.
            true
        } else if class & (JOINS_LETTERS | JOINS_DIGITS) != 0 {
            // WB6, WB7, WB11, WB12.
            let both = before & class_at(text, end + 1);
            (class & JOINS_LETTERS != 0 && both & LETTER != 0)
                || (class & JOINS_DIGITS != 0 && both & DIGIT != 0)
        } else {
            false
        };
        if !goes_on {
            return (end, seen & (LETTER | DIGIT) != 0);
        }
        before = class;
        seen |= class;
        end += 1;
    }
}

/// Whether a sentence ends after the terminator at `at`, or after what closes it and the space behind that,
/// neither of which holds a letter or digit.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    let is_full_stop = text.get(at) == Some(&b'.');
    let before = at.checked_sub(1).and_then(|before| text.get(before));
    match text.get(at + 1) {
        // SB6.
        Some(next) if is_full_stop && next.is_ascii_digit() => return false,
        // SB7.
        Some(next)
            if is_full_stop
                && next.is_ascii_uppercase()
                && before.is_some_and(|before| before.is_ascii_alphabetic()) =>
        {
            return false;
        }
        _ => {}
    }
    // SB9, SB10: what closes belongs to the sentence, and the space after it.
    let end = skip(text, skip(text, at + 1, is_close), is_space);
    match text.get(end) {
        // SB8a. A line break ends the sentence itself.
        Some(b',' | b'-' | b':' | b';' | b'.' | b'!' | b'?' | b'\r' | b'\n') => false,
        // SB8.
        _ if is_full_stop && goes_on_in_lower_case(text, end) => false,
        // SB11.
        _ => true,
    }
}

/// Whether the first letter that comes, before any terminator and line break, is a small one.
fn goes_on_in_lower_case(text: &[u8], from: usize) -> bool {
    let decides =
        |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'\r' | b'\n' | b'.' | b'!' | b'?');
    let decisive = text.iter().skip(from).find(|byte| decides(byte));
    decisive.is_some_and(|byte| byte.is_ascii_lowercase())
}

fn skip(text: &[u8], from: usize, class: fn(u8) -> bool) -> usize {
    from + text.iter().skip(from).take_while(|byte| class(**byte)).count()
}

fn is_close(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}')
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b' ')
}
