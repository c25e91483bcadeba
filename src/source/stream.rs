//! Bytes that come one after the other: pipes, standard input, compressed files, files that are not
//! to be mapped.
//!
//! They are read ahead in chunks of bounded size. How a stream ended, and why, is told once behind
//! its last byte.

use super::ReadOptions;
use super::inflate::Compression;
use crate::error::{Error, FaultKind};
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How much is read before it is known whether the rest is wanted.
const FIRST_BYTES: u64 = 64;

/// The buffer in front of a decompressor, in bytes.
const RAW_BUFFER_BYTES: usize = 128 << 10;

/// How much is inflated at a time, in bytes, at the most.
const PIECE_BYTES: usize = 8 << 10;

/// As much, where short pieces cost nothing: gzip's decompressor is a third slower with them.
const SHORT_PIECE_BYTES: usize = 1 << 10;

/// What was read of a stream at once.
#[derive(Debug)]
pub struct Chunk {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Nothing follows, and what went wrong where anything did.
    pub end: Option<Result<(), FaultKind>>,
}

/// A stream that is being read.
pub struct Stream {
    reader: Box<dyn Read + Send>,
    raw: Arc<AtomicU64>,
    compression: Option<Compression>,
    /// How many bytes may still come before the user's limit.
    left: u64,
    limit: u64,
    chunk_bytes: u64,
    end: Option<Result<(), FaultKind>>,
}

/// Counts what is read.
struct Counted<R> {
    reader: R,
    count: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Stream {
    /// Begins to read: the stream, and its first bytes.
    ///
    /// What compresses it is told by its first bytes; of what is compressed no more is made than
    /// `reading` allows. Where the first bytes are not `wanted`, nothing more is read.
    ///
    /// # Errors
    /// [`Error::Io`] when not even the first bytes can be read or inflated.
    pub fn open(
        mut reader: impl Read + Send + 'static,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<(Stream, Vec<u8>), Error> {
        let raw = Arc::new(AtomicU64::new(0));
        let mut first = Vec::new();
        (&mut reader)
            .take(FIRST_BYTES)
            .read_to_end(&mut first)
            .map_err(Error::io("cannot read"))?;
        raw.store(first.len() as u64, Ordering::Relaxed);
        let compression = Compression::of(&first);
        let rest = Counted { reader, count: raw.clone() };
        let whole = Cursor::new(first).chain(rest);
        let reader: Box<dyn Read + Send> = match compression {
            None => Box::new(whole),
            Some(compression) => {
                let raw = BufReader::with_capacity(RAW_BUFFER_BYTES, whole);
                compression.reader(raw).map_err(Error::io("cannot inflate"))?
            }
        };
        let limit =
            options.max_inflated_bytes.filter(|_| compression.is_some()).unwrap_or(u64::MAX);
        let mut stream = Stream {
            reader,
            raw,
            compression,
            left: limit,
            limit,
            chunk_bytes: options.chunk_bytes.max(1),
            end: None,
        };
        let mut bytes = Vec::new();
        stream.fill(&mut bytes, FIRST_BYTES);
        if let (true, Some(Err(fault))) = (bytes.is_empty(), stream.end) {
            return Err(Error::Io {
                what: "cannot read",
                source: io::Error::other(fault.to_string()),
            });
        }
        if wanted(&bytes) {
            let chunk_bytes = stream.chunk_bytes;
            stream.fill(&mut bytes, chunk_bytes);
        } else {
            stream.end = Some(Ok(()));
        }
        Ok((stream, bytes))
    }

    /// How it is compressed.
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// How many bytes of the file or pipe were read so far.
    pub fn raw_bytes(&self) -> u64 {
        self.raw.load(Ordering::Relaxed)
    }

    /// Reads the next chunk.
    pub fn read_ahead(&mut self) -> Chunk {
        let mut bytes = Vec::new();
        self.fill(&mut bytes, self.chunk_bytes);
        Chunk { bytes, end: self.end }
    }

    /// Reads a plain stream to its end, to know how long it is. What is compressed is left where it
    /// is.
    pub fn drain(&mut self) {
        if self.compression.is_none() && self.end.is_none() {
            // What cannot be read any more has ended.
            let _ = io::copy(&mut self.reader, &mut io::sink());
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, most: u64) {
        if self.end.is_some() {
            return;
        }
        let before = bytes.len() as u64;
        // One byte beyond the limit tells whether there is more than allowed.
        let most = most.min(self.left.saturating_add(1));
        let read = self.read_pieces(bytes, most);
        let came = bytes.len() as u64 - before;
        if came > self.left {
            bytes.pop();
            self.end = Some(Err(FaultKind::InflatesTooFar { limit: self.limit }));
        } else if let Err(error) = read {
            self.end = Some(Err(self.fault(&error)));
        } else if came < most {
            self.end = Some(Ok(()));
        }
        self.left = self.left.saturating_sub(came);
    }

    /// Reads so many bytes, or up to the end or an error.
    ///
    /// A decompressor that meets damage says nothing of what it made in the same call: the pieces
    /// are short, so that little is lost.
    fn read_pieces(&mut self, bytes: &mut Vec<u8>, most: u64) -> io::Result<()> {
        let most_at_once = match self.compression {
            None => return (&mut self.reader).take(most).read_to_end(bytes).map(drop),
            Some(Compression::Gzip) => PIECE_BYTES,
            Some(_) => SHORT_PIECE_BYTES,
        };
        let mut piece = [0; PIECE_BYTES];
        let mut left = most;
        while left > 0 {
            let room = most_at_once.min(usize::try_from(left).unwrap_or(most_at_once));
            match self.reader.read(piece.get_mut(..room).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => {
                    bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
                    left = left.saturating_sub(read as u64);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn fault(&self, error: &io::Error) -> FaultKind {
        match (self.compression, error.raw_os_error()) {
            (_, Some(code)) => FaultKind::ReadFailed { code },
            (Some(compression), None) if error.kind() == ErrorKind::UnexpectedEof => {
                FaultKind::CompressedStreamCut { compression: compression.name() }
            }
            (Some(compression), None) => {
                FaultKind::CompressedStreamDamaged { compression: compression.name() }
            }
            (None, None) => FaultKind::ReadFailed { code: 0 },
        }
    }
}
