//! Comments of packets: a part of the `metadata` table.

use super::Tally;
use crate::capture::note::{Key, OF_PACKETS, key, notes};
use crate::dissect::packet::Packet;
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use crate::saved::count;
use serde::{Deserialize, Serialize};

/// A note of one packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketNote {
    /// Number of the packet's section, from 0.
    pub section: u32,
    /// The packet's number, from 0.
    #[serde(deserialize_with = "count")]
    pub packet: u64,
    /// Kind of the text.
    #[serde(deserialize_with = "key")]
    pub key: Key,
    /// The text.
    pub value: String,
}

/// Notes of packets, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comments {
    /// The notes.
    pub notes: Vec<PacketNote>,
    /// Bytes of their texts.
    text_bytes: usize,
}

impl Tally for Comments {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let record = &packet.record;
        if record.options.is_empty() {
            return;
        }
        for (key, value) in notes(record.options, OF_PACKETS) {
            self.text_bytes += value.capacity();
            let (section, packet) = (record.section, record.number);
            self.notes.push(PacketNote { section, packet, key, value });
        }
    }

    fn merge(&mut self, later: Comments, shift: Shift) {
        self.text_bytes += later.text_bytes;
        self.notes.extend(later.notes.into_iter().map(|note| PacketNote {
            section: note.section.saturating_add(shift.sections),
            packet: note.packet + shift.packets,
            ..note
        }));
    }

    fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "comments of packets", advice: "choose tables other than metadata" };
        let bytes = self.notes.capacity() * size_of::<PacketNote>() + self.text_bytes;
        MemoryUse::of(&GROWTH, self.notes.len() as u64, bytes as u64)
    }
}
