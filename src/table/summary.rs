//! `summary`: one row per input, what capinfos says of it.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::report::{Report, Status};
use crate::tally::Needs;

/// Bytes on the wire that no link carries in a packet: the longest snaplen of libpcap. Lengths above it
/// come from damage or forgery.
pub const LONGEST_PACKET: u64 = 262_144;

/// The table.
pub static TABLE: Table = Table {
    name: "summary",
    about: "each input in one row: status, format, packets, bytes, times, rates",
    columns: COLUMNS,
    needs: Needs::NOTHING,
    content: Content::View(|report| Rows {
        count: 1,
        fill: Box::new(move |_, row| fill(report, row)),
    }),
};

columns! {
    fn fill(report: &Report) {
        let totals = &report.tallies.totals;
        let counts = totals.counts;
        let read = report.status < Status::Unreadable;
        let number = |value: u64| if read { Cell::Integer(value) } else { Cell::Empty };
        let (packets, wire_bytes) = (u128::from(counts.packets), u128::from(counts.wire_bytes));
        let nanoseconds = totals.time_extent().map_or(0, |(earliest, latest)| {
            (latest.total_nanoseconds() - earliest.total_nanoseconds()).unsigned_abs()
        });
        let per_second = |value: u128| match value.checked_mul(1_000_000_000) {
            Some(scaled) => Cell::quotient(scaled, nanoseconds),
            None => Cell::Empty,
        };
    }
    status: Text, "ok, cut_short, damaged or unreadable" => Cell::Made(report.status.to_string());
    format: Text, "pcap or a variant of it (pcap-ns, pcap-aix, ...), pcapng, snoop or shomiti" =>
        Cell::Made(report.formats.join("+"));
    compression: Text, "gzip, zstd, lz4, xz or bzip2; empty if none" =>
        Cell::Made(report.compressions.join("+"));
    link_types: Text, "link types of the packets, joined by + in order of first use" =>
        Cell::LinkTypes(report.link_types());
    interfaces: Integer "interfaces", "interfaces that the file describes" =>
        number(report.walked.described.count);
    file_bytes: Integer "bytes", "length of the file" => Cell::integer(report.file_bytes);
    packets: Integer "packets", "packets read" => number(counts.packets);
    captured_bytes: Integer "bytes", "captured length of all packets" =>
        number(counts.captured_bytes);
    wire_bytes: Integer "bytes", "original length of all packets" => number(counts.wire_bytes);
    truncated_packets: Integer "packets", "packets captured shorter than they were on the wire" =>
        number(totals.truncated_packets);
    earliest_time: Time, "least timestamp" =>
        Cell::time(totals.time_extent().map(|(earliest, _)| earliest));
    latest_time: Time, "greatest timestamp" =>
        Cell::time(totals.time_extent().map(|(_, latest)| latest));
    duration_s: Decimal "s", "latest_time - earliest_time" => Cell::duration(totals.time_extent());
    packets_per_s: Decimal "packets/s", "packets / duration_s" => per_second(packets);
    wire_bits_per_s: Decimal "bits/s", "8 * wire_bytes / duration_s" => per_second(wire_bytes * 8);
    mean_wire_bytes: Decimal "bytes", "wire_bytes / packets" => Cell::quotient(wire_bytes, packets);
    min_wire_bytes: Integer "bytes", "original length of the shortest packet" =>
        Cell::integer(totals.wire_extent().map(|(least, _)| least));
    max_wire_bytes: Integer "bytes", "original length of the longest packet" =>
        Cell::integer(totals.wire_extent().map(|(_, greatest)| greatest));
    strict_time_order: Boolean, "false if a packet is earlier than the one before it" =>
        if read { Cell::Boolean(!totals.out_of_order) } else { Cell::Empty };
    problem_packets: Integer "packets", "packets with a problem" =>
        number(totals.problem_packets);
    error: Text, "why the input could not be read to its end" =>
        Cell::text(report.error.as_deref());
}
