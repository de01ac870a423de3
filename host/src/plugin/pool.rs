//! How instances get their memory.
//!
//! A pool keeps the memories, tables and stacks of instances that ended and gives them to the next, reset:
//! making an instance then costs microseconds. It reserves address space for the largest component in
//! every place, which not every machine grants; without a pool everything is mapped and unmapped anew.

use std::fmt;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use wasmtime::{Config, Enabled, PoolingAllocationConfig};

use super::swap;

/// Where an instance's memory comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    /// From a pool, whose written pages the kernel finds (`PAGEMAP_SCAN`, Linux 6.7): only those are reset.
    ///
    /// A written page that was swapped out escapes the scan of this engine's release
    /// ([wasmtime #14357](https://github.com/bytecodealliance/wasmtime/issues/14357)), and with it what an
    /// earlier text left there. **It is used only while the machine does not swap.**
    PoolWithPagemapScan,
    /// From a pool, whose memories are reset from their beginning up to a bound, and unmapped from there.
    Pool,
    /// From the system, for every instance anew.
    OnDemand,
}

/// Instances that may exist at once in a pool, at least.
const MIN_SLOTS: usize = 256;
/// The same per processor: as many services as this, fully busy.
const SLOTS_PER_PROCESSOR: usize = 64;
/// The most: the address space of a process is finite, and each takes several times 4 GiB of it.
const MAX_SLOTS: usize = 2048;

// What the largest component may be made of. One from Python or JavaScript has dozens of core instances, a
// handful of memories and tables of 200,000 functions.
const CORE_INSTANCES: u32 = 64;
const MEMORIES: u32 = 4;
const TABLES: u32 = 32;
const TABLE_ELEMENTS: usize = 400_000;
const INSTANCE_BYTES: usize = 8 << 20;

/// Written memory that stays with an ended instance's place, to be reset instead of unmapped: more than a text
/// of some thousand bytes takes. Every place keeps so much of its most demanding instance for good.
const SCANNED_RESIDENT_BYTES: usize = 128 << 10;
/// The same where all of it is reset, written or not.
const RESET_RESIDENT_BYTES: usize = 256 << 10;
/// The same of a table.
const SCANNED_TABLE_BYTES: usize = 1 << 20;
const RESET_TABLE_BYTES: usize = 4 << 10;

impl Allocation {
    /// Whether it is safe only where nothing is swapped out.
    pub(super) fn needs_no_swap(self) -> bool {
        self == Self::PoolWithPagemapScan
    }

    /// How many instances may exist at once.
    pub(super) fn slots(self) -> usize {
        match self {
            Self::OnDemand => Semaphore::MAX_PERMITS,
            Self::Pool | Self::PoolWithPagemapScan => {
                let processors = available_parallelism().map_or(1, usize::from);
                (SLOTS_PER_PROCESSOR * processors).clamp(MIN_SLOTS, MAX_SLOTS)
            }
        }
    }

    pub(super) fn apply(self, config: &mut Config) {
        if self == Self::OnDemand {
            return;
        }
        let slots = u32::try_from(self.slots()).unwrap_or(u32::MAX);
        let scan = self == Self::PoolWithPagemapScan;
        let mut pool = PoolingAllocationConfig::new();
        pool.total_component_instances(slots)
            .total_core_instances(slots * CORE_INSTANCES)
            .max_core_instances_per_component(CORE_INSTANCES)
            .total_memories(slots * MEMORIES)
            .max_memories_per_component(MEMORIES)
            .max_memories_per_module(MEMORIES)
            .total_tables(slots * TABLES)
            .max_tables_per_component(TABLES)
            .max_tables_per_module(TABLES)
            .table_elements(TABLE_ELEMENTS)
            .total_stacks(slots)
            .max_component_instance_size(INSTANCE_BYTES)
            .max_core_instance_size(INSTANCE_BYTES)
            .linear_memory_keep_resident(if scan { SCANNED_RESIDENT_BYTES } else { RESET_RESIDENT_BYTES })
            .table_keep_resident(if scan { SCANNED_TABLE_BYTES } else { RESET_TABLE_BYTES })
            .pagemap_scan(if scan { Enabled::Yes } else { Enabled::No });
        config.allocation_strategy(pool);
    }
}

impl fmt::Display for Allocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PoolWithPagemapScan => "a pool, with pagemap_scan",
            Self::Pool => "a pool, without pagemap_scan",
            Self::OnDemand => "on demand",
        })
    }
}

/// What this machine allows at the moment, the fastest first. Each may yet fail for want of address space.
pub(super) fn allowed() -> Vec<Allocation> {
    let scan = PoolingAllocationConfig::is_pagemap_scan_available() && !swap::is_active();
    let fastest = scan.then_some(Allocation::PoolWithPagemapScan);
    fastest.into_iter().chain([Allocation::Pool, Allocation::OnDemand]).collect()
}
