//! Isolation: what one document may leave in memory for the next.
//!
//! **By default nothing**, to nobody else's: every document gets an instance of its own, but for those of one
//! request, which may share instances that serve only it. An operator who trusts an analyzer may let an instance
//! serve everyone's, one after the other. Either way it is replaced after a number of them, and at once if a call
//! did not end well.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;

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
///
/// Each thread takes first what it kept itself: the instance's memory is in its processor's cache.
pub(super) struct Idle {
    isolation: Isolation,
    shelves: Box<[Mutex<Vec<Call>>]>,
}

impl Idle {
    pub(super) fn new(isolation: Isolation) -> Self {
        let shelves = match isolation {
            Isolation::Fresh => 0,
            Isolation::Reuse { .. } => available_parallelism().map_or(1, usize::from),
        };
        Self { isolation, shelves: (0..shelves).map(|_| Mutex::default()).collect() }
    }

    pub(super) fn isolation(&self) -> Isolation {
        self.isolation
    }

    /// An instance that waits, if there is one.
    pub(super) fn take(&self) -> Option<Call> {
        let own = self.own_shelf();
        let (before, from) = self.shelves.split_at_checked(own)?;
        from.iter().chain(before).find_map(|shelf| lock(shelf).pop())
    }

    /// Keeps an instance for the next call, or drops it.
    pub(super) fn keep(&self, call: Call) {
        let serves_another = match self.isolation {
            Isolation::Fresh => false,
            Isolation::Reuse { recycle } => call.is_sound() && call.calls() < recycle.get(),
        };
        match self.shelves.get(self.own_shelf()) {
            Some(shelf) if serves_another => {
                call.forget_output();
                lock(shelf).push(call);
            }
            _ => call.dispose(),
        }
    }

    /// Drops those that wait.
    pub(super) fn clear(&self) {
        for shelf in &self.shelves {
            let waiting = std::mem::take(&mut *lock(shelf));
            waiting.into_iter().for_each(Call::dispose);
        }
    }

    /// Which shelf is this thread's.
    fn own_shelf(&self) -> usize {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
        }
        THREAD.with(|thread| thread.checked_rem(self.shelves.len()).unwrap_or_default())
    }
}

fn lock(shelf: &Mutex<Vec<Call>>) -> MutexGuard<'_, Vec<Call>> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
