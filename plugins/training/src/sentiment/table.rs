//! The model's file: weights in eight bits, in buckets that are looked up without being read first.

use sentiment_analysis::model::{BUCKET, ENTRY_BYTES, HEADER_BYTES, MAGIC, NOTE_AT, place};
use serde_json::Value;

use super::learn::Learned;
use crate::Failure;

/// Buckets of four entries: 2 MiB.
const BUCKETS: usize = 1 << 17;
/// A weight of 127 in the table. The few that are greater are cut to it.
const GREATEST: f32 = 12.0;
const UNIT: f32 = GREATEST / 127.0;

/// How many features have an entry: the others weigh less than half a unit, or their bucket is full of heavier ones.
pub(super) fn kept(learned: &Learned) -> usize {
    buckets(learned, UNIT).iter().map(Vec::len).sum()
}

/// The bytes of the file.
pub(super) fn file(learned: &Learned, note: &Value) -> Result<Vec<u8>, Failure> {
    let unit = UNIT;
    let mut file = MAGIC.to_vec();
    file.extend(learned.scalars(unit).to_bytes());
    file.resize(NOTE_AT, 0);
    file.extend(note.to_string().bytes());
    if file.len() > HEADER_BYTES {
        return Err("the note does not fit the header".into());
    }
    file.resize(HEADER_BYTES, b' ');
    for bucket in buckets(learned, unit) {
        for Entry { mark, weights } in &bucket {
            file.extend(mark);
            file.extend(weights.map(i8::cast_unsigned));
        }
        file.resize(file.len() + (BUCKET - bucket.len()) * ENTRY_BYTES, 0);
    }
    Ok(file)
}

struct Entry {
    mark: [u8; 2],
    weights: [i8; 2],
}

impl Entry {
    /// What is lost without it.
    fn importance(&self) -> u32 {
        self.weights.iter().map(|weight| u32::from(weight.unsigned_abs())).sum()
    }
}

/// The entries of each bucket, the heaviest first, and no more than fit.
fn buckets(learned: &Learned, unit: f32) -> Vec<Vec<Entry>> {
    let mut buckets: Vec<Vec<Entry>> = (0..BUCKETS).map(|_| Vec::new()).collect();
    for (key, weights) in &learned.weights {
        let weights = weights.map(|weight| in_eight_bits(weight / unit));
        let (bucket, mark) = place(*key, BUCKETS);
        if weights != [0, 0]
            && let Some(bucket) = buckets.get_mut(bucket)
        {
            bucket.push(Entry { mark, weights });
        }
    }
    for bucket in &mut buckets {
        bucket.sort_by_key(|entry| std::cmp::Reverse(entry.importance()));
        bucket.truncate(BUCKET);
    }
    buckets
}

#[expect(clippy::cast_possible_truncation, reason = "it is brought within bounds first")]
fn in_eight_bits(weight: f32) -> i8 {
    weight.round().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests {
    use sentiment_analysis::model::{Model, Sentiment};
    use serde_json::json;

    use super::super::learn::learn;
    use super::super::lexicon::Lexicon;
    use super::super::sets::{SETS, Text};
    use super::*;

    fn texts() -> Vec<Text> {
        let text = |text: &str, gold| Text { text: text.into(), gold };
        let of_all = |number: usize| {
            [
                text(&format!("a splendid thing {number}"), Sentiment::Positive),
                text(&format!("a dreary thing {number}"), Sentiment::Negative),
                text(&format!("a thing {number}"), Sentiment::Neutral),
            ]
        };
        (0..60).flat_map(of_all).collect()
    }

    #[test]
    fn what_was_learnt_is_read_from_the_file() {
        let sets = [(&SETS[0], texts())];
        let learned = learn(&sets, &Lexicon::new(), 1);
        let bytes = file(&learned, &json!({"seed": 1})).unwrap();
        let model = Model::of(&bytes).unwrap();
        let said = |text: &str| model.distribution(model.read(text)).likeliest();
        assert_eq!(said("splendid"), Sentiment::Positive);
        assert_eq!(said("what a dreary thing"), Sentiment::Negative);
        assert_eq!(said("a thing"), Sentiment::Neutral);
        assert_eq!(bytes, file(&learn(&sets, &Lexicon::new(), 1), &json!({"seed": 1})).unwrap());
        assert_ne!(bytes, file(&learn(&sets, &Lexicon::new(), 2), &json!({"seed": 1})).unwrap());
    }

    #[test]
    fn a_lexicon_speaks_for_words_that_were_never_seen() {
        let key = |word: &str| super::super::sets::read_features(word)[0].0;
        let mut lexicon: Lexicon =
            ["splendid", "lovely"].map(|word| (key(word), [3.0, 0.0, 0.0, 0.0])).into_iter().collect();
        lexicon.insert(key("dreary"), [0.0, 3.0, 0.0, 0.0]);
        let bytes = file(&learn(&[(&SETS[0], texts())], &lexicon, 1), &json!({})).unwrap();
        let model = Model::of(&bytes).unwrap();
        let positive = |text: &str| model.distribution(model.read(text)).positive;
        assert!(positive("lovely") > positive("unheard") + 0.1);
    }

    #[test]
    fn a_note_that_is_too_long_is_refused() {
        let learned = learn(&[(&SETS[0], texts())], &Lexicon::new(), 1);
        assert!(file(&learned, &json!({"long": "x".repeat(HEADER_BYTES)})).is_err());
    }
}
