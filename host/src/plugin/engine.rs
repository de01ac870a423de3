//! The one engine, how its instances get their memory, and the clock that makes long guests yield.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Semaphore;
use wasmtime::component::Linker;
use wasmtime::{Config, WasmBacktraceDetails};

use super::pool::{self, Allocation};
use super::sandbox::{self, Sandbox};
use super::swap;

/// How often a running guest lets its neighbours on the thread go first. A short request waits for at
/// most one tick of each long one; a yield costs about a microsecond, a thousandth of this.
const EPOCH_TICK: Duration = Duration::from_millis(1);

/// Stack of a guest, in bytes. Deep recursion ends in a trap, not in the host's own stack.
const GUEST_STACK_BYTES: usize = 512 * 1024;
/// Stack of the fiber a guest runs on: the guest's, and room for the host functions it calls.
const FIBER_STACK_BYTES: usize = GUEST_STACK_BYTES + 512 * 1024;

/// The compiler and runtime of all components in the process. Cheap to clone.
///
/// **There is one engine in a process**: types of components from different engines do not mix. When the
/// machine begins to swap, an engine that must not run beside swap gives way to one that may, and each
/// component moves over before it runs again.
#[derive(Clone)]
pub struct Engine {
    current: Arc<ArcSwap<Runtime>>,
    traces: Traces,
    moving: Arc<Mutex<()>>,
}

/// What is told of where a guest was when it trapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traces {
    /// The names of its functions.
    Functions,
    /// Also their files and lines, where the component has debug information. That is read anew for every trap, and takes
    /// as long as whoever wrote it likes: for authors, and for operators who trust them.
    SourceLines,
}

impl Engine {
    /// Starts the engine and its clock, with the fastest allocation that this machine allows. While the
    /// engine scans its pages it watches whether the machine begins to swap.
    ///
    /// # Errors
    ///
    /// If this machine cannot run it, or no thread can be started.
    pub fn new(traces: Traces) -> Result<Self, EngineError> {
        let engine = Self::first_that_starts(pool::allowed(), traces)?;
        if engine.allocation().needs_no_swap() {
            let watched = engine.clone();
            swap::watch(move || watched.leave_pagemap_scan()).map_err(EngineError::Thread)?;
        }
        Ok(engine)
    }

    /// Starts the engine with one way of allocation, whatever the machine's swap.
    ///
    /// # Errors
    ///
    /// If this machine does not have it, or no thread can be started.
    pub fn with(allocation: Allocation, traces: Traces) -> Result<Self, EngineError> {
        let runtime = Arc::new(Runtime::start(allocation, traces)?);
        Ok(Self { current: Arc::new(ArcSwap::new(runtime)), traces, moving: Arc::default() })
    }

    fn first_that_starts(allowed: Vec<Allocation>, traces: Traces) -> Result<Self, EngineError> {
        let mut last = None;
        for allocation in allowed {
            match Self::with(allocation, traces) {
                Ok(engine) => return Ok(engine),
                Err(error) => {
                    tracing::warn!(%allocation, cause = causes(&error), "instances are allocated otherwise");
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or(EngineError::NoAllocation))
    }

    /// How instances get their memory.
    pub fn allocation(&self) -> Allocation {
        self.current.load().allocation
    }

    /// Gives up scanning pages: instances that are made from now on come from an engine that does not. A
    /// page that was swapped out would escape the scan, and show an earlier text to a later instance.
    pub fn leave_pagemap_scan(&self) {
        let _turn = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current.load_full();
        if !old.allocation.needs_no_swap() {
            return;
        }
        // From here on nothing new is made in it, also if there is no other.
        old.retired.store(true, Ordering::Release);
        let other = [Allocation::Pool, Allocation::OnDemand].into_iter().find_map(|allocation| {
            let started = Runtime::start(allocation, self.traces);
            started.inspect_err(|error| tracing::error!(cause = causes(error), "no other engine")).ok()
        });
        if let Some(other) = other {
            tracing::warn!(allocation = %other.allocation, "the machine swaps; instances are allocated otherwise");
            self.current.store(Arc::new(other));
        }
    }

    /// What is told of where a guest was when it trapped.
    pub(super) fn traces(&self) -> Traces {
        self.traces
    }

    pub(super) fn current(&self) -> Arc<Runtime> {
        self.current.load_full()
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
    /// No way of allocation was tried.
    #[error("there is no way to allocate instances")]
    NoAllocation,
}

fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// wasmtime's engine, with what the host offers to guests, and the places for its instances.
pub(super) struct Runtime {
    pub(super) engine: wasmtime::Engine,
    pub(super) linker: Linker<Sandbox>,
    pub(super) allocation: Allocation,
    /// A place for each instance that may exist at once.
    pub(super) slots: Arc<Semaphore>,
    /// With fewer places left than this, none is kept for later.
    crowded_below: usize,
    retired: AtomicBool,
    _ticker: Ticker,
}

impl Runtime {
    fn start(allocation: Allocation, traces: Traces) -> Result<Self, EngineError> {
        let mut config = compile_config(traces);
        allocation.apply(&mut config);
        let failed = |error: wasmtime::Error| EngineError::Config(error.into());
        let engine = wasmtime::Engine::new(&config).map_err(failed)?;
        let linker = sandbox::linker(&engine).map_err(failed)?;
        let slots = allocation.slots();
        Ok(Self {
            linker,
            allocation,
            slots: Arc::new(Semaphore::new(slots)),
            crowded_below: slots / 4,
            retired: AtomicBool::new(false),
            _ticker: Ticker::start(engine.clone()).map_err(EngineError::Thread)?,
            engine,
        })
    }

    /// Whether no instance may be made in it any more.
    pub(super) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Whether so few places are left that none should be kept for later.
    pub(super) fn is_crowded(&self) -> bool {
        self.slots.available_permits() < self.crowded_below
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("allocation", &self.allocation()).finish_non_exhaustive()
    }
}

/// Everything that compiled code depends on. Code that one engine of it compiled runs in all others.
pub(super) fn compile_config(traces: Traces) -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .epoch_interruption(true)
        // Guests run one task each; without the bookkeeping for more, a call costs half.
        .concurrency_support(false)
        .wasm_backtrace_details(match traces {
            Traces::Functions => WasmBacktraceDetails::Disable,
            Traces::SourceLines => WasmBacktraceDetails::Enable,
        })
        .max_wasm_stack(GUEST_STACK_BYTES)
        .async_stack_size(FIBER_STACK_BYTES);
    config
}

/// Counts an engine's epoch, until it is dropped.
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
