//! Redaction: personal data taken out of a text.
//!
//! [`personal`] finds it, plain Rust that also runs natively, and `component` makes a Gloss plugin of it, to show how small
//! one can be: without the standard library, with a memory of its own (`runtime`), and with the contract's types
//! handed over as they lie (`abi`) instead of generated bindings.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

pub mod personal;

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "what the host reads and writes lies behind pointers")]
mod abi;
#[cfg(target_arch = "wasm32")]
mod component;
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "an allocator hands out memory that it knows nothing about")]
mod runtime;
