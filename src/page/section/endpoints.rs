//! Addresses, and what they sent and received.

use crate::page::capture::Detail;
use crate::page::grid::{Column, Show};
use crate::report::Report;

const COLUMNS: &[Column] = &[
    Column::new("Address", "address", Show::Port("port")),
    Column::new("Packets", "packets", Show::Bar),
    Column::new("Bytes", "wire_bytes", Show::Bytes),
    Column::new("Sent", "tx_wire_bytes", Show::Bytes),
    Column::new("Received", "rx_wire_bytes", Show::Bytes),
    Column::new("Conversations", "conversations", Show::Count),
];

pub fn make(report: &Report, detail: Detail) -> Option<String> {
    super::by_layer("endpoints", COLUMNS, report, detail)
}
