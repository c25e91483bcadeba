//! Streams: pipes, standard input, compressed files, files that are not to be mapped.
//!
//! They are read ahead in chunks of bounded size, live ones also in chunks of bounded time. The chunk after the last byte holds the fault
//! that ended the stream, if there was one.

use super::ReadOptions;
use super::inflate::{Compression, is_window_too_long, skippable_frame};
use super::live::{self, Waiting};
use crate::error::{Error, FaultKind};
use std::io::{self, BufReader, Cursor, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Number of bytes that decide whether the rest is wanted: archives (tar) are recognized by them.
const FIRST_BYTES: u64 = 512;

/// Number of bytes of a stream that is not wanted, by which its format is detected.
pub const UNWANTED_BYTES: u64 = 16 << 10;

/// Length of the header of a skippable frame, in bytes.
const SKIPPABLE_HEADER_BYTES: usize = 8;

/// Bytes buffered before a decompressor.
const RAW_BUFFER_BYTES: usize = 128 << 10;

/// Number of bytes decompressed in one call, at most.
const PIECE_BYTES: usize = 8 << 10;

/// The same for all but gzip, whose decompressor is a third slower with short pieces.
const SHORT_PIECE_BYTES: usize = 1 << 10;

/// Bytes of a stream read in one go.
#[derive(Debug)]
pub struct Chunk {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Nothing follows; the fault that ended the stream, if there was one.
    pub end: Option<Result<(), FaultKind>>,
}

/// A stream that is being read.
pub struct Stream {
    reader: Box<dyn Read + Send>,
    raw: Arc<AtomicU64>,
    compression: Option<Compression>,
    /// Number of bytes left before `limit`.
    left: u64,
    limit: u64,
    max_window_bytes: u64,
    chunk_bytes: u64,
    /// That of the options; none if it is compressed.
    patience: Option<Duration>,
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
    /// Opens a stream: returns it and its first bytes.
    ///
    /// Its compression is detected by its first bytes; no more is decompressed than `options`
    /// allow. If the first bytes are not `wanted`, only enough to tell the
    /// format is read.
    ///
    /// # Errors
    /// [`Error::Io`] if not even the first bytes can be read or decompressed.
    pub fn open(
        reader: impl Read + Send + 'static,
        options: ReadOptions,
        wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<(Stream, Vec<u8>), Error> {
        let raw = Arc::new(AtomicU64::new(0));
        let mut reader = Counted { reader, count: raw.clone() };
        let (first, paused) =
            first_bytes(&mut reader, &wanted).map_err(Error::io("cannot read"))?;
        let at_hand = if paused { first.len() as u64 } else { FIRST_BYTES };
        let compression = Compression::of(&first);
        let whole = Cursor::new(first).chain(reader);
        let reader: Box<dyn Read + Send> = match compression {
            None => Box::new(whole),
            Some(compression) => {
                let raw = BufReader::with_capacity(RAW_BUFFER_BYTES, Waiting(whole));
                let longest = options.max_window_bytes.unwrap_or(u64::MAX);
                compression.reader(raw, longest).map_err(Error::io("cannot decompress"))?
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
            max_window_bytes: options.max_window_bytes.unwrap_or(u64::MAX),
            chunk_bytes: options.chunk_bytes.max(1),
            patience: options.patience.filter(|_| compression.is_none()),
            end: None,
        };
        let mut bytes = Vec::new();
        stream.fill(&mut bytes, at_hand);
        if let (true, Some(Err(fault))) = (bytes.is_empty(), stream.end) {
            return Err(Error::FirstBytes(fault));
        }
        if paused {
            return Ok((stream, bytes));
        }
        if wanted(&bytes) {
            let chunk_bytes = stream.chunk_bytes;
            stream.fill(&mut bytes, chunk_bytes);
        } else {
            stream.fill(&mut bytes, UNWANTED_BYTES - FIRST_BYTES);
            stream.end = Some(Ok(()));
        }
        Ok((stream, bytes))
    }

    /// Opens a stream that is not compressed, whatever its first bytes: returns it and the first
    /// ones.
    ///
    /// # Errors
    /// [`Error::Io`] if not even the first bytes can be read.
    pub fn uncompressed(
        reader: impl Read + Send + 'static,
        options: ReadOptions,
    ) -> Result<(Stream, Vec<u8>), Error> {
        let raw = Arc::new(AtomicU64::new(0));
        let mut stream = Stream {
            reader: Box::new(Counted { reader, count: raw.clone() }),
            raw,
            compression: None,
            left: u64::MAX,
            limit: u64::MAX,
            max_window_bytes: u64::MAX,
            chunk_bytes: options.chunk_bytes.max(1),
            patience: None,
            end: None,
        };
        let Chunk { bytes, end } = stream.read_ahead();
        match end {
            Some(Err(fault)) if bytes.is_empty() => Err(Error::FirstBytes(fault)),
            _ => Ok((stream, bytes)),
        }
    }

    /// Compression of the stream. None if it is not compressed.
    pub fn compression(&self) -> Option<Compression> {
        self.compression
    }

    /// Number of bytes of the file or pipe read so far.
    pub fn raw_bytes(&self) -> u64 {
        self.raw.load(Ordering::Relaxed)
    }

    /// Reads the next chunk.
    pub fn read_ahead(&mut self) -> Chunk {
        let mut bytes = Vec::new();
        self.fill(&mut bytes, self.chunk_bytes);
        Chunk { bytes, end: self.end }
    }

    /// Reads an uncompressed stream to its end, for its length. A compressed one is left where it
    /// is.
    pub fn drain(&mut self) {
        if self.compression.is_none() && self.end.is_none() {
            // A stream that fails has ended.
            let _ = io::copy(&mut Waiting(&mut self.reader), &mut io::sink());
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, most: u64) {
        if self.end.is_some() {
            return;
        }
        let before = bytes.len() as u64;
        // One byte beyond the limit shows whether there is more than allowed.
        let most = most.min(self.left.saturating_add(1));
        let began = Instant::now();
        let read = match self.patience {
            None => self.read_pieces(bytes, most).map(|()| false),
            Some(patience) => live::read(&mut self.reader, bytes, most, |bytes, _| {
                !bytes.is_empty() && began.elapsed() >= patience
            }),
        };
        let came = bytes.len() as u64 - before;
        if came > self.left {
            bytes.pop();
            self.end = Some(Err(FaultKind::InflatesTooFar { limit: self.limit }));
        } else if let Err(error) = read {
            self.end = Some(Err(self.fault(&error)));
        } else if came < most && matches!(read, Ok(false)) {
            self.end = Some(Ok(()));
        }
        self.left = self.left.saturating_sub(came);
    }

    /// Reads `most` bytes, or up to the end or an error.
    ///
    /// A decompressor that meets damage loses the bytes decompressed in the same call: the pieces
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
            (Some(_), None) if is_window_too_long(error) => {
                FaultKind::WindowTooLong { limit: self.max_window_bytes }
            }
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

/// Reads the first bytes of a stream, from after the skippable frames that zstd and lz4 allow
/// before compressed frames: they may be longer than memory. True if a live stream has no more at
/// the moment, and those that came are wanted.
fn first_bytes(
    reader: &mut impl Read,
    wanted: impl Fn(&[u8]) -> bool,
) -> io::Result<(Vec<u8>, bool)> {
    let mut first = Vec::new();
    let fill = |first: &mut Vec<u8>, reader: &mut dyn Read| {
        let missing = FIRST_BYTES.saturating_sub(first.len() as u64);
        live::read(reader, first, missing, |bytes, is_idle| is_idle && wanted(bytes))
    };
    if fill(&mut first, reader)? {
        return Ok((first, true));
    }
    let mut skipped = Vec::new();
    while let Some(length) = skippable_frame(&first) {
        skipped.clone_from(&first);
        let rest = length.saturating_sub(first.len() as u64);
        first.drain(..first.len().min(usize::try_from(length).unwrap_or(usize::MAX)));
        io::copy(&mut Waiting(&mut *reader).take(rest), &mut io::sink())?;
        if first.len() < SKIPPABLE_HEADER_BYTES {
            fill(&mut first, reader)?;
        }
    }
    fill(&mut first, reader)?;
    // Other contents after such a frame are no compressed file.
    let compressed = Compression::of(&first).is_some_and(Compression::has_skippable_frames);
    Ok((if skipped.is_empty() || compressed { first } else { skipped }, false))
}
