//! Spans: stretches of a text that are known to lie in it.

use std::ops::Range;

use super::{Member, Score};

/// A stretch of a text: half-open, in UTF-8 bytes, on character boundaries.
///
/// It is only made with the text at hand, so slicing that text by it cannot fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ByteRange {
    start: u32,
    end: u32,
}

/// Why two offsets are not a [`ByteRange`] of a text.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum RangeError {
    /// The end lies before the start.
    #[error("its end {end} lies before its start {start}")]
    Reversed {
        /// Offset of the first byte.
        start: u32,
        /// Offset behind the last byte.
        end: u32,
    },
    /// The end lies beyond the text.
    #[error("its end {end} lies beyond the text of {text_bytes} bytes")]
    Outside {
        /// Offset behind the last byte.
        end: u32,
        /// Length of the text in bytes.
        text_bytes: usize,
    },
    /// An offset lies inside a character.
    #[error("offset {offset} lies inside a character")]
    InsideCharacter {
        /// The offset.
        offset: u32,
    },
}

impl ByteRange {
    /// Checks two offsets against the text they count in.
    ///
    /// # Errors
    ///
    /// [`RangeError`] if they do not cut whole characters out of it.
    pub fn of(text: &str, start: u32, end: u32) -> Result<Self, RangeError> {
        if end < start {
            return Err(RangeError::Reversed { start, end });
        }
        if end as usize > text.len() {
            return Err(RangeError::Outside { end, text_bytes: text.len() });
        }
        match [start, end].into_iter().find(|offset| !text.is_char_boundary(*offset as usize)) {
            Some(offset) => Err(RangeError::InsideCharacter { offset }),
            None => Ok(Self { start, end }),
        }
    }

    /// Offset of the first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Offset behind the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// The stretch of `text`, which must be the one the range was made for.
    pub fn cut(self, text: &str) -> &str {
        text.get(Range::from(self)).unwrap_or_default()
    }
}

impl From<ByteRange> for Range<usize> {
    fn from(range: ByteRange) -> Self {
        range.start()..range.end()
    }
}

/// A stretch of a text and what it is.
#[derive(Clone, Debug)]
pub struct Span {
    /// Where it is, gaps included.
    pub range: ByteRange,
    /// Its pieces, if it has gaps: ascending, disjoint, from end to end of `range`.
    pub parts: Vec<ByteRange>,
    /// What it is.
    pub label: Option<String>,
    /// How sure the analyzer is.
    pub score: Option<Score>,
    /// More on it.
    pub attributes: Vec<Member>,
}

/// A directed link from a span of a layer to another span.
#[derive(Clone, Debug)]
pub struct Relation {
    /// What links them.
    pub label: String,
    /// Index of the span it leads from.
    pub source: usize,
    /// Index of the span it leads to.
    pub target: usize,
    /// The layer of that span; none for the layer that holds the relation.
    pub target_layer: Option<String>,
    /// How sure the analyzer is.
    pub score: Option<Score>,
    /// More on it.
    pub attributes: Vec<Member>,
}

/// Spans of one kind over one text, sorted by start, then longest first.
#[derive(Clone, Debug)]
pub struct Layer {
    /// In kebab-case.
    pub name: String,
    /// The passage its offsets count in; none for the document.
    pub over: Option<String>,
    /// The spans.
    pub spans: Vec<Span>,
    /// Links from them.
    pub relations: Vec<Relation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_cuts_whole_characters() {
        let text = "a€😀";
        assert_eq!(ByteRange::of(text, 1, 4).map(|range| range.cut(text)), Ok("€"));
        assert_eq!(ByteRange::of(text, 8, 8).map(|range| range.cut(text)), Ok(""));
        assert_eq!(ByteRange::of(text, 4, 1), Err(RangeError::Reversed { start: 4, end: 1 }));
        assert_eq!(ByteRange::of(text, 0, 9), Err(RangeError::Outside { end: 9, text_bytes: 8 }));
        assert_eq!(ByteRange::of(text, 2, 4), Err(RangeError::InsideCharacter { offset: 2 }));
        assert_eq!(ByteRange::of(text, 0, 6), Err(RangeError::InsideCharacter { offset: 6 }));
    }
}
