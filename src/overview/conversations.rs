//! The busiest conversations: those of transports, or of addresses if there are none.

use super::rows::{Row, View};
use crate::report::Report;
use crate::terminal::grid::{Grid, Side};
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bytes, count, duration};
use std::cmp::Reverse;

/// Longest list that anybody reads.
const MOST: usize = 40;

/// Layers, in groups: the first group with any conversation is shown.
const GROUPS: [&[&str]; 3] = [&["tcp", "udp", "sctp"], &["ipv4", "ipv6"], &["eth"]];

/// All layers, in the order of the table's rows.
const LAYERS: [&str; 6] = ["eth", "ipv4", "ipv6", "tcp", "udp", "sctp"];

pub(super) fn rows(report: &Report) -> usize {
    busiest(report, MOST).0.len()
}

/// The busiest conversations, and the number of all in their layers.
fn busiest(report: &Report, most: usize) -> (Vec<Row>, usize) {
    let Some(table) = View::of(report, "conversations") else { return (Vec::new(), 0) };
    // Rows are sorted by layer, then most packets first.
    let begin = |layer: usize| {
        let place = |row: &Row| {
            let layer = row.text("layer");
            LAYERS.iter().position(|known| *known == layer).unwrap_or(LAYERS.len())
        };
        let (mut low, mut high) = (0, table.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if table.row(middle).is_some_and(|row| place(&row) < layer) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    };
    for group in GROUPS {
        let (mut rows, mut all) = (Vec::new(), 0);
        for (number, layer) in LAYERS.iter().enumerate() {
            if group.contains(layer) {
                let (first, end) = (begin(number), begin(number + 1));
                all += end - first;
                rows.extend((first..end.min(first + most)).filter_map(|at| table.row(at)));
            }
        }
        if !rows.is_empty() {
            rows.sort_by_key(|row| Reverse(row.number("packets")));
            rows.truncate(most);
            return (rows, all);
        }
    }
    (Vec::new(), 0)
}

pub(super) fn lines(report: &Report, columns: usize, most: usize) -> Vec<Line> {
    let (rows, all) = busiest(report, most);
    let mut grid = Grid::new(&[Side::Left, Side::Left, Side::Right, Side::Right, Side::Right], 0);
    let more = all - rows.len();
    let heading = if more > 0 {
        format!("{} more: -t conversations", count(more as u64))
    } else {
        String::new()
    };
    let faint = |text: &str| Line::of(Style::Faint, text);
    grid.push(vec![
        Line::of(Style::Heading, "Conversations ").with(Style::Faint, &heading),
        Line::new(),
        faint("packets"),
        faint("bytes"),
        faint("time"),
    ]);
    for row in rows {
        let application = row.text("application");
        let kind = if application.is_empty() { row.text("layer") } else { application };
        let time = row.nanoseconds("duration_s").filter(|time| *time > 0);
        let time = time.map(duration).unwrap_or_default();
        grid.push(vec![
            Line::of(Style::Plain, " ")
                .with(Style::Plain, &row.endpoint("address_a", "port_a"))
                .with(Style::Faint, " ↔ ")
                .with(Style::Plain, &row.endpoint("address_b", "port_b")),
            Line::of(Style::Graph, &kind),
            Line::of(Style::Plain, &count(row.number("packets"))),
            Line::of(Style::Plain, &bytes(row.number("wire_bytes"))),
            Line::of(Style::Faint, &time),
        ]);
    }
    grid.lines(columns, true)
}
