//! What the tests are written with: a gateway to talk to, guests to give it, an upstream for it to call.

mod browser;
mod gateway;
mod guests;
mod upstream;

pub(crate) use browser::Browser;
pub(crate) use gateway::{Answer, Gateway, program, run, shared};
pub(crate) use guests::{foreign_guest, guest, standard_component, target_folder};
pub(crate) use upstream::Upstream;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Nothing depends on it being short.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the host has a folder above it").to_owned()
}

/// Asks again and again until `condition` holds.
pub(crate) async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !condition().await {
        assert!(start.elapsed() < PATIENCE, "it never came to pass that {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The first of ten ports in a row that nobody has, outside of those the system gives to connections, and
/// other ones at every call.
pub(crate) fn free_ports() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let turn = TAKEN.fetch_add(1, Ordering::Relaxed);
        let first = 20_000 + (std::process::id() % 500) as u16 * 20 + turn * 10;
        assert!(first < 32_000, "there are no free ports");
        if (first..first + 10).all(is_free) {
            return first;
        }
    }
}
