//! Entity recognition: the people, organizations and places that a text names.
//!
//! From the bottom up: [`gazetteer`] knows names, [`cues`] the words around names, [`words`] cuts a text
//! into words, [`candidates`] finds the runs of words that look like names, [`judge`] decides what each is,
//! and [`entities`] puts a document together. All of it is plain Rust that also runs natively; `component`
//! is the thin skin that makes a Gloss plugin of it.
//!
//! The seam for another core is [`entities`]: text goes in, entities come out.

pub mod candidates;
pub mod cues;
pub mod entities;
pub mod gazetteer;
pub mod judge;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod component;
