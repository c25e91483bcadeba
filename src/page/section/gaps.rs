//! Regions of the file that `--salvage` skipped.

use crate::page::capture::Detail;
use crate::page::grid::{Column, Show, grid};
use crate::page::lines::Lines;
use crate::report::Report;

const COLUMNS: &[Column] = &[
    Column::new("After packet", "after_packet", Show::Count),
    Column::new("At byte", "offset", Show::Count),
    Column::new("Skipped", "bytes", Show::Bytes),
];

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    let lines = Lines::first("gaps", report, detail.rows);
    (!lines.rows.is_empty()).then(|| grid("gaps", COLUMNS, &lines))
}
