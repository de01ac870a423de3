//! How a word is spelled: its length, its hash, and what is striking about its letters.
//!
//! A word is known by the hash of its small letters, in blocks of eight. Most words fit into one block, which is read
//! at once rather than letter by letter.

use crate::blocks::{HIGH, every, first, zeros};

/// The hash of a word as a token of it has it.
pub const fn hash(word: &str) -> u32 {
    hash_bytes(word.as_bytes())
}

/// The hash of bytes that are taken as they are.
pub(crate) const fn hash_bytes(bytes: &[u8]) -> u32 {
    let (mut hash, mut at) = (Hash::NONE, 0);
    while at < bytes.len() {
        #[expect(clippy::indexing_slicing, reason = "it counts through the bytes")]
        {
            hash = hash.with(bytes[at]);
        }
        at += 1;
    }
    hash.finish()
}

/// A hash on its way: of whole blocks, and of the block that is not full.
#[derive(Clone, Copy)]
struct Hash {
    blocks: u64,
    block: u64,
    /// Bits of the block that are taken.
    bits: u32,
}

impl Hash {
    const NONE: Self = Self { blocks: 0, block: 0, bits: 0 };

    const fn with(self, byte: u8) -> Self {
        let block = self.block | (byte as u64) << self.bits;
        if self.bits < 56 {
            Self { block, bits: self.bits + 8, ..self }
        } else {
            Self { blocks: mixed(self.blocks ^ block), ..Self::NONE }
        }
    }

    const fn finish(self) -> u32 {
        (mixed(self.blocks ^ self.block) >> 32) as u32
    }
}

