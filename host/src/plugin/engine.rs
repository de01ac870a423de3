//! The one engine, and the clock that makes long guests yield.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use wasmtime::Config;

/// How often a running guest lets its neighbours on the thread go first. A short request waits for at
/// most one tick of each long one; a yield costs about a microsecond, a thousandth of this.
const EPOCH_TICK: Duration = Duration::from_millis(1);

/// Stack of a guest, in bytes. Deep recursion ends in a trap, not in the host's own stack.
const GUEST_STACK_BYTES: usize = 512 * 1024;
/// Stack of the fiber a guest runs on: the guest's, and room for the host functions it calls.
const FIBER_STACK_BYTES: usize = GUEST_STACK_BYTES + 512 * 1024;

/// The compiler and runtime of all components in the process, with the thread that counts its epoch.
///
/// **There is one engine in a process**: types of components from different engines do not mix.
#[derive(Clone, Debug)]
pub struct Engine {
    inner: wasmtime::Engine,
    _ticker: Arc<Ticker>,
}

impl Engine {
    /// Starts the engine and its clock.
    ///
    /// # Errors
    ///
    /// If this machine cannot run it, or no thread can be started.
    pub fn new() -> Result<Self, EngineError> {
        let inner = wasmtime::Engine::new(&config()).map_err(|error| EngineError::Config(error.into()))?;
        let ticker = Ticker::start(inner.clone()).map_err(EngineError::Thread)?;
        Ok(Self { inner, _ticker: Arc::new(ticker) })
    }

    pub(super) fn inner(&self) -> &wasmtime::Engine {
        &self.inner
    }
}

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The machine lacks something.
    #[error("this machine cannot run WebAssembly")]
    Config(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No thread for the clock.
    #[error("the engine's clock does not start")]
    Thread(#[source] std::io::Error),
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        // Guests run one task each; without the bookkeeping for more, a call costs half.
        .concurrency_support(false)
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES);
    config
}

/// Counts the engine's epoch, until it is dropped.
#[derive(Debug)]
struct Ticker {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: wasmtime::Engine) -> Result<Self, std::io::Error> {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::Builder::new().name("gloss-epoch".into()).spawn(move || {
            while stopped.recv_timeout(EPOCH_TICK) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // The thread does nothing that could panic.
            let _ = thread.join();
        }
    }
}
