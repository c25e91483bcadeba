//! Conversations computed from the rows of `packets`, and endpoints and ports computed from
//! conversations.
//!
//! A row of `packets` has the outer MAC and the innermost IP addresses. If no packet of a capture
//! is tunnelled, the conversations computed from the rows equal the table. Otherwise they are a
//! part of it.

use crate::cells::{Csv, PacketRow, Row, billionths};
use crate::reading::Reading;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// The layers in the order of the rows.
const LAYERS: [&str; 6] = ["eth", "ipv4", "ipv6", "tcp", "udp", "sctp"];

/// Address and port as text.
type Side = (String, String);

/// Packets, bytes and payload of a conversation, A to B and then B to A.
type Counts = [u64; 6];

#[derive(Debug, PartialEq)]
struct Talk {
    layer: usize,
    a: Side,
    b: Side,
    counts: Counts,
    first_packet: u64,
    times: Option<(i128, i128)>,
}

impl Talk {
    fn of(row: Row<'_>) -> Talk {
        let layer =
            LAYERS.iter().position(|layer| *layer == row.text("layer")).expect("a known layer");
        let side = |address, port| (row.text(address).to_string(), row.text(port).to_string());
        let counts = row.numbers([
            "packets_a_to_b",
            "wire_bytes_a_to_b",
            "payload_bytes_a_to_b",
            "packets_b_to_a",
            "wire_bytes_b_to_a",
            "payload_bytes_b_to_a",
        ]);
        assert_eq!(
            row.numbers(["packets", "wire_bytes"]),
            [counts[0] + counts[3], counts[1] + counts[4]]
        );
        let times = row.time("first_time").zip(row.time("last_time"));
        // A time beyond the year 9999 is not shown, so a duration may stand without its times.
        if let Some((first, last)) = times {
            assert_eq!(billionths(row.text("duration_s")), Some(last - first));
        }
        let (a, b) = (side("address_a", "port_a"), side("address_b", "port_b"));
        Talk { layer, a, b, counts, first_packet: row.number("first_packet"), times }
    }

    fn packets(&self) -> u64 {
        self.counts[0] + self.counts[3]
    }

    fn key(&self) -> (usize, Side, Side) {
        let (one, two) = (self.a.clone(), self.b.clone());
        (self.layer, one.clone().min(two.clone()), one.max(two))
    }

    fn add(&mut self, source: &Side, row: &PacketRow, payload_bytes: u64) {
        let direction = if *source == self.a { 0 } else { 3 };
        for (count, value) in
            self.counts[direction..].iter_mut().zip([1, row.wire_bytes, payload_bytes])
        {
            *count += value;
        }
        if let Some(time) = row.time {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
    }
}

fn talks(reading: &Reading) -> Vec<Talk> {
    Csv::parse(reading.table("conversations")).rows().map(Talk::of).collect()
}

/// Conversations of a packet according to its row: layer, sender, receiver, payload.
fn of_packet(row: &PacketRow) -> Vec<(usize, Side, Side, u64)> {
    let mut found = Vec::new();
    let known = |(one, two): &(String, String)| !one.is_empty() && !two.is_empty();
    let without_port = |address: &String| (address.clone(), String::new());
    if known(&row.macs) {
        found.push((0, without_port(&row.macs.0), without_port(&row.macs.1), 0));
    }
    if known(&row.ips) {
        let layer = if row.ips.0.contains(':') { 2 } else { 1 };
        let payload = row.payload_bytes.filter(|_| row.ports.is_some()).unwrap_or(0);
        found.push((layer, without_port(&row.ips.0), without_port(&row.ips.1), payload));
        if let Some((source, destination)) = row.ports {
            let transport = row.transport().expect("ports belong to a transport");
            let layer = LAYERS.iter().position(|layer| *layer == transport).expect("a known layer");
            let side = |address: &String, port: u16| (address.clone(), port.to_string());
            found.push((layer, side(&row.ips.0, source), side(&row.ips.1, destination), payload));
        }
    }
    found
}

pub fn conversations(reading: &Reading, packets: &[PacketRow]) {
    let mut made: HashMap<(usize, Side, Side), Talk> = HashMap::new();
    for row in packets {
        for (layer, source, destination, payload_bytes) in of_packet(row) {
            let first = Talk {
                layer,
                a: source.clone(),
                b: destination,
                counts: Counts::default(),
                first_packet: row.packet,
                times: None,
            };
            made.entry(first.key()).or_insert(first).add(&source, row, payload_bytes);
        }
    }
    let found = talks(reading);
    assert!(
        found.is_sorted_by_key(|talk| (talk.layer, Reverse(talk.packets()), talk.first_packet)),
        "rows out of order"
    );
    if packets.iter().all(PacketRow::tells_all_addresses) {
        let mut made: Vec<Talk> = made.into_values().collect();
        made.sort_by_key(|talk| (talk.layer, Reverse(talk.packets()), talk.first_packet));
        let difference = found.iter().zip(&made).find(|(found, made)| found != made);
        assert!(difference.is_none(), "found and made of packets: {difference:#?}");
        assert_eq!(found.len(), made.len(), "conversations");
        return;
    }
    let found: HashMap<_, _> = found.into_iter().map(|talk| (talk.key(), talk)).collect();
    for (key, made) in made {
        let found = found.get(&key).unwrap_or_else(|| panic!("missing: {made:#?}"));
        let bytes = |talk: &Talk| talk.counts[1] + talk.counts[4];
        let enough = found.packets() >= made.packets() && bytes(found) >= bytes(&made);
        assert!(
            enough && found.first_packet <= made.first_packet,
            "less than its packets: {found:#?}, {made:#?}"
        );
    }
}

/// Addresses in the order of their values, not of their text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    Mac(String),
    Ip(IpAddr),
}

