//! Word count: how many words a text has, and its other measures.
//!
//! [`counts`] holds the logic, plain Rust that also runs natively; `component` is the thin skin that
//! makes a Gloss plugin of it.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

mod ascii;
pub mod counts;

#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
mod runtime;
