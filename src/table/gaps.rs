//! `gaps`: regions skipped by `--salvage`, so that nobody takes the rest for the whole.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::engine::Gap;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "gaps",
    about: "regions skipped by --salvage: damaged bytes between two packets",
    columns: COLUMNS,
    needs: Needs { gaps: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(gap: &Gap) {}
    after_packet: Integer, "number of the last packet before the gap; 0 if none" =>
        Cell::Integer(gap.packets);
    offset: Integer "bytes", "offset of the first skipped byte" => Cell::Integer(gap.fault.offset);
    bytes: Integer "bytes", "number of skipped bytes" => Cell::Integer(gap.bytes);
}

fn rows(report: &Report) -> Rows<'_> {
    Rows::from_list(report.walked.gaps.iter().copied().collect(), fill)
}
