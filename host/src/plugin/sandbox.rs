//! What a guest can reach: nothing but its own memory, a log that is kept for its author, and a WASI
//! with nothing behind it.
//!
//! **A sandbox grants no authority**: no files, no environment, no network, a clock that stands still,
//! randomness from a fixed seed. **It serves one document** and goes with it.

use std::time::Duration;

use wasmtime::ResourceLimiter;
use wasmtime::component::{HasSelf, Linker, ResourceTable};
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
};

use super::bindings::{self, gloss::analyzer::log};
use super::capture::{Capture, Captured};
use super::limits::Limits;

/// The host's side of one instance.
pub(super) struct Sandbox {
    pub(super) meter: Meter,
    log_bytes: usize,
    /// Made when the guest first logs, or asks for anything of WASI, as most calls never do.
    capture: Option<Capture>,
    /// Made when the guest first asks for anything of WASI.
    wasi: Option<Box<Wasi>>,
}

struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
}

impl Sandbox {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            meter: Meter { limit_bytes: limits.memory_bytes, used_bytes: 0, refused: false },
            log_bytes: limits.log_bytes,
            capture: None,
            wasi: None,
        }
    }

    /// What the guest printed and logged so far.
    pub(super) fn take_captured(&self) -> Captured {
        self.capture.as_ref().map(Capture::take).unwrap_or_default()
    }

    fn capture(&mut self) -> &Capture {
        self.capture.get_or_insert_with(|| Capture::new(self.log_bytes))
    }
}

/// A linker that satisfies every import a plugin may have.
pub(super) fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Sandbox>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |sandbox| sandbox)?;
    Ok(linker)
}

impl log::Host for Sandbox {
    fn write(&mut self, level: log::Level, message: String) {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.capture().push(format!("{level}: {message}\n").as_bytes());
    }
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let capture = self.capture.get_or_insert_with(|| Capture::new(self.log_bytes));
        let wasi = self.wasi.get_or_insert_with(|| Box::new(Wasi::new(capture)));
        WasiCtxView { ctx: &mut wasi.context, table: &mut wasi.table }
    }
}

/// Seed of the randomness that guests see: the same for every call, so that the same text gives the same
/// bytes. It protects nothing, and needs no more than to look like a seed.
const SEED: u64 = 0x676c_6f73_7321_7365;

impl Wasi {
    fn new(capture: &Capture) -> Self {
        let random = || Deterministic::new(SEED.to_le_bytes().to_vec());
        let mut builder = WasiCtxBuilder::new();
        builder
            .stdout(capture.clone())
            .stderr(capture.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .wall_clock(StandingClock)
            .monotonic_clock(StandingClock)
            .secure_random(random())
            .insecure_random(random())
            .insecure_random_seed(SEED.into());
        Self { context: builder.build(), table: ResourceTable::new() }
    }
}

/// A clock that always shows the start of 1970. Waiting on it still takes real time.
struct StandingClock;

/// What the clock says of its own precision; some guests divide by it.
const CLOCK_RESOLUTION: Duration = Duration::from_millis(1);

impl HostWallClock for StandingClock {
    fn resolution(&self) -> Duration {
        CLOCK_RESOLUTION
    }

    fn now(&self) -> Duration {
        Duration::ZERO
    }
}

impl HostMonotonicClock for StandingClock {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        0
    }
}

/// Counts the memory of an instance and refuses what is over the limit.
#[derive(Debug)]
pub(super) struct Meter {
    limit_bytes: usize,
    used_bytes: usize,
    /// Whether anything was refused: a guest that traps afterwards has run out of memory.
    pub(super) refused: bool,
}

/// Bytes the host spends on one table element.
const TABLE_ELEMENT_BYTES: usize = size_of::<usize>();

impl Meter {
    /// What the guest's memories and tables hold, in bytes.
    pub(super) fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Tables count with the memories: a host spends memory on both.
    fn grow(&mut self, more_bytes: usize) -> bool {
        let used_bytes = self.used_bytes.saturating_add(more_bytes);
        let fits = used_bytes <= self.limit_bytes;
        if fits {
            self.used_bytes = used_bytes;
        }
        self.refused |= !fits;
        fits
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current)))
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(self.grow(desired.saturating_sub(current).saturating_mul(TABLE_ELEMENT_BYTES)))
    }
}
