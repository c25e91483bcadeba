//! `ports`: every port of each transport. A packet counts at its source and at its destination
//! port, once when they are equal.

use super::cell::Cell;
use super::endpoint_counts::{self, EndpointCounts, EndpointKey};
use super::{Content, Rows, Table, columns};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "ports",
    about: "every port of tcp, udp and sctp: packets and bytes from and to it",
    columns: COLUMNS,
    needs: Needs { conversations: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(endpoint: &EndpointKey, counts: &EndpointCounts) {
        let all = counts.all();
    }
    transport: Text, "tcp, udp or sctp" => Cell::Text(endpoint.layer().name());
    port: Integer, "port number" => Cell::integer(endpoint.port());
    packets: Integer "packets", "packets from or to the port; one with both equal counts once" =>
        Cell::Integer(all.packets);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(all.wire_bytes);
    payload_bytes: Integer "bytes", "transport payload of these packets" =>
        Cell::Integer(counts.payload_bytes);
    tx_packets: Integer "packets", "packets with this source port" =>
        Cell::Integer(counts.tx.packets);
    rx_packets: Integer "packets", "packets with this destination port" =>
        Cell::Integer(counts.rx.packets);
    conversations: Integer "conversations", "conversations that use the port" =>
        Cell::Integer(counts.conversations);
}

fn rows(report: &Report) -> Rows<'_> {
    let end = |layer, (_, port): (_, Option<u16>)| {
        port.map(|port| EndpointKey::new(layer, None, Some(port)))
    };
    endpoint_counts::rows(report, end, fill)
}
