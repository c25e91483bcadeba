//! What is known of one conversation, and tables of them, split into shards by hash so that merging runs on all cores.
//!
//! A key is a few words: the ordered pair of addresses, then ports and transport in the last word. The shard depends on the
//! addresses alone, so that all conversations of a pair are in one shard. Hashes are seeded per process, because the
//! keys come from whoever sent the packets; nothing in the output depends on them.

use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use rayon::prelude::*;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// One direction of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Direction {
    /// How many packets.
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
        Timestamp { seconds: (u64::from(high) << 32 | u64::from(low)) as i64, nanoseconds: stamp.nanoseconds }
    }
}

/// What is known of one conversation. "Low" is the side whose address and port are the lesser ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Twice the number of the first packet, from 0; plus 1 if the high side sent it.
    first: u64,
    from_low: Direction,
    from_high: Direction,
    earliest: Stamp,
    latest: Stamp,
}

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
        self.first >> 1
    }

    /// True when the high side sent the first packet.
    pub fn high_began(&self) -> bool {
        self.first & 1 == 1
    }

    /// What the low side sent.
    pub fn from_low(&self) -> Direction {
        self.from_low
    }

    /// What the high side sent.
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
    fn one_way(&self) -> Flow {
        Flow {
            first: self.first & !1,
            from_low: self.from_low.plus(self.from_high),
            from_high: Direction::default(),
            ..*self
        }
    }

    /// Takes in another part of the same conversation.
    pub fn merge(&mut self, other: &Flow) {
        self.first = self.first.min(other.first);
        self.from_low = self.from_low.plus(other.from_low);
        self.from_high = self.from_high.plus(other.from_high);
        self.note_times(other.earliest.into(), other.latest.into());
    }
}

/// Addresses, ports and transport in words; see the module's head.
pub type Key<const WORDS: usize> = [u64; WORDS];

/// A conversation with its key.
pub type Entry<const WORDS: usize> = (Key<WORDS>, Flow);

/// How many shards a table has.
const SHARDS: usize = 64;

/// Below this many entries a merge is not worth waking other workers.
const WORTH_SHARING: usize = 4096;

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// Conversations by key.
#[derive(Clone, Debug)]
pub struct Flows<const WORDS: usize> {
    hasher: RandomState,
    shards: Vec<HashTable<Entry<WORDS>>>,
}

impl<const WORDS: usize> Default for Flows<WORDS> {
    fn default() -> Flows<WORDS> {
        Flows { hasher: HASHER.clone(), shards: Vec::new() }
    }
}

/// The hash that chooses the shard and the one that finds the entry in it.
#[inline]
fn hashes<const WORDS: usize>(state: &RandomState, key: &Key<WORDS>) -> (u64, u64) {
    let mut hasher = state.build_hasher();
    let (ports, addresses) = key.split_last().unwrap_or((&0, &[]));
    for word in addresses {
        hasher.write_u64(*word);
    }
    let pair = hasher.finish();
    hasher.write_u64(*ports);
    (pair, hasher.finish())
}

#[inline]
fn shard_of(pair: u64) -> usize {
    // The table itself uses the high and the low bits of its own hash.
    (pair >> 32) as usize % SHARDS
}

impl<const WORDS: usize> Flows<WORDS> {
    /// How many conversations there are.
    pub fn len(&self) -> usize {
        self.shards.iter().map(HashTable::len).sum()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.shards.iter().all(HashTable::is_empty)
    }

    /// All conversations, shard by shard, in no order within one.
    pub fn shards(&self) -> impl IndexedParallelIterator<Item = impl Iterator<Item = &Entry<WORDS>>> {
        self.shards.par_iter().map(HashTable::iter)
    }

    /// Counts a packet of the conversation `key`; `number` is the packet's number from 0.
    #[inline]
    pub(super) fn observe(
        &mut self,
        key: Key<WORDS>,
        packet: &Packet<'_>,
        number: u64,
        from_high: bool,
        payload_bytes: u32,
    ) {
        let first = number << 1 | u64::from(from_high);
        self.flow(key, first).add(packet, from_high, payload_bytes);
    }

    #[inline]
    fn flow(&mut self, key: Key<WORDS>, first: u64) -> &mut Flow {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, HashTable::new);
        }
        let (pair, hash) = hashes(&self.hasher, &key);
        let shard = &mut self.shards[shard_of(pair)];
        let rehash = |entry: &Entry<WORDS>| hashes(&self.hasher, &entry.0).1;
        let entry = shard.entry(hash, |entry| entry.0 == key, rehash);
        &mut entry.or_insert_with(|| (key, Flow::new(first))).into_mut().1
    }

    /// Takes in the conversations of a run that begins `seen` packets later.
    pub(super) fn merge(&mut self, mut later: Flows<WORDS>, seen: u64) {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, HashTable::new);
        }
        let hasher = &self.hasher;
        let share = later.len() >= WORTH_SHARING;
        let pairs = self.shards.par_iter_mut().zip(later.shards.par_iter_mut());
        pairs.with_min_len(if share { 1 } else { SHARDS }).for_each(|(shard, later)| {
            let mut later = std::mem::take(later);
            for (_, flow) in later.iter_mut() {
                flow.first += seen << 1;
            }
            // Merging commutes once the numbers are shifted: the fewer move to the more.
            if later.len() > shard.len() {
                std::mem::swap(shard, &mut later);
            }
            for (key, flow) in later {
                let rehash = |entry: &Entry<WORDS>| hashes(hasher, &entry.0).1;
                let entry = shard.entry(hashes(hasher, &key).1, |entry| entry.0 == key, rehash);
                entry.and_modify(|(_, earlier)| earlier.merge(&flow)).or_insert((key, flow));
            }
        });
    }

    /// The same conversations without ports and transports: one for each pair of addresses.
    ///
    /// Where both addresses are the same, which `is_self` tells, there is one direction only.
    pub fn pairs(&self, is_self: impl Fn(&Key<WORDS>) -> bool + Sync) -> Flows<WORDS> {
        let merged = self.shards.par_iter().map(|shard| {
            let mut pairs: HashTable<Entry<WORDS>> = HashTable::new();
            for (key, flow) in shard {
                let flow = if is_self(key) { &flow.one_way() } else { flow };
                let mut key = *key;
                key[WORDS - 1] = 0;
                let rehash = |entry: &Entry<WORDS>| hashes(&self.hasher, &entry.0).1;
                let entry = pairs.entry(hashes(&self.hasher, &key).1, |entry| entry.0 == key, rehash);
                entry.and_modify(|(_, earlier)| earlier.merge(flow)).or_insert((key, *flow));
            }
            pairs
        });
        Flows { hasher: self.hasher.clone(), shards: merged.collect() }
    }
}

impl<const WORDS: usize> PartialEq for Flows<WORDS> {
    /// Equal when they hold the same conversations, however they are arranged.
    fn eq(&self, other: &Flows<WORDS>) -> bool {
        let sorted = |flows: &Flows<WORDS>| {
            let mut all: Vec<Entry<WORDS>> = flows.shards.iter().flatten().copied().collect();
            all.sort_unstable_by_key(|(key, _)| *key);
            all
        };
        sorted(self) == sorted(other)
    }
}
