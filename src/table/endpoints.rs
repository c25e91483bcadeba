//! `endpoints`: every address (and port) of each layer, with what it sent and received.

use super::cell::Cell;
use super::layers::{Layer, Side, talks};
use super::{Column, Content, FILE, Kind, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::flow::{Direction, Flow};
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

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

    fn merge(&mut self, other: &Ends) {
        self.add(other.all, other.tx, other.rx, other.conversations);
    }
}

/// Counts a conversation at both of its ends, once where they are the same.
fn count<K: Eq + Hash>(ends: &mut HashMap<K, Ends>, low: K, high: K, flow: &Flow) {
    let (from_low, from_high) = (flow.from_low(), flow.from_high());
    let all = from_low.plus(from_high);
    if low == high {
        ends.entry(low).or_default().add(all, all, all, 1);
    } else {
        ends.entry(low).or_default().add(all, from_low, from_high, 1);
        ends.entry(high).or_default().add(all, from_high, from_low, 1);
    }
}

/// The ends of all conversations of a report, by what `ends` says of each conversation's sides.
pub fn ends_by<K: Eq + Hash + Send>(
    report: &Report,
    ends: impl Fn(Layer, Side, Side) -> Option<(K, K)> + Sync,
) -> Vec<(K, Ends)> {
    let Some((finest, pairs)) = report.conversations() else { return Vec::new() };
    let merged = talks(finest, pairs)
        .par_iter()
        .fold(HashMap::new, |mut map, talk| {
            let (low, high) = talk.sides();
            if let Some((low, high)) = ends(talk.layer, low, high) {
                count(&mut map, low, high, talk.flow());
            }
            map
        })
        .reduce(HashMap::new, |one, two| {
            let (mut more, fewer) = if one.len() >= two.len() { (one, two) } else { (two, one) };
            for (key, ends) in fewer {
                more.entry(key).or_default().merge(&ends);
            }
            more
        });
    merged.into_iter().collect()
}

fn rows(report: &Report) -> Rows<'_> {
    let mut sorted = ends_by(report, |layer, low, high| Some(((layer, low), (layer, high))));
    sorted.par_sort_unstable_by_key(|((layer, side), ends)| (*layer, Reverse(ends.all.packets), *side));
    Rows::from_list(sorted, |((layer, (address, port)), ends), row| {
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
