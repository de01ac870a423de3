//! A lane for long texts, so that they do not hold up short ones.
//!
//! Most of an analysis yields every millisecond, but some of it cannot: reading a guest's answer, checking
//! it, reading and writing JSON. For a short text that is microseconds, and it happens where the request is.
//! For a long one it is milliseconds, and everything about it happens on threads of its own, which the
//! system lets run when nobody else wants to.

use std::io;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// Texts of this many bytes are long: about as much as takes a millisecond to read, check and write.
const LONG_BYTES: usize = 32 * 1024;
/// How much less urgent the threads are. One of them yet gets a tenth of a processor that others want.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Threads for long texts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Lane {
    threads: Arc<Threads>,
}

#[derive(Debug)]
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Drop for Threads {
    fn drop(&mut self) {
        // Waiting for it is not allowed on an async thread.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Lane {
    /// Starts the threads, as many as there are processors.
    ///
    /// # Errors
    ///
    /// If the system has none to give.
    pub fn open() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .thread_name("gloss-long")
            .on_thread_start(be_less_urgent)
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        Ok(Self { threads: Arc::new(Threads { handle, runtime: Some(runtime) }) })
    }

    /// Does what a text of so many bytes asks for: here if it is short, on the lane's threads if it is long.
    /// Dropping the future ends it in either case.
    ///
    /// The work is made here, not by the caller: as an argument it would take its place in the future twice.
    pub async fn run<T: Send + 'static, F>(&self, bytes: usize, work: impl FnOnce() -> F) -> T
    where
        F: Future<Output = T> + Send + 'static,
    {
        if bytes < LONG_BYTES {
            return work().await;
        }
        match self.spawn(work()).await {
            Ok(done) => done,
            // It is not aborted while somebody waits for it.
            Err(error) => resume_unwind(error.into_panic()),
        }
    }
}

impl Lane {
    /// Does something on the lane's threads, until it is done or the handle is dropped.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> AbortOnDropHandle<T> {
        AbortOnDropHandle::new(self.threads.handle.spawn(work))
    }
}

/// Priorities are a thread's own on Linux, and the process's elsewhere.
fn be_less_urgent() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::debug!(%error, "the threads for long texts are as urgent as others");
    }
}
