//! A file mapped into memory, and what remains of it if it becomes shorter.
//!
//! A map is sound only while nobody changes the file, which no program can promise for a file of
//! others. A change gives wrong numbers, never a write. If the file becomes shorter, reading a lost
//! page gives zeros (see [`super::guard`]) and [`Map::shrunk`] reports the new end. On systems
//! without SIGBUS handlers (Windows) a mapped file cannot be truncated.
#![allow(unsafe_code)]

#[cfg(unix)]
use super::guard::Guard;
use super::inflate::Compression;
use std::fs::File;

/// A mapped file.
pub struct Map {
    /// Dropped before the map: afterwards its addresses may belong to another map.
    #[cfg(unix)]
    guard: Guard,
    map: memmap2::Mmap,
    file: File,
    /// Number of bytes to read, at most the length of the map.
    length: usize,
}

impl Map {
    /// Maps a file. Gives it back if it has to be read as a stream: compressed, not mappable, too
    /// many maps at once, or truncated while it was opened.
    pub fn of(file: File) -> Result<Map, File> {
        // SAFETY: the map is private to this value and read-only. Changes of the file by others are
        // the stated limit of this module.
        match unsafe { memmap2::Mmap::map(&file) } {
            Ok(map) => Map::guarded(map, file),
            Err(_) => Err(file),
        }
    }

    fn guarded(map: memmap2::Mmap, file: File) -> Result<Map, File> {
        // The guard comes first: the file may be truncated before its first byte is read.
        #[cfg(unix)]
        let Some(guard) = Guard::over(&map) else { return Err(file) };
        let length = map.len();
        let map = Map {
            #[cfg(unix)]
            guard,
            map,
            file,
            length,
        };
        let compressed = Compression::of(map.bytes()).is_some();
        if compressed || map.lost().is_some() { Err(map.file) } else { Ok(map) }
    }

    /// Bytes of the file.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.map.get(..self.length).unwrap_or_default()
    }

    /// The new end of a file that became shorter. None if it did not.
    pub fn shrunk(&self) -> Option<u64> {
        let now = self.file.metadata().map_or(u64::MAX, |metadata| metadata.len());
        let now = now.min(self.lost().unwrap_or(u64::MAX));
        Some(now).filter(|now| *now < self.length as u64)
    }

    /// Offset of the first page that could not be read.
    fn lost(&self) -> Option<u64> {
        #[cfg(unix)]
        return self.guard.lost().map(|lost| lost as u64);
        #[cfg(not(unix))]
        None
    }

    /// True if the map was limited to a part of the file.
    pub fn is_limited(&self) -> bool {
        self.length < self.map.len()
    }

    /// Limits the map to `end`: the bytes after it are lost.
    pub fn limit(&mut self, end: u64) {
        self.length = self.length.min(usize::try_from(end).unwrap_or(usize::MAX));
    }

    /// Maps the pages of `start..end` in one call instead of one page fault each. Linux before 5.14
    /// and other systems fault as usual.
    pub fn populate(&self, start: u64, end: u64) {
        #[cfg(target_os = "linux")]
        if let Some((offset, length)) = self.pages(start, end) {
            let _ = self.map.advise_range(memmap2::Advice::PopulateRead, offset, length);
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (start, end);
    }

    /// Returns the pages of `start..end` to the system; the bytes stay readable.
    pub fn release(&self, start: u64, end: u64) {
        #[cfg(unix)]
        if let Some((offset, length)) = self.pages(start, end) {
            // SAFETY: the map is shared, read-only and backed by the file: a released page is read
            // from the file again when it is touched, so no reference into the map changes its
            // meaning. A page of zeros in place of a lost one stays zeros.
            let _ = unsafe {
                self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, offset, length)
            };
        }
        #[cfg(not(unix))]
        let _ = (start, end);
    }

    /// Offset and length of `start..end`, from the beginning of its first page, clamped to the map.
    #[cfg(unix)]
    fn pages(&self, start: u64, end: u64) -> Option<(usize, usize)> {
        const PAGE: u64 = 4096;
        let end = end.min(self.length as u64);
        let start = start - start % PAGE;
        let length = end.checked_sub(start).filter(|&length| length > 0)?;
        Some((usize::try_from(start).ok()?, usize::try_from(length).ok()?))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};

    fn file(bytes: u64) -> File {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(&vec![1; bytes as usize]).expect("room");
        file.rewind().expect("a regular file");
        file
    }

    #[test]
    fn a_file_that_shrinks_gives_zeros_and_its_new_end() {
        let file = file(300_000);
        let handle = file.try_clone().expect("a descriptor");
        let map = Map::of(file).expect("a map");
        handle.set_len(5000).expect("a regular file");
        assert_eq!(map.bytes().get(4999), Some(&1));
        assert_eq!(map.bytes().get(200_000), Some(&0));
        assert_eq!(map.shrunk(), Some(5000));
    }

    /// Between the map and the first look at its bytes.
    #[test]
    fn a_file_that_is_truncated_once_it_is_mapped_is_read_as_a_stream() {
        let file = file(300_000);
        // SAFETY: only the guarded map reads it.
        let map = unsafe { memmap2::Mmap::map(&file) }.expect("a map");
        file.set_len(0).expect("a regular file");
        let mut file = Map::guarded(map, file).err().expect("nothing is mapped");
        assert_eq!(file.read(&mut [0]).expect("a regular file"), 0);
    }

    #[test]
    fn a_file_that_is_truncated_while_it_is_opened_is_read_as_a_stream() {
        for _ in 0..200 {
            let file = file(300_000);
            let handle = file.try_clone().expect("a descriptor");
            let shrinks = std::thread::spawn(move || handle.set_len(0));
            if let Err(mut file) = Map::of(file) {
                let mut rest = Vec::new();
                file.read_to_end(&mut rest).expect("a regular file");
                assert!(rest.is_empty());
            }
            shrinks.join().expect("no panic").expect("a regular file");
        }
    }
}
