//! How a plugin does: what its calls came to, and whether it is better left alone for a while.
//!
//! A plugin that fails on one text after the other is parked: calls are turned away at once instead of
//! failing at length. **Only its own failures count, on several different texts, with no success between
//! them**, so that no caller takes a service from the others with a text that breaks it, or with a deadline
//! that nothing could keep. After a pause its own examples are tried; if they succeed it serves again.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::capture::Account;
use super::error::{RunError, RunFailure};

/// Different texts in a row on which a plugin must fail to be parked.
const PARK_AFTER: usize = 5;
/// How long it is parked at first. It doubles with each time that no call succeeded since the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// The ways in which a plugin can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It crashed or left.
    Trapped,
    /// It wanted more memory than it may have.
    OutOfMemory,
    /// It returned more than it may.
    OutputTooLarge,
    /// It broke the contract.
    Contract,
    /// It took too long.
    DeadlineExceeded,
    /// It says that it failed.
    Failed,
}

impl FailureKind {
    const ALL: [Self; 6] = [
        Self::Trapped,
        Self::OutOfMemory,
        Self::OutputTooLarge,
        Self::Contract,
        Self::DeadlineExceeded,
        Self::Failed,
    ];

    /// Whether it shows that the plugin is broken. One that says itself that it failed has itself in hand.
    fn counts_against_it(self) -> bool {
        self != Self::Failed
    }

    fn of(error: &RunError) -> Option<Self> {
        match error {
            RunError::Trapped(_) => Some(Self::Trapped),
            RunError::OutOfMemory(_) => Some(Self::OutOfMemory),
            RunError::OutputTooLarge { .. } => Some(Self::OutputTooLarge),
            RunError::Contract(_) => Some(Self::Contract),
            RunError::DeadlineExceeded { .. } => Some(Self::DeadlineExceeded),
            RunError::Failed { .. } => Some(Self::Failed),
            RunError::TextTooLarge { .. }
            | RunError::Refused(_)
            | RunError::Crowded
            | RunError::Parked { .. }
            | RunError::Unlinked(_) => None,
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trapped => "trapped",
            Self::OutOfMemory => "out_of_memory",
            Self::OutputTooLarge => "output_too_large",
            Self::Contract => "contract",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Failed => "failed",
        })
    }
}

/// What is known of a plugin's calls since it was loaded.
#[derive(Clone, Debug)]
pub struct HealthReport {
    /// Calls that began.
    pub calls: u64,
    /// How many of them failed, by kind.
    pub failures: Vec<(FailureKind, u64)>,
    /// The last of those.
    pub last_failure: Option<LastFailure>,
    /// How long it is still parked at least, if it is.
    pub parked: Option<Duration>,
}

/// A call that failed.
#[derive(Clone, Debug)]
pub struct LastFailure {
    /// How.
    pub kind: FailureKind,
    /// When.
    pub time: SystemTime,
    /// The guest's functions that were running, innermost first.
    pub functions: Vec<String>,
    /// What the guest itself says of it.
    pub account: Account,
}

/// The record of one plugin.
#[derive(Debug, Default)]
pub(super) struct Health {
    calls: AtomicU64,
    failures: [AtomicU64; FailureKind::ALL.len()],
    /// Whether `record` has a row of failures that a success would end.
    has_row: AtomicBool,
    is_parked: AtomicBool,
    record: Mutex<Record>,
}

#[derive(Debug, Default)]
struct Record {
    hasher: RandomState,
    /// The different texts of the failures since the last success, hashed.
    row: Vec<u64>,
    /// How often it was parked since the last success.
    parkings: u32,
    parked_until: Option<Instant>,
    /// Whether its examples are being tried.
    probing: bool,
    last_failure: Option<LastFailure>,
}

/// What is to be done with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admittance {
    /// It may begin.
    Open,
    /// It is turned away.
    Parked { retry_after: Duration },
    /// The same, and whoever is told so tries the examples.
    Probe { retry_after: Duration },
}

impl Health {
    /// Whether a call may begin.
    pub(super) fn admit(&self, now: Instant) -> Admittance {
        if !self.is_parked.load(Ordering::Relaxed) {
            return Admittance::Open;
        }
        let mut record = self.lock();
        let Some(until) = record.parked_until else { return Admittance::Open };
        let retry_after = until.saturating_duration_since(now);
        if !retry_after.is_zero() {
            return Admittance::Parked { retry_after };
        }
        let retry_after = FIRST_PAUSE;
        if std::mem::replace(&mut record.probing, true) {
            Admittance::Parked { retry_after }
        } else {
            Admittance::Probe { retry_after }
        }
    }

