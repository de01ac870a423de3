//! Instances that are made before anyone asks for them.
//!
//! Where a language's runtime is inside a component, making an instance and the memory that it touches first take longer
//! than most analyses. Of such a component a few instances wait, and another is made whenever one is taken. They have been
//! asked for their description and, where an instance that was answers all examples as one that was not, for the first of the
//! component's own examples. **Each serves what any fresh instance does: one document, or those of one request.** Of a component that starts in no time
//! none wait.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::call::Call;

/// A start in less is not worth keeping an instance.
const WORTHWHILE: Duration = Duration::from_micros(300);
/// The most memory that they may have together, in bytes.
const MOST_BYTES: usize = 128 * 1024 * 1024;

/// The instances of one plugin that wait for their first call.
pub(super) struct Ready {
    /// Most that wait.
    most: usize,
    waiting: Mutex<Vec<Call>>,
    /// The least time that a start has taken, in nanoseconds.
    start_ns: AtomicU64,
    is_filling: AtomicBool,
    /// Whether they analyze an example before they wait.
    warms_with_examples: AtomicBool,
}

impl Ready {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            waiting: Mutex::default(),
            start_ns: AtomicU64::new(u64::MAX),
            is_filling: AtomicBool::new(false),
            warms_with_examples: AtomicBool::new(false),
        }
    }

    /// Learns how long it takes until a new instance has described itself.
    pub(super) fn learn_start(&self, start: Duration) {
        self.start_ns.fetch_min(u64::try_from(start.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether a start takes so long that any should wait.
    pub(super) fn is_worthwhile(&self) -> bool {
        self.most > 0 && Duration::from_nanos(self.start_ns.load(Ordering::Relaxed)) >= WORTHWHILE
    }

    /// Decides whether they analyze an example before they wait.
    pub(super) fn warm_with_examples(&self, warms: bool) {
        self.warms_with_examples.store(warms, Ordering::Relaxed);
    }

    pub(super) fn warms_with_examples(&self) -> bool {
        self.warms_with_examples.load(Ordering::Relaxed)
    }

    /// How many wait.
    pub(super) fn count(&self) -> usize {
        self.waiting().len()
    }

    /// One that waits, if there is one that may still be used.
    pub(super) fn take(&self) -> Option<Call> {
        // Its place is taken, however crowded it is elsewhere.
        let mut waiting = self.waiting();
        std::iter::from_fn(|| waiting.pop()).find(|call| !call.is_retired())
    }

    /// Whether more are wanted than wait.
    pub(super) fn lacks(&self) -> bool {
        let waiting = self.waiting();
        // All take as much memory as the first.
        let bytes = waiting.first().map_or(0, Call::memory_bytes) * (waiting.len() + 1);
        self.is_worthwhile() && waiting.len() < self.most && bytes <= MOST_BYTES
    }

    /// Has one wait.
    pub(super) fn keep(&self, call: Call) {
        if call.is_sound() {
            self.waiting().push(call);
        }
    }

    /// Whether nobody else makes any: then the caller does, until it says that it has ended.
    pub(super) fn begin_filling(&self) -> bool {
        !self.is_filling.swap(true, Ordering::AcqRel)
    }

    pub(super) fn end_filling(&self) {
        self.is_filling.store(false, Ordering::Release);
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Call>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
