//! `ports`: every port of each transport. A packet counts at its source and at its destination
//! port, once when they are equal.

use super::cell::Cell;
use super::endpoint_counts::{self, EndpointKey};
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "ports",
    about: "every port of tcp, udp and sctp: packets and bytes from and to it",
    columns: COLUMNS,
    needs: Needs { conversations: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("transport", ColumnType::Text, "tcp, udp or sctp"),
    column("port", ColumnType::Integer, "the port"),
    column(
        "packets",
        ColumnType::Integer,
        "packets from it or to it; one from it to it counts once",
    ),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire, whole frames"),
    column("payload_bytes", ColumnType::Integer, "their transport payload"),
    column("tx_packets", ColumnType::Integer, "packets from it"),
    column("rx_packets", ColumnType::Integer, "packets to it"),
    column("conversations", ColumnType::Integer, "conversations that use it"),
];

fn rows(report: &Report) -> Rows<'_> {
    let end = |layer, (_, port): (_, Option<u16>)| {
        port.map(|port| EndpointKey::new(layer, None, Some(port)))
    };
    endpoint_counts::rows(report, end, |end, ends, row| {
        let all = ends.all();
        row.push(Cell::Text(end.layer().name()));
        row.push(Cell::integer(end.port()));
        row.push(Cell::Integer(all.packets));
        row.push(Cell::Integer(all.wire_bytes));
        row.push(Cell::Integer(ends.payload_bytes));
        row.push(Cell::Integer(ends.tx.packets));
        row.push(Cell::Integer(ends.rx.packets));
        row.push(Cell::Integer(ends.conversations));
    })
}
