//! Compressed captures: what compresses them is told by the first bytes, whatever the name.
//!
//! gzip (RFC 1952, any number of members, zeros behind them), zstd (RFC 8878, any number of frames,
//! windows up to 2 GiB), lz4 frames, xz and bzip2 (any number of streams). Refused: lz4's legacy
//! format, raw deflate and zlib streams, archives. A stream that is cut is told from one that is
//! damaged; what was inflated before is kept in either case.

use std::io::{self, BufRead, ErrorKind, Read};
use std::mem;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// What compresses a file that begins so.
    pub fn of(bytes: &[u8]) -> Option<Compression> {
        const MAGICS: [(&[u8], Compression); 5] = [
            (&[0x1F, 0x8B, 8], Compression::Gzip),
            (&[0x28, 0xB5, 0x2F, 0xFD], Compression::Zstd),
            (&[0x04, 0x22, 0x4D, 0x18], Compression::Lz4),
            (&[0xFD, b'7', b'z', b'X', b'Z', 0], Compression::Xz),
            (b"BZh", Compression::Bzip2),
        ];
        MAGICS
            .into_iter()
            .find(|(magic, _)| bytes.starts_with(magic))
            .map(|(_, compression)| compression)
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

    /// A reader of what was compressed. It fails with [`ErrorKind::UnexpectedEof`] where the stream
    /// is cut.
    ///
    /// # Errors
    /// When the decompressor cannot be set up.
    pub fn reader(self, raw: impl BufRead + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
        /// `zstd --long=31`, or 30 on 32-bit hosts: the longest window the library accepts.
        const LONGEST_WINDOW: u32 = if cfg!(target_pointer_width = "32") { 30 } else { 31 };
        Ok(match self {
            Compression::Gzip => {
                Box::new(Members::Inside(Box::new(flate2::bufread::GzDecoder::new(raw))))
            }
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(raw)?;
                decoder.window_log_max(LONGEST_WINDOW)?;
                Box::new(decoder)
            }
            Compression::Lz4 => {
                let raw = Watched { raw, at_end: false };
                Box::new(Frames {
                    decoder: lz4_flex::frame::FrameDecoder::new(raw),
                    complete: false,
                })
            }
            Compression::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(raw)),
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(raw)),
        })
    }
}

/// The members of a gzip file, one behind the other.
enum Members<R: BufRead> {
    Inside(Box<flate2::bufread::GzDecoder<R>>),
    Between(R),
    Over,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match mem::replace(self, Members::Over) {
                Members::Inside(mut member) => {
                    let read = member.read(buffer);
                    let over = matches!(read, Ok(0)) && !buffer.is_empty();
                    *self = if over {
                        Members::Between(member.into_inner())
                    } else {
                        Members::Inside(member)
                    };
                    if !over {
                        return read;
                    }
                }
                Members::Between(mut raw) => {
                    let ahead = raw.fill_buf()?;
                    let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
                    match ahead.get(zeros) {
                        None if zeros == 0 => return Ok(0),
                        // Tapes and disks pad files with zeros, and gzip(1) does not mind.
                        None => raw.consume(zeros),
                        Some(0x1F) => {
                            raw.consume(zeros);
                            *self = Members::Inside(Box::new(flate2::bufread::GzDecoder::new(raw)));
                            continue;
                        }
                        Some(_) => {
                            return Err(io::Error::new(
                                ErrorKind::InvalidData,
                                "something else follows the gzip data",
                            ));
                        }
                    }
                    *self = Members::Between(raw);
                }
                Members::Over => return Ok(0),
            }
        }
    }
}

/// The frames of an lz4 file. Their decoder takes a file that is cut between two blocks for a
/// complete one.
struct Frames<R: Read> {
    decoder: lz4_flex::frame::FrameDecoder<Watched<R>>,
    /// Nothing was read since the last frame's end mark.
    complete: bool,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.decoder.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                self.complete = false;
                return Ok(read);
            }
            match (self.decoder.get_ref().at_end, self.complete) {
                (true, true) => return Ok(0),
                (true, false) => return Err(ErrorKind::UnexpectedEof.into()),
                // An end mark: another frame may follow.
                (false, _) => self.complete = true,
            }
        }
    }
}

/// Notes when there is nothing more to read.
struct Watched<R> {
    raw: R,
    at_end: bool,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.at_end |= read == 0 && !buffer.is_empty();
        Ok(read)
    }
}
