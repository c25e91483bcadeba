//! A writer that hashes what it writes.

use std::io::{self, Write};
use twox_hash::XxHash3_128;

/// Writes and hashes.
pub struct Hashed<W> {
    /// Destination of the bytes.
    pub out: W,
    /// Of all that was written.
    pub hash: XxHash3_128,
    /// The error that a serializer does not pass on.
    pub error: Option<io::Error>,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.out.write(bytes) {
            Ok(written) => {
                self.hash.write(bytes.get(..written).unwrap_or_default());
                Ok(written)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                let kind = error.kind();
                self.error = Some(error);
                Err(kind.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
