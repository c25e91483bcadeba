//! `intervals`: packets by time, in buckets aligned to multiples of the interval since 1970.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "intervals",
    about: "packets and bytes by time (--interval); only buckets with packets have a row",
    columns: COLUMNS,
    needs: Needs { intervals: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column(
        "start_time",
        ColumnType::Time,
        "when the bucket begins; empty for packets without a time stamp",
    ),
    column("packets", ColumnType::Integer, "packets in the bucket"),
    column("captured_bytes", ColumnType::Integer, "their captured bytes"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire"),
    column(
        "tcp_packets",
        ColumnType::Integer,
        "those whose innermost IP layer carries TCP with ports",
    ),
    column(
        "udp_packets",
        ColumnType::Integer,
        "those whose innermost IP layer carries UDP with ports",
    ),
    column("other_packets", ColumnType::Integer, "all others"),
];

fn rows(report: &Report) -> Rows<'_> {
    let buckets = report.tallies.intervals.as_ref().map(|tally| tally.sorted()).unwrap_or_default();
    Rows::from_list(buckets, |(start, bucket), row| {
        row.push(Cell::time(*start));
        row.push(Cell::Integer(bucket.counts.packets));
        row.push(Cell::Integer(bucket.counts.captured_bytes));
        row.push(Cell::Integer(bucket.counts.wire_bytes));
        row.push(Cell::Integer(bucket.tcp_packets));
        row.push(Cell::Integer(bucket.udp_packets));
        row.push(Cell::Integer(bucket.counts.packets - bucket.tcp_packets - bucket.udp_packets));
    })
}
