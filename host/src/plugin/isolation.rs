//! Isolation: what one document may leave in memory for the next.
//!
//! **By default nothing**: every document gets an instance of its own. An operator who trusts an analyzer
//! may let an instance serve several, one after the other; then it is replaced after a number of them, and
//! at once if a call did not end well.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use super::call::Call;

/// How many documents an instance serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// One.
    #[default]
    Fresh,
    /// This many, one after the other.
    Reuse {
        /// After how many it is replaced.
        recycle: NonZeroU32,
    },
}

impl fmt::Display for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fresh => "fresh",
            Self::Reuse { .. } => "reuse",
        })
    }
}

/// Instances that wait for their next call. There are never more than calls ran at once.
pub(super) struct Idle {
    isolation: Isolation,
    calls: Mutex<Vec<Call>>,
}

impl Idle {
    pub(super) fn new(isolation: Isolation) -> Self {
        Self { isolation, calls: Mutex::new(Vec::new()) }
    }

    pub(super) fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// An instance that waits, if there is one.
    pub(super) fn take(&self) -> Option<Call> {
        match self.isolation {
            Isolation::Fresh => None,
            Isolation::Reuse { .. } => self.calls.lock().unwrap_or_else(PoisonError::into_inner).pop(),
        }
    }

    /// Keeps an instance for the next call, or drops it.
    pub(super) fn keep(&self, call: Call) {
        let Isolation::Reuse { recycle } = self.isolation else { return };
        if call.is_sound() && call.calls() < recycle.get() {
            call.forget_output();
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        }
    }
}
