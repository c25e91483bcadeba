//! Bytes of one input: mapped if it is a long regular file that is not compressed, otherwise read
//! as a stream (pipes, `/proc`, compressed files, short files).
//!
//! A map is populated and released range by range, so that neither page faults nor resident memory
//! grow with the file. Of a stream two chunks are in memory at a time. A mapped file may become
//! shorter while it is read: [`Source::shrunk`] reports it, and nothing derived from the lost bytes
//! is kept.

#[cfg(unix)]
mod guard;
#[cfg(feature = "cli")]
pub mod heap;
mod inflate;
pub mod live;
mod map;
mod opening;
mod prefetch;
#[cfg(unix)]
pub mod process;
mod stream;

pub use inflate::Compression;
use map::Map;
pub use prefetch::{prefetch, prefetch_at};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use stream::Stream;
pub use stream::{Chunk, UNWANTED_BYTES};

/// Options of reading inputs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadOptions {
    /// Map regular files that are not compressed; otherwise read them as streams, which is slower.
    ///
    /// A mapped file that is truncated by others raises SIGBUS on Unix: the first map installs a
    /// handler for it, which passes every signal that is not about these maps on to the handler
    /// before. So this is off by default.
    pub mmap: bool,
    /// Number of bytes to which a compressed input may inflate, at most.
    pub max_inflated_bytes: Option<u64>,
    /// Bytes of memory that the window of a decompressor (zstd, xz) may take, at most.
    pub max_window_bytes: Option<u64>,
    /// Bytes of a stream that are read at a time; twice as many are held. Never changes a result.
    pub chunk_bytes: u64,
    /// Time after which the bytes of a stream that is not compressed are handed on, though a chunk
    /// is not full. Its reader says `WouldBlock` after that time without bytes. Never changes a
    /// result.
    pub patience: Option<Duration>,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions {
            mmap: false,
            max_inflated_bytes: None,
            max_window_bytes: None,
            chunk_bytes: 16 << 20,
            patience: None,
        }
    }
}

/// Bytes of one capture.
pub struct Source {
    bytes: Bytes,
    /// Offset of the first byte in memory.
    base: u64,
    /// Source of further bytes.
    stream: Option<Mutex<Stream>>,
    /// The stream has ended.
    over: bool,
    compression: Option<Compression>,
    /// Length of the file. None for a pipe.
    length: Option<u64>,
}

enum Bytes {
    Mapped(Map),
    Read(Vec<u8>),
}

impl Source {
    /// Bytes in memory.
    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map.bytes(),
            Bytes::Read(bytes) => bytes,
        }
    }

    /// Bytes in memory from `offset` on; empty if `offset` is not in memory.
    #[inline]
    pub fn rest(&self, offset: u64) -> &[u8] {
        let at = offset.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.bytes().get(at..)).unwrap_or_default()
    }

    /// Offset after the last byte in memory.
    pub fn end(&self) -> u64 {
        self.base + self.bytes().len() as u64
    }

    /// Offset of the first byte in memory.
    pub fn start(&self) -> u64 {
        self.base
    }

    /// True if nothing follows the bytes in memory.
    pub fn is_complete(&self) -> bool {
        self.stream.is_none() || self.over
    }

    /// Reads the next chunk of a stream. None if everything is in memory.
    pub fn read_ahead(&self) -> Option<Chunk> {
        let stream = self.stream.as_ref().filter(|_| !self.over);
        stream.map(|stream| stream.lock().unwrap_or_else(PoisonError::into_inner).read_ahead())
    }

    /// Reads on until the first `end` bytes of a stream are in memory, or all if it is shorter.
    pub fn read_to(&mut self, end: u64) {
        while self.end() < end {
            match self.read_ahead() {
                Some(chunk) if !chunk.bytes.is_empty() => self.advance(self.base, chunk),
                _ => break,
            }
        }
    }

    /// Number of bytes read so far, as they are in the file or pipe (compressed).
    pub fn raw_bytes(&self) -> u64 {
        let raw = |stream: &Mutex<Stream>| {
            stream.lock().unwrap_or_else(PoisonError::into_inner).raw_bytes()
        };
        self.stream.as_ref().map_or(self.end(), raw)
    }

    /// Drops the bytes before `keep` and appends the chunk that was read ahead.
    pub fn advance(&mut self, keep: u64, chunk: Chunk) {
        if let Bytes::Read(bytes) = &mut self.bytes {
            let passed = usize::try_from(keep.saturating_sub(self.base))
                .unwrap_or(usize::MAX)
                .min(bytes.len());
            bytes.drain(..passed);
            bytes.extend_from_slice(&chunk.bytes);
            self.base += passed as u64;
        }
        self.over = chunk.bytes.is_empty() && chunk.end.is_some();
    }

    /// Length of the file, or number of bytes read of a pipe; an uncompressed pipe is read to its
    /// end for this.
    pub fn length(&self) -> u64 {
        let stream = || {
            self.stream.as_ref().map_or(self.end(), |stream| {
                let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
                stream.drain();
                stream.raw_bytes()
            })
        };
        self.length.unwrap_or_else(stream)
    }

    /// Compression of the input. None if it is not compressed.
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// The new end of a mapped file that became shorter. None if it did not.
    pub fn shrunk(&self) -> Option<u64> {
        self.map().and_then(Map::shrunk)
    }

    /// True once a walk was limited to the new end of a file that became shorter.
    pub fn has_shrunk(&self) -> bool {
        self.map().is_some_and(Map::is_limited)
    }

    /// Limits a mapped file to `end`: the bytes after it are lost.
    pub fn shrink(&mut self, end: u64) {
        if let Bytes::Mapped(map) = &mut self.bytes {
            map.limit(end);
        }
    }

    /// Maps the pages of `start..end` in one call instead of one page fault each.
    pub fn populate(&self, start: u64, end: u64) {
        if let Some(map) = self.map() {
            map.populate(start, end);
        }
    }

    /// Returns the pages of `start..end` to the system; the bytes stay readable.
    pub fn release(&self, start: u64, end: u64) {
        if let Some(map) = self.map() {
            map.release(start, end);
        }
    }

    fn map(&self) -> Option<&Map> {
        match &self.bytes {
            Bytes::Mapped(map) => Some(map),
            Bytes::Read(_) => None,
        }
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Source {
        Source::whole(Bytes::Read(bytes))
    }
}
