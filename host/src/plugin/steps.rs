//! The steps of judging a component, in the order of their cost and danger.

use std::fmt;
use std::time::{Duration, Instant};

/// One step of judging a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Is it a whole component of an allowed size?
    Format,
    /// Does it import nothing but what a plugin gets, and export an analyzer of a version that is known?
    World,
    /// Are the types those of the contract?
    Contract,
    /// Does it become code for this machine?
    Compilation,
    /// Can an instance be made?
    Instance,
    /// Does it describe itself, in keeping with the contract?
    Description,
    /// Does it analyze its own examples?
    Examples,
}

impl Step {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::Format,
        Self::World,
        Self::Contract,
        Self::Compilation,
        Self::Instance,
        Self::Description,
        Self::Examples,
    ];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "format",
            Self::World => "world",
            Self::Contract => "contract",
            Self::Compilation => "compilation",
            Self::Instance => "instance",
            Self::Description => "description",
            Self::Examples => "examples",
        })
    }
}

/// The steps that a component has passed, and how long each took.
#[derive(Clone, Debug)]
pub struct Steps {
    passed: Vec<(Step, Duration)>,
    since: Instant,
}

impl Steps {
    /// Begins with the first.
    pub(super) fn begin() -> Self {
        Self { passed: Vec::new(), since: Instant::now() }
    }

    /// Those that were passed.
    pub fn passed(&self) -> &[(Step, Duration)] {
        &self.passed
    }

    /// The one that is not passed, and how many would come after it. None if all are passed.
    pub fn failed(&self) -> Option<(Step, usize)> {
        let step = Step::ALL.get(self.passed.len())?;
        Some((*step, Step::ALL.len() - self.passed.len() - 1))
    }

    pub(super) fn pass(&mut self, step: Step) {
        let now = Instant::now();
        self.passed.push((step, now.duration_since(self.since)));
        self.since = now;
    }
}
