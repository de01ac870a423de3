//! Redaction: personal data taken out of a text.
//!
//! [`personal`] finds it, plain Rust that also runs natively, and `component` is the thin skin that makes a Gloss
//! plugin of it. It goes without the standard library, with word-count's runtime in its place, to show how small a
//! plugin can be.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod personal;

#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
#[path = "../../../word-count/src/runtime.rs"]
mod runtime;
