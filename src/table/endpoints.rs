//! `endpoints`: every address (and port) of each layer, with what it sent and received.

use super::cell::Cell;
use super::layers::{Layer, Side, talks};
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
    /// Sent or received.
    pub all: Direction,
    /// Sent.
    pub tx: Direction,
    /// Received.
    pub rx: Direction,
    /// In how many conversations.
    pub conversations: u64,
}

impl Ends {
    fn add(&mut self, all: Direction, tx: Direction, rx: Direction, conversations: u64) {
        self.all = self.all.plus(all);
        self.tx = self.tx.plus(tx);
        self.rx = self.rx.plus(rx);
        self.conversations += conversations;
    }
}

impl Merge for Ends {
    fn merge(&mut self, other: &Ends) {
        self.add(other.all, other.tx, other.rx, other.conversations);
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
    let all = from_low.plus(from_high);
    if low == high {
        ends.value(&low, Ends::default).add(all, all, all, 1);
    } else {
        ends.value(&low, Ends::default).add(all, from_low, from_high, 1);
        ends.value(&high, Ends::default).add(all, from_high, from_low, 1);
    }
}

/// The ends of all conversations of a report, by what `end` says of a conversation's side: most packets first.
pub fn sorted_ends<S: Copy + Ord + Hash + Send + Sync>(
    report: &Report,
    end: impl Fn(Side) -> Option<S> + Sync,
) -> Vec<(EndKey<S>, Ends)> {
    let Some((finest, pairs)) = report.conversations() else { return Vec::new() };
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
    let merged = parts.reduce(Shards::default, |mut one, two| {
        one.merge(two, |_| {});
        one
    });
    let mut sorted: Vec<_> = merged.shards().iter().flat_map(|shard| shard.entries()).copied().collect();
    sorted.par_sort_unstable_by_key(|((layer, side), ends)| (*layer, Reverse(ends.all.packets), *side));
    sorted
}

fn rows(report: &Report) -> Rows<'_> {
    Rows::from_list(sorted_ends(report, Some), |((layer, (address, port)), ends), row| {
        row.push(Cell::Text(layer.name()));
        row.push(address.cell());
        row.push(Cell::integer(*port));
        for direction in [ends.all, ends.tx, ends.rx] {
            row.push(Cell::Integer(direction.packets));
            row.push(Cell::Integer(direction.wire_bytes));
        }
        row.push(Cell::Integer(ends.conversations));
    })
}
