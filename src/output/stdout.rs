//! Standard output: it may have been closed before the process began, and its reader may leave.

use super::Identity;
use std::io::{self, Write};

/// Standard output, and a call before it is first written.
pub(super) struct Stdout {
    pub(super) out: io::Stdout,
    pub(super) before: Option<Box<dyn FnOnce() + Send>>,
    /// A reader that leaves does not end the run.
    pub(super) is_optional: bool,
    /// Its reader has left.
    pub(super) over: bool,
}

impl Stdout {
    fn passed<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if self.is_optional && error.kind() == io::ErrorKind::BrokenPipe => {
                self.over = true;
                Ok(instead)
            }
            result => result,
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(before) = self.before.take() {
            before();
        }
        if self.over {
            return Ok(bytes.len());
        }
        let written = self.out.write(bytes);
        self.passed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.over {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.passed(flushed, ())
    }
}

/// An error if standard output was closed when the process began: what is written to it would be
/// lost without a message.
///
/// # Errors
/// If it was closed.
pub fn assert_stdout() -> io::Result<()> {
    #[cfg(unix)]
    if crate::source::process::stdout_was_closed() {
        return Err(io::Error::new(io::ErrorKind::NotConnected, "standard output is closed"));
    }
    Ok(())
}

/// Standard output for what is counted while it is written: it takes all after its reader has left.
///
/// # Errors
/// If it is closed.
pub fn optional_stdout() -> io::Result<impl Write> {
    assert_stdout()?;
    Ok(Stdout { out: io::stdout(), before: None, is_optional: true, over: false })
}

/// The file that standard output is. None if it is none, or the system does not tell.
pub fn stdout_file() -> Option<Identity> {
    #[cfg(unix)]
    {
        use std::fs::{File, Metadata};
        use std::os::fd::AsFd;
        let file = File::from(io::stdout().as_fd().try_clone_to_owned().ok()?);
        let metadata = file.metadata().ok().filter(Metadata::is_file)?;
        super::identity(std::path::Path::new(""), &metadata)
    }
    #[cfg(not(unix))]
    None
}
