//! `lengths`: packets by their length on the wire, in the ten buckets of tshark's `plen`; all ten
//! rows, always.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::lengths::{BUCKETS, LengthBucket};

/// The table.
pub static TABLE: Table = Table {
    name: "lengths",
    about: "packets and bytes by length on the wire, in tshark's buckets",
    columns: COLUMNS,
    needs: Needs { lengths: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(number: usize, bucket: &LengthBucket) {
        let next = BUCKETS.get(number + 1);
    }
    from_bytes: Integer "bytes", "least length in the bucket" =>
        Cell::integer(BUCKETS.get(number).copied());
    to_bytes: Integer "bytes", "greatest length in the bucket; empty in the last one" =>
        Cell::integer(next.map(|next| next - 1));
    packets: Integer "packets", "packets with such an original length" =>
        Cell::Integer(bucket.packets);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(bucket.wire_bytes);
    min_wire_bytes: Integer "bytes", "original length of the shortest packet" =>
        Cell::integer(bucket.extent.map(|(least, _)| least));
    max_wire_bytes: Integer "bytes", "original length of the longest packet" =>
        Cell::integer(bucket.extent.map(|(_, greatest)| greatest));
}

fn rows(report: &Report) -> Rows<'_> {
    let buckets = report.tallies.lengths.unwrap_or_default().buckets;
    let buckets = buckets.into_iter().enumerate().collect();
    Rows::from_list(buckets, |(number, bucket), row| fill(*number, bucket, row))
}
