//! The model's file: the lexicon and the weights in buckets that are looked up without being read first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use entity_recognition::labels::PerLabel;
use entity_recognition::lexicon::{self, Entry};
use entity_recognition::model::{
    BUCKET, HEADER_BYTES, MAGIC, NOTE_AT, ROW_BYTES, Scalars, WEIGHTS_AT, place,
};
use serde_json::Value;

use super::learn::{Learned, Weight};
use crate::Failure;

/// Buckets of four rows: 2.8 MB.
const BUCKETS: usize = 44_000;
/// What a weight of 1 in the table counts. The few of more than 127 of them are cut.
const UNIT: f32 = 1.0 / 80.0;
/// So full is the lexicon, in hundredths.
const FILLED: usize = 90;

/// The lexicon's buckets. Each entry has two it may stand in; one that finds both full moves another that can go to its
/// own other bucket (Pagh and Rodler, "Cuckoo hashing", Journal of Algorithms 51, 2004), or is left out.
pub(super) fn lexicon(entries: &BTreeMap<u32, Entry>) -> Vec<u8> {
    // An even number, so that the rows begin at a multiple of their buckets' length.
    let buckets = (entries.len() * 100 / FILLED / lexicon::BUCKET + 1).next_multiple_of(2);
    let mut table = Buckets(vec![Vec::new(); buckets]);
    // The most telling first.
    let mut entries: Vec<(u32, Entry)> = entries.iter().map(|(key, entry)| (*key, *entry)).collect();
    entries.sort_by_key(|(key, entry)| Reverse((entry.cluster > 0, entry.flags.0.count_ones(), *key)));
    entries.into_iter().for_each(|(key, entry)| table.add(key, entry));
    let mut bytes = Vec::new();
    for bucket in &table.0 {
        for (key, entry) in bucket {
            let (_, mark) = lexicon::places(*key, buckets);
            bytes.extend(lexicon::to_bytes(mark, *entry));
        }
        bytes.resize(bytes.len() + (lexicon::BUCKET - bucket.len()) * lexicon::ENTRY_BYTES, 0);
    }
    bytes
}

struct Buckets(Vec<Vec<(u32, Entry)>>);

impl Buckets {
    fn add(&mut self, key: u32, entry: Entry) {
        let (places, mark) = lexicon::places(key, self.0.len());
        let is_known = |(known, _): &(u32, Entry)| lexicon::places(*known, self.0.len()).1 == mark;
        if places.iter().any(|place| self.bucket(*place).iter().any(is_known)) {
            return;
        }
        let [one, other] = places;
        let emptier = if self.bucket(one).len() <= self.bucket(other).len() { one } else { other };
        if !self.put(emptier, key, entry) && places.into_iter().any(|place| self.make_room(place)) {
            let _ = self.put(one, key, entry) || self.put(other, key, entry);
        }
    }

    fn bucket(&self, place: usize) -> &[(u32, Entry)] {
        self.0.get(place).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, place: usize, key: u32, entry: Entry) -> bool {
        let bucket = self.0.get_mut(place).filter(|bucket| bucket.len() < lexicon::BUCKET);
        bucket.map(|bucket| bucket.push((key, entry))).is_some()
    }

    /// Moves an entry out of a full bucket, if one can go.
    fn make_room(&mut self, place: usize) -> bool {
        for at in 0..self.bucket(place).len() {
            let Some((key, entry)) = self.bucket(place).get(at).copied() else { continue };
            let (places, _) = lexicon::places(key, self.0.len());
            if places.into_iter().any(|other| other != place && self.put(other, key, entry)) {
                if let Some(bucket) = self.0.get_mut(place) {
                    bucket.remove(at);
                }
                return true;
            }
        }
        false
    }
}

/// How many features have a row: the others weigh less than half a unit, or their bucket is full of heavier ones.
pub(super) fn kept(learned: &Learned) -> usize {
    rows(learned).iter().map(Vec::len).sum()
}

/// The bytes of the file.
pub(super) fn file(learned: &Learned, lexicon: &[u8], trust: f32, note: &Value) -> Result<Vec<u8>, Failure> {
    let mut file = MAGIC.to_vec();
    file.extend(u32::try_from(lexicon.len() / lexicon::BUCKET_BYTES)?.to_le_bytes());
    #[expect(clippy::cast_possible_truncation, reason = "they are small numbers")]
    let pairs = learned.pairs.map(|row| row.map(|weight| (weight / UNIT).round() as i16));
    file.extend(Scalars { unit: UNIT, trust, pairs }.to_bytes());
    if file.len() > NOTE_AT {
        return Err("the scalars do not fit the header".into());
    }
    file.resize(NOTE_AT, 0);
    file.extend(note.to_string().bytes());
    if file.len() > HEADER_BYTES {
        return Err("the note does not fit the header".into());
    }
    file.resize(HEADER_BYTES, b' ');
    file.extend(lexicon);
    for bucket in rows(learned) {
        for Row { mark, weights, .. } in &bucket {
            file.extend(mark);
            file.extend(weights.0.map(i8::cast_unsigned));
        }
        file.resize(file.len() + (BUCKET - bucket.len()) * ROW_BYTES, 0);
    }
    Ok(file)
}

