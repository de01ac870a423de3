//! Offsets in the units that clients count in.
//!
//! Analyzers count UTF-8 bytes; a Python client counts code points, a JavaScript client UTF-16 units,
//! a reader grapheme clusters. An [`OffsetMap`] is made once for a text in one linear pass, and then
//! converts any number of ranges, each in constant or logarithmic time.

use std::ops::Range;

use super::ByteRange;
use super::clusters::Clusters;

/// What an offset counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OffsetUnit {
    /// Unicode code points, as Python's `str` does.
    #[default]
    CodePoint,
    /// UTF-16 code units, as JavaScript, Java and C# do.
    Utf16,
    /// UTF-8 bytes, as Rust and Go do.
    Utf8,
    /// Extended grapheme clusters, as a reader does.
    Grapheme,
}

/// Converts byte ranges of one text to a unit.
#[derive(Debug)]
pub struct OffsetMap<'t> {
    text: &'t str,
    table: Table,
}

#[derive(Debug)]
enum Table {
    /// A byte is a unit.
    Bytes,
    /// How many units start in the text before each block of [`BLOCK_BYTES`], and what counts those within.
    Blocks {
        count: fn(&[u8]) -> u32,
        before: Vec<u32>,
    },
    Clusters(Clusters),
}

/// Bytes between two entries of a block table: small enough to count through in no time, with no more units than a
/// byte counts, and large enough for the table to be small beside the text.
const BLOCK_BYTES: usize = 128;

impl<'t> OffsetMap<'t> {
    /// Prepares to convert ranges of `text` to `unit`.
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let table = match unit {
            OffsetUnit::Utf8 => Table::Bytes,
            OffsetUnit::CodePoint | OffsetUnit::Utf16 if text.is_ascii() => Table::Bytes,
            OffsetUnit::CodePoint => blocks(text, code_points),
            OffsetUnit::Utf16 => blocks(text, utf16_units),
            OffsetUnit::Grapheme => Table::Clusters(Clusters::of(text)),
        };
        Self { text, table }
    }

    /// The range in the map's unit, and the text it covers: the same as the byte range's, but for
    /// graphemes, where a range that begins or ends inside a cluster is widened to whole clusters.
    pub fn convert(&self, range: ByteRange) -> (Range<usize>, &'t str) {
        match &self.table {
            Table::Bytes => (range.into(), range.cut(self.text)),
            Table::Blocks { count, before } => {
                let unit = |offset| units_before(self.text, *count, before, offset);
                (unit(range.start())..unit(range.end()), range.cut(self.text))
            }
            Table::Clusters(clusters) => self.widen(range, clusters),
        }
    }

    fn widen(&self, range: ByteRange, clusters: &Clusters) -> (Range<usize>, &'t str) {
        let start = clusters.start_up_to(range.start());
        // An empty range stays empty: it marks a place, not a cluster.
        let end = if range.start() == range.end() { start } else { clusters.start_from(range.end()) };
        let units = clusters.count_before(start)..clusters.count_before(end);
        (units, self.text.get(start..end).unwrap_or_default())
    }
}

/// Whether a byte leads a character, rather than continues one.
fn is_lead(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

/// Code points that begin in a block.
fn code_points(block: &[u8]) -> u32 {
    u32::from(block.iter().map(|byte| u8::from(is_lead(*byte))).sum::<u8>())
}

/// UTF-16 units that begin in a block: two for each character of four bytes, one for any other.
fn utf16_units(block: &[u8]) -> u32 {
    let units = |byte: &u8| u8::from(is_lead(*byte)) + u8::from(*byte >= 0b1111_0000);
    u32::from(block.iter().map(units).sum::<u8>())
}

fn blocks(text: &str, count: fn(&[u8]) -> u32) -> Table {
    let mut units = 0;
    let before = text.as_bytes().chunks(BLOCK_BYTES).map(|block| {
        let before = units;
        units += count(block);
        before
    });
    Table::Blocks { count, before: before.collect() }
}

fn units_before(text: &str, count: fn(&[u8]) -> u32, before: &[u32], offset: usize) -> usize {
    // The end of a text that fills its last block has no block of its own.
    let block = (offset / BLOCK_BYTES).min(before.len().saturating_sub(1));
    let rest = text.as_bytes().get(block * BLOCK_BYTES..offset).unwrap_or_default();
    (before.get(block).copied().unwrap_or_default() + count(rest)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation;

    /// Texts rich in what makes offsets hard: astral characters, combining marks, joiners, CR LF.
    fn hard_text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[a-z ]{0,40}",
            2 => Just("😀".to_owned()),
            1 => Just("👩‍👩‍👧".to_owned()),
            1 => Just("e\u{301}".to_owned()),
            1 => Just("\r\n".to_owned()),
            1 => Just("🇩🇪".to_owned()),
            1 => Just("שלום".to_owned()),
            1 => any::<String>(),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    fn hard_range() -> impl Strategy<Value = (String, ByteRange)> {
        (hard_text(), any::<prop::sample::Index>(), any::<prop::sample::Index>()).prop_map(|(text, a, b)| {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let (a, b) = (places[a.index(places.len())], places[b.index(places.len())]);
            let offset = |place: usize| u32::try_from(place).unwrap();
            let range = ByteRange::of(&text, offset(a.min(b)), offset(a.max(b))).unwrap();
            (text, range)
        })
    }

    proptest! {
        #[test]
        fn code_points_cut_the_same_text((text, range) in hard_range()) {
            let (units, cut) = OffsetMap::new(&text, OffsetUnit::CodePoint).convert(range);
            let by_hand: String = text.chars().skip(units.start).take(units.len()).collect();
            prop_assert_eq!(&by_hand, range.cut(&text));
            prop_assert_eq!(&by_hand, cut);
        }

        #[test]
        fn utf16_units_cut_the_same_text((text, range) in hard_range()) {
            let (units, cut) = OffsetMap::new(&text, OffsetUnit::Utf16).convert(range);
            let all: Vec<u16> = text.encode_utf16().collect();
            let by_hand = String::from_utf16(&all[units]).unwrap();
            prop_assert_eq!(&by_hand, range.cut(&text));
            prop_assert_eq!(&by_hand, cut);
        }

        #[test]
        fn bytes_cut_the_same_text((text, range) in hard_range()) {
            let (units, cut) = OffsetMap::new(&text, OffsetUnit::Utf8).convert(range);
            prop_assert_eq!(&text[units], cut);
            prop_assert_eq!(range.cut(&text), cut);
        }

        #[test]
        fn graphemes_cut_the_widened_text((text, range) in hard_range()) {
            let (units, cut) = OffsetMap::new(&text, OffsetUnit::Grapheme).convert(range);
            let by_hand: String = text.graphemes(true).skip(units.start).take(units.len()).collect();
            prop_assert_eq!(&by_hand, cut);
            prop_assert!(cut.contains(range.cut(&text)));
            // Widened by less than a cluster at each end.
            let inner: String = text.graphemes(true).skip(units.start + 1).take(units.len().saturating_sub(2)).collect();
            prop_assert!(range.cut(&text).contains(&inner) || units.is_empty());
        }
    }

    #[test]
    fn a_range_inside_a_cluster_is_widened() {
        let text = "x e\u{301}! y";
        let accent = ByteRange::of(text, 3, 5).unwrap();
        assert_eq!(OffsetMap::new(text, OffsetUnit::Grapheme).convert(accent), (2..3, "e\u{301}"));
        assert_eq!(OffsetMap::new(text, OffsetUnit::CodePoint).convert(accent), (3..4, "\u{301}"));
    }
}
