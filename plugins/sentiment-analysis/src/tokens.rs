//! Tokens: words, emoticons, emoji, and marks, found in one pass and known by their hashes.
//!
//! Tokenised text and natural text come to the same: a contraction is cut as the Penn Treebank cuts it
//! (`does` `n't`), and a hyphen separates.

use std::ops::Range;

use crate::spelling::{Spelled, hash, hash_bytes};

/// Something in a sentence that can carry meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is, in bytes.
    pub range: Range<usize>,
    /// What it is looked up as: the hash of its small letters.
    pub hash: u32,
    /// What kind of token it is.
    pub kind: Kind,
    /// Whether it is written in capitals, two or more.
    pub capitals: bool,
    /// Whether letters of it are drawn out, as in `soooo`.
    pub drawn_out: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters and digits.
    Word,
    /// An emoticon, an emoji, or a mark that stresses: exclamation and question marks.
    Symbol,
    /// What ends a clause. It says nothing by itself.
    ClauseEnd,
}

/// What every handle and link is looked up as: their letters say nothing.
const HANDLE: u32 = hash("@");
const LINK: u32 = hash("http://");

/// Finds the tokens of `sentence`, which starts at byte `base` of its text.
pub fn tokens(sentence: &str, base: usize, mut found: impl FnMut(Token)) {
    let bytes = sentence.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let symbol = |end: usize, hash| Token {
            range: base + at..base + end,
            hash,
            kind: Kind::Symbol,
            capitals: false,
            drawn_out: false,
        };
        at = match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => match link(sentence, at) {
                Some(end) => {
                    found(symbol(end, LINK));
                    end
                }
                None => word(sentence, at, base, &mut found),
            },
            b'@' if bytes.get(at + 1).is_some_and(|next| is_of_handle(*next)) => {
                let end = run(bytes, at + 1, is_of_handle);
                found(symbol(end, HANDLE));
                end
            }
            b'!' | b'?' => {
                let end = run(bytes, at, |byte| matches!(byte, b'!' | b'?'));
                found(symbol(end, marks(bytes.get(at..end).unwrap_or_default())));
                found(Token { kind: Kind::ClauseEnd, ..symbol(end, 0) });
                end
            }
            b' ' => at + 1,
            b'\'' if is_contraction_after(bytes, at) => word(sentence, at, base, &mut found),
            0..0x80 => match emoticon(bytes, at) {
                Some(end) => {
                    found(symbol(end, hash_of(bytes, at..end)));
                    end
                }
                None => {
                    let end = run(bytes, at, |other| other == byte);
                    if matches!(byte, b'.' | b',' | b';' | b':' | b'(' | b')') {
                        found(Token { kind: Kind::ClauseEnd, ..symbol(end, 0) });
                    }
                    end
                }
            },
            _ => {
                let c = sentence.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(' ');
                let end = at + c.len_utf8();
                if c.is_alphanumeric() {
                    word(sentence, at, base, &mut found)
                } else {
                    if is_picture(c) {
                        found(symbol(end, hash_of(bytes, at..end)));
                    }
                    end
                }
            }
        };
    }
}

fn hash_of(bytes: &[u8], range: Range<usize>) -> u32 {
    hash_bytes(bytes.get(range).unwrap_or_default())
}

/// Where the bytes of a kind that stand from `at` on end.
fn run(bytes: &[u8], at: usize, is_of: impl Fn(u8) -> bool) -> usize {
    at + bytes.iter().skip(at).take_while(|byte| is_of(**byte)).count()
}

