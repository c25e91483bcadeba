//! `endpoints`: every address (and port) of each layer, with what it sent and received.

use super::cell::Cell;
use super::layers::{Layer, Side, talks};
use super::row::RowBuffer;
use super::{Column, Content, FILE, Kind, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::flow::{Direction, Flow};
use crate::tally::shards::{Merge, ShardKey, Shards};
use foldhash::fast::RandomState;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::hash::{BuildHasher, Hash};

/// The table.
pub static TABLE: Table = Table {
    name: "endpoints",
    about: "every address (and port) of each layer: packets and bytes sent and received",
    columns: COLUMNS,
    needs: Needs { conversations: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("layer", Kind::Text, "eth, ipv4, ipv6, tcp, udp or sctp"),
    column("address", Kind::Text, "the address"),
    column("port", Kind::Integer, "the port; empty below the transport layer"),
    column("packets", Kind::Integer, "packets sent or received; one to itself counts once"),
    column("wire_bytes", Kind::Integer, "their bytes on the wire, whole frames"),
    column("tx_packets", Kind::Integer, "packets sent"),
    column("tx_wire_bytes", Kind::Integer, "their bytes on the wire"),
    column("rx_packets", Kind::Integer, "packets received"),
    column("rx_wire_bytes", Kind::Integer, "their bytes on the wire"),
    column("conversations", Kind::Integer, "rows of conversations that it takes part in"),
];

/// What one end of conversations sent and received.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    /// Packets and bytes sent.
    pub tx: Volume,
    /// Packets and bytes received.
    pub rx: Volume,
    /// Those of both that the end sent to itself.
    to_itself: Volume,
    /// Transport payload sent or received, in bytes.
    pub payload_bytes: u64,
    /// In how many conversations.
    pub conversations: u64,
}

/// Packets and their bytes on the wire.
#[derive(Clone, Copy, Debug, Default)]
pub struct Volume {
    /// How many packets.
    pub packets: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
}

impl Volume {
    fn add(&mut self, packets: u64, wire_bytes: u64) {
        self.packets += packets;
        self.wire_bytes += wire_bytes;
    }
}

impl From<Direction> for Volume {
    fn from(direction: Direction) -> Volume {
        Volume { packets: direction.packets, wire_bytes: direction.wire_bytes }
    }
}

impl Ends {
    /// Sent or received; what was sent to itself counts once.
    pub fn all(&self) -> Volume {
        Volume {
            packets: self.tx.packets + self.rx.packets - self.to_itself.packets,
            wire_bytes: self.tx.wire_bytes + self.rx.wire_bytes - self.to_itself.wire_bytes,
        }
    }
}

impl Merge for Ends {
    fn merge(&mut self, other: &Ends) {
        self.tx.add(other.tx.packets, other.tx.wire_bytes);
        self.rx.add(other.rx.packets, other.rx.wire_bytes);
        self.to_itself.add(other.to_itself.packets, other.to_itself.wire_bytes);
        self.payload_bytes += other.payload_bytes;
        self.conversations += other.conversations;
    }
}

/// What is counted at the ends of conversations: the layer, and whatever of a side is asked for.
pub type EndKey<S> = (Layer, S);

impl<S: Copy + Ord + Hash> ShardKey for EndKey<S> {
    fn hashes(&self, state: &RandomState) -> (u64, u64) {
        let hash = state.hash_one(self);
        (hash.rotate_left(32), hash)
    }
}

/// Counts a conversation at both of its ends, once where they are the same.
fn count<S: Copy + Ord + Hash + Send + Sync>(
    ends: &mut Shards<EndKey<S>, Ends>,
    low: EndKey<S>,
    high: EndKey<S>,
    flow: &Flow,
) {
    let (from_low, from_high) = (flow.from_low(), flow.from_high());
    let payload_bytes = from_low.payload_bytes + from_high.payload_bytes;
    let one = |tx: Direction, rx: Direction, to_itself: Volume| Ends {
        tx: tx.into(),
        rx: rx.into(),
        to_itself,
        payload_bytes,
        conversations: 1,
    };
    if low == high {
        let all = from_low.plus(from_high);
        ends.value(&low, Ends::default).merge(&one(all, all, all.into()));
    } else {
        ends.value(&low, Ends::default).merge(&one(from_low, from_high, Volume::default()));
        ends.value(&high, Ends::default).merge(&one(from_high, from_low, Volume::default()));
    }
}

/// Ends, and the order of their rows. They stay where they were counted: there may be millions.
pub struct SortedEnds<S> {
    ends: Shards<EndKey<S>, Ends>,
    order: Vec<Spot<S>>,
}

/// What an end is sorted by, and where it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot<S> {
    layer: Layer,
    packets: Reverse<u64>,
    side: S,
    shard: u16,
    place: u32,
}

