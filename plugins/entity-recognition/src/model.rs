//! The model: a table of weights and the transitions between labels, used where they lie.
//!
//! It is a linear-chain conditional random field (Lafferty, McCallum and Pereira, ICML 2001): each feature of a token
//! adds what it weighs to the score of every label, each pair of labels in a row adds what that weighs, and a sequence
//! of labels is as likely as the exponential of the sum.
//!
//! A model's file is used without being read first. [`HEADER_BYTES`] of header say what it is, hold its scalars and
//! transitions, and tell in JSON how it was made; then come the [`lexicon`](crate::lexicon)'s buckets, then buckets of
//! four rows. A row is a part of a feature's key and its weights; it stands in the bucket that the key leads to, or
//! nowhere, and then the feature weighs nothing.

use crate::labels::{LABELS, PerLabel};
use crate::lexicon::{BUCKET_BYTES as LEXICON_BUCKET_BYTES, Lexicon, scaled};

/// Where the lexicon begins.
pub const HEADER_BYTES: usize = 4096;
/// Where the header's JSON begins. It is filled up with spaces.
pub const NOTE_AT: usize = 512;
/// What a model's file begins with.
pub const MAGIC: &[u8; 8] = b"GLOSSNE1";
/// Rows of a bucket.
pub const BUCKET: usize = 4;
/// Bytes of a row: three of the key, and a weight for each label.
pub const ROW_BYTES: usize = 16;
const BUCKET_BYTES: usize = BUCKET * ROW_BYTES;

/// Where in a row its weights begin, behind a part of the key.
pub const WEIGHTS_AT: usize = 3;
const _: () = assert!(WEIGHTS_AT + LABELS == ROW_BYTES);

/// What the features of a token say together: sums over whole rows, so that adding one is one step of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sums([i16; ROW_BYTES]);

impl Sums {
    /// What is never in a name.
    pub fn outside() -> Self {
        let mut sums = [i16::MIN / 2; ROW_BYTES];
        if let Some(outside) = sums.get_mut(WEIGHTS_AT) {
            *outside = 0;
        }
        Self(sums)
    }

    /// What each label scores, in the table's unit.
    pub fn scores(&self) -> PerLabel<i16> {
        self.0.last_chunk().copied().map_or_else(PerLabel::default, PerLabel)
    }
}

/// A model, over the bytes of its file.
#[derive(Clone, Debug)]
pub struct Model<'m> {
    /// Its lexicon.
    pub lexicon: Lexicon<'m>,
    buckets: &'m [[u8; BUCKET_BYTES]],
    /// The numbers it has beside its tables.
    pub scalars: Scalars,
}

/// The numbers that a model has beside its tables.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalars {
    /// What a weight of 1 counts in the logarithm of odds.
    pub unit: f32,
    /// How far the odds are to be believed: a factor of their logarithms, which changes scores and not names.
    pub trust: f32,
    /// What a pair of labels in a row weighs, in the table's unit.
    pub pairs: PerLabel<PerLabel<i16>>,
}

impl Scalars {
    /// As they stand in a header, behind [`MAGIC`] and the number of the lexicon's buckets.
    pub fn to_bytes(&self) -> Vec<u8> {
        let pairs = self.pairs.0.iter().flat_map(|row| row.0).flat_map(i16::to_le_bytes);
        [self.unit, self.trust].into_iter().flat_map(f32::to_le_bytes).chain(pairs).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (unit, rest) = bytes.split_first_chunk()?;
        let (trust, rest) = rest.split_first_chunk()?;
        let mut weights = rest.as_chunks().0.iter().map(|bytes| i16::from_le_bytes(*bytes));
        let mut pairs = PerLabel::<PerLabel<i16>>::default();
        for weight in pairs.0.iter_mut().flat_map(|row| &mut row.0) {
            *weight = weights.next()?;
        }
        let [unit, trust] = [unit, trust].map(|bytes| f32::from_le_bytes(*bytes));
        Some(Self { unit, trust, pairs })
    }
}

/// Rows that begin at multiples of their length lie in one line of the processor's cache.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

static EMBEDDED: &Aligned<[u8]> = &Aligned(*include_bytes!("../model.bin"));

