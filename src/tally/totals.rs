//! The whole of a capture in numbers: the `summary` table.

use super::Tally;
use crate::capture::LinkType;
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use crate::engine::pass::Shift;
use std::collections::HashSet;

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Number of packets.
    pub packets: u64,
    /// Their captured bytes.
    pub captured_bytes: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
}

impl Counts {
    /// Counts one packet.
    #[inline]
    pub fn add(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.captured_bytes += packet.record.data.len() as u64;
        self.wire_bytes += u64::from(packet.record.wire_bytes);
    }

    /// Adds the counts of other packets.
    pub fn merge(&mut self, other: Counts) {
        self.packets += other.packets;
        self.captured_bytes += other.captured_bytes;
        self.wire_bytes += other.wire_bytes;
    }
}

/// Everything that `summary` says of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All packets.
    pub counts: Counts,
    /// Packets captured shorter than they were on the wire.
    pub truncated_packets: u64,
    /// Packets with a problem.
    pub problem_packets: u64,
    /// The shortest and the longest packet on the wire.
    pub wire_extent: Option<(u32, u32)>,
    /// The least and the greatest timestamp.
    pub time_extent: Option<(Timestamp, Timestamp)>,
    /// Timestamps of the first and last packet that has one.
    first_and_last: Option<(Timestamp, Timestamp)>,
    /// True if a packet is earlier than the one before it.
    pub out_of_order: bool,
    /// The link types in the order of their first packet.
    pub link_types: Vec<LinkType>,
    /// The same as a set: a hostile file has thousands.
    known_link_types: HashSet<LinkType>,
}

impl Totals {
    // Inlined although merging calls it, too: it runs for every packet.
    #[inline(always)]
    fn note_time(
        &mut self,
        first: Timestamp,
        last: Timestamp,
        least: Timestamp,
        greatest: Timestamp,
    ) {
        self.out_of_order |= self.first_and_last.is_some_and(|(_, before)| first < before);
        self.first_and_last = Some((self.first_and_last.map_or(first, |(first, _)| first), last));
        let (was_least, was_greatest) = self.time_extent.unwrap_or((least, greatest));
        self.time_extent = Some((was_least.min(least), was_greatest.max(greatest)));
    }

    #[inline(always)]
    fn note_length(&mut self, least: u32, greatest: u32) {
        let (was_least, was_greatest) = self.wire_extent.unwrap_or((least, greatest));
        self.wire_extent = Some((was_least.min(least), was_greatest.max(greatest)));
    }

    fn note_link_type(&mut self, link_type: LinkType) {
        if self.known_link_types.insert(link_type) {
            self.link_types.push(link_type);
        }
    }
}

impl Tally for Totals {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let record = &packet.record;
        self.counts.add(packet);
        self.truncated_packets += u64::from(record.data.len() < record.wire_bytes as usize);
        self.problem_packets += u64::from(packet.problem.is_some());
        self.note_length(record.wire_bytes, record.wire_bytes);
        if let Some(time) = record.time {
            self.note_time(time, time, time, time);
        }
        if self.link_types.first() != Some(&record.link_type) {
            self.note_link_type(record.link_type);
        }
    }

    fn merge(&mut self, later: Totals, _: Shift) {
        self.counts.merge(later.counts);
        self.truncated_packets += later.truncated_packets;
        self.problem_packets += later.problem_packets;
        if let Some((least, greatest)) = later.wire_extent {
            self.note_length(least, greatest);
        }
        if let (Some((first, last)), Some((least, greatest))) =
            (later.first_and_last, later.time_extent)
        {
            self.note_time(first, last, least, greatest);
        }
        self.out_of_order |= later.out_of_order;
        for link_type in later.link_types {
            self.note_link_type(link_type);
        }
    }
}
