//! `interfaces`: every interface that a capture describes, with its packets and the drops that the
//! capturing system reports.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::engine::{InterfaceId, Statements};
use crate::report::Report;
use crate::tally::Needs;
use crate::tally::totals::Counts;

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
        let described = known.statements.and_then(|about| about.description.as_ref());
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
        Cell::integer(known.statements.and_then(|about| about.received));
    dropped: Integer "packets", "packets dropped by the capturing system (isb_ifdrop)" =>
        Cell::integer(known.statements.and_then(|about| about.dropped));
}

/// Facts about one interface.
struct Known<'a> {
    statements: Option<&'a Statements>,
    counts: Counts,
}

fn rows(report: &Report) -> Rows<'_> {
    let statements = &report.walked.described.statements;
    let counts = report.tallies.interfaces.as_ref().map(|tally| tally.counts()).unwrap_or_default();
    // Statistics of an interface without description and packets are ignored.
    let described = statements.iter().filter(|(_, about)| about.description.is_some());
    let mut rows: Vec<(InterfaceId, Known<'_>)> = described
        .map(|(id, about)| {
            let counts = counts.get(id).copied().unwrap_or_default();
            (*id, Known { statements: Some(about), counts })
        })
        .collect();
    let is_described = |id| statements.get(id).is_some_and(|about| about.description.is_some());
    let others = counts.iter().filter(|(id, _)| !is_described(id));
    rows.extend(others.map(|(id, counts)| (*id, Known { statements: None, counts: *counts })));
    rows.sort_unstable_by_key(|(id, _)| *id);
    Rows::from_list(rows, |(id, known), row| fill(*id, known, row))
}
