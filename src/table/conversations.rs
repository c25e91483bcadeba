//! `conversations`: unordered pairs of addresses (and ports) of each layer, A being who sent the
//! first packet.

use super::cell::Cell;
use super::layers::{Conversation, ConversationId, Layer, Layers};
use super::order::Sorted;
use super::row::RowBuffer;
use super::{AHEAD, Content, Rows, Table, columns};
use crate::dissect::application::Application;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "conversations",
    about: "who talked to whom, for each of eth, ipv4, ipv6, tcp, udp and sctp",
    columns: COLUMNS,
    needs: Needs { conversations: true, applications: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(layer: Layer, conversation: &Conversation<'_>, application: Option<Application>) {
        let flow = conversation.flow();
        let (low, high) = conversation.sides();
        let (from_low, from_high) = (flow.from_low(), flow.from_high());
        let ((address_a, port_a), (address_b, port_b), a_to_b, b_to_a) = if flow.high_began() {
            (high, low, from_high, from_low)
        } else {
            (low, high, from_low, from_high)
        };
        let extent = flow.time_extent();
    }
    layer: Text, "eth, ipv4, ipv6, tcp, udp or sctp" => Cell::Text(layer.name());
    address_a: Text, "address of A, the sender of the first packet" => address_a.cell();
    port_a: Integer, "port of A; empty below the transport layer" => Cell::integer(port_a);
    address_b: Text, "address of B, the other side" => address_b.cell();
    port_b: Integer, "port of B; empty below the transport layer" => Cell::integer(port_b);
    application: Text, "application protocol of the first packet that has one" =>
        Cell::text(application.map(Application::name));
    packets: Integer "packets", "packets in both directions" => Cell::Integer(flow.packets());
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(a_to_b.wire_bytes + b_to_a.wire_bytes);
    packets_a_to_b: Integer "packets", "packets from A to B" => Cell::Integer(a_to_b.packets);
    wire_bytes_a_to_b: Integer "bytes", "original length of the packets from A to B" =>
        Cell::Integer(a_to_b.wire_bytes);
    payload_bytes_a_to_b: Integer "bytes", "transport payload from A to B" =>
        Cell::Integer(a_to_b.payload_bytes);
    packets_b_to_a: Integer "packets", "packets from B to A" => Cell::Integer(b_to_a.packets);
    wire_bytes_b_to_a: Integer "bytes", "original length of the packets from B to A" =>
        Cell::Integer(b_to_a.wire_bytes);
    payload_bytes_b_to_a: Integer "bytes", "transport payload from B to A" =>
        Cell::Integer(b_to_a.payload_bytes);
    first_packet: Integer, "number of the first packet" => Cell::Integer(flow.first_packet() + 1);
    first_time: Time, "least timestamp" => Cell::time(extent.map(|(earliest, _)| earliest));
    last_time: Time, "greatest timestamp" => Cell::time(extent.map(|(_, latest)| latest));
    duration_s: Decimal "s", "last_time - first_time" => Cell::duration(extent);
}

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
            let folds = report.folds.as_ref();
            let application = folds.and_then(|folds| {
                let (transport, pair) = conversation.pair()?;
                folds.application(transport, pair)
            });
            fill(id.layer, &conversation, application, row);
        }
    };
    Rows { count, fill: Box::new(rows) }
}