impl Model<'static> {
    /// The model inside the program.
    pub fn embedded() -> Self {
        match Self::of(&EMBEDDED.0) {
            Some(model) => model,
            None => unreachable!("a test reads the file"),
        }
    }
}

impl<'m> Model<'m> {
    /// The model of a file's bytes, unless they are none.
    pub fn of(file: &'m [u8]) -> Option<Self> {
        let (header, tables) = file.split_at_checked(HEADER_BYTES)?;
        let (size, scalars) = header.strip_prefix(MAGIC)?.split_first_chunk()?;
        let size = usize::try_from(u32::from_le_bytes(*size)).ok()?.checked_mul(LEXICON_BUCKET_BYTES)?;
        let (lexicon, rows) = tables.split_at_checked(size)?;
        let ((lexicon, []), (buckets, [])) = (lexicon.as_chunks(), rows.as_chunks()) else { return None };
        if lexicon.is_empty() || buckets.is_empty() {
            return None;
        }
        Some(Self { lexicon: Lexicon::of(lexicon), buckets, scalars: Scalars::from_bytes(scalars)? })
    }

    /// Adds what a feature weighs.
    #[inline]
    pub fn add(&self, key: u32, sums: &mut Sums) {
        let (bucket, mark) = place(key, self.buckets.len());
        let Some(bucket) = self.buckets.get(bucket) else { return };
        for row in bucket.as_chunks::<ROW_BYTES>().0 {
            if row.first_chunk() == Some(&mark) {
                for (sum, weight) in sums.0.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(i16::from(weight.cast_signed()));
                }
                return;
            }
        }
    }
}

/// Which bucket of so many a feature's row stands in, and what it is known by there.
pub fn place(key: u32, buckets: usize) -> (usize, [u8; WEIGHTS_AT]) {
    let [one, two, three, _] = key.to_le_bytes();
    // All zeros mark a row that is empty.
    let mark = if [one, two, three] == [0; 3] { [1, 0, 0] } else { [one, two, three] };
    (scaled(key, buckets), mark)
}

/// To four decimals: more would only pretend to know.
pub fn to_four_decimals(probability: f64) -> f64 {
    libm::round(probability * 10_000.0) / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::fingerprint;
    use crate::labels::Label;

    #[test]
    fn the_file_is_a_model_and_tells_how_it_was_made() {
        let model = Model::of(&EMBEDDED.0).unwrap();
        assert!(model.scalars.unit > 0.0 && model.scalars.trust > 0.0, "{:?}", model.scalars);
        let note = std::str::from_utf8(&EMBEDDED.0[NOTE_AT..HEADER_BYTES]).unwrap();
        let note: serde_json::Value = serde_json::from_str(note).unwrap();
        assert!(note["seed"].is_u64() && note["data"].is_object(), "{note}");
        assert_eq!(
            note["fingerprint"],
            fingerprint(model.lexicon),
            "it was learnt with other features: train it anew"
        );
        assert!(EMBEDDED.0.len() <= 4_000_000);
    }

    #[test]
    fn what_is_no_model_is_none() {
        let with = |lexicon: u32, tables: usize| {
            let mut file = MAGIC.to_vec();
            file.extend(lexicon.to_le_bytes());
            file.resize(HEADER_BYTES + tables, 0);
            file
        };
        assert!(Model::of(&with(1, LEXICON_BUCKET_BYTES + BUCKET_BYTES)).is_some());
        for wrong in
            [with(0, BUCKET_BYTES), with(1, LEXICON_BUCKET_BYTES), with(2, BUCKET_BYTES), with(u32::MAX, 0)]
        {
            assert!(Model::of(&wrong).is_none());
        }
        assert!(Model::of(&with(1, LEXICON_BUCKET_BYTES + BUCKET_BYTES + 1)).is_none());
        assert!(Model::of(&vec![0; HEADER_BYTES + LEXICON_BUCKET_BYTES + BUCKET_BYTES]).is_none());
        assert!(Model::of(&[]).is_none());
    }

    #[test]
    fn what_is_outside_is_in_no_name() {
        let scores = Sums::outside().scores();
        assert_eq!(scores[Label::OUTSIDE], 0);
        assert!(Label::all().skip(1).all(|label| scores[label] < -10_000));
    }
}
