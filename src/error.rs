//! What can go wrong with an input, as values: which file, at which byte, before which packet.
//!
//! Two kinds are kept apart. An [`Error`] means that nothing could be read at all (missing, no permission, not
//! a capture). A [`Fault`] means that reading had to stop inside a capture: what came before it is kept.

use std::fmt;

/// An input that could not be read at all, or an output that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was being done, e.g. `cannot open`.
        what: &'static str,
        /// The system's own word.
        source: std::io::Error,
    },
    /// The first bytes are those of no capture format that pcapstat reads.
    #[error("not a capture: {0}")]
    NotACapture(String),
}

impl Error {
    /// Wraps an I/O error with what was being done.
    pub fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { what, source }
    }
}

/// What is wrong with a capture file at the place where reading it stopped.
#[allow(missing_docs, reason = "the fields are what the variant's sentence says")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The file ends inside a record header.
    RecordHeaderCut { have: u64, need: u64 },
    /// The file ends inside a record's data.
    RecordCut { have: u64, need: u64 },
    /// A record claims more bytes than any capture holds.
    RecordTooLong { claims: u64, limit: u64 },
    /// The file ends inside a pcapng block.
    BlockCut { have: u64, need: u64 },
    /// A block length that no block can have.
    BlockLengthImpossible { claims: u64 },
    /// The length behind a block differs from the one in front of it.
    BlockLengthsDiffer { front: u64, behind: u64 },
    /// What a block says of its own contents does not fit into it.
    BlockContentsTooLong { block: u32 },
    /// A section header whose byte-order magic or version is unknown.
    SectionUnknown,
    /// A packet of an interface that no Interface Description Block has described.
    InterfaceUnknown { interface: u32 },
}

impl FaultKind {
    /// The stable name under which the `problems` table lists it.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::RecordHeaderCut { .. } => "record_header_cut",
            FaultKind::RecordCut { .. } => "record_cut",
            FaultKind::RecordTooLong { .. } => "record_too_long",
            FaultKind::BlockCut { .. } => "block_cut",
            FaultKind::BlockLengthImpossible { .. } => "block_length_impossible",
            FaultKind::BlockLengthsDiffer { .. } => "block_lengths_differ",
            FaultKind::BlockContentsTooLong { .. } => "block_contents_too_long",
            FaultKind::SectionUnknown => "section_unknown",
            FaultKind::InterfaceUnknown { .. } => "interface_unknown",
        }
    }

    /// True where the file just ends too early; false where its bytes contradict each other.
    pub fn is_cut(self) -> bool {
        matches!(self, FaultKind::RecordHeaderCut { .. } | FaultKind::RecordCut { .. } | FaultKind::BlockCut { .. })
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FaultKind::RecordHeaderCut { have, need } => {
                write!(out, "cut short inside a record header ({have} of {need} bytes)")
            }
            FaultKind::RecordCut { have, need } => write!(out, "cut short inside a record ({have} of {need} bytes)"),
            FaultKind::RecordTooLong { claims, limit } => {
                write!(out, "damaged: a record claims {claims} bytes, the limit is {limit}")
            }
            FaultKind::BlockCut { have, need } => write!(out, "cut short inside a block ({have} of {need} bytes)"),
            FaultKind::BlockLengthImpossible { claims } => write!(out, "damaged: a block claims {claims} bytes"),
            FaultKind::BlockLengthsDiffer { front, behind } => {
                write!(out, "damaged: a block's lengths differ ({front} in front, {behind} behind)")
            }
            FaultKind::BlockContentsTooLong { block } => {
                write!(out, "damaged: the contents of a block of type {block} do not fit into it")
            }
            FaultKind::SectionUnknown => write!(out, "damaged: a section header of an unknown byte order or version"),
            FaultKind::InterfaceUnknown { interface } => {
                write!(out, "damaged: a packet of interface {interface}, which is not described")
            }
        }
    }
}

/// A [`FaultKind`] and where in the file it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The byte at which the record or block begins that could not be read.
    pub offset: u64,
}