/// Each bit of a block has a say in the upper half, by the odd numbers of Steele, Lea and Flood ("Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014).
const fn mixed(block: u64) -> u64 {
    let block = (block ^ (block >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (block ^ (block >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

/// How a word is spelled.
pub(crate) struct Spelled {
    /// Bytes of the word.
    pub(crate) length: usize,
    pub(crate) hash: u32,
    letters: u32,
    capitals: u32,
    /// Whether a letter stands three times in a row.
    pub(crate) drawn_out: bool,
    pub(crate) has_apostrophe: bool,
}

impl Spelled {
    /// Reads the word that `text` begins with. Digits are alike, and of a letter that is drawn out two are kept.
    pub(crate) fn read(text: &str) -> Self {
        Self::read_blocks(text.as_bytes()).unwrap_or_else(|| Self::read_letters(text))
    }

    /// Whether it is written in capitals, two or more.
    pub(crate) fn is_in_capitals(&self) -> bool {
        self.capitals > 1 && self.capitals == self.letters
    }

    /// Reads a word of letters of ASCII, none of them three times in a row, if it is one, if a byte follows that ends
    /// it, and if eight bytes can be read from where its last block begins.
    fn read_blocks(bytes: &[u8]) -> Option<Self> {
        let (mut blocks, mut before) = (0, 0);
        let (mut length, mut capitals) = (0, 0);
        loop {
            let block = u64::from_le_bytes(*bytes.get(length..)?.first_chunk()?);
            let letters = (!letters(block) & HIGH).trailing_zeros() / 8;
            let small = (block | SMALL) & first(letters);
            if has_three_alike(small) || has_three_alike((before >> 48) | (small << 16)) {
                return None;
            }
            capitals += (!block & SMALL & first(letters)).count_ones();
            length += letters as usize;
            if letters == 8 {
                blocks = mixed(blocks ^ small);
                before = small;
                continue;
            }
            let end = *bytes.get(length)?;
            if length == 0 || end == b'\'' || end.is_ascii_digit() || !end.is_ascii() {
                return None;
            }
            let hash = Hash { blocks, block: small, bits: 8 * letters }.finish();
            let letters = u32::try_from(length).ok()?;
            return Some(Self { length, hash, letters, capitals, drawn_out: false, has_apostrophe: false });
        }
    }

    fn read_letters(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut word =
            Self { length: 0, hash: 0, letters: 0, capitals: 0, drawn_out: false, has_apostrophe: false };
        let mut hash = Hash::NONE;
        let (mut last, mut same) = (0, 0);
        while let Some(&byte) = bytes.get(word.length) {
            let (lower, length) = match byte {
                b'a'..=b'z' => (byte, 1),
                b'A'..=b'Z' => {
                    word.capitals += 1;
                    (byte | 0x20, 1)
                }
                b'0'..=b'9' => (b'0', 1),
                b'\''
                    if word.length == 0
                        || bytes.get(word.length + 1).is_some_and(u8::is_ascii_alphabetic) =>
                {
                    word.has_apostrophe = true;
                    (byte, 1)
                }
                0..0x80 => break,
                _ => match word.read_beyond_ascii(text, &mut hash) {
                    Some(lower_and_length) => lower_and_length,
                    None => break,
                },
            };
            word.length += length;
            let is_letter = lower.is_ascii_lowercase();
            word.letters += u32::from(is_letter);
            same = if lower == last { same + 1 } else { 0 };
            last = lower;
            if same > 1 && is_letter {
                word.drawn_out = true;
            } else if same == 0 || lower != b'0' {
                hash = hash.with(lower);
            }
        }
        word.hash = hash.finish();
        word
    }

    /// Hashes all but the last byte of a letter beyond ASCII. Says that byte, and the letter's length.
    #[cold]
    fn read_beyond_ascii(&mut self, text: &str, hash: &mut Hash) -> Option<(u8, usize)> {
        let rest = text.get(self.length..)?;
        let c = rest.chars().next()?;
        if c == '\u{2019}' && rest.chars().nth(1).is_some_and(char::is_alphabetic) {
            self.has_apostrophe = true;
            return Some((b'\'', c.len_utf8()));
        }
        if !c.is_alphanumeric() {
            return None;
        }
        self.letters += 1;
        self.capitals += u32::from(c.is_uppercase());
        let lower = c.to_lowercase().next().unwrap_or(c);
        let mut encoded = [0; 4];
        let (last, before) = lower.encode_utf8(&mut encoded).as_bytes().split_last()?;
        *hash = before.iter().fold(*hash, |hash, byte| hash.with(*byte));
        Some((*last, c.len_utf8()))
    }
}

/// The bit that tells small letters from capitals.
const SMALL: u64 = every(0x20);

/// The highest bits of the bytes that are letters of ASCII.
fn letters(block: u64) -> u64 {
    let low = (block | SMALL) & !HIGH;
    let from_a = low + every(0x80 - b'a');
    let beyond_z = low + every(0x80 - (b'z' + 1));
    from_a & !beyond_z & !block & HIGH
}

/// Whether three bytes in a row are the same and not 0.
fn has_three_alike(block: u64) -> bool {
    let same_as_next = zeros(block ^ (block >> 8)) & !zeros(block);
    same_as_next & (same_as_next >> 8) != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hashes_differ_by_every_letter() {
        let words =
            ["a", "b", "ab", "ba", "abcdefgh", "abcdefgi", "abcdefghi", "bbcdefghi", "abcdefghabcdefgh"];
        let hashes: std::collections::BTreeSet<u32> = words.into_iter().map(hash).collect();
        assert_eq!(hashes.len(), words.len());
    }

    #[test]
    fn some_words_are_read_at_once() {
        for word in [
            "good day",
            "A nicer ",
            "Letters.",
            "all that",
            "eightish, indeed",
            "Goodnight, all of",
            "Lettersettersetters, good",
        ] {
            assert!(Spelled::read_blocks(word.as_bytes()).is_some(), "{word}");
        }
        for word in [
            "good", "goodnight", "soooo so", "addresssing it", "don't it", "mp3 file", "caf\u{e9} au",
            " nothing",
        ] {
            assert!(Spelled::read_blocks(word.as_bytes()).is_none(), "{word}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_at_once_is_read_like_letters(text in "([a-cA-C]{0,20}|\\PC)[ .'@\\[`{z0]\\PC{0,8}") {
            if let Some(word) = Spelled::read_blocks(text.as_bytes()) {
                let by_letters = Spelled::read_letters(&text);
                prop_assert_eq!(word.length, by_letters.length);
                prop_assert_eq!(word.hash, by_letters.hash);
                prop_assert_eq!(word.is_in_capitals(), by_letters.is_in_capitals());
                prop_assert_eq!((word.drawn_out, word.has_apostrophe), (by_letters.drawn_out, by_letters.has_apostrophe));
            }
        }
    }
}
