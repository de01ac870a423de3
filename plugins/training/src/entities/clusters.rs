//! Clusters of words that stand between the same words (Brown et al., "Class-based n-gram models of natural language",
//! Computational Linguistics 18, 1992).
//!
//! Words come in the order of how frequent they are. The first make a cluster each; each further one makes one more, and the two
//! whose merging loses the least mutual information become one. In the end all become one, and the way from there to
//! a cluster is its path. What a merging loses is a sum of n ln n over counts of pairs, in which pairs that do not
//! occur have no part: so it is kept for all pairs of clusters, and changed only where counts change.

#![expect(
    clippy::indexing_slicing,
    reason = "slots, nodes and places of words are made here, as many as there are"
)]

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use entity_recognition::tokens::tokens;

use crate::progress;

/// How many clusters there are.
const CLUSTERS: usize = 400;
/// A word that occurs less often is in none.
const FREQUENT: u32 = 5;

/// The path of each frequent word, by its key; see `entity_recognition::lexicon::Entry::cluster`.
pub(super) fn paths(lines: &[String]) -> BTreeMap<u32, u16> {
    paths_to(lines, CLUSTERS)
}

fn paths_to(lines: &[String], clusters: usize) -> BTreeMap<u32, u16> {
    let words_of = |line: &String| {
        let mut words = Vec::new();
        tokens(line, |token| words.push(token.word));
        words
    };
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for word in lines.iter().flat_map(words_of) {
        *counts.entry(word).or_default() += 1;
    }
    let mut words: Vec<(u32, u32)> = counts.into_iter().filter(|(_, count)| *count >= FREQUENT).collect();
    words.sort_unstable_by_key(|(word, count)| (Reverse(*count), *word));
    let places: HashMap<u32, usize> = words.iter().map(|(word, _)| *word).zip(0..).collect();
    let mut pairs: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for line in lines {
        let words: Vec<Option<usize>> = words_of(line).iter().map(|word| places.get(word).copied()).collect();
        for pair in words.windows(2) {
            if let [Some(one), Some(other)] = pair {
                *pairs.entry((*one, *other)).or_default() += 1;
            }
        }
    }
    let mut merging = Merging::of(words.len(), clusters);
    for ((one, other), count) in pairs {
        merging.follow[one].push((other, count));
        merging.precede[other].push((one, count));
    }
    words.iter().zip(merging.run()).map(|((word, _), path)| (*word, path)).collect()
}

/// The state while clusters are merged.
struct Merging {
    /// How many clusters there can be at a time: one more than there will be.
    slots: usize,
    /// Which words follow each word, and how often; gone when the word has come.
    follow: Vec<Vec<(usize, u32)>>,
    /// Which precede it.
    precede: Vec<Vec<(usize, u32)>>,
    /// The node of each word that has come.
    node_of: Vec<usize>,
    /// The node that each node became a part of, and on which side.
    parents: Vec<(usize, bool)>,
    /// The slot that a node has, while it is a cluster.
    slot_of: HashMap<usize, usize>,
    /// The node in each slot.
    nodes: Vec<Option<usize>>,
    /// How often each slot's words are followed by each slot's.
    counts: Vec<u32>,
    /// Sums of the counts over what follows, and over what precedes.
    left: Vec<u32>,
    right: Vec<u32>,
    /// What merging two slots loses in pairs with others; the lower slot leads to the row.
    losses: Vec<f64>,
    /// n ln n.
    logarithms: Vec<f64>,
}

impl Merging {
    fn of(words: usize, clusters: usize) -> Self {
        let slots = clusters + 1;
        Self {
            slots,
            follow: vec![Vec::new(); words],
            precede: vec![Vec::new(); words],
            node_of: Vec::new(),
            parents: Vec::new(),
            slot_of: HashMap::new(),
            nodes: vec![None; slots],
            counts: vec![0; slots * slots],
            left: vec![0; slots],
            right: vec![0; slots],
            losses: vec![0.0; slots * slots],
            logarithms: (0..1 << 20).map(n_ln_n).collect(),
        }
    }

    fn f(&self, count: u32) -> f64 {
        self.logarithms.get(count as usize).copied().unwrap_or_else(|| n_ln_n(count))
    }

    /// What merging two counts loses; nothing where one is none.
    fn loss(&self, one: u32, other: u32) -> f64 {
        if one == 0 || other == 0 { 0.0 } else { self.f(one) + self.f(other) - self.f(one + other) }
    }

    fn count(&self, one: usize, other: usize) -> u32 {
        self.counts[one * self.slots + other]
    }

