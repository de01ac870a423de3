//! What the standard library would bring: memory, and the end of a panic.

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32;
use core::cell::Cell;
use core::panic::PanicInfo;
use core::ptr;

/// Memory from the end of the component's data on, handed out in one direction until the answer was read, and then from
/// the beginning again.
pub(crate) struct Memory {
    free: Cell<usize>,
}

#[global_allocator]
pub(crate) static MEMORY: Memory = Memory { free: Cell::new(0) };

// SAFETY: an instance has one thread.
unsafe impl Sync for Memory {}

// For `memcmp` and its like, which the compiler calls.
#[link(name = "c")]
unsafe extern "C" {
    /// Where the linker puts the end of the data.
    static __heap_base: u8;
}

const PAGE_BYTES: usize = 64 * 1024;

impl Memory {
    /// Gives everything back.
    pub(crate) fn begin_anew(&self) {
        self.free.set(0);
    }
}

// SAFETY: what is handed out lies behind the data and is not handed out again before the answer was read. Sizes are
// those of a text and its findings, which do not overflow.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let begin = self.free.get().max((&raw const __heap_base).addr()).next_multiple_of(layout.align());
        let end = begin + layout.size();
        let missing = end.div_ceil(PAGE_BYTES).saturating_sub(wasm32::memory_size(0));
        if missing > 0 && wasm32::memory_grow(0, missing) == usize::MAX {
            return ptr::null_mut();
        }
        self.free.set(end);
        ptr::with_exposed_provenance_mut(begin)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

/// How the host gets memory for what it hands over.
///
/// # Safety
///
/// As the canonical ABI of components has it: the alignment is one of the contract's types.
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(_: *mut u8, _: usize, align: usize, bytes: usize) -> *mut u8 {
    // SAFETY: the host gives an alignment of the contract's types; it never makes anything larger.
    let new = unsafe { MEMORY.alloc(Layout::from_size_align_unchecked(bytes, align)) };
    if new.is_null() { wasm32::unreachable() } else { new }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    wasm32::unreachable()
}
