//! View of the protocol hierarchy: a tree with shares and bars.

use super::{Kind, Row};
use crate::terminal::graph::bar;
use crate::terminal::grid::Side;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::share;

pub(super) const KIND: Kind = Kind {
    table: "protocols",
    columns: &[
        ("protocol", Side::Left, 0),
        ("packets", Side::Right, 0),
        ("share", Side::Left, 2),
        ("", Side::Right, 0),
        ("captured", Side::Right, 1),
        ("bytes", Side::Right, 0),
    ],
    yields: 0,
    of_files: false,
    row: protocol,
};

fn protocol(row: &Row<'_>) -> Vec<Line> {
    /// Deeper branches are not indented further.
    const DEEPEST: u64 = 20;
    let bars = (row.screen.columns / 6).clamp(8, 30);
    let packets = row.number("packets");
    let indent = " ".repeat(row.number("depth").saturating_sub(1).min(DEEPEST) as usize * 2);
    vec![
        Line::of(Style::Plain, &indent).with(Style::Strong, row.text("protocol")),
        row.count("packets"),
        Line::of(Style::Graph, &bar(packets, row.whole, bars)).padded(bars),
        Line::of(Style::Plain, &share(packets, row.whole)),
        row.bytes("captured_bytes", Style::Faint),
        row.bytes("wire_bytes", Style::Plain),
    ]
}
