//! What the standard library would bring: an allocator, and the end of a panic.
//!
//! Without it the component imports nothing, and an instance is made in half the time. A panic is a trap;
//! its message is lost, the names of the functions are not.

#![expect(unsafe_code, reason = "an allocator hands out memory that it knows nothing about")]

use core::alloc::{GlobalAlloc, Layout};
use core::panic::PanicInfo;
use core::ptr;

/// The C library's allocator, which every component for WASI is linked with.
struct Libc;

#[global_allocator]
static ALLOCATOR: Libc = Libc;

#[link(name = "c")]
unsafe extern "C" {
    fn aligned_alloc(align: usize, bytes: usize) -> *mut u8;
    fn free(memory: *mut u8);
    fn malloc(bytes: usize) -> *mut u8;
    fn realloc(memory: *mut u8, bytes: usize) -> *mut u8;
}

/// What `malloc` aligns to by itself.
const MALLOC_ALIGN: usize = 8;

// SAFETY: these are the C library's own functions, called as its manual says.
unsafe impl GlobalAlloc for Libc {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: `aligned_alloc` wants a size that is a multiple of the alignment, and gets one.
        unsafe {
            if layout.align() <= MALLOC_ALIGN {
                malloc(layout.size())
            } else {
                aligned_alloc(layout.align(), layout.size().next_multiple_of(layout.align()))
            }
        }
    }

    unsafe fn dealloc(&self, memory: *mut u8, _: Layout) {
        // SAFETY: the caller got it from `alloc` or `realloc`.
        unsafe { free(memory) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        if layout.align() <= MALLOC_ALIGN {
            // SAFETY: the caller got it from `alloc` or `realloc`.
            return unsafe { realloc(memory, bytes) };
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
/// As the canonical ABI of components has it: `old` is null or came from here.
// For the older target wit-bindgen brings it.
#[cfg(target_env = "p2")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(old: *mut u8, _: usize, align: usize, bytes: usize) -> *mut u8 {
    if bytes == 0 {
        return ptr::without_provenance_mut(align);
    }
    // SAFETY: nothing of the contract's types is aligned to more than `malloc` aligns to.
    let new = unsafe { realloc(old, bytes) };
    if new.is_null() { core::arch::wasm32::unreachable() } else { new }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
