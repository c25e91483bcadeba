//! The bytes of one input: memory-mapped where that pays, read whole where it does not (short files) or cannot be (pipes, `/proc`).
//!
//! Pages of a map are populated range by range and given back behind the workers, so that neither page faults
//! nor resident memory grow with the file. This is the only module with `unsafe` code: a map is sound only while
//! nobody changes the file under it, which no program can promise for somebody else's file. What happens then is
//! wrong numbers or SIGBUS, never a write.
#![allow(unsafe_code)]

use crate::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Files up to this length are read: a map costs more than copying so little.
const WORTH_MAPPING: u64 = 128 << 10;

/// How much of a stream is read before it is known whether the rest is wanted.
const FIRST_BYTES: u64 = 64;

/// The bytes of one capture.
#[derive(Debug)]
pub struct Source {
    bytes: Bytes,
}

#[derive(Debug)]
enum Bytes {
    Mapped(memmap2::Mmap),
    Read(Vec<u8>),
}

impl Source {
    /// Opens a file: mapped when it is a regular one with a length, read as a stream otherwise.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened or read.
    pub fn open(path: &Path, wanted: impl Fn(&[u8]) -> bool) -> Result<Source, Error> {
        let mut file = File::open(path).map_err(Error::io("cannot open"))?;
        let metadata = file.metadata().map_err(Error::io("cannot open"))?;
        if metadata.is_dir() {
            return Err(Error::NotACapture("a directory".into()));
        }
        if metadata.is_file() && (1..=WORTH_MAPPING).contains(&metadata.len()) {
            // In one go: there may be tens of thousands of such files. With `take`, the length is not asked for again.
            let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
            file.take(u64::MAX).read_to_end(&mut bytes).map_err(Error::io("cannot read"))?;
            return Ok(Source::from(bytes));
        }
        if metadata.is_file() && metadata.len() > WORTH_MAPPING {
            // SAFETY: the map is private to this value and read-only. That the file may be changed by others
            // while it is mapped is the stated limit of this module.
            if let Ok(map) = unsafe { memmap2::Mmap::map(&file) } {
                return Ok(Source { bytes: Bytes::Mapped(map) });
            }
        }
        Source::read(&mut file, wanted)
    }

    /// Reads a stream to its end, or no further than its first bytes where these are not `wanted`.
    ///
    /// # Errors
    /// [`Error::Io`] when reading fails.
    pub fn read(stream: &mut impl Read, wanted: impl Fn(&[u8]) -> bool) -> Result<Source, Error> {
        let mut bytes = Vec::with_capacity(FIRST_BYTES as usize);
        stream.take(FIRST_BYTES).read_to_end(&mut bytes).map_err(Error::io("cannot read"))?;
        if wanted(&bytes) {
            stream.read_to_end(&mut bytes).map_err(Error::io("cannot read"))?;
        }
        Ok(Source::from(bytes))
    }

    /// All bytes of the input.
    pub fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map,
            Bytes::Read(bytes) => bytes,
        }
    }

    /// Brings the pages of `start..end` into this process in one call instead of a fault for each.
    ///
    /// Kernels before Linux 5.14 and other systems lack it; they fault as they always did.
    pub fn populate(&self, start: u64, end: u64) {
        #[cfg(target_os = "linux")]
        if let (Bytes::Mapped(map), Some((offset, length))) = (&self.bytes, self.within(start, end)) {
            let _ = map.advise_range(memmap2::Advice::PopulateRead, offset, length);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (start, end);
    }

    /// Gives the pages of `start..end` back to the system; the bytes stay readable.
    pub fn release(&self, start: u64, end: u64) {
        #[cfg(unix)]
        if let (Bytes::Mapped(map), Some((offset, length))) = (&self.bytes, self.within(start, end)) {
            // SAFETY: the map is shared, read-only and backed by the file: a page that was given back is read
            // from the file again when it is touched, so no reference into the map changes its meaning.
            let _ = unsafe { map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, length) };
        }
        #[cfg(not(unix))]
        let _ = (start, end);
    }

    /// `start..end` from the page it begins in, clamped to the map, as offset and length.
    #[cfg(unix)]
    fn within(&self, start: u64, end: u64) -> Option<(usize, usize)> {
        const PAGE: u64 = 4096;
        let end = end.min(self.bytes().len() as u64);
        let start = start - start % PAGE;
        let length = end.checked_sub(start).filter(|&length| length > 0)?;
        Some((usize::try_from(start).ok()?, usize::try_from(length).ok()?))
    }
}

/// Asks for the first two cache lines of what will be read next, while something else is still to be done.
///
/// Records follow each other by their lengths, so that no processor can know early enough where the next one is.
#[inline]
pub fn expect<T: ?Sized>(next: &T) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let start = std::ptr::from_ref(next).cast::<i8>();
        // SAFETY: prefetching is a hint: it neither reads nor faults, whatever the address; `wrapping_add` makes no claim
        // that the second line is inside of what is meant.
        unsafe {
            _mm_prefetch(start, _MM_HINT_T0);
            _mm_prefetch(start.wrapping_add(64), _MM_HINT_T0);
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = next;
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Source {
        Source { bytes: Bytes::Read(bytes) }
    }
}
