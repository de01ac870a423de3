//! Sentiment analysis: how a text speaks of its matter.
//!
//! From the bottom up: [`lexicon`] knows words, [`tokens`] finds them, [`sentences`] cuts a text,
//! [`valence`] weighs a sentence by rules, [`model`] makes a distribution of the weights, and [`document`]
//! puts a document together. All of it is plain Rust that also runs natively; `component` is the thin skin
//! that makes a Gloss plugin of it.
//!
//! The seam for another core is [`model`]: it alone says how sentences become distributions, and nothing
//! above it knows about lexicons or rules.

pub mod document;
pub mod lexicon;
pub mod model;
pub mod sentences;
pub mod tokens;
pub mod valence;

#[cfg(target_arch = "wasm32")]
mod component;