type End = (usize, Address, Option<u16>);

fn end(layer: usize, (address, port): &Side) -> End {
    let address =
        address.parse().map(Address::Ip).unwrap_or_else(|_| Address::Mac(address.clone()));
    (layer, address, port.parse().ok())
}

/// Packets, bytes and payload: all, sent, received; and conversations.
type Ends = [u64; 10];

/// Counts every conversation at both of its ends, or once if they are the same.
fn ends<K: Ord>(talks: &[Talk], end: impl Fn(usize, &Side) -> K) -> Vec<(K, Ends)> {
    let mut ends: BTreeMap<K, Ends> = BTreeMap::new();
    for talk in talks {
        let (a, b) = (end(talk.layer, &talk.a), end(talk.layer, &talk.b));
        let [a_to_b, b_to_a] =
            [0, 3].map(|at| [talk.counts[at], talk.counts[at + 1], talk.counts[at + 2]]);
        let all = [0, 1, 2].map(|at| a_to_b[at] + b_to_a[at]);
        let mut add = |end, sent: [u64; 3], received: [u64; 3]| {
            let values = [&all[..], &sent, &received, &[1]].concat();
            ends.entry(end)
                .or_default()
                .iter_mut()
                .zip(values)
                .for_each(|(sum, value)| *sum += value);
        };
        if a == b {
            add(a, all, all);
        } else {
            add(a, a_to_b, b_to_a);
            add(b, b_to_a, a_to_b);
        }
    }
    ends.into_iter().collect()
}

pub fn endpoints(reading: &Reading) {
    let mut made = ends(&talks(reading), end);
    made.sort_by_key(|((layer, ..), counts)| (*layer, Reverse(counts[0])));
    let made =
        made.into_iter().map(|(key, counts)| (key, [0, 1, 3, 4, 6, 7, 9].map(|at| counts[at])));
    let columns = [
        "packets",
        "wire_bytes",
        "tx_packets",
        "tx_wire_bytes",
        "rx_packets",
        "rx_wire_bytes",
        "conversations",
    ];
    let table = Csv::parse(reading.table("endpoints"));
    let found = table.rows().map(|row| {
        let layer =
            LAYERS.iter().position(|layer| *layer == row.text("layer")).expect("a known layer");
        let side = (row.text("address").to_string(), row.text("port").to_string());
        (end(layer, &side), row.numbers(columns))
    });
    assert_same(found.collect(), made.collect());
}

pub fn ports(reading: &Reading) {
    let over_transport: Vec<Talk> =
        talks(reading).into_iter().filter(|talk| talk.layer >= 3).collect();
    let mut made =
        ends(&over_transport, |layer, (_, port)| (layer, port.parse::<u16>().expect("a port")));
    made.sort_by_key(|((layer, _), counts)| (*layer, Reverse(counts[0])));
    let made = made.into_iter().map(|(key, counts)| (key, [0, 1, 2, 3, 6, 9].map(|at| counts[at])));
    let columns =
        ["packets", "wire_bytes", "payload_bytes", "tx_packets", "rx_packets", "conversations"];
    let table = Csv::parse(reading.table("ports"));
    let found = table.rows().map(|row| {
        let layer = LAYERS
            .iter()
            .position(|layer| *layer == row.text("transport"))
            .expect("a known transport");
        ((layer, row.number("port") as u16), row.numbers(columns))
    });
    assert_same(found.collect(), made.collect());
}

fn assert_same<T: PartialEq + std::fmt::Debug>(found: Vec<T>, made: Vec<T>) {
    let difference = found.iter().zip(&made).find(|(found, made)| found != made);
    assert!(difference.is_none(), "found and made of conversations: {difference:#?}");
    assert_eq!(found.len(), made.len(), "rows");
}