    /// Notes that a call begins.
    pub(super) fn begin(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a call ended with an answer, be it a refusal.
    pub(super) fn succeed(&self) {
        if self.has_row.load(Ordering::Relaxed) {
            let mut record = self.lock();
            record.row.clear();
            record.parkings = 0;
            self.has_row.store(false, Ordering::Relaxed);
        }
    }

    /// Notes that a call on `text` failed. One that had less time than the plugin may take says nothing of
    /// the plugin.
    pub(super) fn fail(&self, failure: &RunFailure, text: &str, had_its_time: bool, now: Instant) {
        let Some(kind) = FailureKind::of(&failure.error) else { return };
        if let Some((_, count)) = FailureKind::ALL.iter().zip(&self.failures).find(|(of, _)| **of == kind) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let functions = match &failure.error {
            RunError::Trapped(crash) | RunError::OutOfMemory(crash) => crash.functions.clone(),
            _ => Vec::new(),
        };
        let account = failure.account();
        let mut record = self.lock();
        record.last_failure = Some(LastFailure { kind, time: SystemTime::now(), functions, account });
        if !kind.counts_against_it() || (kind == FailureKind::DeadlineExceeded && !had_its_time) {
            return;
        }
        let hash = record.hasher.hash_one(text);
        if !record.row.contains(&hash) {
            record.row.push(hash);
        }
        self.has_row.store(true, Ordering::Relaxed);
        if record.row.len() >= PARK_AFTER && record.parked_until.is_none() {
            self.park(&mut record, now);
        }
    }

    /// Notes what became of the examples.
    pub(super) fn probed(&self, succeeded: bool, now: Instant) {
        let mut record = self.lock();
        record.probing = false;
        if succeeded {
            record.parked_until = None;
            self.is_parked.store(false, Ordering::Relaxed);
        } else {
            self.park(&mut record, now);
        }
    }

    fn park(&self, record: &mut Record, now: Instant) {
        let pause = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(record.parkings)).min(LONGEST_PAUSE);
        record.parkings = record.parkings.saturating_add(1);
        record.parked_until = Some(now + pause);
        record.row.clear();
        self.is_parked.store(true, Ordering::Relaxed);
    }

    pub(super) fn report(&self, now: Instant) -> HealthReport {
        let record = self.lock();
        let failures = FailureKind::ALL.iter().zip(&self.failures);
        let failures = failures.map(|(kind, count)| (*kind, count.load(Ordering::Relaxed)));
        HealthReport {
            calls: self.calls.load(Ordering::Relaxed),
            failures: failures.filter(|(_, count)| *count > 0).collect(),
            last_failure: record.last_failure.clone(),
            parked: record.parked_until.map(|until| until.saturating_duration_since(now)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::Violation;

    fn failure() -> RunFailure {
        RunFailure::silent(RunError::Contract(Violation::new("a rule")))
    }

    fn late() -> RunFailure {
        RunFailure::silent(RunError::DeadlineExceeded { deadline: Duration::from_millis(1) })
    }

    /// Fails on `texts` different texts.
    fn fail(health: &Health, texts: usize, now: Instant) {
        (0..texts).for_each(|text| health.fail(&failure(), &text.to_string(), true, now));
    }

    #[test]
    fn several_texts_without_a_success_park_it() {
        let (health, now) = (Health::default(), Instant::now());
        fail(&health, PARK_AFTER - 1, now);
        health.succeed();
        fail(&health, PARK_AFTER - 1, now);
        assert_eq!(health.admit(now), Admittance::Open);
        health.fail(&failure(), "one more", true, now);
        assert_eq!(health.admit(now), Admittance::Parked { retry_after: FIRST_PAUSE });
        assert_eq!(health.report(now).failures, [(FailureKind::Contract, 2 * PARK_AFTER as u64 - 1)]);
    }

    #[test]
    fn one_callers_text_or_deadline_never_does() {
        let (health, now) = (Health::default(), Instant::now());
        for round in 0..100 {
            health.fail(&failure(), "poison", true, now);
            health.fail(&late(), &round.to_string(), false, now);
            let says_so = RunFailure::silent(RunError::Failed { detail: "I failed.".into() });
            health.fail(&says_so, &round.to_string(), true, now);
        }
        assert_eq!(health.admit(now), Admittance::Open);
    }

    #[test]
    fn its_examples_are_tried_after_a_pause_that_grows() {
        let (health, mut now) = (Health::default(), Instant::now());
        fail(&health, PARK_AFTER, now);
        for pause in [1, 2, 4, 8] {
            assert_eq!(health.admit(now), Admittance::Parked { retry_after: Duration::from_secs(pause) });
            now += Duration::from_secs(pause);
            assert!(matches!(health.admit(now), Admittance::Probe { .. }));
            // One at a time.
            assert!(matches!(health.admit(now), Admittance::Parked { .. }));
            health.probed(false, now);
        }
        now += Duration::from_secs(16);
        assert!(matches!(health.admit(now), Admittance::Probe { .. }));
        health.probed(true, now);
        assert_eq!(health.admit(now), Admittance::Open);
        // Examples prove little: the next pause goes on from there, unless a call succeeds.
        fail(&health, PARK_AFTER, now);
        assert_eq!(health.admit(now), Admittance::Parked { retry_after: Duration::from_secs(32) });
    }
}
