//! Compressed captures, detected by their first bytes, whatever the name.
//!
//! gzip (RFC 1952, any number of members), zstd (RFC 8878, any number of frames), lz4 frames, lz4's
//! legacy frame, xz and bzip2 (any number of streams, zeros after them); skippable frames before
//! zstd and lz4 are skipped. Refused: raw deflate and zlib streams, compress (.Z), archives. Bytes
//! decompressed before the end of a truncated or damaged stream are kept.

mod frames;

use frames::{Frames, Watched};
use std::io::{self, BufRead, ErrorKind, Read};
use std::mem;

/// First bytes of lz4's legacy frame, which `lz4 -l` and the Linux kernel write.
const LZ4_LEGACY: [u8; 4] = [0x02, 0x21, 0x4C, 0x18];

/// Length of the skippable frame at the beginning of `bytes` (RFC 8878, 3.1.2), header included.
/// None if there is none.
pub fn skippable_frame(bytes: &[u8]) -> Option<u64> {
    let &[0x50..=0x5F, 0x2A, 0x4D, 0x18, a, b, c, d] = bytes.first_chunk()? else { return None };
    Some(8 + u64::from(u32::from_le_bytes([a, b, c, d])))
}

/// Compression of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// RFC 1952
    Gzip,
    /// RFC 8878
    Zstd,
    /// The lz4 frame format
    Lz4,
    /// The xz file format
    Xz,
    /// bzip2
    Bzip2,
}

impl Compression {
    /// Every compression.
    pub const ALL: [Compression; 5] = [
        Compression::Gzip,
        Compression::Zstd,
        Compression::Lz4,
        Compression::Xz,
        Compression::Bzip2,
    ];

    /// Compression of a file that begins with these bytes. None if it is not compressed.
    pub fn of(mut bytes: &[u8]) -> Option<Compression> {
        const MAGICS: [(&[u8], Compression); 6] = [
            (&[0x1F, 0x8B, 8], Compression::Gzip),
            (&[0x28, 0xB5, 0x2F, 0xFD], Compression::Zstd),
            (&[0x04, 0x22, 0x4D, 0x18], Compression::Lz4),
            (&LZ4_LEGACY, Compression::Lz4),
            (&[0xFD, b'7', b'z', b'X', b'Z', 0], Compression::Xz),
            (b"BZh", Compression::Bzip2),
        ];
        let mut skipped = false;
        while let Some(length) = skippable_frame(bytes) {
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            bytes = bytes.get(length..).unwrap_or_default();
            skipped = true;
        }
        let found = MAGICS.into_iter().find(|(magic, _)| bytes.starts_with(magic));
        found
            .map(|(_, compression)| compression)
            .filter(|compression| !skipped || compression.has_skippable_frames())
    }

    /// True if skippable frames may stand before its frames.
    pub fn has_skippable_frames(self) -> bool {
        matches!(self, Compression::Zstd | Compression::Lz4)
    }

    /// Its stable name.
    pub fn name(self) -> &'static str {
        match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Lz4 => "lz4",
            Compression::Xz => "xz",
            Compression::Bzip2 => "bzip2",
        }
    }

    /// Reader of the decompressed bytes. It fails with [`ErrorKind::UnexpectedEof`] if the stream
    /// is truncated, and as `is_window_too_long` recognizes if zstd or xz ask for a longer window
    /// than `max_window_bytes`.
    ///
    /// # Errors
    /// If the decompressor cannot be set up.
    pub fn reader(
        self,
        mut raw: impl BufRead + Send + 'static,
        max_window_bytes: u64,
    ) -> io::Result<Box<dyn Read + Send>> {
        /// `zstd --long=31`, or 30 on 32-bit hosts: the longest window the library accepts.
        const LONGEST_WINDOW: u32 = if cfg!(target_pointer_width = "32") { 30 } else { 31 };
        /// The shortest bound the library accepts.
        const SHORTEST_WINDOW: u32 = 10;
        Ok(match self {
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
                let longest = max_window_bytes.checked_ilog2().unwrap_or_default();
                decoder.window_log_max(longest.clamp(SHORTEST_WINDOW, LONGEST_WINDOW))?;
                Box::new(decoder)
            }
            Compression::Lz4 => {
                let legacy = raw.fill_buf()?.starts_with(&LZ4_LEGACY);
                let raw = Watched { raw, at_end: false, read_bytes: 0 };
                let decoder = lz4_flex::frame::FrameDecoder::new(raw);
                Box::new(Frames { decoder, complete: false, legacy })
            }
            Compression::Gzip | Compression::Xz | Compression::Bzip2 => Box::new(Members {
                compression: self,
                max_window_bytes,
                state: State::Inside(Member::new(self, raw, max_window_bytes)?),
            }),
        })
    }
}

