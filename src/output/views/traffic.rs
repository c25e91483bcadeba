//! Views of conversations, endpoints, streams and flows: their ends as `address:port`, human units.

use super::{Kind, Row};
use crate::terminal::grid::Side;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::count;

pub(super) const CONVERSATIONS: Kind = Kind {
    table: "conversations",
    columns: &[
        ("conversation", Side::Left, 0),
        ("layer", Side::Left, 0),
        ("application", Side::Left, 5),
        ("packets", Side::Right, 0),
        ("bytes", Side::Right, 0),
        ("bytes →", Side::Right, 2),
        ("bytes ←", Side::Right, 2),
        ("first packet", Side::Right, 1),
        ("duration", Side::Right, 4),
    ],
    yields: 0,
    of_files: false,
    row: conversation,
};

pub(super) const ENDPOINTS: Kind = Kind {
    table: "endpoints",
    columns: &[
        ("endpoint", Side::Left, 0),
        ("layer", Side::Left, 0),
        ("packets", Side::Right, 0),
        ("bytes", Side::Right, 0),
        ("sent", Side::Right, 2),
        ("received", Side::Right, 2),
        ("conversations", Side::Right, 1),
    ],
    yields: 0,
    of_files: false,
    row: endpoint,
};

pub(super) const STREAMS: Kind = Kind {
    table: "streams",
    columns: &[
        ("stream", Side::Left, 0),
        ("server name", Side::Left, 4),
        ("packets", Side::Right, 6),
        ("bytes", Side::Right, 3),
        ("retrans", Side::Right, 0),
        ("lost", Side::Right, 8),
        ("out of order", Side::Right, 2),
        ("zero win", Side::Right, 5),
        ("initial RTT", Side::Right, 9),
        ("ACK RTT", Side::Right, 7),
        ("duration", Side::Right, 1),
    ],
    yields: 0,
    of_files: false,
    row: stream,
};

pub(super) const FLOWS: Kind = Kind {
    table: "flows",
    columns: &[
        ("flow", Side::Left, 0),
        ("protocol", Side::Left, 0),
        ("application", Side::Left, 4),
        ("packets →", Side::Right, 6),
        ("packets ←", Side::Right, 6),
        ("bytes →", Side::Right, 0),
        ("bytes ←", Side::Right, 0),
        ("end", Side::Left, 1),
        ("duration", Side::Right, 3),
    ],
    yields: 0,
    of_files: false,
    row: flow,
};

fn flow(row: &Row<'_>) -> Vec<Line> {
    let pair = row.side("address_a", "port_a").with(Style::Faint, " ↔ ");
    vec![
        pair.then(row.side("address_b", "port_b")),
        Line::of(Style::Graph, row.text("protocol")),
        Line::of(Style::Graph, row.text("application")),
        row.count("packets_a_to_b"),
        row.count("packets_b_to_a"),
        row.bytes("wire_bytes_a_to_b", Style::Strong),
        row.bytes("wire_bytes_b_to_a", Style::Strong),
        Line::of(Style::Faint, row.text("end")),
        row.duration("duration_s"),
    ]
}

fn conversation(row: &Row<'_>) -> Vec<Line> {
    let pair = row.side("address_a", "port_a").with(Style::Faint, " ↔ ");
    vec![
        pair.then(row.side("address_b", "port_b")),
        Line::of(Style::Graph, row.text("layer")),
        Line::of(Style::Graph, row.text("application")),
        row.count("packets"),
        row.bytes("wire_bytes", Style::Strong),
        row.bytes("wire_bytes_a_to_b", Style::Plain),
        row.bytes("wire_bytes_b_to_a", Style::Plain),
        Line::of(Style::Faint, &count(row.number("first_packet"))),
        row.duration("duration_s"),
    ]
}

fn stream(row: &Row<'_>) -> Vec<Line> {
    let pair = row.side("address_a", "port_a").with(Style::Faint, " ↔ ");
    vec![
        pair.then(row.side("address_b", "port_b")),
        Line::of(Style::Graph, row.text("server_name")),
        row.count("packets"),
        row.bytes("wire_bytes", Style::Plain),
        Line::of(Style::Strong, &count(row.number("retransmissions"))),
        row.count("lost_segments"),
        row.count("out_of_order"),
        row.count("zero_windows"),
        row.duration("initial_rtt_s"),
        row.duration("ack_rtt_mean_s"),
        row.duration("duration_s"),
    ]
}

fn endpoint(row: &Row<'_>) -> Vec<Line> {
    vec![
        row.side("address", "port"),
        Line::of(Style::Graph, row.text("layer")),
        row.count("packets"),
        row.bytes("wire_bytes", Style::Strong),
        row.bytes("tx_wire_bytes", Style::Plain),
        row.bytes("rx_wire_bytes", Style::Plain),
        row.count("conversations"),
    ]
}
