//! `intervals`: packets by time, in buckets aligned to multiples of the interval since 1970.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::capture::time::Timestamp;
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::intervals::Bucket;

/// The table.
pub static TABLE: Table = Table {
    name: "intervals",
    about: "packets and bytes by time (--interval); only buckets with packets have a row",
    columns: COLUMNS,
    needs: Needs { intervals: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(start: Option<Timestamp>, bucket: &Bucket) {
        let counts = bucket.counts;
    }
    start_time: Time, "start of the interval; empty for packets without a timestamp" =>
        Cell::time(start);
    packets: Integer "packets", "packets in the interval" => Cell::Integer(counts.packets);
    captured_bytes: Integer "bytes", "captured length of these packets" =>
        Cell::Integer(counts.captured_bytes);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(counts.wire_bytes);
    tcp_packets: Integer "packets", "packets whose innermost IP layer carries TCP with ports" =>
        Cell::Integer(bucket.tcp_packets);
    udp_packets: Integer "packets", "packets whose innermost IP layer carries UDP with ports" =>
        Cell::Integer(bucket.udp_packets);
    other_packets: Integer "packets", "all other packets" =>
        Cell::Integer(counts.packets.saturating_sub(bucket.tcp_packets + bucket.udp_packets));
}

fn rows(report: &Report) -> Rows<'_> {
    let buckets = report.tallies.intervals.as_ref().map(|tally| tally.sorted()).unwrap_or_default();
    Rows::from_list(buckets, |(start, bucket), row| fill(*start, bucket, row))
}
