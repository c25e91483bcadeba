//! `summary`: one row per input, what capinfos says of it.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::{Report, Status};
use crate::table::row::RowBuffer;

/// The table.
pub static TABLE: Table = Table {
    name: "summary",
    about: "each input in one row: status, format, packets, bytes, times, rates",
    columns: COLUMNS,
    needs: NOTHING,
    content: Content::View(|report| Rows {
        count: 1,
        fill: Box::new(move |_, row| fill(report, row)),
    }),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("status", ColumnType::Text, "ok, cut_short, damaged or unreadable"),
    column("format", ColumnType::Text, "pcap, pcap-ns, pcap-modified, pcapng or snoop"),
    column("compression", ColumnType::Text, "gzip, zstd, lz4, xz or bzip2; empty for none"),
    column(
        "link_types",
        ColumnType::Text,
        "the packets' link types, joined by + in order of first use",
    ),
    column("interfaces", ColumnType::Integer, "interfaces that the file describes"),
    column("file_bytes", ColumnType::Integer, "length of the file"),
    column("packets", ColumnType::Integer, "packets read"),
    column("captured_bytes", ColumnType::Integer, "bytes of frames that the file holds"),
    column("wire_bytes", ColumnType::Integer, "bytes of frames as they were on the wire"),
    column(
        "truncated_packets",
        ColumnType::Integer,
        "packets of which less was captured than was on the wire",
    ),
    column("earliest_time", ColumnType::Time, "least time stamp"),
    column("latest_time", ColumnType::Time, "greatest time stamp"),
    column("duration_s", ColumnType::Decimal, "seconds from the earliest to the latest time"),
    column("packets_per_s", ColumnType::Decimal, "packets / duration"),
    column("wire_bits_per_s", ColumnType::Decimal, "8 * wire_bytes / duration"),
    column("mean_wire_bytes", ColumnType::Decimal, "wire_bytes / packets"),
    column("min_wire_bytes", ColumnType::Integer, "shortest packet on the wire"),
    column("max_wire_bytes", ColumnType::Integer, "longest packet on the wire"),
    column(
        "strict_time_order",
        ColumnType::Boolean,
        "false when a packet is earlier than the one before it",
    ),
    column("problem_packets", ColumnType::Integer, "packets with a row in problems"),
    column("error", ColumnType::Text, "what is wrong with the input"),
];

fn fill(report: &Report, row: &mut RowBuffer) {
    let totals = &report.tallies.totals;
    let counts = totals.counts;
    let read = report.status != Status::Unreadable;
    let number = |value: u64| if read { Cell::Integer(value) } else { Cell::Empty };
    let (packets, wire_bytes) = (u128::from(counts.packets), u128::from(counts.wire_bytes));
    let nanoseconds = totals.time_extent.map_or(0, |(earliest, latest)| {
        (latest.total_nanoseconds() - earliest.total_nanoseconds()).unsigned_abs()
    });
    let per_second = |value: u128| match value.checked_mul(1_000_000_000) {
        Some(scaled) => Cell::quotient(scaled, nanoseconds),
        None => Cell::Empty,
    };

    row.push(Cell::Made(report.status.to_string()));
    row.push(Cell::Made(report.formats.join("+")));
    row.push(Cell::Made(report.compressions.join("+")));
    row.push(Cell::LinkTypes(report.link_types()));
    row.push(number(report.described().count() as u64));
    row.push(Cell::integer(report.file_bytes));
    row.push(number(counts.packets));
    row.push(number(counts.captured_bytes));
    row.push(number(counts.wire_bytes));
    row.push(number(totals.truncated_packets));
    row.push(Cell::time(totals.time_extent.map(|(earliest, _)| earliest)));
    row.push(Cell::time(totals.time_extent.map(|(_, latest)| latest)));
    row.push(Cell::duration(totals.time_extent));
    row.push(per_second(packets));
    row.push(per_second(wire_bytes * 8));
    row.push(Cell::quotient(wire_bytes, packets));
    row.push(Cell::integer(totals.wire_extent.map(|(least, _)| least)));
    row.push(Cell::integer(totals.wire_extent.map(|(_, greatest)| greatest)));
    row.push(if read { Cell::Boolean(!totals.out_of_order) } else { Cell::Empty });
    row.push(number(totals.problem_packets));
    row.push(report.error.as_deref().map_or(Cell::Empty, Cell::Text));
}