/// True if a decompressor failed because its window would be too long, or longer than there is
/// memory.
pub fn is_window_too_long(error: &io::Error) -> bool {
    let by_xz = || {
        let source = error.get_ref().and_then(|error| error.downcast_ref());
        matches!(source, Some(liblzma::stream::Error::MemLimit | liblzma::stream::Error::Mem))
    };
    // The zstd library gives its errors as text.
    let by_zstd = |text: &str| {
        text.contains("requires too much memory") || text.contains("not enough memory")
    };
    by_xz() || by_zstd(&error.to_string())
}

/// Members of a gzip file, or streams of an xz or bzip2 file, one after the other.
///
/// Each has a decompressor of its own: one for all would lose the last bytes of a member if
/// something else follows it.
struct Members<R: BufRead> {
    compression: Compression,
    max_window_bytes: u64,
    state: State<R>,
}

enum State<R: BufRead> {
    Inside(Member<R>),
    Between(R),
    Over,
}

enum Member<R: BufRead> {
    Gzip(Box<flate2::bufread::GzDecoder<R>>),
    Xz(Box<liblzma::bufread::XzDecoder<R>>),
    Bzip2(Box<bzip2::bufread::BzDecoder<R>>),
}

impl<R: BufRead> Member<R> {
    fn new(compression: Compression, raw: R, max_window_bytes: u64) -> io::Result<Member<R>> {
        Ok(match compression {
            Compression::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(max_window_bytes, 0)?;
                Member::Xz(Box::new(liblzma::bufread::XzDecoder::new_stream(raw, stream)))
            }
            Compression::Bzip2 => Member::Bzip2(Box::new(bzip2::bufread::BzDecoder::new(raw))),
            _ => Member::Gzip(Box::new(flate2::bufread::GzDecoder::new(raw))),
        })
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Member::Gzip(decoder) => decoder.read(buffer),
            Member::Xz(decoder) => decoder.read(buffer),
            Member::Bzip2(decoder) => decoder.read(buffer),
        }
    }

    fn into_raw(self) -> R {
        match self {
            Member::Gzip(decoder) => decoder.into_inner(),
            Member::Xz(decoder) => decoder.into_inner(),
            Member::Bzip2(decoder) => decoder.into_inner(),
        }
    }
}

impl<R: BufRead> Members<R> {
    /// First byte of a member.
    fn first_byte(&self) -> u8 {
        match self.compression {
            Compression::Xz => 0xFD,
            Compression::Bzip2 => b'B',
            _ => 0x1F,
        }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match mem::replace(&mut self.state, State::Over) {
                State::Inside(mut member) => {
                    let read = member.read(buffer);
                    let over = matches!(read, Ok(0)) && !buffer.is_empty();
                    self.state = if over {
                        State::Between(member.into_raw())
                    } else {
                        State::Inside(member)
                    };
                    if !over {
                        return read;
                    }
                }
                State::Between(mut raw) => {
                    let ahead = raw.fill_buf()?;
                    let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
                    let next = ahead.get(zeros).copied();
                    if next.is_none() && zeros == 0 {
                        return Ok(0);
                    }
                    // Tapes and disks pad files with zeros, and gzip(1) ignores them.
                    raw.consume(zeros);
                    self.state = match next {
                        None => State::Between(raw),
                        Some(byte) if byte == self.first_byte() => {
                            let limit = self.max_window_bytes;
                            State::Inside(Member::new(self.compression, raw, limit)?)
                        }
                        Some(_) => {
                            let text = "other bytes follow the compressed data";
                            return Err(io::Error::new(ErrorKind::InvalidData, text));
                        }
                    };
                }
                State::Over => return Ok(0),
            }
        }
    }
}
