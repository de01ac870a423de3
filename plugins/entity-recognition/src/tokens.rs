//! Tokens: words, marks and addresses, as treebanks cut them.
//!
//! One pass over the text finds everything that features ask of a token, so that no token is read twice and none
//! is copied. Text that was cut before (`did n't`, `John 's`) comes to the same tokens as natural text.

use std::ops::Range;

use crate::addresses::{LINK, address, end_of_link};

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// Hash of its letters in lower case, digits alike.
    pub word: u32,
    /// Hash of it as it is written.
    pub exact: u32,
    /// Its first bytes in lower case, at most four.
    pub prefix: [u8; 4],
    /// Its last bytes in lower case, at most four, the last one first.
    pub suffix: [u8; 4],
    /// How it is written: kinds of characters in their order, three bits each, the same in a row once.
    pub shape: u32,
    /// How many characters it has, at most 255.
    pub length: u8,
    /// Whether white space stands before it.
    pub spaced: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters and digits, with what may stand inside a word.
    Word,
    /// The same mark, once or repeated.
    Mark,
    /// A handle, a hashtag, a link or an electronic mail address: never part of a name.
    Address,
    /// The end of a line. It has no letters.
    Break,
}

/// Kinds of characters in a [`Token::shape`].
const UPPER: u32 = 1;
const LOWER: u32 = 2;
const DIGIT: u32 = 3;
const LETTER: u32 = 4;
const INNER: u32 = 5;

impl Token {
    /// Where it is, in bytes.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether it is a word that begins with a capital.
    pub fn is_capital(&self) -> bool {
        self.kind == Kind::Word && self.first() == UPPER
    }

    /// Whether it is a word that begins with a small letter.
    pub fn is_small(&self) -> bool {
        self.kind == Kind::Word && self.first() == LOWER
    }

    /// Whether it is a word in capitals, of at least two letters.
    pub fn is_shouted(&self) -> bool {
        self.kind == Kind::Word && self.shape == UPPER && self.length > 1
    }

    /// Kind of its first character.
    fn first(&self) -> u32 {
        let mut shape = self.shape;
        while shape > 7 {
            shape >>= 3;
        }
        shape
    }
}

/// What hashes begin with (FNV-1a in 32 bits).
const SEED: u32 = 0x811c_9dc5;

const fn fold(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

/// The hash of a word in lower case, as a token has it.
pub const fn hash(lower: &str) -> u32 {
    let mut hash = SEED;
    let mut rest = lower.as_bytes();
    while let [byte, after @ ..] = rest {
        hash = fold(hash, *byte);
        rest = after;
    }
    hash
}

/// Words that end with a full stop in the middle of a sentence, in lower case.
const ABBREVIATIONS: &[&[u8]] = &[
    b"mr", b"mrs", b"ms", b"dr", b"prof", b"st", b"gen", b"col", b"capt", b"lt", b"sgt", b"rev", b"hon",
    b"gov", b"sen", b"rep", b"inc", b"corp", b"ltd", b"co", b"jr", b"sr", b"vs", b"mt", b"ft", b"ave",
    b"blvd", b"rd", b"bros", b"dept", b"univ", b"messrs", b"llc", b"pvt", b"cpl", b"adm", b"maj", b"cmdr",
    b"pres", b"jan", b"feb", b"mar", b"apr", b"aug", b"sept", b"oct", b"nov", b"dec", b"assn", b"intl",
    b"mass", b"calif",
];

/// Cuts `text` into tokens, in their order.
pub fn tokens(text: &str, mut found: impl FnMut(Token)) {
    let mut cutter = Cutter { text, bytes: text.as_bytes() };
    let (mut at, mut spaced) = (0, true);
    while let Some(&byte) = cutter.bytes.get(at) {
        match byte {
            b'\n' => {
                found(cutter.bare(at..at + 1, Kind::Break, 0, spaced));
                (at, spaced) = (at + 1, true);
            }
            b' ' | b'\t' | b'\r' | b'\x0b' | b'\x0c' => (at, spaced) = (at + 1, true),
            _ => {
                if byte >= 0x80
                    && let Some(space) = cutter.character(at).filter(|c| c.is_whitespace())
                {
                    (at, spaced) = (at + space.len_utf8(), true);
                    continue;
                }
                at = cutter.cut(at, spaced, &mut found);
                spaced = false;
            }
        }
    }
}

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
}

