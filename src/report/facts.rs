//! Facts of a file apart from its packets, and how reading it ended.

use crate::capture::{Capture, Interface};
use crate::saved::count;
use serde::{Deserialize, Serialize};
use std::fmt;

/// End of reading an input, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Status {
    /// Read to its end.
    Ok,
    /// The file ends inside a record.
    CutShort,
    /// Its bytes contradict each other somewhere; the packets before were kept.
    Damaged,
    /// Nothing could be read.
    Unreadable,
    /// This process ran out of memory or descriptors: the input is not at fault.
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Status::Ok => "ok",
            Status::CutShort => "cut_short",
            Status::Damaged => "damaged",
            Status::Unreadable => "unreadable",
            Status::Unknown => "",
        })
    }
}

/// Facts of a file apart from its packets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// Name of the format.
    pub format: String,
    /// Name of the compression.
    pub compression: Option<String>,
    /// Length of the file in bytes.
    #[serde(deserialize_with = "count")]
    pub file_bytes: u64,
    /// Length of the decompressed capture in bytes.
    #[serde(deserialize_with = "count")]
    pub capture_bytes: u64,
    /// The interface that the file header describes. None in formats that describe each apart.
    pub only_interface: Option<Interface>,
}

impl FileFacts {
    /// Facts of a capture that was walked.
    pub fn of(capture: &Capture) -> FileFacts {
        let source = capture.source();
        FileFacts {
            format: capture.format().into(),
            compression: source.compression().map(|compression| compression.name().into()),
            file_bytes: source.length(),
            capture_bytes: source.end(),
            only_interface: capture.only_interface(),
        }
    }
}
