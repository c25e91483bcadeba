//! The protocol tree with the share of each: the branches with the most packets.

use super::rows::{Row, View};
use crate::report::Report;
use crate::terminal::graph::bar;
use crate::terminal::grid::{Grid, Side};
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bytes, count, share};

/// Longest list that anybody reads.
const MOST: usize = 40;

/// Paths that are looked at: a hostile capture has millions.
const MOST_PATHS: usize = 10_000;

pub(super) fn rows(report: &Report) -> usize {
    View::of(report, "protocols").map_or(0, |table| table.len().min(MOST))
}

pub(super) fn lines(report: &Report, columns: usize, most: usize) -> Vec<Line> {
    let Some(table) = View::of(report, "protocols") else { return Vec::new() };
    let all: Vec<Row> = table.first(MOST_PATHS).collect();
    let whole = report.tallies.totals.counts.packets;
    // A branch has at least the packets of those above it, so these are always among the chosen.
    let mut order: Vec<(u64, usize)> =
        all.iter().enumerate().map(|(at, row)| (row.number("packets"), at)).collect();
    order.sort_unstable_by_key(|&(packets, at)| (std::cmp::Reverse(packets), at));
    let mut chosen: Vec<usize> = order.into_iter().take(most).map(|(_, at)| at).collect();
    chosen.sort_unstable();
    let mut grid = Grid::new(&[Side::Left, Side::Right, Side::Left, Side::Right, Side::Right], 0);
    let more = table.len() - chosen.len();
    let heading =
        if more > 0 { format!("{} more: -t protocols", count(more as u64)) } else { String::new() };
    let faint = |text: &str| Line::of(Style::Faint, text);
    grid.push(vec![
        Line::of(Style::Heading, "Protocols ").with(Style::Faint, &heading),
        faint("packets"),
        faint("share"),
        Line::new(),
        faint("bytes"),
    ]);
    let bars = (columns / 5).clamp(8, 30);
    for row in chosen.into_iter().filter_map(|at| all.get(at)) {
        let packets = row.number("packets");
        let indent = " ".repeat(row.number("depth").saturating_sub(1).min(20) as usize * 2);
        grid.push(vec![
            Line::of(Style::Plain, &format!(" {indent}{}", row.text("protocol"))),
            Line::of(Style::Plain, &count(packets)),
            Line::of(Style::Graph, &bar(packets, whole, bars)).padded(bars),
            Line::of(Style::Plain, &share(packets, whole)),
            Line::of(Style::Plain, &bytes(row.number("wire_bytes"))),
        ]);
    }
    grid.lines(columns, true)
}
