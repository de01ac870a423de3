//! Admission: how many analyses of a service run at once, and how many may wait.
//!
//! **A full queue is said at once**; nobody waits for a place in the queue.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::analysis::ServiceName;

/// How many analyses of a service run and wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionPolicy {
    /// How many run at once.
    pub concurrency: usize,
    /// How many may wait for one of those to end.
    pub queue: usize,
}

impl AdmissionPolicy {
    /// The most that may run at once.
    pub const MAX_CONCURRENCY: usize = Semaphore::MAX_PERMITS;
}

/// Analyses that run at once, per processor: enough to keep it busy while some wait for memory, few
/// enough that they do not crowd each other out of it.
const PER_PROCESSOR: usize = 8;
/// Waiting requests that a service holds by default.
const QUEUE: usize = 1024;

impl Default for AdmissionPolicy {
    fn default() -> Self {
        let processors = available_parallelism().map_or(1, usize::from);
        Self { concurrency: PER_PROCESSOR * processors, queue: QUEUE }
    }
}

/// The policies of all services, by name and in general.
#[derive(Clone, Debug, Default)]
pub struct Admissions {
    /// For services without an entry of their own.
    pub default: AdmissionPolicy,
    /// For the services of these names.
    pub services: HashMap<ServiceName, AdmissionPolicy>,
}

impl Admissions {
    pub(super) fn admission(&self, name: &ServiceName) -> Admission {
        Admission::new(*self.services.get(name).unwrap_or(&self.default))
    }
}

/// The door of one service. It stays when the service's plugin is swapped.
#[derive(Debug)]
pub struct Admission {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    policy: AdmissionPolicy,
}

/// The right to run one analysis; giving it back is dropping it.
#[derive(Debug)]
pub struct Permit(#[expect(dead_code, reason = "held for its drop")] OwnedSemaphorePermit);

/// The queue is full.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("as many requests as may wait are waiting")]
pub struct Full;

impl Admission {
    /// A door of this policy.
    pub fn new(policy: AdmissionPolicy) -> Self {
        let permits = Arc::new(Semaphore::new(policy.concurrency));
        Self { permits, waiting: AtomicUsize::new(0), policy }
    }

    /// How many may run and wait.
    pub fn policy(&self) -> AdmissionPolicy {
        self.policy
    }

    /// Waits for a permit. A caller that stops waiting leaves the queue.
    ///
    /// # Errors
    ///
    /// [`Full`] at once, if as many wait as may.
    pub async fn enter(&self) -> Result<Permit, Full> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(Permit(permit));
        }
        let _place = self.take_place()?;
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        // The semaphore is never closed.
        permit.map(Permit).map_err(|_| Full)
    }

    fn take_place(&self) -> Result<Place<'_>, Full> {
        let place = Place(&self.waiting);
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        if waiting < self.policy.queue { Ok(place) } else { Err(Full) }
    }
}

/// A place in the queue, left when dropped.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_said_at_once() {
        let admission = Arc::new(Admission::new(AdmissionPolicy { concurrency: 1, queue: 1 }));
        let running = admission.enter().await.unwrap();
        let second = Arc::clone(&admission);
        let waiting = tokio::spawn(async move { second.enter().await.map(drop) });
        while admission.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(admission.enter().await.err(), Some(Full));
        drop(running);
        assert_eq!(waiting.await.unwrap(), Ok(()));
        assert!(admission.enter().await.is_ok());
    }

    #[tokio::test]
    async fn who_stops_waiting_leaves_the_queue() {
        let admission = Admission::new(AdmissionPolicy { concurrency: 1, queue: 1 });
        let _running = admission.enter().await.unwrap();
        for _ in 0..3 {
            let waiting = tokio::time::timeout(std::time::Duration::from_millis(1), admission.enter());
            assert!(waiting.await.is_err());
        }
    }
}
