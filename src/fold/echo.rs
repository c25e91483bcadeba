//! ICMP and ICMPv6 echo: times and losses of each client, server and identifier (RFC 792, RFC
//! 4443 section 4).
//!
//! A reply belongs to the newest request with its sequence number. The first one answers it, later
//! ones are duplicates. A reply without a request is counted and answers nothing. Headers that ICMP
//! errors quote take no part.

use super::pair::{Pair, addresses};
use super::samples::{Samples, Span};
use super::{Fold, Folded, Position, Settings};
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use crate::engine::memory::Growth;
use crate::saved::number;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Echo requests and replies.
#[derive(Debug)]
pub struct Echo;

static GROWTH: Growth = Growth { entries: "echo requests", advice: "select packets with --filter" };

/// A request or a reply.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(deserialize_with = "number")]
    packet: u64,
    time: Option<Timestamp>,
    key: Key,
    sequence: u16,
    is_reply: bool,
}

/// The client, the server and the identifier.
type Key = (IpAddr, IpAddr, u16);

/// Requests and replies of one client, server and identifier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Exchange {
    /// Sender of the requests.
    pub client: IpAddr,
    /// Sender of the replies.
    pub server: IpAddr,
    /// Identifier in both.
    pub identifier: u16,
    /// Number of requests.
    pub requests: u64,
    /// Number of replies.
    pub replies: u64,
    /// Number of requests that have a reply.
    pub answered: u64,
    /// Number of replies to a request that had one.
    pub duplicates: u64,
    /// Times from a request to its first reply.
    pub round_trips: Samples,
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time.
    pub times: Span,
    /// The newest request of each sequence number: its time, and whether it has a reply.
    newest: HashMap<u16, (Option<Timestamp>, bool), RandomState>,
}

/// Exchanges of one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shard {
    places: HashMap<Key, usize, RandomState>,
    exchanges: Vec<Exchange>,
    /// Requests that are remembered.
    requests: u64,
}

impl Fold for Echo {
    type Record = Record;
    type Shard = Shard;
    type Recent = ();
    const GROWTH: &'static Growth = &GROWTH;

    fn shard(_: &Settings) -> Shard {
        Shard::default()
    }

    #[inline]
    fn records(
        packet: &Packet<'_>,
        _: &Settings,
        (): &mut (),
        mut deal: impl FnMut(usize, Record),
    ) {
        let Some(layer) = packet.innermost_ip() else { return };
        let is_reply = match (layer.protocol, layer.segment.first()) {
            (Some(1), Some(8)) | (Some(58), Some(128)) => false,
            (Some(1), Some(0)) | (Some(58), Some(129)) => true,
            _ => return,
        };
        let Some(&[_, _, _, _, i0, i1, s0, s1]) = layer.segment.first_chunk() else { return };
        let Some((source, destination)) = addresses(layer.addresses) else { return };
        let (client, server) = if is_reply { (destination, source) } else { (source, destination) };
        let record = Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            key: (client, server, u16::from_be_bytes([i0, i1])),
            sequence: u16::from_be_bytes([s0, s1]),
            is_reply,
        };
        deal(Pair::of((client, 0), (server, 0)).0.shard(), record);
    }

    fn apply(shard: &mut Shard, record: &Record, position: Position<'_>) {
        let (client, server, identifier) = record.key;
        let place = *shard.places.entry(record.key).or_insert(shard.exchanges.len());
        if place == shard.exchanges.len() {
            shard.exchanges.push(Exchange {
                client,
                server,
                identifier,
                requests: 0,
                replies: 0,
                answered: 0,
                duplicates: 0,
                round_trips: Samples::default(),
                first_packet: record.packet + position.before,
                times: Span::default(),
                newest: HashMap::default(),
            });
        }
        if let Some(exchange) = shard.exchanges.get_mut(place) {
            let known = exchange.newest.len();
            exchange.apply(record);
            shard.requests += (exchange.newest.len() - known) as u64;
        }
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let exchanges = shard.places.capacity() * (size_of::<(Key, usize)>() + 1)
            + shard.exchanges.capacity() * size_of::<Exchange>();
        // A table of requests is at least 7/16 full.
        let request = size_of::<(u16, (Option<Timestamp>, bool))>() as u64 + 1;
        (shard.requests, exchanges as u64 + shard.requests * request * 16 / 7)
    }
}

impl Exchange {
    fn apply(&mut self, record: &Record) {
        self.times.note(record.time);
        if !record.is_reply {
            self.requests += 1;
            self.newest.insert(record.sequence, (record.time, false));
            return;
        }
        self.replies += 1;
        let Some((asked, has_reply)) = self.newest.get_mut(&record.sequence) else { return };
        if std::mem::replace(has_reply, true) {
            self.duplicates += 1;
            return;
        }
        self.answered += 1;
        self.round_trips.note(*asked, record.time);
    }
}

impl Folded<Echo> {
    /// The exchanges, by their first packet.
    pub fn exchanges(&self) -> Vec<&Exchange> {
        let mut all: Vec<_> = self.shards.iter().flat_map(|shard| &shard.exchanges).collect();
        all.sort_unstable_by_key(|exchange| exchange.first_packet);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(packet: u64, sequence: u16, is_reply: bool) -> Record {
        let time = Timestamp { seconds: 7, nanoseconds: packet as u32 * 1000 };
        let key = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into(), 9);
        Record { packet, time: Some(time), key, sequence, is_reply }
    }

    fn exchange(records: &[Record]) -> Exchange {
        let mut shard = Shard::default();
        records.iter().for_each(|record| Echo::apply(&mut shard, record, Position::default()));
        assert_eq!(shard.exchanges.len(), 1);
        shard.exchanges.remove(0)
    }

    fn extent(exchange: &Exchange) -> (Option<i128>, Option<i128>) {
        (exchange.round_trips.least(), exchange.round_trips.greatest())
    }

    #[test]
    fn the_first_reply_answers_and_later_ones_are_duplicates() {
        let found = exchange(&[
            record(1, 1, false),
            record(2, 2, false),
            record(4, 1, true),
            record(5, 1, true),
            record(6, 3, true),
        ]);
        assert_eq!((found.requests, found.replies, found.answered), (2, 3, 1));
        assert_eq!(
            (found.duplicates, found.round_trips.count, found.round_trips.sum),
            (1, 1, 3000)
        );
        assert_eq!(extent(&found), (Some(3000), Some(3000)));
    }

    #[test]
    fn a_sequence_number_that_wraps_begins_anew() {
        let found = exchange(&[
            record(1, 1, false),
            record(2, 1, true),
            record(3, 1, false),
            record(8, 1, true),
        ]);
        assert_eq!((found.answered, found.duplicates, found.round_trips.sum), (2, 0, 6000));
        assert_eq!(extent(&found), (Some(1000), Some(5000)));
    }
}
