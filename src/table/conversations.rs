//! `conversations`: unordered pairs of addresses (and ports) of each layer, A being who sent the
//! first packet.

use super::cell::Cell;
use super::layers::{Conversation, ConversationId, Layer, Layers};
use super::order::Sorted;
use super::row::RowBuffer;
use super::{AHEAD, Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "conversations",
    about: "who talked to whom, for each of eth, ipv4, ipv6, tcp, udp and sctp",
    columns: COLUMNS,
    needs: Needs { conversations: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("layer", ColumnType::Text, "eth, ipv4, ipv6, tcp, udp or sctp"),
    column("address_a", ColumnType::Text, "who sent the first packet"),
    column("port_a", ColumnType::Integer, "A's port; empty below the transport layer"),
    column("address_b", ColumnType::Text, "the other side"),
    column("port_b", ColumnType::Integer, "B's port; empty below the transport layer"),
    column("packets", ColumnType::Integer, "packets in both directions"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire, whole frames"),
    column("packets_a_to_b", ColumnType::Integer, "packets that A sent"),
    column("wire_bytes_a_to_b", ColumnType::Integer, "their bytes on the wire"),
    column("payload_bytes_a_to_b", ColumnType::Integer, "their transport payload"),
    column("packets_b_to_a", ColumnType::Integer, "packets that B sent"),
    column("wire_bytes_b_to_a", ColumnType::Integer, "their bytes on the wire"),
    column("payload_bytes_b_to_a", ColumnType::Integer, "their transport payload"),
    column("first_packet", ColumnType::Integer, "number of the first packet"),
    column("first_time", ColumnType::Time, "least time stamp"),
    column("last_time", ColumnType::Time, "greatest time stamp"),
    column("duration_s", ColumnType::Decimal, "seconds between them"),
];

/// A conversation, and what it is sorted by: layer and packets, then when it began.
#[derive(Clone, Copy)]
struct Ranked {
    order: u64,
    rank: u64,
    id: ConversationId,
}

fn rows(report: &Report) -> Rows<'_> {
    let Some(layers) = Layers::of(report) else { return Rows::none() };
    let lists = layers.collect(Vec::new, |list, id, conversation| {
        let flow = conversation.flow();
        list.push(Ranked { order: id.layer.order(flow.packets()), rank: flow.rank(), id });
    });
    let sorted = Sorted::of(lists, |ranked| (ranked.order, ranked.rank));
    let count = sorted.len();
    let rows = move |number: usize, row: &mut RowBuffer| {
        if let Some(ahead) = sorted.get(number + AHEAD) {
            layers.prefetch(&ahead.id);
        }
        let id = sorted.get(number).map(|ranked| ranked.id);
        if let Some((id, conversation)) = id.and_then(|id| Some((id, layers.get(&id)?))) {
            fill(id.layer, &conversation, row);
        }
    };
    Rows { count, fill: Box::new(rows) }
}

fn fill(layer: Layer, conversation: &Conversation<'_>, row: &mut RowBuffer) {
    let flow = conversation.flow();
    let (low, high) = conversation.sides();
    let (from_low, from_high) = (flow.from_low(), flow.from_high());
    let (a, b, a_to_b, b_to_a) = if flow.high_began() {
        (high, low, from_high, from_low)
    } else {
        (low, high, from_low, from_high)
    };
    row.push(Cell::Text(layer.name()));
    for (address, port) in [a, b] {
        row.push(address.cell());
        row.push(Cell::integer(port));
    }
    row.push(Cell::Integer(flow.packets()));
    row.push(Cell::Integer(a_to_b.wire_bytes + b_to_a.wire_bytes));
    for direction in [a_to_b, b_to_a] {
        row.push(Cell::Integer(direction.packets));
        row.push(Cell::Integer(direction.wire_bytes));
        row.push(Cell::Integer(direction.payload_bytes));
    }
    row.push(Cell::Integer(flow.first_packet() + 1));
    let extent = flow.time_extent();
    row.push(Cell::time(extent.map(|(earliest, _)| earliest)));
    row.push(Cell::time(extent.map(|(_, latest)| latest)));
    row.push(Cell::duration(extent));
}
