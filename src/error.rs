//! Errors of inputs as values.
//!
//! There are two kinds. An [`Error`] means that nothing of an input could be read (missing, no
//! permission, not a capture). A [`Fault`] is damage inside a capture: packets before it are kept.

mod fault;

pub use fault::{FILE_PROBLEMS, Fault, FaultKind};

/// An input that could not be read at all, or an output that could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused.
    #[error("{what}: {}", without_code(source))]
    Io {
        /// The operation that failed, e.g. `cannot open`.
        what: &'static str,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// Not even the first bytes could be read or decompressed.
    #[error("cannot read: {0}")]
    FirstBytes(FaultKind),
    /// The first bytes are those of no capture format that pcapstat reads.
    #[error("not a capture: {0}")]
    NotACapture(String),
}

/// Message of an I/O error without the system's number for it.
pub fn without_code(error: &std::io::Error) -> String {
    let text = error.to_string();
    match (text.rfind(" (os error "), error.raw_os_error()) {
        (Some(at), Some(_)) => text.get(..at).unwrap_or_default().to_string(),
        _ => text,
    }
}

impl Error {
    /// True if this process is short of descriptors or memory: the input is not at fault.
    pub fn is_shortage(&self) -> bool {
        match self {
            Error::Io { source, .. } => is_shortage(source),
            Error::FirstBytes(kind) => kind.is_shortage(),
            Error::NotACapture(_) => false,
        }
    }

    /// Wraps an I/O error with the operation that failed.
    pub fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { what, source }
    }
}

/// True if the system refused because this process or the system is short of something.
pub fn is_shortage(error: &std::io::Error) -> bool {
    #[cfg(unix)]
    let codes = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::ENOBUFS];
    // ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY,
    // ERROR_NO_SYSTEM_RESOURCES, ERROR_COMMITMENT_LIMIT
    #[cfg(not(unix))]
    let codes = [4, 8, 14, 1450, 1455];
    error.kind() == std::io::ErrorKind::OutOfMemory
        || error.raw_os_error().is_some_and(|code| codes.contains(&code))
}
