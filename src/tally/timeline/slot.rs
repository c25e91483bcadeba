//! Values of a timeline: the packets of a bucket, and times without a packet.

use crate::capture::time::Timestamp;
use crate::saved::count;
use serde::{Deserialize, Serialize};

/// The packets of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// Number of packets.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// Their original lengths.
    #[serde(deserialize_with = "count")]
    pub wire_bytes: u64,
}

/// Time between two packets that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its length in nanoseconds.
    pub nanoseconds: i128,
    /// Number of the packet before it, from 0.
    pub after_packet: u64,
    /// Time of that packet.
    pub from: Timestamp,
}

impl Slot {
    pub(super) fn add(&mut self, other: Slot) {
        self.packets += other.packets;
        self.wire_bytes += other.wire_bytes;
    }
}
