//! `lengths`: packets by their length on the wire, in the ten buckets of tshark's `plen`; all ten
//! rows, always.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::lengths::BUCKETS;

/// The table.
pub static TABLE: Table = Table {
    name: "lengths",
    about: "packets and bytes by length on the wire, in tshark's buckets",
    columns: COLUMNS,
    needs: Needs { lengths: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("from_bytes", ColumnType::Integer, "least length in the bucket"),
    column("to_bytes", ColumnType::Integer, "greatest length in the bucket; empty in the last one"),
    column("packets", ColumnType::Integer, "packets of such a length"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire"),
    column("min_wire_bytes", ColumnType::Integer, "the shortest of them"),
    column("max_wire_bytes", ColumnType::Integer, "the longest of them"),
];

fn rows(report: &Report) -> Rows<'_> {
    let buckets = report.tallies.lengths.unwrap_or_default().buckets;
    Rows::from_list(buckets.into_iter().enumerate().collect(), |(number, bucket), row| {
        let next = BUCKETS.get(number + 1);
        row.push(Cell::integer(BUCKETS.get(*number).copied()));
        row.push(Cell::integer(next.map(|next| next - 1)));
        row.push(Cell::Integer(bucket.packets));
        row.push(Cell::Integer(bucket.wire_bytes));
        row.push(Cell::integer(bucket.extent.map(|(least, _)| least)));
        row.push(Cell::integer(bucket.extent.map(|(_, greatest)| greatest)));
    })
}
