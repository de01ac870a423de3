//! What one analysis may cost.

use std::time::Duration;

/// What one analysis of a service may cost. Every limit has a default that is safe for strangers' code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest text, in bytes of UTF-8.
    pub input_bytes: usize,
    /// Longest time from start to answer.
    pub deadline: Duration,
    /// Most linear memory of an instance, all its memories together, in bytes.
    pub memory_bytes: usize,
    /// Most data that one call may hand to the host, in bytes as the host holds them.
    pub output_bytes: usize,
    /// How much of what a guest prints and logs is kept, in bytes; the rest is counted and dropped.
    pub log_bytes: usize,
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: MIB,
            deadline: Duration::from_secs(2),
            memory_bytes: 256 * MIB,
            output_bytes: 8 * MIB,
            log_bytes: 64 * KIB,
        }
    }
}
