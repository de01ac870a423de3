//! For the authors of plugins: what makes a project, and what judges, tests and measures one component.
//!
//! All of it runs the component through the engine and the limits of the gateway.

mod bench;
mod check;
mod project;
mod report;
mod test;
mod trial;
mod workbench;

pub(super) use bench::{Arguments as BenchArguments, bench};
pub(super) use check::{Arguments as CheckArguments, check};
pub(super) use project::{Arguments as NewArguments, new};
pub(super) use test::{Arguments as TestArguments, test};
