//! One conversation, and maps of conversations.
//!
//! A conversation has a low and a high side, by address and port, so that both directions have one
//! key.

use super::shards::{Merge, ShardKey, Shards};
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use crate::saved::{Bound, bounded};
use foldhash::fast::RandomState;
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hasher};

/// One direction of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direction {
    /// Number of packets.
    pub packets: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
    /// Their transport payload in bytes, as the headers state it.
    pub payload_bytes: u64,
}

impl Direction {
    /// Both together.
    pub fn plus(self, other: Direction) -> Direction {
        Direction {
            packets: self.packets + other.packets,
            wire_bytes: self.wire_bytes + other.wire_bytes,
            payload_bytes: self.payload_bytes + other.payload_bytes,
        }
    }
}

/// A [`Timestamp`] in twelve bytes: there are two in every conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    seconds: [u32; 2],
    nanoseconds: u32,
}

impl From<Timestamp> for Stamp {
    #[inline]
    fn from(time: Timestamp) -> Stamp {
        let seconds = time.seconds as u64;
        Stamp { seconds: [seconds as u32, (seconds >> 32) as u32], nanoseconds: time.nanoseconds }
    }
}

impl From<Stamp> for Timestamp {
    #[inline]
    fn from(stamp: Stamp) -> Timestamp {
        let [low, high] = stamp.seconds;
        Timestamp {
            seconds: (u64::from(high) << 32 | u64::from(low)) as i64,
            nanoseconds: stamp.nanoseconds,
        }
    }
}

/// Counts of one conversation. "Low" is the side with the lesser address and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Flow {
    /// The number of the first packet, from 0, which of its address layers it was, and whether the
    /// high side sent it.
    first: u64,
    from_low: Direction,
    from_high: Direction,
    earliest: Stamp,
    latest: Stamp,
}

/// First; packets, bytes and payload of the low and of the high side; least timestamp, and
/// nanoseconds from it to the greatest: most are short.
type Saved = (u64, [u64; 3], [u64; 3], Option<(Timestamp, u128)>);

impl From<Flow> for Saved {
    fn from(flow: Flow) -> Saved {
        let counts = |one: Direction| [one.packets, one.wire_bytes, one.payload_bytes];
        let times = flow.time_extent().map(|(earliest, latest)| {
            (earliest, (latest.total_nanoseconds() - earliest.total_nanoseconds()) as u128)
        });
        (flow.first, counts(flow.from_low), counts(flow.from_high), times)
    }
}

impl TryFrom<Saved> for Flow {
    type Error = Bound;

    fn try_from((first, low, high, times): Saved) -> Result<Flow, Bound> {
        bounded(first >> PACKET_SHIFT)?;
        low.iter().chain(&high).try_for_each(|count| bounded(*count).map(|_| ()))?;
        let direction = |[packets, wire_bytes, payload_bytes]: [u64; 3]| Direction {
            packets,
            wire_bytes,
            payload_bytes,
        };
        let mut flow = Flow::new(first);
        (flow.from_low, flow.from_high) = (direction(low), direction(high));
        if let Some((earliest, longer)) = times {
            let latest = earliest.total_nanoseconds().checked_add_unsigned(longer).ok_or(Bound)?;
            flow.note_times(earliest, Timestamp::from_total_nanoseconds(latest));
        }
        Ok(flow)
    }
}

/// Bits below the number of the first packet: five for the layer (a path has no more) and one for
/// the side.
const PACKET_SHIFT: u32 = 6;

impl Flow {
    fn new(first: u64) -> Flow {
        Flow {
            first,
            from_low: Direction::default(),
            from_high: Direction::default(),
            earliest: Timestamp::MAX.into(),
            latest: Timestamp::MIN.into(),
        }
    }

    /// The number of the first packet, from 0.
    pub fn first_packet(&self) -> u64 {
        self.first >> PACKET_SHIFT
    }

