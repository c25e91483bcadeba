//! `gaps`: what `--salvage` passed over, so that nobody takes what is left for everything.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::report::Report;

/// The table.
pub static TABLE: Table = Table {
    name: "gaps",
    about: "what --salvage passed over: damaged bytes between two packets",
    columns: COLUMNS,
    needs: NOTHING,
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column("after_packet", ColumnType::Integer, "number of the packet in front of it; 0 for none"),
    column("offset", ColumnType::Integer, "byte at which what was passed over begins"),
    column("bytes", ColumnType::Integer, "how many bytes were passed over"),
];

fn rows(report: &Report) -> Rows<'_> {
    Rows::from_list(report.walked.gaps.clone(), |gap, row| {
        row.push(Cell::Integer(gap.packets));
        row.push(Cell::Integer(gap.fault.offset));
        row.push(Cell::Integer(gap.bytes));
    })
}
