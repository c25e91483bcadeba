//! The bytes of one input: memory-mapped where that pays, read as a stream where it does not or
//! cannot be (pipes, `/proc`, what is compressed).
//!
//! Pages of a map are populated range by range and given back behind the workers, so that neither
//! page faults nor resident memory grow with the file. Of a stream one stretch is in memory at a
//! time. This is the only module with `unsafe` code: a map is sound only while nobody changes the
//! file under it, which no program can promise for somebody else's file. What happens then is wrong
//! numbers, never a write; where the file became shorter, SIGBUS is caught for the maps of this
//! module, zeros stand in for what is gone, and [`Source::shrunk`] tells, so that nothing made of
//! those zeros is kept.
#![allow(unsafe_code)]

mod inflate;
mod prefetch;
mod stream;

use crate::error::Error;
pub use inflate::Compression;
pub use prefetch::prefetch;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
pub use stream::Chunk;
use stream::Stream;

/// Files up to this length are read: a map costs more than copying so little.
const WORTH_MAPPING: u64 = 128 << 10;

/// How inputs are to be read.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// Map regular files that are not compressed; otherwise read them as streams.
    pub mmap: bool,
    /// What a compressed input may inflate to at the most, in bytes.
    pub max_inflated_bytes: Option<u64>,
    /// How much of a stream is read ahead at a time, in bytes; twice as much is held. Never changes
    /// a result.
    pub chunk_bytes: u64,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions { mmap: true, max_inflated_bytes: None, chunk_bytes: 16 << 20 }
    }
}

/// The bytes of one capture.
pub struct Source {
    bytes: Bytes,
    /// What stands in front of the bytes that are in memory.
    base: u64,
    /// Where more bytes come from.
    stream: Option<Mutex<Stream>>,
    /// No more bytes come from there.
    over: bool,
    compression: Option<Compression>,
    /// The length of the file, where it is one.
    length: Option<u64>,
}

enum Bytes {
    Mapped(Map),
    Read(Vec<u8>),
}

/// A mapped file, and what tells whether it still is as long as it was.
struct Map {
    map: memmap2::Mmap,
    file: File,
    /// So much of it is there.
    length: usize,
    #[cfg(unix)]
    guard: guard::Guard,
}

impl Source {
    /// Opens a file: mapped when it is a long regular one that is not compressed, read as a stream
    /// otherwise.
    ///
    /// Of a stream whose first bytes are not `wanted` no more is read.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be opened or read.
    pub fn open(
        path: &Path,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Source, Error> {
        let file = File::open(path).map_err(Error::io("cannot open"))?;
        let metadata = file.metadata().map_err(Error::io("cannot open"))?;
        if metadata.is_dir() {
            return Err(Error::NotACapture("a directory".into()));
        }
        let length = Some(metadata.len()).filter(|length| metadata.is_file() && *length > 0);
        let mut source = match length {
            Some(length @ ..=WORTH_MAPPING) => Source::read_short(&file, length, options, wanted)?,
            // What is being written meanwhile is left to the next run.
            Some(length) => match Map::of(file, options) {
                Ok(map) => Source::whole(Bytes::Mapped(map)),
                Err(file) => Source::read(file.take(length), options, wanted)?,
            },
            None => Source::read(file, options, wanted)?,
        };
        source.length = length;
        Ok(source)
    }

    /// Reads a short file in one go: there may be tens of thousands of them.
    fn read_short(
        file: &File,
        length: u64,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Source, Error> {
        // With `take`, the length is not asked for again.
        let mut bytes = Vec::with_capacity(length as usize + 1);
        file.take(length).read_to_end(&mut bytes).map_err(Error::io("cannot read"))?;
        if Compression::of(&bytes).is_some() {
            return Source::read(Cursor::new(bytes), options, wanted);
        }
        Ok(Source::from(bytes))
    }

    /// Begins to read a stream.
    ///
    /// # Errors
    /// [`Error::Io`] when not even its first bytes can be read.
    pub fn read(
        stream: impl Read + Send + 'static,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Source, Error> {
        let (stream, bytes) = Stream::open(stream, options, wanted)?;
        let compression = stream.compression();
        Ok(Source { compression, stream: Some(Mutex::new(stream)), ..Source::from(bytes) })
    }

    fn whole(bytes: Bytes) -> Source {
        Source { bytes, base: 0, stream: None, over: false, compression: None, length: None }
    }

    /// The bytes that are in memory.
    fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Mapped(map) => map.map.get(..map.length).unwrap_or_default(),
            Bytes::Read(bytes) => bytes,
        }
    }

