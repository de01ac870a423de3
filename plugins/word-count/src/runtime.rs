//! What the standard library would bring: an allocator, and the end of a panic.
//!
//! Without it the component imports nothing, and an instance is made in half the time. A panic is a trap;
//! its message is lost, the names of the functions are not.

#![expect(unsafe_code, reason = "an allocator hands out memory that it knows nothing about")]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::Cell;
use core::panic::PanicInfo;
use core::ptr;

/// Memory from the end of the component's data on, handed out in one direction.
///
/// A call's allocations all end with it, and then everything begins anew: what a general allocator does to
/// use memory again within a call costs a short one more than the call itself, and touches more pages. The
/// price is that what a table leaves behind when it moves stays unused until then: at most as much again.
struct Arena {
    /// The first byte that is free; 0 before the first allocation.
    free: Cell<usize>,
    /// Allocations that have not ended.
    live: Cell<usize>,
}

#[global_allocator]
static ARENA: Arena = Arena { free: Cell::new(0), live: Cell::new(0) };

// SAFETY: an instance has one thread.
unsafe impl Sync for Arena {}

// For `memcmp` and its like, which the compiler calls.
#[link(name = "c")]
unsafe extern "C" {
    /// Where the linker puts the end of the data. Nothing else in this component uses what lies behind it:
    /// the C library's allocator is not part of it.
    static __heap_base: u8;
}

const PAGE_BYTES: usize = 64 * 1024;

impl Arena {
    fn base() -> usize {
        (&raw const __heap_base).addr()
    }

    /// Makes the memory up to `end` usable and takes it, unless there is not as much.
    fn take_up_to(&self, end: usize) -> bool {
        let enough = end <= wasm32::memory_size(0) * PAGE_BYTES || grow_to(end);
        if enough {
            self.free.set(end);
        }
        enough
    }
}

/// Makes the memory larger, by no more than is asked for: the host counts what it refuses.
#[cold]
fn grow_to(end: usize) -> bool {
    let missing = end.div_ceil(PAGE_BYTES).saturating_sub(wasm32::memory_size(0));
    wasm32::memory_grow(0, missing) != usize::MAX
}

// SAFETY: what is handed out lies between the end of the data and the end of the memory, and is not handed
// out again before it was given back: either it is the last, or it is among all.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let begin = self.free.get().max(Self::base()).checked_next_multiple_of(layout.align());
        let Some((begin, end)) = begin.and_then(|begin| Some((begin, begin.checked_add(layout.size())?)))
        else {
            return ptr::null_mut();
        };
        if !self.take_up_to(end) {
            return ptr::null_mut();
        }
        self.live.set(self.live.get() + 1);
        ptr::with_exposed_provenance_mut(begin)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        self.live.set(self.live.get() - 1);
        if self.live.get() == 0 {
            self.free.set(Self::base());
        } else if memory.addr() + layout.size() == self.free.get() {
            self.free.set(memory.addr());
        }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        let is_last = memory.addr() + layout.size() == self.free.get();
        if is_last && memory.addr().checked_add(bytes).is_some_and(|end| self.take_up_to(end)) {
            return memory;
        }
        // SAFETY: the caller vouches for the layout; old and new memory are distinct and hold what is copied.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(bytes, layout.align()));
            if !new.is_null() {
                ptr::copy_nonoverlapping(memory, new, layout.size().min(bytes));
                self.dealloc(memory, layout);
            }
            new
        }
    }
}

/// How the host gets memory for what it hands over.
///
/// # Safety
///
/// As the canonical ABI of components has it: `old` is null, or came from here with this size and alignment.
// For the older target wit-bindgen brings it.
#[cfg(target_env = "p2")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, old_bytes: usize, align: usize, bytes: usize) -> *mut u8 {
    if bytes == 0 {
        return ptr::without_provenance_mut(align);
    }
    // SAFETY: the caller vouches for the size, and for the alignment, which is a power of two.
    let new = unsafe {
        let layout = |bytes| Layout::from_size_align_unchecked(bytes, align);
        if old_bytes == 0 { ARENA.alloc(layout(bytes)) } else { ARENA.realloc(old, layout(old_bytes), bytes) }
    };
    if new.is_null() { wasm32::unreachable() } else { new }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