impl Cutter<'_> {
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    fn character(&self, at: usize) -> Option<char> {
        self.text.get(at..)?.chars().next()
    }

    fn is_alphanumeric(&self, at: usize) -> bool {
        match self.byte(at) {
            byte @ 0..0x80 => byte.is_ascii_alphanumeric(),
            _ => self.character(at).is_some_and(char::is_alphanumeric),
        }
    }

    /// A token without letters.
    fn bare(&self, range: Range<usize>, kind: Kind, word: u32, spaced: bool) -> Token {
        Token {
            start: range.start,
            end: range.end,
            kind,
            word,
            exact: word,
            prefix: [0; 4],
            suffix: [0; 4],
            shape: 0,
            length: 1,
            spaced,
        }
    }

    /// Cuts what begins at `at`, and says where it ends.
    fn cut(&mut self, at: usize, spaced: bool, found: &mut impl FnMut(Token)) -> usize {
        if let Some((end, what)) = address(self.text, at) {
            found(self.bare(at..end, Kind::Address, what, spaced));
            return end;
        }
        let starts_contraction = matches!(self.byte(at), b'\'') || self.is_curly_apostrophe(at);
        if self.is_alphanumeric(at) || (starts_contraction && self.contraction_at(at).is_some()) {
            return self.word(at, spaced, found);
        }
        let Some(mark) = self.character(at) else { return self.bytes.len() };
        let mut end = at + mark.len_utf8();
        // The last of several signs may begin a handle or a hashtag.
        while self.character(end) == Some(mark) && address(self.text, end).is_none() {
            end += mark.len_utf8();
        }
        let word = hash(mark.encode_utf8(&mut [0; 4]));
        let mut token = self.bare(at..end, Kind::Mark, word, spaced);
        token.length = u8::try_from((end - at) / mark.len_utf8()).unwrap_or(u8::MAX);
        found(token);
        end
    }

    fn is_curly_apostrophe(&self, at: usize) -> bool {
        self.bytes.get(at..at + 3) == Some("\u{2019}".as_bytes())
    }

    /// The apostrophe's length if one is here.
    fn apostrophe(&self, at: usize) -> usize {
        match self.byte(at) {
            b'\'' => 1,
            0xe2 if self.is_curly_apostrophe(at) => 3,
            _ => 0,
        }
    }

    /// Where a contraction ends that begins with an apostrophe here: `'s`, `'ll`, `'re`.
    fn contraction_at(&self, at: usize) -> Option<usize> {
        let start = at + self.apostrophe(at);
        let letters = [self.byte(start), self.byte(start + 1)].map(|byte| byte.to_ascii_lowercase());
        let length = match letters {
            [b'l', b'l'] | [b'r', b'e'] | [b'v', b'e'] => 2,
            [b's' | b'm' | b'd', _] => 1,
            _ => return None,
        };
        (start > at && !self.is_alphanumeric(start + length)).then_some(start + length)
    }

    /// A word, without the contraction that ends it, and that.
    fn word(&mut self, at: usize, spaced: bool, found: &mut impl FnMut(Token)) -> usize {
        let mut reader = Reader::new();
        let mut end = at;
        // The dots of `J.` and `U.S.`: a letter, a dot, a letter.
        let mut letters_since_dot = 0;
        let mut only_letters = true;
        let mut has_domain = false;
        let apostrophe = self.apostrophe(at);
        if apostrophe > 0 {
            end += apostrophe;
            reader.mark(b'\'');
        }
        while end < self.bytes.len() {
            let byte = self.byte(end);
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' => {
                    reader.ascii_letter(byte);
                    letters_since_dot += 1;
                    end += 1;
                }
                b'0'..=b'9' => {
                    reader.digit();
                    only_letters = false;
                    end += 1;
                }
                b'.' => {
                    let next = self.byte(end + 1);
                    let is_initial = only_letters && letters_since_dot == 1 && apostrophe == 0;
                    let is_number = self.byte(end.wrapping_sub(1)).is_ascii_digit() && next.is_ascii_digit();
                    let is_domain = next.is_ascii_lowercase() && letters_since_dot > 1 && end > at;
                    let is_abbreviation = only_letters && is_abbreviation(self.bytes.get(at..end));
                    if !(is_initial || is_number || is_domain || is_abbreviation) {
                        break;
                    }
                    reader.mark(byte);
                    end += 1;
                    letters_since_dot = 0;
                    has_domain |= is_domain;
                    if is_abbreviation {
                        break;
                    }
                    if is_initial && !self.is_alphanumeric(end) {
                        break;
                    }
                }
                b',' | b':' => {
                    let digits = [self.byte(end.wrapping_sub(1)), self.byte(end + 1)];
                    if end == at || !digits.iter().all(u8::is_ascii_digit) {
                        break;
                    }
                    reader.mark(byte);
                    end += 1;
                }
                b'&' => {
                    let sides = [self.byte(end.wrapping_sub(1)), self.byte(end + 1)];
                    if !sides.iter().all(u8::is_ascii_uppercase) {
                        break;
                    }
                    reader.mark(byte);
                    end += 1;
                }
                b'_' if end > at => {
                    reader.mark(byte);
                    end += 1;
                }
                b'@' if end > at && self.is_alphanumeric(end + 1) => {
                    // A mail address.
                    let end = end_of_link(self.text, at);
                    found(self.bare(at..end, Kind::Address, LINK, spaced));
                    return end;
                }
                b'\'' | 0xe2 if self.apostrophe(end) > 0 => {
                    let after = end + self.apostrophe(end);
                    if end == at || !self.is_alphanumeric(after) || self.contraction_at(end).is_some() {
                        break;
                    }
                    if self.ends_with_not(at, end) {
                        return self.not(at, end, spaced, found);
                    }
                    reader.mark(b'\'');
                    end = after;
                }
                0..0x80 => break,
                _ => match self.character(end) {
                    Some(c) if c.is_alphanumeric() || is_combining(c) => {
                        reader.beyond_ascii(c);
                        letters_since_dot += 1;
                        end += c.len_utf8();
                    }
                    _ => break,
                },
            }
        }
        if has_domain && self.byte(end) == b'/' {
            let end = end_of_link(self.text, at);
            found(self.bare(at..end, Kind::Address, LINK, spaced));
            return end;
        }
        let end = end.max(at + 1);
        found(reader.token(at..end, spaced));
        end
    }

    /// Whether the apostrophe at `end` is that of `n't`.
    fn ends_with_not(&self, at: usize, end: usize) -> bool {
        let after = end + self.apostrophe(end);
        end > at + 1
            && matches!(self.byte(end - 1), b'n' | b'N')
            && matches!(self.byte(after), b't' | b'T')
            && !self.is_alphanumeric(after + 1)
    }

    /// Cuts `don't` into `do` and `n't`; the apostrophe is at `apostrophe`.
    fn not(&self, at: usize, apostrophe: usize, spaced: bool, found: &mut impl FnMut(Token)) -> usize {
        let cut = apostrophe - 1;
        let end = apostrophe + self.apostrophe(apostrophe) + 1;
        for (range, spaced) in [(at..cut, spaced), (cut..end, false)] {
            let mut reader = Reader::new();
            for c in self.text.get(range.clone()).unwrap_or_default().chars() {
                match c {
                    'a'..='z' | 'A'..='Z' => reader.ascii_letter(u8::try_from(c).unwrap_or_default()),
                    '0'..='9' => reader.digit(),
                    '\'' | '\u{2019}' => reader.mark(b'\''),
                    c if c.is_ascii() => reader.mark(u8::try_from(c).unwrap_or_default()),
                    c => reader.beyond_ascii(c),
                }
            }
            found(reader.token(range, spaced));
        }
        end
    }
}

