//! `protocols`: the protocol hierarchy, a row for every prefix of every path, in tree order.

use super::cell::Cell;
use super::{Column, Content, FILE, Kind, NOTHING, Rows, Table, column};
use crate::dissect::protocol::Path;
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::totals::Counts;
use std::collections::HashMap;

/// The table.
pub static TABLE: Table = Table {
    name: "protocols",
    about: "the protocol hierarchy: packets and bytes at every prefix of every protocol path",
    columns: COLUMNS,
    needs: Needs { paths: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("protocols", Kind::Text, "the path from the outermost layer, e.g. eth:vlan:ip:udp"),
    column("protocol", Kind::Text, "the last layer of the path"),
    column("depth", Kind::Integer, "how many layers the path has"),
    column("packets", Kind::Integer, "packets whose path begins so"),
    column("captured_bytes", Kind::Integer, "their captured bytes, whole frames"),
    column("wire_bytes", Kind::Integer, "their bytes on the wire, whole frames"),
];

fn rows(report: &Report) -> Rows<'_> {
    let mut nodes: HashMap<Path, Counts> = HashMap::new();
    for (path, counts) in report.tallies.paths.iter().flat_map(|tally| &tally.paths) {
        for depth in 1..=path.layers().len() {
            nodes.entry(path.prefix(depth)).or_default().merge(*counts);
        }
    }
    let mut sorted: Vec<_> = nodes.into_iter().collect();
    sorted.sort_by_cached_key(|(path, _)| path.layers().iter().map(ToString::to_string).collect::<Vec<_>>());
    Rows::from_list(sorted, |(path, counts), row| {
        row.push(Cell::Path(path.layers()));
        row.push(path.last().map_or(Cell::Empty, Cell::Protocol));
        row.push(Cell::Integer(path.layers().len() as u64));
        row.push(Cell::Integer(counts.packets));
        row.push(Cell::Integer(counts.captured_bytes));
        row.push(Cell::Integer(counts.wire_bytes));
    })
}
