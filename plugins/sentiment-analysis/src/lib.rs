//! Sentiment analysis: how a text speaks of its matter.
//!
//! From the bottom up: [`sentences`] cuts a text, [`tokens`] finds words and signs in a sentence and [`spelling`] reads
//! the words, [`features`] says what the model looks at, [`model`] weighs it and makes a distribution, and [`document`] puts a document together.
//! All of it is plain Rust that also runs natively; `component` is the thin skin that makes a Gloss plugin of
//! it.
//!
//! The model is trained by the workspace's `training`, with the same [`features`]; `MODEL.md` is its card.

pub mod document;
pub mod features;
pub mod model;
pub mod sentences;
pub mod spelling;
pub mod tokens;

mod blocks;

#[cfg(target_arch = "wasm32")]
mod component;
