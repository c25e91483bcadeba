//! The view of `packets`: who sent what to whom, a line each, as tcpdump shows it.

use super::{Kind, Row};
use crate::terminal::grid::Side;
use crate::terminal::line::{Line, Style};

pub(super) const KIND: Kind = Kind {
    table: "packets",
    columns: &[
        ("packet", Side::Right, 0),
        ("time (UTC)", Side::Left, 4),
        ("source → destination", Side::Left, 0),
        ("protocol", Side::Left, 0),
        ("bytes", Side::Right, 0),
        ("payload", Side::Right, 1),
        ("flags", Side::Left, 2),
        ("problem", Side::Left, 3),
    ],
    yields: 2,
    of_files: false,
    row: packet,
};

fn packet(row: &Row<'_>) -> Vec<Line> {
    let (from, to) = match row.text("src_ip") {
        "" => (row.side("src_mac", ""), row.side("dst_mac", "")),
        _ => (row.side("src_ip", "src_port"), row.side("dst_ip", "dst_port")),
    };
    let pair = match from.is_empty() && to.is_empty() {
        true => Line::new(),
        false => from.with(Style::Faint, " → ").then(to),
    };
    // The time of day in microseconds.
    let time = row.text("time").get(11..26).unwrap_or_default();
    let protocol = row.text("protocols").rsplit(':').next().unwrap_or_default();
    vec![
        Line::of(Style::Faint, row.text("packet")),
        Line::of(Style::Plain, time),
        pair,
        Line::of(Style::Graph, protocol),
        Line::of(Style::Plain, row.text("wire_bytes")),
        Line::of(Style::Faint, row.text("payload_bytes")),
        Line::of(Style::Plain, row.text("tcp_flags")),
        Line::of(Style::Notable, row.text("problem")),
    ]
}
