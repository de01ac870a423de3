//! Figures of many times.

use std::time::Duration;

/// The time that this share of the sorted times, in percent, does not exceed.
pub(crate) fn quantile(sorted: &[Duration], percent: usize) -> Duration {
    sorted.get((sorted.len() * percent / 100).min(sorted.len() - 1)).copied().expect("a time")
}
