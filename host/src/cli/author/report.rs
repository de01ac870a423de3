//! How the author of a plugin is told what is wrong with it.

use std::path::Path;
use std::time::Duration;

use super::super::warn;
use crate::plugin::{Account, Captured, LoadError, RunFailure};

/// Says why a component is not served, and what it printed and logged.
pub(super) fn refuse(file: &Path, error: &LoadError) {
    warn(&format!("{}: refused: {error}", file.display()));
    let Account { words, captured } = error.account();
    if let Some(words) = words {
        warn(&format!("it says: {words}"));
    }
    if let Some(text) = printed(&captured) {
        warn(&format!("what it printed and logged ({} bytes):\n{text}", captured.total_bytes));
    }
}

/// A failed call, with what the guest itself says of it, for its author's eyes.
pub(super) fn failure(failure: &RunFailure) -> String {
    let mut words = failure.to_string();
    if let Some(own) = failure.account().words {
        words = format!("{words}: {own}");
    }
    if let Some(printed) = printed(&failure.captured) {
        words = format!("{words}\nwhat it printed and logged:\n{printed}");
    }
    words
}

/// What a guest printed and logged, if anything.
pub(super) fn printed(captured: &Captured) -> Option<String> {
    let text = String::from_utf8_lossy(&captured.text);
    (captured.total_bytes > 0).then(|| text.trim_end().to_owned())
}

/// A time for people.
pub(super) fn took(time: Duration) -> String {
    format!("{time:.1?}").replace('µ', "u")
}

/// A number of bytes for people.
pub(super) fn size(bytes: usize) -> String {
    const KIB: f64 = 1024.0;
    let bytes = bytes as f64;
    if bytes < KIB {
        format!("{bytes} B")
    } else if bytes < KIB * KIB {
        format!("{:.1} KiB", bytes / KIB)
    } else {
        format!("{:.1} MiB", bytes / KIB / KIB)
    }
}
