//! The host's integration tests: the real program, real components, real sockets.

#[path = "../../build/component.rs"]
mod component;
mod harness;

mod bad_input;
mod check;
mod container;
mod contract;
mod edges;
mod failures;
mod folder;
mod golden;
mod offsets;
mod readme;
mod registered;
mod sandbox;
mod start;
mod table;
