//! Streams that are written while they are read, such as `tcpdump -w - |`: their bytes are handed on
//! after a while, though there are few. How many come at a time never changes a result.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

/// Time for which bytes of a live stream wait for more.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// Bytes of one call; a pipe has no more at a time.
const PIECE_BYTES: usize = 64 << 10;

/// Reads up to `most` bytes, or as many as are enough, which is asked after each call and told whether
/// the reader had nothing at the moment (`WouldBlock`). True if there are enough, and more may come.
pub fn read(
    reader: &mut dyn Read,
    bytes: &mut Vec<u8>,
    most: u64,
    are_enough: impl Fn(&[u8], bool) -> bool,
) -> io::Result<bool> {
    let mut left = most;
    while left > 0 {
        let before = bytes.len();
        let room = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        bytes.resize(before.saturating_add(room), 0);
        let read = reader.read(bytes.get_mut(before..).unwrap_or_default());
        let came = read.as_ref().map_or(0, |came| *came);
        bytes.truncate(before.saturating_add(came));
        left = left.saturating_sub(came as u64);
        let is_idle = match read {
            Ok(0) => break,
            Ok(_) => false,
            Err(error) if error.kind() == ErrorKind::WouldBlock => true,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if left > 0 && are_enough(bytes, is_idle) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A pipe or device that is read with patience.
pub struct Polled {
    file: File,
    patience: Option<Duration>,
}

impl Polled {
    /// Waits for bytes for this time and then says `WouldBlock`; without, until there are some.
    pub fn new(file: File, patience: Option<Duration>) -> Polled {
        Polled { file, patience }
    }

    #[cfg(unix)]
    fn is_ready(&self) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let Some(patience) = self.patience.and_then(|time| Timespec::try_from(time).ok()) else {
            return Ok(true);
        };
        Ok(poll(&mut [PollFd::new(&self.file, PollFlags::IN)], Some(&patience))? > 0)
    }

    #[cfg(not(unix))]
    fn is_ready(&self) -> io::Result<bool> {
        // Each call waits for bytes there.
        let _ = self.patience;
        Ok(true)
    }
}

impl Read for Polled {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_ready()? { self.file.read(buffer) } else { Err(ErrorKind::WouldBlock.into()) }
    }
}

/// A reader that waits where there is nothing at the moment.
pub struct Waiting<R>(pub R);

impl<R: Read> Read for Waiting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                read => return read,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two bytes, nothing, one byte, the end.
    struct Slow(u32);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += 1;
            match self.0 {
                1 => (&[1, 2][..]).read(buffer),
                2 => Err(ErrorKind::WouldBlock.into()),
                3 => (&[3][..]).read(buffer),
                _ => Ok(0),
            }
        }
    }

    #[test]
    fn few_bytes_are_handed_on_and_none_is_lost() {
        let (mut reader, mut bytes) = (Slow(0), Vec::new());
        assert!(read(&mut reader, &mut bytes, 100, |_, is_idle| is_idle).unwrap());
        assert_eq!(bytes, [1, 2]);
        assert!(!read(&mut reader, &mut bytes, 100, |_, is_idle| is_idle).unwrap());
        assert_eq!(bytes, [1, 2, 3]);
        let mut all = Vec::new();
        assert!(!read(&mut Slow(0), &mut all, 100, |_, _| false).unwrap());
        assert_eq!(all, bytes);
        let mut waited = Vec::new();
        Waiting(Slow(0)).read_to_end(&mut waited).unwrap();
        assert_eq!(waited, bytes);
    }
}
