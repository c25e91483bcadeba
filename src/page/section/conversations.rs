//! Conversations of each layer, the busiest first.

use crate::page::capture::Detail;
use crate::page::grid::{Column, Show};
use crate::report::Report;

const COLUMNS: &[Column] = &[
    Column::new("A", "address_a", Show::Port("port_a")),
    Column::new("B", "address_b", Show::Port("port_b")),
    Column::new("Application", "application", Show::Text),
    Column::new("Packets", "packets", Show::Bar),
    Column::new("Bytes", "wire_bytes", Show::Bytes),
    Column::new("A → B", "wire_bytes_a_to_b", Show::Bytes),
    Column::new("B → A", "wire_bytes_b_to_a", Show::Bytes),
    Column::new("Duration", "duration_s", Show::Seconds),
    Column::new("First packet", "first_packet", Show::Count).extra(),
];

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    super::by_layer("conversations", COLUMNS, report, detail)
}
