//! Where the extended grapheme clusters of a text start (UAX 29).

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// A bit for every byte of a text and for its end, set where a cluster starts. It takes a fifth of the text's
/// memory.
#[derive(Debug)]
pub(super) struct Clusters {
    starts: Vec<u64>,
    /// How many clusters start before each word of `starts`.
    before: Vec<u32>,
}

/// What decides whether a cluster starts between two characters, as far as it is plain to see.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Joins no other plain character, nor a control.
    Plain,
    /// Joins nothing.
    Control,
    /// Joins the character before it, unless that is a control.
    Mark,
    /// The standard's rules must be asked.
    Other,
}

fn kind(c: char) -> Kind {
    match c {
        // Most of most texts, and so looked at first.
        ' '..='~' => Kind::Plain,
        // It joins a line feed.
        '\r' => Kind::Other,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' => Kind::Control,
        // Combining diacritical marks.
        '\u{300}'..='\u{36f}' => Kind::Mark,
        // Latin and phonetic; Greek and Cyrillic; Armenian, and letters of Hebrew and of Arabic.
        '\u{a0}'..='\u{2ff}'
        | '\u{370}'..='\u{482}'
        | '\u{48a}'..='\u{590}'
        | '\u{5d0}'..='\u{5f4}'
        | '\u{620}'..='\u{64a}'
        // Latin and Greek with marks; dashes and quotation marks.
        | '\u{1e00}'..='\u{1fff}'
        | '\u{2010}'..='\u{2027}'
        // Han and kana, and their punctuation; Hangul by the syllable; full-width forms.
        | '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309b}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{ff01}'..='\u{ff9d}'
        // Pictures, before and after those that change a skin's colour.
        | '\u{1f300}'..='\u{1f3fa}'
        | '\u{1f400}'..='\u{1f64f}' => Kind::Plain,
        _ => Kind::Other,
    }
}

const WORD_BITS: usize = u64::BITS as usize;

impl Clusters {
    /// Looks for the starts, in one pass over the text. Of most pairs of characters it is plain to see
    /// whether they belong together; only what lies between is looked up in the standard's tables.
    pub(super) fn of(text: &str) -> Self {
        let mut clusters = Self {
            starts: vec![0; text.len() / WORD_BITS + 1],
            before: Vec::with_capacity(text.len() / WORD_BITS + 1),
        };
        // The piece since the last start that is sure, and whether another may lie within it.
        let (mut piece, mut is_open) = (0, false);
        let mut last = None;
        for (at, c) in text.char_indices() {
            let kind = kind(c);
            match (last.replace(kind), kind) {
                (None, _) => {}
                (Some(Kind::Plain | Kind::Control | Kind::Mark), Kind::Plain | Kind::Control) => {
                    clusters.add(text, piece..at, is_open);
                    (piece, is_open) = (at, false);
                }
                (Some(Kind::Plain | Kind::Mark), Kind::Mark) => {}
                _ => is_open = true,
            }
        }
        clusters.add(text, piece..text.len(), is_open);
        clusters.set(text.len());
        let mut count = 0;
        for word in &clusters.starts {
            clusters.before.push(count);
            count += word.count_ones();
        }
        clusters
    }

    /// How many clusters start before a place.
    pub(super) fn count_before(&self, place: usize) -> usize {
        self.count(place, !(u64::MAX << (place % WORD_BITS))) as usize
    }

    /// The last start at or before a place.
    pub(super) fn start_up_to(&self, place: usize) -> usize {
        let mask = u64::MAX >> (WORD_BITS - 1 - place % WORD_BITS);
        let Some(last) = self.count(place, mask).checked_sub(1) else { return 0 };
        let word = self.word_of(last);
        let starts = self.starts.get(word).copied().unwrap_or_default();
        let starts = if word == place / WORD_BITS { starts & mask } else { starts };
        starts.checked_ilog2().map_or(0, |bit| word * WORD_BITS + bit as usize)
    }

