//! The host's integration tests: the real program, real components, real sockets.

#![expect(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "in a test, what is not as expected ends it"
)]

#[path = "../../build/component.rs"]
mod component;
mod harness;
#[path = "../../benches/common/many.rs"]
mod many;

mod analyze;
mod author;
mod bad_input;
mod batch;
mod check;
mod container;
mod contract;
mod edges;
mod engine;
mod failures;
mod folder;
mod golden;
mod guide;
mod mismatch;
mod offsets;
mod openapi;
mod phases;
mod playground;
mod readme;
mod registered;
mod sandbox;
mod start;
mod status;
mod stream;
mod table;
mod wrong;
