//! `endpoints`: every address (and port) of each layer, with what it sent and received.

use super::cell::Cell;
use super::endpoint_counts::{self, EndpointCounts, EndpointKey};
use super::layers::Address;
use super::{Content, Rows, Table, columns};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "endpoints",
    about: "every address (and port) of each layer: packets and bytes sent and received",
    columns: COLUMNS,
    needs: Needs { conversations: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(endpoint: &EndpointKey, counts: &EndpointCounts) {
        let (all, tx, rx) = (counts.all(), counts.tx, counts.rx);
    }
    layer: Text, "eth, ipv4, ipv6, tcp, udp or sctp" => Cell::Text(endpoint.layer().name());
    address: Text, "MAC, IPv4 or IPv6 address" =>
        endpoint.address().map_or(Cell::Empty, Address::cell);
    port: Integer, "port; empty below the transport layer" => Cell::integer(endpoint.port());
    packets: Integer "packets", "packets sent or received; one sent to itself counts once" =>
        Cell::Integer(all.packets);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(all.wire_bytes);
    tx_packets: Integer "packets", "packets sent" => Cell::Integer(tx.packets);
    tx_wire_bytes: Integer "bytes", "original length of the packets sent" =>
        Cell::Integer(tx.wire_bytes);
    rx_packets: Integer "packets", "packets received" => Cell::Integer(rx.packets);
    rx_wire_bytes: Integer "bytes", "original length of the packets received" =>
        Cell::Integer(rx.wire_bytes);
    conversations: Integer "conversations", "rows of the table conversations with this endpoint" =>
        Cell::Integer(counts.conversations);
}

fn rows(report: &Report) -> Rows<'_> {
    let end = |layer, (address, port)| Some(EndpointKey::new(layer, Some(address), port));
    endpoint_counts::rows(report, end, fill)
}