    /// The bytes from this offset on, as far as they are in memory; none for what is not there or
    /// not there any more.
    #[inline]
    pub fn rest(&self, offset: u64) -> &[u8] {
        let at = offset.checked_sub(self.base).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| self.bytes().get(at..)).unwrap_or_default()
    }

    /// Where the bytes in memory end.
    pub fn end(&self) -> u64 {
        self.base + self.bytes().len() as u64
    }

    /// What stands in front of the bytes in memory.
    pub fn start(&self) -> u64 {
        self.base
    }

    /// True when nothing follows the bytes in memory.
    pub fn is_complete(&self) -> bool {
        self.stream.is_none() || self.over
    }

    /// Reads more of a stream; none where all there is is in memory.
    pub fn read_ahead(&self) -> Option<Chunk> {
        let stream = self.stream.as_ref().filter(|_| !self.over);
        stream.map(|stream| stream.lock().unwrap_or_else(PoisonError::into_inner).read_ahead())
    }

    /// How many bytes of a stream were read so far, as they are in the file or pipe.
    pub fn raw_bytes(&self) -> u64 {
        let raw = |stream: &Mutex<Stream>| {
            stream.lock().unwrap_or_else(PoisonError::into_inner).raw_bytes()
        };
        self.stream.as_ref().map_or(self.end(), raw)
    }

    /// Forgets what stands in front of `keep` and takes in what was read ahead.
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

    /// The length of the file, or of what was read of a pipe; a plain one is read to its end for
    /// this.
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

    /// How the input is compressed.
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Where a mapped file ends by now, when that is earlier than it did.
    pub fn shrunk(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::Mapped(map) => map.shrunk(),
            Bytes::Read(_) => None,
        }
    }

    /// True when a mapped file became shorter and was read again.
    pub fn has_shrunk(&self) -> bool {
        matches!(&self.bytes, Bytes::Mapped(map) if map.length < map.map.len())
    }

    /// Forgets what is behind this offset, which is not there any more.
    pub fn shrink(&mut self, end: u64) {
        if let Bytes::Mapped(map) = &mut self.bytes {
            map.length = map.length.min(usize::try_from(end).unwrap_or(usize::MAX));
        }
    }

    /// Brings the pages of `start..end` into this process in one call instead of a fault for each.
    ///
    /// Kernels before Linux 5.14 and other systems lack it; they fault as they always did.
    pub fn populate(&self, start: u64, end: u64) {
        #[cfg(target_os = "linux")]
        if let (Bytes::Mapped(map), Some((offset, length))) = (&self.bytes, self.within(start, end))
        {
            let _ = map.map.advise_range(memmap2::Advice::PopulateRead, offset, length);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (start, end);
    }

    /// Gives the pages of `start..end` back to the system; the bytes stay readable.
    pub fn release(&self, start: u64, end: u64) {
        #[cfg(unix)]
        if let (Bytes::Mapped(map), Some((offset, length))) = (&self.bytes, self.within(start, end))
        {
            // SAFETY: the map is shared, read-only and backed by the file: a page that was given
            // back is read from the file again when it is touched, so no reference into the map
            // changes its meaning. A page of zeros that stands in for a lost one stays zeros.
            let _ = unsafe {
                map.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, length)
            };
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

impl Map {
    /// Maps a file, or gives it back where it is to be read as a stream.
    fn of(file: File, options: ReadOptions) -> Result<Map, File> {
        if !options.mmap {
            return Err(file);
        }
        // SAFETY: the map is private to this value and read-only. That the file may be changed by
        // others while it is mapped is the stated limit of this module.
        let Ok(map) = (unsafe { memmap2::Mmap::map(&file) }) else { return Err(file) };
        if Compression::of(&map).is_some() {
            return Err(file);
        }
        let length = map.len();
        #[cfg(unix)]
        {
            let Some(guard) = guard::Guard::over(&map) else { return Err(file) };
            Ok(Map { map, file, length, guard })
        }
        #[cfg(not(unix))]
        Ok(Map { map, file, length })
    }

    fn shrunk(&self) -> Option<u64> {
        let now = self.file.metadata().map_or(u64::MAX, |metadata| metadata.len());
        #[cfg(unix)]
        let now = now.min(self.guard.lost().map_or(u64::MAX, |lost| lost as u64));
        Some(now).filter(|now| *now < self.length as u64)
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // Before the map is gone and its addresses are somebody else's.
        #[cfg(unix)]
        self.guard.end();
    }
}

/// SIGBUS is what reading a mapped page gives that the file does not have any more.
#[cfg(unix)]
mod guard {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// How many maps are guarded at once; what is opened beyond that is read as a stream.
    const SLOTS: usize = 512;

    static TABLE: [Slot; SLOTS] = [const { Slot::free() }; SLOTS];

    static PAGE: OnceLock<usize> = OnceLock::new();

    struct Slot {
        taken: AtomicBool,
        /// The map's first address; 0 while there is no map.
        start: AtomicUsize,
        length: AtomicUsize,
        /// The offset of the first page that was gone; none so far where it is the greatest number.
        lost: AtomicUsize,
    }

    impl Slot {
        const fn free() -> Slot {
            Slot {
                taken: AtomicBool::new(false),
                start: AtomicUsize::new(0),
                length: AtomicUsize::new(0),
                lost: AtomicUsize::new(usize::MAX),
            }
        }
    }

    /// A map that is looked after.
    pub struct Guard {
        slot: &'static Slot,
    }

    impl Guard {
        /// Looks after a map; none where there are too many already.
        pub fn over(map: &[u8]) -> Option<Guard> {
            PAGE.get_or_init(install);
            let slot = TABLE.iter().find(|slot| !slot.taken.swap(true, Ordering::AcqRel))?;
            slot.length.store(map.len(), Ordering::Relaxed);
            slot.lost.store(usize::MAX, Ordering::Relaxed);
            slot.start.store(map.as_ptr() as usize, Ordering::Release);
            Some(Guard { slot })
        }

        /// The offset of the first page that was gone when it was read.
        pub fn lost(&self) -> Option<usize> {
            Some(self.slot.lost.load(Ordering::Acquire)).filter(|lost| *lost != usize::MAX)
        }

        /// Looks after the map no longer.
        pub fn end(&self) {
            self.slot.start.store(0, Ordering::Release);
            self.slot.taken.store(false, Ordering::Release);
        }
    }

    /// Installs the handler and returns the length of a page.
    fn install() -> usize {
        // SAFETY: `sysconf` only reads. The action is zeroed, which is a valid one, and then given
        // a handler that does nothing but read atomics and map a page: both may be done while any
        // other code is interrupted.
        unsafe {
            let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).unwrap_or(4096);
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&mut action.sa_mask);
            libc::sigaction(libc::SIGBUS, &action, std::ptr::null_mut());
            page
        }
    }

    extern "C" fn handler(_: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // SAFETY: the system gives a valid pointer to a handler that was installed with SA_SIGINFO.
        let address = unsafe { (*info).si_addr() } as usize;
        let page = PAGE.get().copied().unwrap_or(4096);
        for slot in &TABLE {
            let start = slot.start.load(Ordering::Acquire);
            let offset = address.wrapping_sub(start);
            if start == 0 || offset >= slot.length.load(Ordering::Relaxed) {
                continue;
            }
            let first = offset - offset % page;
            // SAFETY: the page lies in a map of this module, which nobody else unmaps while its
            // slot is taken; a page of zeros takes its place, so that the interrupted read finds
            // something. The map is read-only and stays so.
            let zeros = unsafe {
                let flags = libc::MAP_FIXED | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
                libc::mmap(
                    (start + first) as *mut libc::c_void,
                    page,
                    libc::PROT_READ,
                    flags,
                    -1,
                    0,
                )
            };
            if zeros != libc::MAP_FAILED {
                slot.lost.fetch_min(first, Ordering::AcqRel);
                return;
            }
        }
        // SAFETY: not ours: the system's own action ends the process when the instruction is tried
        // again.
        unsafe { libc::signal(libc::SIGBUS, libc::SIG_DFL) };
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Source {
        Source::whole(Bytes::Read(bytes))
    }
}