    /// What merging two slots loses.
    fn loss_of(&self, one: usize, other: usize) -> f64 {
        let mut sum = 0.0;
        for slot in 0..self.slots {
            if slot == one || slot == other || self.nodes[slot].is_none() {
                continue;
            }
            sum += self.loss(self.count(one, slot), self.count(other, slot));
            sum += self.loss(self.count(slot, one), self.count(slot, other));
        }
        sum + self.inner(one, other)
    }

    /// The part of a loss that is of the two slots themselves.
    fn inner(&self, one: usize, other: usize) -> f64 {
        let among = [(one, one), (one, other), (other, one), (other, other)].map(|(a, b)| self.count(a, b));
        let sum: f64 = among.iter().map(|count| self.f(*count)).sum();
        sum - self.f(among.iter().sum())
            - self.loss(self.left[one], self.left[other])
            - self.loss(self.right[one], self.right[other])
    }

    fn node(&mut self) -> usize {
        self.parents.push((usize::MAX, false));
        self.parents.len() - 1
    }

    /// Gives the next word a cluster of its own.
    fn add(&mut self, word: usize) {
        let node = self.node();
        self.node_of.push(node);
        let slot = self.nodes.iter().position(Option::is_none).unwrap_or_default();
        self.nodes[slot] = Some(node);
        self.slot_of.insert(node, slot);
        let slot_of = |merging: &Self, word: usize| {
            let mut node = *merging.node_of.get(word)?;
            while merging.parents[node].0 != usize::MAX {
                node = merging.parents[node].0;
            }
            merging.slot_of.get(&node).copied()
        };
        for (other, count) in std::mem::take(&mut self.follow[word]) {
            // A later word sees this pair from its own side.
            if let Some(other) = slot_of(self, other) {
                self.counts[slot * self.slots + other] += count;
                self.left[slot] += count;
                self.right[other] += count;
            }
        }
        for (other, count) in std::mem::take(&mut self.precede[word]) {
            if let Some(other) = slot_of(self, other).filter(|other| *other != slot) {
                self.counts[other * self.slots + slot] += count;
                self.left[other] += count;
                self.right[slot] += count;
            }
        }
        // Pairs of others lose in this slot what they did not before.
        let live: Vec<usize> = (0..self.slots).filter(|slot| self.nodes[*slot].is_some()).collect();
        let touched: Vec<usize> = live
            .iter()
            .copied()
            .filter(|other| *other != slot && (self.count(*other, slot) > 0 || self.count(slot, *other) > 0))
            .collect();
        for (at, one) in touched.iter().enumerate() {
            for other in &touched[at + 1..] {
                let loss = self.in_slot(*one, *other, slot);
                self.change(*one, *other, loss);
            }
        }
        for other in live {
            if other != slot {
                self.set(slot, other);
            }
        }
    }

    /// The part of the loss of merging two slots that lies in a third.
    fn in_slot(&self, one: usize, other: usize, slot: usize) -> f64 {
        self.loss(self.count(one, slot), self.count(other, slot))
            + self.loss(self.count(slot, one), self.count(slot, other))
    }

    fn change(&mut self, one: usize, other: usize, by: f64) {
        let (one, other) = (one.min(other), one.max(other));
        self.losses[one * self.slots + other] += by;
    }

    /// Sets the loss over other slots of two slots.
    fn set(&mut self, one: usize, other: usize) {
        let (low, high) = (one.min(other), one.max(other));
        self.losses[low * self.slots + high] = self.loss_of(low, high) - self.inner(low, high);
    }

    /// Merges the two slots that lose the least.
    fn merge(&mut self) {
        let live: Vec<usize> = (0..self.slots).filter(|slot| self.nodes[*slot].is_some()).collect();
        let mut best = (f64::INFINITY, 0, 0);
        for (at, one) in live.iter().enumerate() {
            for other in &live[at + 1..] {
                let loss = self.losses[one * self.slots + other] + self.inner(*one, *other);
                if loss < best.0 {
                    best = (loss, *one, *other);
                }
            }
        }
        let (_, kept, gone) = best;
        let others: Vec<usize> = live.iter().copied().filter(|slot| *slot != kept && *slot != gone).collect();
        let touched = |merging: &Self, slot: usize| -> Vec<usize> {
            let meets = |other: &usize| merging.count(*other, slot) > 0 || merging.count(slot, *other) > 0;
            others.iter().copied().filter(meets).collect()
        };
        for slot in [kept, gone] {
            let touched = touched(self, slot);
            for (at, one) in touched.iter().enumerate() {
                for other in &touched[at + 1..] {
                    let loss = self.in_slot(*one, *other, slot);
                    self.change(*one, *other, -loss);
                }
            }
        }
        for slot in 0..self.slots {
            self.counts[kept * self.slots + slot] +=
                std::mem::take(&mut self.counts[gone * self.slots + slot]);
        }
        for slot in 0..self.slots {
            self.counts[slot * self.slots + kept] +=
                std::mem::take(&mut self.counts[slot * self.slots + gone]);
        }
        self.left[kept] += std::mem::take(&mut self.left[gone]);
        self.right[kept] += std::mem::take(&mut self.right[gone]);
        let node = self.node();
        for (slot, side) in [(kept, false), (gone, true)] {
            if let Some(old) = self.nodes[slot].take() {
                self.parents[old] = (node, side);
                self.slot_of.remove(&old);
            }
        }
        self.nodes[kept] = Some(node);
        self.slot_of.insert(node, kept);
        let touched = touched(self, kept);
        for (at, one) in touched.iter().enumerate() {
            for other in &touched[at + 1..] {
                let loss = self.in_slot(*one, *other, kept);
                self.change(*one, *other, loss);
            }
        }
        for other in others {
            self.losses[gone.min(other) * self.slots + gone.max(other)] = 0.0;
            self.set(kept, other);
        }
    }