struct Row {
    mark: [u8; WEIGHTS_AT],
    weights: PerLabel<i8>,
    importance: f64,
}

/// The rows of each bucket, the most important first, and no more than fit.
fn rows(learned: &Learned) -> Vec<Vec<Row>> {
    let mut buckets: Vec<Vec<Row>> = (0..BUCKETS).map(|_| Vec::new()).collect();
    for (key, weight) in &learned.weights {
        let weights = weight.labels.map(|weight| in_eight_bits(weight / UNIT));
        let (bucket, mark) = place(*key, buckets.len());
        if weights != PerLabel::default()
            && let Some(bucket) = buckets.get_mut(bucket)
        {
            bucket.push(Row { mark, weights, importance: importance(weight) });
        }
    }
    for bucket in &mut buckets {
        bucket.sort_by(|one, other| other.importance.total_cmp(&one.importance));
        bucket.truncate(BUCKET);
    }
    buckets
}

/// What is lost without a row: more where it weighs much, and where it occurs often.
fn importance(weight: &Weight) -> f64 {
    let sum: f32 = weight.labels.0.iter().map(|weight| weight.abs()).sum();
    f64::from(sum) * libm::log(f64::from(weight.count))
}

#[expect(clippy::cast_possible_truncation, reason = "it is brought within bounds first")]
fn in_eight_bits(weight: f32) -> i8 {
    weight.round().clamp(-127.0, 127.0) as i8
}

#[cfg(test)]
mod tests {
    use entity_recognition::entities::entities_with;
    use entity_recognition::labels::Kind;
    use entity_recognition::lexicon::{Flags, Lexicon};
    use entity_recognition::model::Model;
    use entity_recognition::tokens::hash;
    use serde_json::json;

    use super::super::learn::{Examples, learn};
    use super::*;

    fn entries() -> BTreeMap<u32, Entry> {
        let entry = |flags, cluster| Entry { flags, cluster, case: 3 };
        [("ada", entry(Flags::FIRST_NAME, 0)), ("paris", entry(Flags::TOWN, 0x1234))]
            .map(|(word, entry)| (hash(word), entry))
            .into()
    }

    /// A model that learnt from a handful of sentences.
    fn learnt(seed: u64) -> Vec<u8> {
        let table = lexicon(&entries());
        let known = Lexicon::of(table.as_chunks().0);
        let mut examples = Examples::default();
        for number in 0..60 {
            let name = ["Ada", "Bob", "Cleo"][number % 3];
            let text = format!("we saw {name} in Paris and went home");
            let name = 7..7 + name.len();
            let place = name.end + 4..name.end + 9;
            examples.add(known, &text, &[(name, Kind::Person), (place, Kind::Location)], 1, 1.0);
            examples.add(known, "nobody was there when we came", &[], 1, 1.0);
        }
        file(&learn(examples, seed, "test"), &table, 1.0, &json!({"seed": seed})).unwrap()
    }

    #[test]
    fn what_was_learnt_is_read_from_the_file() {
        let bytes = learnt(1);
        let model = Model::of(&bytes).unwrap();
        let text = "we saw Dora in Paris and left";
        let found = entities_with(&model, text);
        let found: Vec<(&str, Kind)> =
            found.iter().map(|entity| (&text[entity.range.clone()], entity.kind)).collect();
        assert_eq!(found, [("Dora", Kind::Person), ("Paris", Kind::Location)]);
        assert!(entities_with(&model, "nobody was there").is_empty());
        assert!(bytes == learnt(1));
        assert!(bytes != learnt(2));
    }

    #[test]
    fn trust_changes_scores_and_not_names() {
        let mut file = learnt(1);
        let names = |file: &[u8]| {
            let model = Model::of(file).unwrap();
            entities_with(&model, "we saw Dora in Paris")
                .into_iter()
                .map(|entity| (entity.range, entity.score))
        };
        let sure: Vec<_> = names(&file).collect();
        let trust = MAGIC.len() + 8;
        assert_eq!(file[trust..trust + 4], 1.0_f32.to_le_bytes());
        file[trust..trust + 4].copy_from_slice(&0.3_f32.to_le_bytes());
        let less_sure: Vec<_> = names(&file).collect();
        assert_eq!(sure.len(), 2);
        for ((range, sure), (same, less_sure)) in sure.into_iter().zip(less_sure) {
            assert_eq!(range, same);
            assert!(less_sure < sure, "{less_sure} {sure}");
        }
    }

    #[test]
    fn the_lexicon_is_read_where_it_lies() {
        let mut entries = entries();
        for number in 0..2000 {
            entries.insert(number * 7919, Entry { flags: Flags::TITLE, cluster: 1, case: 2 });
        }
        let table = lexicon(&entries);
        let lexicon = Lexicon::of(table.as_chunks().0);
        let found = entries.iter().filter(|(key, entry)| lexicon.entry(**key) == **entry).count();
        assert!(found * 1000 >= entries.len() * 995, "{found} of {}", entries.len());
        assert_eq!(lexicon.entry(hash("unheard")), Entry::default());
    }

    #[test]
    fn a_note_that_is_too_long_is_refused() {
        let learned = learn(Examples::default(), 1, "test");
        assert!(file(&learned, &[], 1.0, &json!({"long": "x".repeat(HEADER_BYTES)})).is_err());
    }
}
