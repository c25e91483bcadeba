//! A hint to the processor to load memory that is about to be read.
#![allow(unsafe_code)]

/// Prefetches the first two cache lines of `next`.
#[inline]
pub fn prefetch<T: ?Sized>(next: &T) {
    prefetch_at(next, 0);
}

/// Prefetches two cache lines `offset` bytes after the start of `next`, which may be beyond its end.
#[inline(always)]
pub fn prefetch_at<T: ?Sized>(next: &T, offset: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(next).cast::<i8>().wrapping_add(offset);
        // SAFETY: prefetching is a hint: it neither reads nor faults, whatever the address;
        // `wrapping_add` makes no claim that these lines are inside of what is meant.
        unsafe {
            _mm_prefetch(start, _MM_HINT_T0);
            _mm_prefetch(start.wrapping_add(64), _MM_HINT_T0);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (next, offset);
}
