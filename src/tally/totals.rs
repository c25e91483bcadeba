//! The whole of a capture in numbers: the `summary` table.

use super::Tally;
use crate::capture::LinkTypes;
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use crate::engine::pass::Shift;
use crate::saved::count;
use serde::{Deserialize, Serialize};

/// Packets and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Number of packets.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// Their captured bytes.
    #[serde(deserialize_with = "count")]
    pub captured_bytes: u64,
    /// Their bytes on the wire.
    #[serde(deserialize_with = "count")]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// All packets.
    pub counts: Counts,
    /// Packets captured shorter than they were on the wire.
    #[serde(deserialize_with = "count")]
    pub truncated_packets: u64,
    /// Packets with a problem.
    #[serde(deserialize_with = "count")]
    pub problem_packets: u64,
    /// Lengths of the shortest and the longest packet on the wire.
    wire_extent: WireExtent,
    times: Times,
    /// True if a packet is earlier than the one before it.
    pub out_of_order: bool,
    /// The link types in the order of their first packet.
    pub link_types: LinkTypes,
}

/// Least and greatest length; the least exceeds the greatest before the first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct WireExtent {
    least: u32,
    greatest: u32,
}

impl Default for WireExtent {
    fn default() -> WireExtent {
        WireExtent { least: u32::MAX, greatest: 0 }
    }
}

/// Timestamps of packets that have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Times {
    /// The first one and the least one. None before the first packet.
    first_and_least: Option<(Timestamp, Timestamp)>,
    last: Timestamp,
    greatest: Timestamp,
}

impl Default for Times {
    fn default() -> Times {
        Times { first_and_least: None, last: Timestamp::MIN, greatest: Timestamp::MIN }
    }
}

impl Totals {
    /// Lengths of the shortest and the longest packet on the wire. None if there is no packet.
    pub fn wire_extent(&self) -> Option<(u32, u32)> {
        let WireExtent { least, greatest } = self.wire_extent;
        (self.counts.packets > 0).then_some((least, greatest))
    }

    /// The least and the greatest timestamp. None if no packet has one.
    pub fn time_extent(&self) -> Option<(Timestamp, Timestamp)> {
        self.times.first_and_least.map(|(_, least)| (least, self.times.greatest))
    }

    /// Notes the time of the next packet. Most packets are not earlier than the one before, so the
    /// least time is compared only if one is.
    #[inline(always)]
    fn note_time(&mut self, time: Timestamp) {
        if time >= self.times.last && self.times.first_and_least.is_some() {
            self.times.last = time;
            if time > self.times.greatest {
                self.times.greatest = time;
            }
        } else {
            self.note_times(time, time, time, time);
        }
    }

    /// Notes the times of later packets.
    #[inline(never)]
    fn note_times(
        &mut self,
        first: Timestamp,
        last: Timestamp,
        least: Timestamp,
        greatest: Timestamp,
    ) {
        let times = &mut self.times;
        let known = times.first_and_least;
        self.out_of_order |= known.is_some() && first < times.last;
        times.first_and_least = Some(match known {
            Some((known_first, known_least)) => (known_first, known_least.min(least)),
            None => (first, least),
        });
        times.last = last;
        times.greatest = times.greatest.max(greatest);
    }

    #[inline(always)]
    fn note_length(&mut self, extent: WireExtent) {
        let WireExtent { least, greatest } = &mut self.wire_extent;
        *least = (*least).min(extent.least);
        *greatest = (*greatest).max(extent.greatest);
    }
}

impl Tally for Totals {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let record = &packet.record;
        self.counts.add(packet);
        self.truncated_packets += u64::from(record.data.len() < record.wire_bytes as usize);
        self.problem_packets += u64::from(packet.problem.is_some());
        let wire_bytes = record.wire_bytes;
        self.note_length(WireExtent { least: wire_bytes, greatest: wire_bytes });
        if let Some(time) = record.time {
            self.note_time(time);
        }
        if self.link_types.first() != Some(&record.link_type) {
            self.link_types.note(record.link_type);
        }
    }

    fn merge(&mut self, later: Totals, _: Shift) {
        self.counts.merge(later.counts);
        self.truncated_packets += later.truncated_packets;
        self.problem_packets += later.problem_packets;
        self.note_length(later.wire_extent);
        if let Some((first, least)) = later.times.first_and_least {
            self.note_times(first, later.times.last, least, later.times.greatest);
        }
        self.out_of_order |= later.out_of_order;
        later.link_types.iter().for_each(|link_type| self.link_types.note(*link_type));
    }
}