fn is_abbreviation(word: Option<&[u8]>) -> bool {
    word.is_some_and(|word| {
        word.len() <= 6 && ABBREVIATIONS.iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

/// Combining marks go with the letter before them.
pub(crate) fn is_combining(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{200d}')
}

/// Collects what a word's token has.
struct Reader {
    word: u32,
    exact: u32,
    prefix: [u8; 4],
    suffix: [u8; 4],
    shape: u32,
    bytes: usize,
    characters: usize,
}

impl Reader {
    fn new() -> Self {
        Self { word: SEED, exact: SEED, prefix: [0; 4], suffix: [0; 4], shape: 0, bytes: 0, characters: 0 }
    }

    fn lower(&mut self, byte: u8) {
        self.word = fold(self.word, byte);
        if let Some(place) = self.prefix.get_mut(self.bytes) {
            *place = byte;
        }
        let [last, before, third, _] = self.suffix;
        self.suffix = [byte, last, before, third];
        self.bytes += 1;
    }

    fn shape(&mut self, class: u32) {
        self.characters += 1;
        if self.shape & 7 != class && self.shape < 1 << 24 {
            self.shape = self.shape << 3 | class;
        }
    }

    fn ascii_letter(&mut self, byte: u8) {
        self.exact = fold(self.exact, byte);
        self.shape(if byte.is_ascii_uppercase() { UPPER } else { LOWER });
        self.lower(byte | 0x20);
    }

    fn digit(&mut self) {
        self.exact = fold(self.exact, b'0');
        self.shape(DIGIT);
        self.lower(b'0');
    }

    fn mark(&mut self, byte: u8) {
        self.exact = fold(self.exact, byte);
        self.shape(INNER);
        self.lower(byte);
    }

    #[cold]
    fn beyond_ascii(&mut self, c: char) {
        let mut encoded = [0; 4];
        self.exact = c.encode_utf8(&mut encoded).bytes().fold(self.exact, fold);
        self.shape(if c.is_uppercase() {
            UPPER
        } else if c.is_lowercase() {
            LOWER
        } else {
            LETTER
        });
        for lower in c.to_lowercase() {
            for byte in lower.encode_utf8(&mut encoded).bytes() {
                self.lower(byte);
            }
        }
    }

    fn token(&self, range: Range<usize>, spaced: bool) -> Token {
        Token {
            start: range.start,
            end: range.end,
            kind: Kind::Word,
            word: self.word,
            exact: self.exact,
            prefix: self.prefix,
            suffix: self.suffix,
            shape: self.shape,
            length: u8::try_from(self.characters).unwrap_or(u8::MAX),
            spaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> Vec<Token> {
        let mut all = Vec::new();
        tokens(text, |token| all.push(token));
        all
    }

    fn cut(text: &str) -> Vec<&str> {
        all(text).into_iter().map(|token| &text[token.range()]).collect()
    }

    #[test]
    fn words_are_cut_as_treebanks_cut_them() {
        assert_eq!(cut("J. R. Smith of AT&T, U.S."), ["J.", "R.", "Smith", "of", "AT&T", ",", "U.S."]);
        assert_eq!(
            cut("O'Brien's (co-)worker left..."),
            ["O'Brien", "'s", "(", "co", "-", ")", "worker", "left", "..."]
        );
        assert_eq!(
            cut("John\u{2019}s and the Smiths' dog"),
            ["John", "\u{2019}s", "and", "the", "Smiths", "'", "dog"]
        );
        assert_eq!(
            cut("Apple Inc. didn't pay 1,000.50 at 3:30."),
            ["Apple", "Inc.", "did", "n't", "pay", "1,000.50", "at", "3:30", "."]
        );
        assert_eq!(cut("Amazon.com is here.Then"), ["Amazon.com", "is", "here", ".", "Then"]);
    }

    #[test]
    fn addresses_are_whole() {
        assert_eq!(
            cut("@ada likes #Paris! http://x.org/a.b, a.b@c.org"),
            ["@ada", "likes", "#Paris", "!", "http://x.org/a.b", ",", "a.b@c.org"]
        );
        assert_eq!(
            cut("@@ada ##x \u{ff20}bob #Zu\u{308}rich FTP://x.y/Z"),
            ["@", "@ada", "#", "#x", "\u{ff20}bob", "#Zu\u{308}rich", "FTP://x.y/Z"]
        );
        assert_eq!(
            cut("see London.example.org/Paris (x.y@z.org)"),
            ["see", "London.example.org/Paris", "(", "x.y@z.org", ")"]
        );
        assert_eq!(cut("mailto:John.O'Neil-Lee@x.org"), ["mailto", ":", "John.O'Neil-Lee@x.org"]);
        let kinds = all("@ada #x www.x.y # Paris").into_iter().map(|token| token.kind);
        use Kind::*;
        assert!(kinds.eq([Address, Address, Address, Mark, Word]));
    }

    #[test]
    fn tokenised_text_comes_to_the_same() {
        let words = |text| all(text).into_iter().map(|token| (token.word, token.shape)).collect::<Vec<_>>();
        assert_eq!(words("It doesn't matter, they'll say."), words("It does n't matter , they 'll say ."));
        assert_eq!(words("It doesn\u{2019}t"), words("It doesn't"));
        assert_eq!(words("John\u{2019}s"), words("John 's"));
        assert_eq!(words("It is John's."), words("It is John 's ."));
    }

    #[test]
    fn ends_of_words_are_kept() {
        let [token] = all("Ürban7").try_into().unwrap();
        assert_eq!((token.prefix, token.suffix), (*b"\xc3\xbcrb", *b"0nab"));
        assert_eq!((token.word, token.length), (hash("ürban0"), 6));
        assert!(token.is_capital() && !token.is_shouted());
    }

    proptest! {
        #[test]
        fn tokens_cut_the_text_in_order(text in any::<String>()) {
            let mut end = 0;
            for token in all(&text) {
                prop_assert!(text.get(token.range()).is_some_and(|cut| !cut.is_empty()), "{token:?}");
                prop_assert!(token.start >= end);
                end = token.end;
            }
        }
    }
}
