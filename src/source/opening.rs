//! Opening of inputs: files are mapped, or read if they are short or compressed; everything else is a
//! stream.

use super::live::Polled;
use super::map::Map;
use super::stream::Stream;
use super::{Bytes, Compression, ReadOptions, Source};
use crate::error::Error;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::Mutex;

/// Length up to which files are read: mapping one costs more than copying it.
const WORTH_MAPPING: u64 = 128 << 10;

impl Source {
    /// Opens a file: mapped if it is a long regular one that is not compressed, otherwise read as a
    /// stream.
    ///
    /// If the first bytes of a stream are not `wanted`, only enough to tell the format is read.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened or read.
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
            // Bytes appended from now on belong to the next run.
            Some(length) if !options.mmap => Source::read(file.take(length), options, wanted)?,
            Some(length) => match Map::of(file) {
                Ok(map) => Source::whole(Bytes::Mapped(map)),
                Err(file) => Source::read(file.take(length), options, wanted)?,
            },
            None => Source::read(Polled::new(file, options.patience), options, wanted)?,
        };
        source.length = length;
        Ok(source)
    }

    /// Reads a short file in one call: there may be tens of thousands of them.
    fn read_short(
        file: &File,
        length: u64,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Source, Error> {
        // `take` saves another system call for the length.
        let mut bytes = Vec::with_capacity(length as usize + 1);
        file.take(length).read_to_end(&mut bytes).map_err(Error::io("cannot read"))?;
        if Compression::of(&bytes).is_some() {
            return Source::read(Cursor::new(bytes), options, wanted);
        }
        Ok(Source::from(bytes))
    }

    /// Opens a stream.
    ///
    /// # Errors
    /// [`Error::Io`] if not even its first bytes can be read.
    pub fn read(
        stream: impl Read + Send + 'static,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<Source, Error> {
        let (stream, bytes) = Stream::open(stream, options, wanted)?;
        let compression = stream.compression();
        Ok(Source { compression, stream: Some(Mutex::new(stream)), ..Source::from(bytes) })
    }

    /// Opens a stream of the bytes from `base` on of an uncompressed file of `length` bytes.
    ///
    /// # Errors
    /// [`Error::Io`] if not even its first bytes can be read.
    pub fn part(
        stream: impl Read + Send + 'static,
        options: ReadOptions,
        base: u64,
        length: u64,
    ) -> Result<Source, Error> {
        let (stream, bytes) = Stream::uncompressed(stream, options)?;
        let stream = Some(Mutex::new(stream));
        Ok(Source { base, length: Some(length), stream, ..Source::from(bytes) })
    }

    pub(super) fn whole(bytes: Bytes) -> Source {
        Source { bytes, base: 0, stream: None, over: false, compression: None, length: None }
    }
}
