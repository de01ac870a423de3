//! Offsets in the units that clients count in.
//!
//! Analyzers count UTF-8 bytes; a Python client counts code points, a JavaScript client UTF-16 units,
//! a reader grapheme clusters. An [`OffsetMap`] is made once for a text in one linear pass, and then
//! converts any number of ranges, each in constant or logarithmic time.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::ByteRange;

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
    /// How many units start in the text before each block of [`BLOCK_BYTES`].
    Blocks { unit_of_lead: fn(u8) -> u32, before: Vec<u32> },
    /// Where each grapheme cluster starts, and the end of the text.
    Clusters(Vec<u32>),
}

/// Bytes between two entries of a block table: small enough to count through in no time, large enough
/// for the table to be small beside the text.
const BLOCK_BYTES: usize = 128;

impl<'t> OffsetMap<'t> {
    /// Prepares to convert ranges of `text` to `unit`.
    pub fn new(text: &'t str, unit: OffsetUnit) -> Self {
        let table = match unit {
            OffsetUnit::Utf8 => Table::Bytes,
            OffsetUnit::CodePoint | OffsetUnit::Utf16 if text.is_ascii() => Table::Bytes,
            OffsetUnit::CodePoint => blocks(text, code_points_of),
            OffsetUnit::Utf16 => blocks(text, utf16_units_of),
            OffsetUnit::Grapheme => clusters(text),
        };
        Self { text, table }
    }

    /// The range in the map's unit, and the text it covers: the same as the byte range's, but for
    /// graphemes, where a range that begins or ends inside a cluster is widened to whole clusters.
    pub fn convert(&self, range: ByteRange) -> (Range<usize>, &'t str) {
        match &self.table {
            Table::Bytes => (range.into(), range.cut(self.text)),
            Table::Blocks { unit_of_lead, before } => {
                let unit = |offset| units_before(self.text, *unit_of_lead, before, offset);
                (unit(range.start())..unit(range.end()), range.cut(self.text))
            }
            Table::Clusters(starts) => self.widen(range, starts),
        }
    }

    fn widen(&self, range: ByteRange, starts: &[u32]) -> (Range<usize>, &'t str) {
        // The last cluster that starts at or before the range, the first that starts at or after its end.
        let first = starts.partition_point(|start| *start as usize <= range.start()).saturating_sub(1);
        let end = starts.partition_point(|start| (*start as usize) < range.end());
        // An empty range stays empty: it marks a place, not a cluster.
        let end = if range.start() == range.end() { first } else { end };
        let byte = |index: usize| starts.get(index).map_or(self.text.len(), |start| *start as usize);
        (first..end, self.text.get(byte(first)..byte(end)).unwrap_or_default())
    }
}

/// Units that a byte begins: those of its character if it leads one, none if it continues one.
fn code_points_of(byte: u8) -> u32 {
    u32::from(byte & 0b1100_0000 != 0b1000_0000)
}

/// A character of four bytes takes two UTF-16 units, any other one.
fn utf16_units_of(byte: u8) -> u32 {
    code_points_of(byte) + u32::from(byte >= 0b1111_0000)
}

fn blocks(text: &str, unit_of_lead: fn(u8) -> u32) -> Table {
    let mut units = 0;
    let before = text.as_bytes().chunks(BLOCK_BYTES).map(|block| {
        let before = units;
        units += block.iter().map(|byte| unit_of_lead(*byte)).sum::<u32>();
        before
    });
    Table::Blocks { unit_of_lead, before: before.collect() }
}

fn units_before(text: &str, unit_of_lead: fn(u8) -> u32, before: &[u32], offset: usize) -> usize {
    // The end of a text that fills its last block has no block of its own.
    let block = (offset / BLOCK_BYTES).min(before.len().saturating_sub(1));
    let rest = text.as_bytes().get(block * BLOCK_BYTES..offset).unwrap_or_default();
    let units = before.get(block).copied().unwrap_or_default();
    (units + rest.iter().map(|byte| unit_of_lead(*byte)).sum::<u32>()) as usize
}

/// Where clusters start. Between two characters before the first combining mark one always does, but between CR
/// and LF: every rule of UAX 29 that joins two asks for a later one. Only the rest is looked up.
fn clusters(text: &str) -> Table {
    let mut starts = Vec::with_capacity(text.len() + 1);
    let (mut piece, mut last) = (0, None);
    for (at, c) in text.char_indices() {
        if let Some(last) = last.replace(c)
            && last < FIRST_MARK
            && c < FIRST_MARK
            && (last, c) != ('\r', '\n')
        {
            add_clusters(&mut starts, text, piece..at);
            piece = at;
        }
    }
    add_clusters(&mut starts, text, piece..text.len());
    starts.push(offset(text.len()));
    Table::Clusters(starts)
}

/// The first character that joins the one before it: combining grave accent.
const FIRST_MARK: char = '\u{300}';

/// Adds the clusters of a piece that surely begins one and ends one.
fn add_clusters(starts: &mut Vec<u32>, text: &str, piece: Range<usize>) {
    let begin = piece.start;
    match text.get(piece) {
        None | Some("") => {}
        Some(one) if one.len() == 1 => starts.push(offset(begin)),
        Some(piece) => starts.extend(piece.grapheme_indices(true).map(|(start, _)| offset(begin + start))),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a text is shorter than 4 GiB, as ranges are")]
fn offset(place: usize) -> u32 {
    place as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn clusters_start_where_the_standard_has_them(text in hard_text()) {
            let starts = text.grapheme_indices(true).map(|(start, _)| offset(start));
            let expected: Vec<u32> = starts.chain([offset(text.len())]).collect();
            let Table::Clusters(starts) = clusters(&text) else { panic!("it is made of clusters") };
            prop_assert_eq!(starts, expected);
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
