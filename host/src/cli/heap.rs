//! How the C library's allocator shares the process's heap among threads.

/// Bounds how many arenas there are. glibc gives every new thread one of its own, up to eight for each
/// processor, and what a thread freed in one serves no other: a gateway whose plugins are judged now by this
/// thread and now by that would keep the megabytes of a judgement in each.
///
/// Must be called before threads are started. Other C libraries are left alone.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the standard library has no way to say it")]
pub(super) fn bound_arenas() {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    // The threads that serve and the threads for long texts allocate at once; the others rarely.
    let arenas = libc::c_int::try_from(2 * processors).unwrap_or(libc::c_int::MAX);
    // SAFETY: it takes two numbers by value and keeps them in the allocator under its own lock.
    let accepted = unsafe { libc::mallopt(libc::M_ARENA_MAX, arenas) };
    if accepted == 0 {
        tracing::debug!(arenas, "the allocator takes no bound on its arenas");
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn bound_arenas() {}
