//! Packets sent and received by endpoints: the rows of `endpoints` and `ports`.
//!
//! Endpoints are distributed to buckets by hash, and each bucket is counted by one worker: no maps
//! are merged, and a bucket stays in a core's cache.

use super::AHEAD;
use super::Rows;
pub use super::endpoint_key::EndpointKey;
use super::layers::{ConversationId, Endpoint, Layer, Layers};
use super::order::Sorted;
use super::row::RowBuffer;
use crate::report::Report;
use crate::source::prefetch;
use crate::tally::flow::Direction;
use crate::tally::shards::{SHARDS, Shard, ShardKey};
use foldhash::fast::RandomState;
use rayon::prelude::*;

/// Counts of one endpoint.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndpointCounts {
    /// Packets and bytes sent.
    pub tx: Volume,
    /// Packets and bytes received.
    pub rx: Volume,
    /// Packets and bytes that the endpoint sent to itself, which are in both.
    to_itself: Volume,
    /// Transport payload sent or received, in bytes.
    pub payload_bytes: u64,
    /// Number of conversations.
    pub conversations: u64,
}

/// Packets and their bytes on the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volume {
    /// Number of packets.
    pub packets: u64,
    /// Number of bytes on the wire.
    pub wire_bytes: u64,
}

impl Volume {
    fn add(&mut self, direction: Direction) {
        self.packets += direction.packets;
        self.wire_bytes += direction.wire_bytes;
    }
}

impl EndpointCounts {
    /// Sent or received; packets sent to itself count once.
    pub fn all(&self) -> Volume {
        Volume {
            packets: self.tx.packets + self.rx.packets - self.to_itself.packets,
            wire_bytes: self.tx.wire_bytes + self.rx.wire_bytes - self.to_itself.wire_bytes,
        }
    }

    fn add(&mut self, tx: Direction, rx: Direction) {
        self.tx.add(tx);
        self.rx.add(rx);
        self.payload_bytes += tx.payload_bytes + rx.payload_bytes;
        self.conversations += 1;
    }

    fn add_to_itself(&mut self, all: Direction) {
        self.add(all, Direction::default());
        self.rx.add(all);
        self.to_itself.add(all);
    }
}

/// Endpoint of a conversation, to be counted.
#[derive(Clone, Copy)]
struct Item {
    id: ConversationId,
    hash: u32,
    end_of: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Low,
    High,
    Both,
}

/// Endpoint and its sort key.
#[derive(Clone, Copy)]
struct Ranked {
    order: u64,
    end: EndpointKey,
    bucket: u16,
    place: u32,
}

/// Rows of the endpoints of all conversations of a report, most packets first. `end` makes the key
/// of a side of a conversation.
pub fn rows<'a>(
    report: &'a Report,
    end: impl Fn(Layer, Endpoint) -> Option<EndpointKey> + Sync,
    fill: impl Fn(&EndpointKey, &EndpointCounts, &mut RowBuffer) + Sync + Send + 'a,
) -> Rows<'a> {
    let Some(layers) = Layers::of(report) else { return Rows::none() };
    let buckets = counted(layers, end);
    let ranked = |(bucket, counted): (usize, &Shard<EndpointKey, EndpointCounts>)| -> Vec<Ranked> {
        let entries = (0..).zip(counted.entries());
        let ranked = entries.map(|(place, (end, ends))| Ranked {
            order: end.layer().order(ends.all().packets),
            end: *end,
            bucket: bucket as u16,
            place,
        });
        ranked.collect()
    };
    let lists = buckets.par_iter().enumerate().map(ranked).collect();
    let sorted = Sorted::of(lists, |ranked| (ranked.order, ranked.end.place()));
    let count = sorted.len();
    let fill = move |number: usize, row: &mut RowBuffer| {
        let at = |number| {
            sorted.get(number).and_then(|at| {
                buckets.get(usize::from(at.bucket))?.entries().get(at.place as usize)
            })
        };
        if let Some(ahead) = at(number + AHEAD) {
            prefetch(ahead);
        }
        if let Some((end, ends)) = at(number) {
            fill(end, ends, row);
        }
    };
    Rows { count, fill: Box::new(fill) }
}

/// Endpoints of all conversations, in buckets, unordered.
fn counted(
    layers: Layers<'_>,
    end: impl Fn(Layer, Endpoint) -> Option<EndpointKey> + Sync,
) -> Vec<Shard<EndpointKey, EndpointCounts>> {
    let hasher = RandomState::default();
    let fresh = || -> Vec<Vec<Item>> { vec![Vec::new(); SHARDS] };
    let dealt = layers.collect(fresh, |buckets, id, conversation| {
        let (low, high) = conversation.sides();
        let (Some(low), Some(high)) = (end(id.layer, low), end(id.layer, high)) else { return };
        let mut deal = |end: EndpointKey, end_of| {
            let (chooses, finds) = end.hashes(&hasher);
            if let Some(bucket) = buckets.get_mut((chooses >> 32) as usize % SHARDS) {
                bucket.push(Item { id, hash: (finds >> 32) as u32, end_of });
            }
        };
        if low == high {
            deal(low, End::Both);
        } else {
            deal(low, End::Low);
            deal(high, End::High);
        }
    });
    let count = |bucket: usize| {
        let mut counted = Shard::default();
        for items in dealt.iter().filter_map(|buckets| buckets.get(bucket)) {
            for (number, item) in items.iter().enumerate() {
                if let Some(ahead) = items.get(number + AHEAD) {
                    layers.prefetch(&ahead.id);
                }
                let Some(conversation) = layers.get(&item.id) else { continue };
                let (low, high) = conversation.sides();
                let side = if item.end_of == End::High { high } else { low };
                let Some(end) = end(item.id.layer, side) else { continue };
                let ends: &mut EndpointCounts =
                    counted.value(u64::from(item.hash) << 32, &end, EndpointCounts::default);
                let (from_low, from_high) =
                    (conversation.flow().from_low(), conversation.flow().from_high());
                match item.end_of {
                    End::Low => ends.add(from_low, from_high),
                    End::High => ends.add(from_high, from_low),
                    End::Both => ends.add_to_itself(from_low.plus(from_high)),
                }
            }
        }
        counted
    };
    (0..SHARDS).into_par_iter().with_max_len(1).map(count).collect()
}
