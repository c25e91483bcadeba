//! Frames of an lz4 file, up to its end.

use std::io::{self, ErrorKind, Read};

/// Frames of an lz4 file. Their decoder takes a file truncated between two blocks for a complete
/// one, and stops at skippable frames.
pub(super) struct Frames<R: Read> {
    pub(super) decoder: lz4_flex::frame::FrameDecoder<Watched<R>>,
    /// Nothing was read since the end mark of the last frame.
    pub(super) complete: bool,
    /// The first frame is of the legacy format, which has no end mark.
    pub(super) legacy: bool,
}

impl<R: Read> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = match self.decoder.read(buffer) {
                Ok(read) => read,
                Err(error) => {
                    let Some(bytes) = skipped_bytes(&error) else { return Err(error) };
                    let mut rest = self.decoder.get_mut().take(bytes);
                    if io::copy(&mut rest, &mut io::sink())? < bytes {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                    self.decoder.get_mut().read_bytes = 0;
                    continue;
                }
            };
            if read > 0 || buffer.is_empty() {
                self.complete = false;
                return Ok(read);
            }
            let raw = self.decoder.get_mut();
            let complete = self.legacy || (self.complete && raw.read_bytes == 0);
            match (raw.at_end, complete) {
                (true, true) => return Ok(0),
                (true, false) => return Err(ErrorKind::UnexpectedEof.into()),
                // An end mark: another frame may follow.
                (false, _) => {
                    self.complete = true;
                    raw.read_bytes = 0;
                }
            }
        }
    }
}

/// Length of the contents of a skippable frame whose header the lz4 decoder has read.
fn skipped_bytes(error: &io::Error) -> Option<u64> {
    match error.get_ref()?.downcast_ref()? {
        lz4_flex::frame::Error::SkippableFrame(bytes) => Some(u64::from(*bytes)),
        _ => None,
    }
}

/// Notes the end of what it reads, and the number of bytes since the last end of a frame.
pub(super) struct Watched<R> {
    pub(super) raw: R,
    pub(super) at_end: bool,
    pub(super) read_bytes: u64,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.raw.read(buffer)?;
        self.at_end |= read == 0 && !buffer.is_empty();
        self.read_bytes = self.read_bytes.saturating_add(read as u64);
        Ok(read)
    }
}