fn is_of_handle(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Where a link ends that begins here.
fn link(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let rest = bytes.get(at..)?;
    let begins = matches!(
        rest,
        [b'h' | b'H', b't' | b'T', b't' | b'T', b'p' | b'P', ..] | [b'w', b'w', b'w', b'.', ..]
    );
    // `http` alone stands for a link in texts that hide them.
    let is_link = begins
        && (rest.starts_with(b"www.")
            || matches!(rest.get(4..), Some([] | [b':' | b' ', ..] | [b's', b':', ..])));
    is_link.then(|| run(bytes, at, |byte| !byte.is_ascii_whitespace()))
}

/// Exclamation and question marks, by which there are and whether there are one, two or more.
fn marks(marks: &[u8]) -> u32 {
    let questions = marks.iter().filter(|mark| **mark == b'?').count();
    let exclamations = marks.len() - questions;
    match (exclamations, questions) {
        (1, 0) => hash("!"),
        (2, 0) => hash("!!"),
        (_, 0) => hash("!!!"),
        (0, 1) => hash("?"),
        (0, _) => hash("??"),
        _ => hash("!?"),
    }
}

/// `'s`, `'re` and the like, as tokenised text has them.
fn is_contraction_after(bytes: &[u8], at: usize) -> bool {
    let letters =
        bytes.get(at + 1..run(bytes, at + 1, |byte| byte.is_ascii_alphanumeric())).unwrap_or_default();
    ["s", "m", "d", "ll", "re", "ve"].iter().any(|known| letters.eq_ignore_ascii_case(known.as_bytes()))
}

/// Where an emoticon ends that begins here, such as `:-)` or `<3`.
fn emoticon(bytes: &[u8], at: usize) -> Option<usize> {
    let mouth = |byte: Option<&u8>| {
        byte.is_some_and(|byte| {
            matches!(
                byte,
                b')' | b'('
                    | b'D'
                    | b'P'
                    | b'p'
                    | b'/'
                    | b'\\'
                    | b'|'
                    | b'*'
                    | b'3'
                    | b'O'
                    | b'o'
                    | b']'
                    | b'['
            )
        })
    };
    let rest = bytes.get(at..)?;
    let length = match rest {
        [b'<', b'3', ..] => 2,
        [b':' | b';' | b'=', b'-' | b'\'' | b'^', ..] if mouth(rest.get(2)) => 3,
        [b':' | b';' | b'=', ..] if mouth(rest.get(1)) => 2,
        [b'(' | b')', b'-', b':' | b';', ..] => 3,
        [b'(', b':' | b';' | b'=', ..] => 2,
        _ => return None,
    };
    // `:D` may begin a word, and `:3` end a time.
    let is_end = !rest.get(length).is_some_and(u8::is_ascii_alphanumeric);
    let before = at.checked_sub(1).and_then(|before| bytes.get(before));
    let is_time = before.is_some_and(u8::is_ascii_digit) && rest.get(1).is_some_and(u8::is_ascii_digit);
    (is_end && !is_time).then_some(at + length)
}

/// Whether a character is a picture or a sign rather than punctuation or a mark on another.
fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

/// Reads a word from `at` on, and says where it ends. A contraction becomes two tokens.
fn word(text: &str, at: usize, base: usize, found: &mut impl FnMut(Token)) -> usize {
    let spelled = Spelled::read(text.get(at..).unwrap_or_default());
    let end = at + spelled.length.max(1);
    let cut =
        if spelled.has_apostrophe { at + contraction(text.get(at..end).unwrap_or_default()) } else { end };
    if cut == at || cut == end {
        found(token(&spelled, base + at..base + end));
        return end;
    }
    for part in [at..cut, cut..end] {
        let spelled = Spelled::read(text.get(part.clone()).unwrap_or_default());
        found(token(&spelled, base + part.start..base + part.end));
    }
    end
}

fn token(spelled: &Spelled, range: Range<usize>) -> Token {
    Token {
        range,
        hash: spelled.hash,
        kind: Kind::Word,
        capitals: spelled.is_in_capitals(),
        drawn_out: spelled.drawn_out,
    }
}

/// Where in a word with an apostrophe the token begins that is cut off it: `n't`, `'s`, `'ll` and the like.
fn contraction(word: &str) -> usize {
    let Some(apostrophe) = word.rfind(['\'', '\u{2019}']) else { return 0 };
    let (before, after) = word.split_at(apostrophe);
    let is_not = after.ends_with(['t', 'T']) && after.chars().count() == 2 && before.ends_with(['n', 'N']);
    if is_not { apostrophe - 1 } else { apostrophe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<Token> {
        let mut all = Vec::new();
        tokens(text, 0, |token| all.push(token));
        all
    }

    fn words(text: &str) -> Vec<&str> {
        let words = all(text).into_iter().filter(|token| token.kind == Kind::Word);
        words.map(|token| &text[token.range]).collect()
    }

    fn hashes(text: &str) -> Vec<u32> {
        all(text).into_iter().filter(|token| token.kind != Kind::ClauseEnd).map(|token| token.hash).collect()
    }

    #[test]
    fn natural_and_tokenised_text_come_to_the_same() {
        assert_eq!(words("It doesn't work"), ["It", "does", "n't", "work"]);
        assert_eq!(hashes("It doesn't work, they'll say."), hashes("it does n't work , they 'll say ."));
        assert_eq!(hashes("It doesn\u{2019}t"), hashes("it doesn't"));
        assert_eq!(hashes("They\u{2019}ll say it\u{2019}s"), hashes("they 'll say it 's"));
        assert_eq!(words("he said 'very good' 's"), ["he", "said", "very", "good", "'s"]);
        assert_eq!(words("a dog-friendly \u{201c}film\u{201d}"), ["a", "dog", "friendly", "film"]);
        assert_eq!(words("don't"), ["do", "n't"]);
        assert_eq!(words("n't"), ["n't"]);
    }

    #[test]
    fn hashes_are_those_of_small_letters() {
        assert_eq!(hashes("GOOD Ünïque"), [hash("good"), hash("ünïque")]);
        assert_eq!(hashes("soooo looove 1984 7"), [hash("soo"), hash("loove"), hash("0"), hash("0")]);
        assert_eq!(hashes("@ada http://x.y/z www.x.y see"), [HANDLE, LINK, LINK, hash("see")]);
        assert!(all("BAD bad A").iter().map(|token| token.capitals).eq([true, false, false]));
    }

    #[test]
    fn symbols_and_clauses_are_found() {
        assert_eq!(
            hashes("fine :-) <3 😭!!"),
            [hash("fine"), hash(":-)"), hash("<3"), hash("😭"), hash("!!")]
        );
        assert_eq!(hashes("won 2:3 :3"), [hash("won"), hash("0"), hash("0"), hash(":3")]);
        let ends = |text: &str| all(text).iter().filter(|token| token.kind == Kind::ClauseEnd).count();
        assert_eq!(ends("no, it is good... (very) good!"), 5);
    }

    proptest! {
        #[test]
        fn ranges_cut_the_text_in_order(text in any::<String>()) {
            let mut end = 0;
            for token in all(&text) {
                prop_assert!(text.get(token.range.clone()).is_some_and(|cut| !cut.is_empty()), "{token:?}");
                prop_assert!(token.range.start >= end || token.kind == Kind::ClauseEnd);
                end = token.range.end;
            }
        }
    }
}