impl<S: Copy + Ord + Hash + Send + Sync> SortedEnds<S> {
    /// The ends of all conversations of a report, by what `end` says of a conversation's side: most packets first.
    pub fn of(report: &Report, end: impl Fn(Side) -> Option<S> + Sync) -> SortedEnds<S> {
        let ends = counted(report, end);
        let mut order = Vec::with_capacity(ends.len());
        for (shard, entries) in (0..).zip(ends.shards()) {
            let spots = (0..).zip(entries.entries());
            order.extend(spots.map(|(place, ((layer, side), ends))| Spot {
                layer: *layer,
                packets: Reverse(ends.all().packets),
                side: *side,
                shard,
                place,
            }));
        }
        order.par_sort_unstable();
        SortedEnds { ends, order }
    }

    fn at(&self, spot: &Spot<S>) -> Option<&(EndKey<S>, Ends)> {
        self.ends.shards().get(usize::from(spot.shard))?.entries().get(spot.place as usize)
    }

    /// Rows made of the ends in order.
    pub fn rows<'a>(self, fill: impl Fn(&EndKey<S>, &Ends, &mut RowBuffer) + Sync + Send + 'a) -> Rows<'a>
    where
        S: 'a,
    {
        let count = self.order.len();
        let fill = move |number: usize, row: &mut RowBuffer| {
            if let Some((key, ends)) = self.order.get(number).and_then(|spot| self.at(spot)) {
                fill(key, ends, row);
            }
        };
        Rows { count, fill: Box::new(fill) }
    }
}

/// The ends of all conversations of a report, in no order.
fn counted<S: Copy + Ord + Hash + Send + Sync>(
    report: &Report,
    end: impl Fn(Side) -> Option<S> + Sync,
) -> Shards<EndKey<S>, Ends> {
    let Some((finest, pairs)) = report.conversations() else { return Shards::default() };
    let talks = talks(finest, pairs);
    // One map for each worker and a spare: every map costs a merge.
    let part = talks.len().div_ceil(2 * rayon::current_num_threads()).max(1024);
    let parts = talks.par_chunks(part).map(|part| {
        let mut ends = Shards::default();
        for talk in part {
            let (low, high) = talk.sides();
            if let (Some(low), Some(high)) = (end(low), end(high)) {
                count(&mut ends, (talk.layer, low), (talk.layer, high), talk.flow());
            }
        }
        ends
    });
    parts.reduce(Shards::default, |mut one, two| {
        one.merge(two, |_| {});
        one
    })
}

fn rows(report: &Report) -> Rows<'_> {
    SortedEnds::of(report, Some).rows(|(layer, (address, port)), ends, row| {
        row.push(Cell::Text(layer.name()));
        row.push(address.cell());
        row.push(Cell::integer(*port));
        for volume in [ends.all(), ends.tx, ends.rx] {
            row.push(Cell::Integer(volume.packets));
            row.push(Cell::Integer(volume.wire_bytes));
        }
        row.push(Cell::Integer(ends.conversations));
    })
}
