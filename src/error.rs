//! Errors of inputs as values.
//!
//! There are two kinds. An [`Error`] means that nothing of an input could be read (missing, no
//! permission, not a capture). A [`Fault`] is damage inside a capture: packets before it are kept.

use crate::saved::count;
use crate::source::Compression;
use serde::{Deserialize, Serialize};
use std::fmt;

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
    // ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY
    #[cfg(not(unix))]
    let codes = [4, 8, 14];
    error.kind() == std::io::ErrorKind::OutOfMemory
        || error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

macro_rules! faults {
    ($($variant:ident $({ $($field:ident: $type:ty),* })? = $name:literal, $meaning:literal;)*) => {
        /// Reason why reading a capture stopped.
        #[allow(missing_docs, reason = "the fields are those of the variant's message")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "Saved", into = "Saved")]
        #[non_exhaustive]
        pub enum FaultKind {
            $(#[doc = $meaning] $variant $({ $($field: $type),* })?,)*
        }

        /// Every fault as the table `problems` lists it (layer `file`): its stable name and
        /// meaning.
        pub const FILE_PROBLEMS: &[(&str, &str)] = &[$(($name, $meaning),)*];

        impl FaultKind {
            /// The stable name under which the `problems` table lists it.
            pub fn name(self) -> &'static str {
                match self {
                    $(FaultKind::$variant { .. } => $name,)*
                }
            }

            /// The texts of its fields.
            fn fields(self) -> Vec<String> {
                match self {
                    $(FaultKind::$variant $({ $($field),* })? => {
                        vec![$($($field.to_string()),*)?]
                    })*
                }
            }

            /// The fault of a name and the texts of its fields. None if there is none.
            fn named(name: &str, fields: &[String]) -> Option<FaultKind> {
                let mut fields = fields.iter();
                let kind = match name {
                    $($name => FaultKind::$variant $({
                        $($field: Field::read(fields.next()?)?),*
                    })?,)*
                    _ => return None,
                };
                fields.next().is_none().then_some(kind)
            }
        }
    };
}

/// Name of a fault and the texts of its fields.
type Saved = (String, Vec<String>);

impl From<FaultKind> for Saved {
    fn from(kind: FaultKind) -> Saved {
        (kind.name().into(), kind.fields())
    }
}

impl TryFrom<Saved> for FaultKind {
    type Error = String;

    fn try_from((name, fields): Saved) -> Result<FaultKind, String> {
        FaultKind::named(&name, &fields).ok_or_else(|| format!("no fault is named {name:?}"))
    }
}

/// Name of a compression.
type Name = &'static str;

/// A field of a fault.
trait Field: Sized {
    /// Reads its text.
    fn read(text: &str) -> Option<Self>;
}

impl Field for u64 {
    fn read(text: &str) -> Option<u64> {
        text.parse().ok()
    }
}

impl Field for u32 {
    fn read(text: &str) -> Option<u32> {
        text.parse().ok()
    }
}

impl Field for i32 {
    fn read(text: &str) -> Option<i32> {
        text.parse().ok()
    }
}

impl Field for Name {
    fn read(text: &str) -> Option<Name> {
        Compression::ALL.iter().map(|known| known.name()).find(|name| *name == text)
    }
}

faults! {
    RecordHeaderCut { have: u64, need: u64 } = "record_header_truncated",
        "the file ends inside a record header";
    RecordCut { have: u64, need: u64 } = "record_cut", "the file ends inside a record's data";
    RecordTooLong { claims: u64, limit: u64 } = "record_too_long",
        "a record's length exceeds that of the longest possible record";
    RecordUnlikely = "record_unlikely", "a record header is implausible, and so are those after it";
    BlockCut { have: u64, need: u64 } = "block_cut", "the file ends inside a pcapng block";
    BlockLengthImpossible { claims: u64 } = "block_length_impossible",
        "a block length that no block can have";
    BlockLengthsDiffer { at_start: u64, at_end: u64 } = "block_lengths_differ",
        "the two lengths of a block, at its start and its end, differ";
    BlockContentsTooLong { block: u32 } = "block_contents_too_long",
        "the contents of a block exceed its length";
    SectionUnknown = "section_unknown",
        "a section header with an unknown byte-order magic or version";
    InterfaceUnknown { interface: u32 } = "interface_unknown",
        "a packet refers to an interface that was not described before it";
    CompressedStreamCut { compression: Name } = "compressed_stream_cut",
        "the compressed stream ends too early";
    CompressedStreamDamaged { compression: Name } = "compressed_stream_damaged",
        "the compressed stream cannot be decompressed any further";
    InflatesTooFar { limit: u64 } = "inflates_too_far",
        "the decompressed capture exceeds --max-inflated";
    WindowTooLong { limit: u64 } = "window_too_long",
        "decompression needs a longer window than --max-memory allows";
    ReadFailed { code: i32 } = "read_failed", "the operating system reported a read error";
    FileShrank = "file_shrank", "the file became shorter while it was read, or a page of it was lost";
    Bug = "bug", "a packet made pcapstat panic; please report it";
}

