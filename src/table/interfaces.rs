//! `interfaces`: every interface that a capture describes, with its packets and what the capturing
//! system says it dropped.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::capture::{Interface, InterfaceBlock, InterfaceEntry};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::interfaces::InterfaceId;
use crate::tally::totals::Counts;
use std::collections::BTreeMap;

/// The table.
pub static TABLE: Table = Table {
    name: "interfaces",
    about: "the interfaces that the capture describes: packets and drops of each",
    columns: COLUMNS,
    needs: Needs { interfaces: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column(
        "section",
        ColumnType::Integer,
        "number of the pcapng section, from 1; 1 in other formats",
    ),
    column("interface", ColumnType::Integer, "number of the interface in its section, from 0"),
    column("name", ColumnType::Text, "what the capturing system calls it"),
    column("link_type", ColumnType::Text, "what its frames begin with"),
    column(
        "snaplen",
        ColumnType::Integer,
        "how much of a frame is captured at the most; empty for all of it",
    ),
    column(
        "timestamp_resolution",
        ColumnType::Text,
        "seconds in a unit of its time stamps, as a power: 10^-6",
    ),
    column("packets", ColumnType::Integer, "packets read from it"),
    column("captured_bytes", ColumnType::Integer, "their captured bytes"),
    column("wire_bytes", ColumnType::Integer, "their bytes on the wire"),
    column(
        "received",
        ColumnType::Integer,
        "packets that the capturing system says it received (isb_ifrecv)",
    ),
    column("dropped", ColumnType::Integer, "packets that it says it dropped (isb_ifdrop)"),
];

/// What is known of one interface.
#[derive(Default)]
struct Known<'a> {
    description: Option<&'a Interface>,
    counts: Counts,
    received: Option<u64>,
    dropped: Option<u64>,
}

fn rows(report: &Report) -> Rows<'_> {
    let mut known: BTreeMap<InterfaceId, Known<'_>> = BTreeMap::new();
    for InterfaceEntry { section, interface, block } in &report.walked.interface_blocks {
        let id = (*section, *interface);
        match block {
            InterfaceBlock::Description(description) => {
                known.entry(id).or_default().description = Some(description)
            }
            // Statistics of what is not described are of nothing.
            InterfaceBlock::Statistics { received, dropped } => {
                if let Some(known) = known.get_mut(&id) {
                    known.received = received.or(known.received);
                    known.dropped = dropped.or(known.dropped);
                }
            }
        }
    }
    for (id, counts) in report.tallies.interfaces.iter().flat_map(|tally| tally.counts()) {
        known.entry(id).or_default().counts = counts;
    }
    Rows::from_list(known.into_iter().collect(), |((section, interface), known), row| {
        let description = known.description;
        row.push(Cell::Integer(u64::from(*section) + 1));
        row.push(Cell::Integer(u64::from(*interface)));
        row.push(
            description
                .and_then(|described| described.name.as_deref())
                .map_or(Cell::Empty, Cell::Text),
        );
        row.push(
            description
                .map_or(Cell::Empty, |described| Cell::Made(described.link_type.to_string())),
        );
        row.push(Cell::integer(
            description.map(|described| described.snaplen).filter(|snaplen| *snaplen > 0),
        ));
        row.push(
            description.map_or(Cell::Empty, |described| Cell::Made(described.clock.resolution())),
        );
        row.push(Cell::Integer(known.counts.packets));
        row.push(Cell::Integer(known.counts.captured_bytes));
        row.push(Cell::Integer(known.counts.wire_bytes));
        row.push(Cell::integer(known.received));
        row.push(Cell::integer(known.dropped));
    })
}
