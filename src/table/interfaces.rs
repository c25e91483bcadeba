//! `interfaces`: every interface that a capture describes, with its packets and the drops that the
//! capturing system reports.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::capture::{Interface, InterfaceBlock, InterfaceEntry};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::interfaces::InterfaceId;
use crate::tally::totals::Counts;
use std::collections::BTreeMap;

/// The table.
pub static TABLE: Table = Table {
    name: "interfaces",
    about: "interfaces that the capture describes: packets and drops of each",
    columns: COLUMNS,
    needs: Needs { interfaces: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(id: InterfaceId, known: &Known<'_>) {
        let described = known.description;
        let snaplen = described.map(|described| described.snaplen);
    }
    section: Integer, "number of the pcapng section, from 1; 1 in other formats" =>
        Cell::Integer(u64::from(id.0) + 1);
    interface: Integer, "number of the interface in its section, from 0" =>
        Cell::Integer(u64::from(id.1));
    name: Text, "name of the interface on the capturing system" =>
        Cell::text(described.and_then(|described| described.name.as_deref()));
    link_type: Text, "link type of its packets" =>
        described.map_or(Cell::Empty, |described| Cell::Made(described.link_type.to_string()));
    snaplen: Integer "bytes", "snapshot length; empty if unlimited" =>
        Cell::integer(snaplen.filter(|snaplen| *snaplen > 0));
    timestamp_resolution: Text, "unit of its timestamps in seconds, as a power: 10^-6" =>
        described.map_or(Cell::Empty, |described| Cell::Made(described.clock.resolution()));
    packets: Integer "packets", "packets read from it" => Cell::Integer(known.counts.packets);
    captured_bytes: Integer "bytes", "captured length of these packets" =>
        Cell::Integer(known.counts.captured_bytes);
    wire_bytes: Integer "bytes", "original length of these packets" =>
        Cell::Integer(known.counts.wire_bytes);
    received: Integer "packets", "packets received by the capturing system (isb_ifrecv)" =>
        Cell::integer(known.received);
    dropped: Integer "packets", "packets dropped by the capturing system (isb_ifdrop)" =>
        Cell::integer(known.dropped);
}

/// Facts about one interface.
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
            // Statistics of an interface without a description are ignored.
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
    Rows::from_list(known.into_iter().collect(), |(id, known), row| fill(*id, known, row))
}
