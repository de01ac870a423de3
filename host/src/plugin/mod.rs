//! Plugins: components judged, loaded and run.
//!
//! A [`Loader`] takes the bytes of a component and a note of where they came from, and either returns a
//! [`Plugin`] that is ready to analyze or a [`LoadError`] that its author can act on. A plugin runs every
//! document in an instance of its own, unless told otherwise, and returns checked [`crate::analysis`] types or a [`RunError`].
//!
//! wasmtime appears in this module and nowhere else. Nothing here knows HTTP, folders or other plugins.

mod bindings;
mod cache;
mod call;
mod capture;
mod code;
mod compiler;
mod contract;
mod convert;
mod crash;
mod digest;
mod engine;
mod error;
mod health;
mod inspect;
mod isolation;
mod limits;
mod loader;
mod policy;
mod pool;
mod ready;
mod run;
mod sandbox;
mod settings;
mod steps;
mod swap;
mod violation;

pub use cache::{Cache, CacheError};
pub use capture::{Account, Captured};
pub use compiler::{COMPILE_COMMAND, CompileBounds, Compiler, compile_here};
pub use contract::{CONTRACT, Difference};
pub use digest::Digest;
pub use engine::{Engine, Traces};
pub use error::{Crash, LoadError, Origin, RunError, RunFailure};
pub use health::{FailureKind, HealthReport, LastFailure};
pub use isolation::Isolation;
pub use limits::Limits;
pub use loader::Loader;
pub use policy::{Policy, ServicePolicy};
pub use pool::Allocation;
pub use run::{Cost, Plugin, Session};
pub use steps::{Step, Steps};
pub use violation::Violation;
