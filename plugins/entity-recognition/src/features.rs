//! Features: what is seen of a token and around it, each as a key that the model may have weights for.

use crate::lexicon::{Lexicon, mixed};
use crate::sequence::{Seen, Sequence};
use crate::tokens::{Token, tokens};

/// A feature of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// What it is known by.
    pub key: u32,
    /// Whether it tells what lists say. Training leaves some of these out at random, so that words and their
    /// surroundings are learnt beside them.
    pub is_listed: bool,
}

/// Calls `found` with each feature of the token at `place`. The sequence must have read these tokens.
#[inline]
pub fn features(sequence: &Sequence<'_>, tokens: &[Token], place: usize, mut found: impl FnMut(Feature)) {
    let Some(token) = tokens.get(place) else { return };
    let [before2, before, here, after, after2] =
        [-2, -1, 0, 1, 2].map(|offset| sequence.beside(place, offset));
    let mut sort = 0;
    let mut add = |value: u32, is_listed: bool| {
        sort += 1;
        found(Feature { key: key(sort, value), is_listed });
    };
    let is_capital = u32::from(token.is_capital());
    let styled = pair(here.shape, sequence.style() as u32);

    add(0, false);
    // Words.
    for seen in [here, before, after, before2, after2] {
        add(seen.word, false);
    }
    add(token.exact, false);
    // Shapes.
    let initial = pair(styled, u32::from(here.is_initial));
    add(styled, false);
    add(initial, false);
    add(before.shape, false);
    add(after.shape, false);
    // The ends of the word.
    for length in [2, 3, 4] {
        add(pair(letters(token.prefix, length), is_capital), false);
        add(pair(letters(token.suffix, length), is_capital), false);
    }
    // Clusters.
    for steps in [4, 7, 10, 16] {
        add(path(here, steps), false);
    }
    let [path_before2, path_before, path_here, path_after, path_after2] =
        [before2, before, here, after, after2].map(|seen| path(seen, 8));
    add(path_before2, false);
    add(path_after2, false);
    add(pair(path_before, path_here), false);
    add(pair(path_here, path_after), false);
    add(pair(path_before, path_after), false);
    // Lists.
    let [list_before, list, list_after] = [before, here, after].map(Seen::listed);
    for value in [
        list,
        list_before,
        list_after,
        pair(list_before, list),
        pair(list, list_after),
        pair(pair(list_before, list), pair(list_after, is_capital)),
        pair(list_before, styled),
        pair(list_after, styled),
        pair(list, before.word),
        pair(list, after.word),
    ] {
        add(value, true);
    }
    // How words are mostly written.
    let [case_before, case, case_after] = [before, here, after].map(|seen| u32::from(seen.entry.case));
    add(pair(case, styled), false);
    add(pair(case, initial), false);
    add(pair(pair(case, list), styled), false);
    add(pair(case_before, styled), false);
    add(pair(case_after, styled), false);
    // Places in phrases, by the kind of the phrase.
    for kind in 0..4 {
        let position = u32::from(here.phrases >> (2 * kind) & 3);
        if position != 0 {
            found(Feature { key: key(100 + kind, pair(position, styled)), is_listed: true });
        }
    }
    run(sequence, place, here, found);
}

/// Features of the run of words with capitals that a token is in.
fn run(sequence: &Sequence<'_>, place: usize, here: &Seen, mut found: impl FnMut(Feature)) {
    let (begin, end) = here.run;
    if begin == end {
        return;
    }
    let at = |place: usize| sequence.beside(place, 0);
    let (first, last, right) = (at(begin), at(end - 1), at(end));
    let left = sequence.beside(begin, -1);
    let position = u32::from(place == begin) << 1 | u32::from(place + 1 == end);
    let length = pair(position, u32::try_from(end - begin).unwrap_or(u32::MAX).min(5));
    let values = [
        length,
        pair(position, last.word),
        pair(position, first.word),
        pair(position, left.word),
        pair(position, right.word),
        pair(position, path(left, 8)),
        pair(position, path(right, 8)),
        pair(position, path(first, 10)),
        pair(position, path(last, 10)),
        pair(pair(position, first.listed()), last.listed()),
        pair(length, left.listed()),
        pair(length, right.listed()),
    ];
    for (sort, value) in (110..).zip(values) {
        found(Feature { key: key(sort, value), is_listed: false });
    }
}

/// A number that changes when a text's features do: a model is of no use with others than those it was learnt with.
pub fn fingerprint(lexicon: Lexicon<'_>) -> u32 {
    let text = "Mr. O'Neil of the Bank of England didn\u{2019}t MEET J. Doe in New York, @ada! # 12 \u{1f600} Zürich";
    let mut all = Vec::new();
    tokens(text, |token| all.push(token));
    let mut sequence = Sequence::with(lexicon);
    sequence.read(&all);
    let mut fingerprint = 0_u32;
    for place in 0..all.len() {
        features(&sequence, &all, place, |feature| {
            fingerprint = mixed(fingerprint.rotate_left(1) ^ feature.key);
        });
    }
    fingerprint
}

/// So many of a word's first or last letters.
fn letters(bytes: [u8; 4], length: u32) -> u32 {
    u32::from_le_bytes(bytes) & (u32::MAX >> (32 - 8 * length))
}

/// The first steps of the way to a word's cluster; 0 for a word that is in none.
fn path(seen: &Seen, steps: u32) -> u32 {
    match seen.entry.cluster {
        0 => 0,
        cluster => u32::from(cluster) >> (16 - steps) | 1 << 20,
    }
}

fn pair(one: u32, other: u32) -> u32 {
    mixed(one.wrapping_mul(0x9e37_79b1) ^ other.rotate_left(11))
}

/// The key of a feature of this sort.
fn key(sort: u32, value: u32) -> u32 {
    mixed(value ^ sort.wrapping_mul(0x27d4_eb2f))
}
