//! `ranges`: how the work was cut. The one table with columns that measure the run and differ from
//! run to run.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::engine::RangeStats;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "ranges",
    about: "how the capture was cut: each range's packets, bytes, worker and time",
    columns: COLUMNS,
    needs: Needs { ranges: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(number: u64, first_packet: u64, range: &RangeStats) {
        let seconds = |nanoseconds: u128| {
            i128::try_from(nanoseconds).map_or(Cell::Empty, Cell::Billionths)
        };
    }
    range: Integer, "number of the range, from 0" => Cell::Integer(number);
    first_packet: Integer, "number of its first packet" => Cell::Integer(first_packet);
    packets: Integer "packets", "packets that begin in it" => Cell::Integer(range.packets);
    offset: Integer "bytes", "offset of its first record" => Cell::Integer(range.offset);
    bytes: Integer "bytes", "distance to the first record of the next range" =>
        Cell::Integer(range.bytes);
    worker: Integer, "worker that read it, from 0" => Cell::Integer(range.worker as u64);
    start_s: Decimal "s", "time from the start of the program" => seconds(range.start_nanoseconds);
    elapsed_s: Decimal "s", "time spent on the range" => seconds(range.elapsed_nanoseconds);
}

fn rows(report: &Report) -> Rows<'_> {
    let mut next = 1;
    let items = report.walked.ranges.iter().enumerate().map(|(number, range)| {
        let first = next;
        next += range.packets;
        (number as u64, first, *range)
    });
    Rows::from_list(items.collect(), |(number, first, range), row| {
        fill(*number, *first, range, row)
    })
}
