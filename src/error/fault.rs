//! Damage inside a capture: its kinds, their stable names, meanings and messages.

mod saved;

use super::{is_shortage, without_code};
use crate::saved::count;
use saved::{Field, Saved};
use serde::{Deserialize, Serialize};
use std::fmt;

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

/// Name of a compression.
type Name = &'static str;

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
