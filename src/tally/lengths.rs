//! Packets per bucket of their length on the wire: the `lengths` table, with the buckets of
//! tshark's `plen`.

use super::Tally;
use crate::dissect::packet::Packet;
use crate::engine::pass::Shift;
use crate::saved::count;
use serde::{Deserialize, Serialize};

/// First length of each bucket; the last bucket has no end.
pub const BUCKETS: [u32; 10] = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];

/// The packets of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LengthBucket {
    /// Number of packets.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// Their bytes on the wire.
    #[serde(deserialize_with = "count")]
    pub wire_bytes: u64,
    /// The shortest and the longest.
    pub extent: Option<(u32, u32)>,
}

/// The packets of every bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// In the order of [`BUCKETS`].
    pub buckets: [LengthBucket; BUCKETS.len()],
}

impl LengthBucket {
    #[inline]
    fn add(&mut self, packets: u64, wire_bytes: u64, (least, greatest): (u32, u32)) {
        self.packets += packets;
        self.wire_bytes += wire_bytes;
        let (was_least, was_greatest) = self.extent.unwrap_or((least, greatest));
        self.extent = Some((was_least.min(least), was_greatest.max(greatest)));
    }
}

/// The number of the bucket that a length falls into.
#[inline]
fn bucket_of(wire_bytes: u32) -> usize {
    // From 20 on each bucket begins at twice the one before it.
    let doublings = (wire_bytes / 20).checked_ilog2().map_or(0, |power| power as usize + 1);
    doublings.min(BUCKETS.len() - 1)
}

impl Tally for Lengths {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let wire_bytes = packet.record.wire_bytes;
        if let Some(bucket) = self.buckets.get_mut(bucket_of(wire_bytes)) {
            bucket.add(1, u64::from(wire_bytes), (wire_bytes, wire_bytes));
        }
    }

    fn merge(&mut self, later: Lengths, _: Shift) {
        for (bucket, later) in self.buckets.iter_mut().zip(later.buckets) {
            if let Some(extent) = later.extent {
                bucket.add(later.packets, later.wire_bytes, extent);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_counts_in_the_bucket_that_covers_it() {
        for (number, &from) in BUCKETS.iter().enumerate() {
            assert_eq!(bucket_of(from), number, "{from}");
            if from > 0 {
                assert_eq!(bucket_of(from - 1), number - 1, "{}", from - 1);
            }
        }
        assert_eq!(bucket_of(u32::MAX), BUCKETS.len() - 1);
    }
}
