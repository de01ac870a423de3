//! Entity recognition: the people, organizations and places that a text names.
//!
//! From the bottom up: [`addresses`] are told from words, [`tokens`] cuts a text, [`lexicon`] knows words and phrases, [`features`] tells what is
//! seen of a token and around it, [`model`] weighs that, [`decode`] finds the likeliest labels, and [`entities`] puts a
//! document together. All of it is plain Rust that also runs natively; `component` is the thin skin that makes
//! a Gloss plugin of it. The model is learnt in `plugins/training`, from the same features.

pub mod addresses;
pub mod decode;
pub mod entities;
pub mod features;
pub mod labels;
pub mod lattice;
pub mod lexicon;
pub mod model;
pub mod sequence;
pub mod tokens;

#[cfg(target_arch = "wasm32")]
mod component;
