//! Heap memory of the process: counted, and bounded by more than what the system would give.
//!
//! Rust ends a process by SIGABRT if an allocation fails. Here it ends as the program says instead,
//! with its own message and exit code. Libraries written in C (zstd, xz, bzip2) allocate past this.
//!
//! mimalloc gives the memory: with the C library's allocator workers waited for each other, and its
//! pools grew page by page.
#![allow(unsafe_code)]

use mimalloc::MiMalloc;
use std::alloc::{GlobalAlloc, Layout};
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An allocator that counts the bytes in use, and bounds them.
#[derive(Debug)]
pub struct Heap {
    used: AtomicUsize,
    limit: AtomicUsize,
    refused: fn(Refused),
}

/// An allocation that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Bytes in use without it.
    pub used: u64,
    /// True if the heap's own bound refused it, false if the system did.
    pub by_bound: bool,
}

impl Heap {
    /// A heap without a bound. `refused` is called for memory that cannot be allocated and should end
    /// the process; it must not allocate.
    pub const fn new(refused: fn(Refused)) -> Heap {
        Heap { used: AtomicUsize::new(0), limit: AtomicUsize::new(usize::MAX), refused }
    }

    /// Number of bytes in use.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed) as u64
    }

    /// Bounds the number of bytes in use.
    pub fn limit(&self, bytes: u64) {
        self.limit.store(usize::try_from(bytes).unwrap_or(usize::MAX), Ordering::Relaxed);
    }

    /// Counts `bytes` more, and calls `allocate` if they are allowed.
    #[inline]
    fn more(&self, bytes: usize, allocate: impl FnOnce() -> *mut u8) -> *mut u8 {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let allowed = used <= self.limit.load(Ordering::Relaxed);
        let memory = if allowed { allocate() } else { ptr::null_mut() };
        if memory.is_null() {
            let used = self.used.fetch_sub(bytes, Ordering::Relaxed).saturating_sub(bytes);
            (self.refused)(Refused { used: used as u64, by_bound: !allowed });
        }
        memory
    }
}

// SAFETY: every call is handed to mimalloc unchanged or answered by null, which means
// that there is no memory. Counting touches no memory but two atomics.
unsafe impl GlobalAlloc for Heap {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are mimalloc's conditions.
        self.more(layout.size(), || unsafe { MiMalloc.alloc(layout) })
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`.
        self.more(layout.size(), || unsafe { MiMalloc.alloc_zeroed(layout) })
    }

    #[inline]
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        self.used.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as for `alloc`.
        unsafe { MiMalloc.dealloc(memory, layout) }
    }

    #[inline]
    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let before = layout.size();
        // SAFETY: as for `alloc`.
        let allocate = || unsafe { MiMalloc.realloc(memory, layout, size) };
        if size > before {
            return self.more(size - before, allocate);
        }
        let moved = allocate();
        if !moved.is_null() {
            self.used.fetch_sub(before - size, Ordering::Relaxed);
        }
        moved
    }
}

/// Has all threads use one pool of the C library's allocator, which gives only what libraries in C ask
/// for: each pool takes 64 MiB of addresses, of which `ulimit -v` leaves few.
pub fn share_pool() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: only sets a parameter of the allocator.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Returns freed memory to the system at once: for a process whose resident memory is bounded.
pub fn return_freed_memory() {
    // SAFETY: only sets a parameter of the allocator.
    unsafe { libmimalloc_sys::mi_option_set(PURGE_DELAY, 0) };
}

/// mimalloc's option `mi_option_purge_delay`, which its bindings do not name: milliseconds until a
/// freed page is returned.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = libmimalloc_sys::mi_option_eager_commit_delay + 1;

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    static REFUSED: AtomicU64 = AtomicU64::new(0);

    #[test]
    fn bytes_in_use_are_counted_and_bounded() {
        let heap = Heap::new(|refused| {
            assert!(refused.by_bound);
            REFUSED.store(refused.used, Ordering::Relaxed);
        });
        heap.limit(1000);
        let layout = |size| Layout::from_size_align(size, 8).unwrap();
        // SAFETY: the layouts are not empty and every block is freed as it was allocated.
        unsafe {
            let block = heap.alloc(layout(600));
            assert_eq!(heap.used(), 600);
            assert!(heap.alloc_zeroed(layout(500)).is_null());
            assert_eq!((REFUSED.load(Ordering::Relaxed), heap.used()), (600, 600));
            assert!(heap.realloc(block, layout(600), 1001).is_null());
            let block = heap.realloc(block, layout(600), 1000);
            let block = heap.realloc(block, layout(1000), 10);
            assert_eq!(heap.used(), 10);
            heap.dealloc(block, layout(10));
        }
        assert_eq!(heap.used(), 0);
    }
}