    /// The first start at or after a place; the end of the text is one.
    pub(super) fn start_from(&self, place: usize) -> usize {
        let mask = u64::MAX << (place % WORD_BITS);
        let word = self.word_of(self.count(place, !mask));
        let starts = self.starts.get(word).copied().unwrap_or_default();
        let starts = if word == place / WORD_BITS { starts & mask } else { starts };
        if starts == 0 { place } else { word * WORD_BITS + starts.trailing_zeros() as usize }
    }

    /// How many clusters start before the word that a place lies in, and where the mask lets see in that.
    fn count(&self, place: usize, mask: u64) -> u32 {
        let word = place / WORD_BITS;
        let before = self.before.get(word).copied().unwrap_or_default();
        before + self.starts.get(word).map_or(0, |word| (word & mask).count_ones())
    }

    /// The word that the start of a number lies in.
    fn word_of(&self, start: u32) -> usize {
        self.before.partition_point(|before| *before <= start).saturating_sub(1)
    }

    /// Adds the starts within a piece that begins a cluster and ends one.
    fn add(&mut self, text: &str, piece: Range<usize>, is_open: bool) {
        let begin = piece.start;
        self.set(begin);
        if is_open {
            let piece = text.get(piece).unwrap_or_default();
            piece.grapheme_indices(true).for_each(|(start, _)| self.set(begin + start));
        }
    }

    fn set(&mut self, place: usize) {
        if let Some(word) = self.starts.get_mut(place / WORD_BITS) {
            *word |= 1 << (place % WORD_BITS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn starts(text: &str) -> Vec<usize> {
        let clusters = Clusters::of(text);
        (0..text.len()).filter(|place| clusters.start_up_to(*place) == *place).collect()
    }

    fn joined(characters: &[char]) -> bool {
        let text: String = characters.iter().collect();
        text.graphemes(true).count() == 1
    }

    #[test]
    fn every_character_is_of_its_kind() {
        for c in '\0'..=char::MAX {
            match kind(c) {
                Kind::Plain => {
                    // Two of a kind join if any plain two do: the standard's rules for what is not a mark join
                    // Hangul's parts, flags and prefixes, each of which also joins itself.
                    assert!(!joined(&[c, c]), "{c:?}");
                    assert!(joined(&[c, '\u{301}']), "{c:?}");
                    // Nor is it a consonant that joins one before a virama.
                    assert!(!joined(&['\u{915}', '\u{94d}', '\u{301}', c]), "{c:?}");
                }
                Kind::Control => {
                    assert!(!joined(&[c, c]) && !joined(&[c, '\u{301}']) && !joined(&['a', c]), "{c:?}");
                }
                Kind::Mark => assert!(joined(&['a', c]) && joined(&['a', c, c]), "{c:?}"),
                Kind::Other => {}
            }
        }
    }

    /// Characters of every kind that the standard's rules know.
    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z\r\n]{0,3}",
            "[\u{300}\u{301}\u{36f}\u{200d}\u{fe0f}\u{20e3}\u{ad}]",
            "[😀👩👧🏽❤🇩🇪🇫]",
            "[\u{1100}\u{1161}\u{11a8}가각]",
            "[\u{915}\u{94d}\u{937}\u{93f}\u{0600}\u{0e33}\u{0903}]",
            "[語かシо\u{483}שاء\u{064b}]",
            any::<String>(),
        ];
        prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

        #[test]
        fn clusters_start_where_the_standard_has_them(text in hard_text()) {
            let expected: Vec<usize> = text.grapheme_indices(true).map(|(start, _)| start).collect();
            prop_assert_eq!(starts(&text), expected);
        }
    }

    #[test]
    fn starts_are_found_from_either_side() {
        let text = format!("a{}b", "\u{301}".repeat(100));
        let clusters = Clusters::of(&text);
        assert_eq!(
            (clusters.start_up_to(150), clusters.start_from(150), clusters.count_before(201)),
            (0, 201, 1)
        );
        assert_eq!((clusters.start_from(202), clusters.count_before(202)), (202, 2));
        assert_eq!(Clusters::of("").start_from(0), 0);
    }
}
