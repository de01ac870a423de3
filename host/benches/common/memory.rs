//! What a process has of the machine's memory.

use std::fs;

/// What a process has for itself and its share of what it has with others (Pss), in mebibytes; nothing if it has
/// ended.
pub(crate) fn mebibytes(process: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or("0");
    let kibibytes: f64 = pss.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    kibibytes / 1024.0
}