    /// The path of each word.
    fn run(mut self) -> Vec<u16> {
        let words = self.follow.len();
        let bar = progress::bar("clusters", words as u64);
        for word in 0..words {
            self.add(word);
            if word + 1 >= self.slots {
                self.merge();
            }
            bar.inc(1);
        }
        // The clusters as they are now have a path each; words in one are not told apart.
        let clusters: Vec<usize> = self.nodes.iter().flatten().copied().collect();
        for _ in 1..clusters.len() {
            self.merge();
        }
        bar.finish_and_clear();
        let is_cluster: HashMap<usize, u16> =
            clusters.into_iter().map(|node| (node, self.path(node))).collect();
        let path_of = |word: &usize| {
            let mut node = *word;
            loop {
                if let Some(path) = is_cluster.get(&node) {
                    return *path;
                }
                node = self.parents[node].0;
            }
        };
        self.node_of.iter().map(path_of).collect()
    }

    /// The sides from the root to a node, the first in the highest bit; never 0.
    fn path(&self, node: usize) -> u16 {
        let mut sides = Vec::new();
        let mut node = node;
        while self.parents[node].0 != usize::MAX {
            sides.push(self.parents[node].1);
            node = self.parents[node].0;
        }
        let path =
            sides.iter().rev().take(16).fold((0u16, 0x8000u16), |(path, bit), side| {
                (if *side { path | bit } else { path }, bit >> 1)
            });
        path.0.max(1)
    }
}

fn n_ln_n(n: u32) -> f64 {
    if n == 0 { 0.0 } else { f64::from(n) * libm::log(f64::from(n)) }
}

#[cfg(test)]
mod tests {
    use entity_recognition::tokens::hash;

    use super::*;

    #[test]
    fn words_between_the_same_words_come_together() {
        let lines: Vec<String> = (0..40)
            .map(|number| {
                let animal = ["cat", "dog", "hen"][number % 3];
                let drink = ["tea", "milk"][number / 3 % 2];
                format!("the {animal} drinks some {drink} today")
            })
            .collect();
        let paths = paths_to(&lines, 5);
        let path = |word: &str| paths[&hash(word)];
        assert_eq!(path("cat"), path("dog"));
        assert_eq!(path("cat"), path("hen"));
        assert_eq!(path("tea"), path("milk"));
        assert_ne!(path("cat"), path("tea"));
        assert!(!paths.contains_key(&hash("unheard")));
        assert_eq!(paths, paths_to(&lines, 5));
    }

    #[test]
    fn what_is_kept_of_losses_is_what_they_are() {
        let text =
            "a b c a d b a c d a b d c b a a d c b d a c b b d a c d e a e b c e d e a f b f c a f e d f";
        let mut merging = Merging::of(6, 3);
        for pair in text.replace(' ', "").as_bytes().windows(2) {
            let [one, other] = [pair[0], pair[1]].map(|letter| usize::from(letter - b'a'));
            merging.follow[one].push((other, 1));
            merging.precede[other].push((one, 1));
        }
        for word in 0..6 {
            merging.add(word);
            if word >= 3 {
                merging.merge();
            }
            let live: Vec<usize> = (0..4).filter(|slot| merging.nodes[*slot].is_some()).collect();
            for (place, one) in live.iter().enumerate() {
                for other in &live[place + 1..] {
                    let kept = merging.losses[one * 4 + other] + merging.inner(*one, *other);
                    assert!((kept - merging.loss_of(*one, *other)).abs() < 1e-9, "{word} {one} {other}");
                }
            }
        }
    }
}
