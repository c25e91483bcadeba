//! `ranges`: how the work was cut. The one table with columns that measure the run and differ from
//! run to run.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
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
    column("range", ColumnType::Integer, "number of the range, from 0"),
    column("first_packet", ColumnType::Integer, "number of its first packet"),
    column("packets", ColumnType::Integer, "packets that begin in it"),
    column("offset", ColumnType::Integer, "byte at which its first record begins"),
    column("bytes", ColumnType::Integer, "bytes from there to the next range's first record"),
    column("worker", ColumnType::Integer, "the worker that walked it, from 0"),
    column("start_s", ColumnType::Decimal, "seconds from the program's start to the range's"),
    column("elapsed_s", ColumnType::Decimal, "seconds that it took"),
];

fn rows(report: &Report) -> Rows<'_> {
    let mut next = 1;
    let items = report.walked.ranges.iter().enumerate().map(|(number, range)| {
        let first = next;
        next += range.packets;
        (number as u64, first, *range)
    });
    let seconds =
        |nanoseconds: u128| i128::try_from(nanoseconds).map_or(Cell::Empty, Cell::Billionths);
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
