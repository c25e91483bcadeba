//! `endpoints`: every address (and port) of each layer, with what it sent and received.

use super::cell::Cell;
use super::endpoint_counts::{self, EndpointKey};
use super::layers::Address;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;

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
    column("layer", ColumnType::Text, "eth, ipv4, ipv6, tcp, udp or sctp"),
    column("address", ColumnType::Text, "the address"),
    column("port", ColumnType::Integer, "the port; empty below the transport layer"),
    column("packets", ColumnType::Integer, "packets sent or received; one to itself counts once"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire, whole frames"),
    column("tx_packets", ColumnType::Integer, "packets sent"),
    column("tx_wire_bytes", ColumnType::Integer, "their bytes on the wire"),
    column("rx_packets", ColumnType::Integer, "packets received"),
    column("rx_wire_bytes", ColumnType::Integer, "their bytes on the wire"),
    column("conversations", ColumnType::Integer, "rows of conversations that it takes part in"),
];

fn rows(report: &Report) -> Rows<'_> {
    let end = |layer, (address, port)| Some(EndpointKey::new(layer, Some(address), port));
    endpoint_counts::rows(report, end, |end, ends, row| {
        row.push(Cell::Text(end.layer().name()));
        row.push(end.address().map_or(Cell::Empty, Address::cell));
        row.push(Cell::integer(end.port()));
        for volume in [ends.all(), ends.tx, ends.rx] {
            row.push(Cell::Integer(volume.packets));
            row.push(Cell::Integer(volume.wire_bytes));
        }
        row.push(Cell::Integer(ends.conversations));
    })
}