    /// The order in which conversations began, within one packet from the outermost layer in.
    pub fn rank(&self) -> u64 {
        self.first >> 1
    }

    /// True if the high side sent the first packet.
    pub fn high_began(&self) -> bool {
        self.first & 1 == 1
    }

    /// Sent by the low side.
    pub fn from_low(&self) -> Direction {
        self.from_low
    }

    /// Sent by the high side.
    pub fn from_high(&self) -> Direction {
        self.from_high
    }

    /// Packets in both directions.
    pub fn packets(&self) -> u64 {
        self.from_low.packets + self.from_high.packets
    }

    /// The least and the greatest time stamp, where any packet had one.
    pub fn time_extent(&self) -> Option<(Timestamp, Timestamp)> {
        let (earliest, latest) = (Timestamp::from(self.earliest), Timestamp::from(self.latest));
        (earliest <= latest).then_some((earliest, latest))
    }

    #[inline]
    fn add(&mut self, packet: &Packet<'_>, from_high: bool, payload_bytes: u32) {
        let direction = if from_high { &mut self.from_high } else { &mut self.from_low };
        direction.packets += 1;
        direction.wire_bytes += u64::from(packet.record.wire_bytes);
        direction.payload_bytes += u64::from(payload_bytes);
        if let Some(time) = packet.record.time {
            self.note_times(time, time);
        }
    }

    #[inline]
    fn note_times(&mut self, earliest: Timestamp, latest: Timestamp) {
        if earliest < self.earliest.into() {
            self.earliest = earliest.into();
        }
        if latest > self.latest.into() {
            self.latest = latest.into();
        }
    }

    /// All of it as sent by the low side.
    pub(super) fn one_way(&self) -> Flow {
        Flow {
            first: self.first & !1,
            from_low: self.from_low.plus(self.from_high),
            from_high: Direction::default(),
            ..*self
        }
    }
}

impl Merge for Flow {
    fn merge(&mut self, other: &Flow) {
        self.first = self.first.min(other.first);
        self.from_low = self.from_low.plus(other.from_low);
        self.from_high = self.from_high.plus(other.from_high);
        self.note_times(other.earliest.into(), other.latest.into());
    }
}

/// A few words: the ordered pair of addresses, then ports and transport in the last one.
pub type Key<const WORDS: usize> = [u64; WORDS];

/// A conversation with its key.
pub type Entry<const WORDS: usize> = (Key<WORDS>, Flow);

/// Conversations by key.
pub type Flows<const WORDS: usize> = Shards<Key<WORDS>, Flow>;

impl<const WORDS: usize> ShardKey for Key<WORDS> {
    /// The shard depends on the addresses alone: all conversations of a pair are in one shard.
    #[inline]
    fn hashes(&self, state: &RandomState) -> (u64, u64) {
        let mut hasher = state.build_hasher();
        let (ports, addresses) = self.split_last().unwrap_or((&0, &[]));
        for word in addresses {
            hasher.write_u64(*word);
        }
        let pair = hasher.finish();
        hasher.write_u64(*ports);
        (pair, hasher.finish())
    }
}

/// Counts a packet of the conversation `key`; `place` is the packet's number from 0 and its address
/// layer's in it.
#[inline]
pub fn observe<const WORDS: usize>(
    flows: &mut Flows<WORDS>,
    key: Key<WORDS>,
    packet: &Packet<'_>,
    place: (u64, u64),
    from_high: bool,
    payload_bytes: u32,
) {
    let first = place.0 << PACKET_SHIFT | place.1 << 1 | u64::from(from_high);
    flows.value(&key, || Flow::new(first)).add(packet, from_high, payload_bytes);
}

/// Adds the conversations of later packets, which begin `packets` packets later.
pub fn merge<const WORDS: usize>(flows: &mut Flows<WORDS>, later: Flows<WORDS>, packets: u64) {
    flows.merge(later, |flow| flow.first += packets << PACKET_SHIFT);
}