impl FaultKind {
    /// True if this process is short of something: the input is not at fault.
    pub fn is_shortage(self) -> bool {
        match self {
            FaultKind::WindowTooLong { .. } => true,
            FaultKind::ReadFailed { code } => is_shortage(&std::io::Error::from_raw_os_error(code)),
            _ => false,
        }
    }

    /// True if a record or block ends after the last byte of the file.
    pub fn is_record_cut(self) -> bool {
        matches!(
            self,
            FaultKind::RecordHeaderCut { .. }
                | FaultKind::RecordCut { .. }
                | FaultKind::BlockCut { .. }
        )
    }

    /// True if the record or block itself is damaged, not the file or stream around it.
    pub fn is_damaged_record(self) -> bool {
        let of_the_stream = matches!(
            self,
            FaultKind::CompressedStreamDamaged { .. }
                | FaultKind::InflatesTooFar { .. }
                | FaultKind::ReadFailed { .. }
                | FaultKind::FileShrank
        );
        !of_the_stream && !self.is_cut()
    }

    /// True if the file ends too early; false if its bytes contradict each other.
    pub fn is_cut(self) -> bool {
        self.is_record_cut() || matches!(self, FaultKind::CompressedStreamCut { .. })
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::RecordHeaderCut { have, need } => {
                write!(out, "cut short inside a record header ({have} of {need} bytes)")
            }
            FaultKind::RecordCut { have, need } => {
                write!(out, "cut short inside a record ({have} of {need} bytes)")
            }
            FaultKind::RecordTooLong { claims, limit } => {
                write!(out, "damaged: a record claims {claims} bytes, the limit is {limit}")
            }
            FaultKind::RecordUnlikely => {
                write!(out, "damaged: what stands there does not look like a record")
            }
            FaultKind::BlockCut { have, need } => {
                write!(out, "cut short inside a block ({have} of {need} bytes)")
            }
            FaultKind::BlockLengthImpossible { claims } => {
                write!(out, "damaged: a block claims {claims} bytes")
            }
            FaultKind::BlockLengthsDiffer { at_start, at_end } => {
                write!(
                    out,
                    "damaged: a block's lengths differ ({at_start} at its start, {at_end} at its end)"
                )
            }
            FaultKind::BlockContentsTooLong { block } => {
                write!(out, "damaged: the contents of a block of type {block} do not fit into it")
            }
            FaultKind::SectionUnknown => {
                write!(out, "damaged: a section header of an unknown byte order or version")
            }
            FaultKind::InterfaceUnknown { interface } => {
                write!(out, "damaged: a packet of interface {interface}, which is not described")
            }
            FaultKind::CompressedStreamCut { compression } => {
                write!(out, "cut short inside the {compression} stream")
            }
            FaultKind::CompressedStreamDamaged { compression } => {
                write!(out, "damaged: the {compression} stream cannot be inflated any further")
            }
            FaultKind::InflatesTooFar { limit } => {
                write!(out, "inflates to more than --max-inflated {limit}")
            }
            FaultKind::WindowTooLong { limit } => {
                write!(
                    out,
                    "decompression needs a longer window than --max-memory allows ({limit} bytes)"
                )
            }
            FaultKind::ReadFailed { code: 0 } => write!(out, "damaged: cannot be read any further"),
            FaultKind::ReadFailed { code } => {
                write!(
                    out,
                    "damaged: cannot be read any further: {}",
                    without_code(&std::io::Error::from_raw_os_error(*code))
                )
            }
            FaultKind::FileShrank => {
                write!(out, "damaged: the file became shorter while it was read")
            }
            FaultKind::Bug => {
                write!(out, "a bug of pcapstat: this packet made it panic; please report it")
            }
        }
    }
}

/// A [`FaultKind`] and its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// Reason.
    pub kind: FaultKind,
    /// Offset of the record or block that could not be read, in bytes.
    #[serde(deserialize_with = "count")]
    pub offset: u64,
}
