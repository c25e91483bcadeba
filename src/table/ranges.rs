//! `ranges`: how the work was cut. The one table with columns that measure the run and differ from run to run.

use super::cell::Cell;
use super::{Column, Content, FILE, Kind, NOTHING, Rows, Table, column};
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "ranges",
    about: "how the capture was cut: each range's packets, bytes, worker and time",
    columns: COLUMNS,
    needs: Needs { ranges: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("range", Kind::Integer, "number of the range, from 0"),
    column("first_packet", Kind::Integer, "number of its first packet"),
    column("packets", Kind::Integer, "packets that begin in it"),
    column("offset", Kind::Integer, "byte at which its first record begins"),
    column("bytes", Kind::Integer, "bytes from there to the next range's first record"),
    column("worker", Kind::Integer, "the worker that walked it, from 0"),
    column("start_s", Kind::Decimal, "seconds from the program's start to the range's"),
    column("elapsed_s", Kind::Decimal, "seconds that it took"),
];

fn rows(report: &Report) -> Rows<'_> {
    let mut next = 1;
    let items = report.ranges.iter().enumerate().map(|(number, range)| {
        let first = next;
        next += range.packets;
        (number as u64, first, *range)
    });
    let seconds = |nanoseconds: u128| i128::try_from(nanoseconds).map_or(Cell::Empty, Cell::Billionths);
    Rows::from_list(items.collect(), move |(number, first, range), row| {
        row.push(Cell::Integer(*number));
        row.push(Cell::Integer(*first));
        row.push(Cell::Integer(range.packets));
        row.push(Cell::Integer(range.offset));
        row.push(Cell::Integer(range.bytes));
        row.push(Cell::Integer(range.worker as u64));
        row.push(seconds(range.start_nanoseconds));
        row.push(seconds(range.elapsed_nanoseconds));
    })
}
