//! Gloss: a text-analysis gateway that hosts analyzers compiled to WebAssembly components.
//!
//! Data takes one way, and modules import only downwards; a test holds this:
//!
//! ```text
//! cli -> http -> gateway -> registry -> plugin | remote
//!           lane --^                     everyone: analysis, deadline, the leaves
//!        folder, standard --^
//! ```
//!
//! ARCHITECTURE.md tells the rest.

pub mod analysis;
pub mod cli;
mod deadline;
pub mod folder;
pub mod gateway;
pub mod http;
pub mod lane;
pub mod language;
pub mod plugin;
pub mod registry;
pub mod remote;
pub mod standard;
pub mod state;
