//! `problems`: what could not be dissected as its headers promised, and what is wrong with the file
//! itself.

use super::cell::Cell;
use super::{Column, ColumnType, Content, FILE, NOTHING, Rows, Table, column};
use crate::dissect::protocol::Protocol;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "problems",
    about: "malformed and cut packets by name, and what is wrong with the file itself",
    columns: COLUMNS,
    needs: Needs { problems: true, ..NOTHING },
    content: Content::View(rows),
};

const COLUMNS: &[Column] = &[
    FILE,
    column(
        "layer",
        ColumnType::Text,
        "the layer that it is about; file for the capture file itself",
    ),
    column("problem", ColumnType::Text, "its stable name"),
    column(
        "packets",
        ColumnType::Integer,
        "packets with this as their first problem; 0 for the file itself",
    ),
    column(
        "first_packet",
        ColumnType::Integer,
        "number of the first such packet, or of the one that could not be read",
    ),
    column("first_offset", ColumnType::Integer, "byte of the file at which it begins"),
];

type Item = (Protocol, &'static str, u64, u64, u64);

fn rows(report: &Report) -> Rows<'_> {
    let of_packets =
        report.tallies.problems.iter().flat_map(|tally| &tally.problems).map(|(problem, seen)| {
            let facts = problem.info();
            (facts.layer, facts.name, seen.packets, seen.first_packet, seen.first_offset)
        });
    let of_file = report.faults.iter().map(|damage| {
        (Protocol::FILE, damage.fault.kind.name(), 0, damage.packets, damage.fault.offset)
    });
    let items: Vec<Item> = of_packets.chain(of_file).collect();
    Rows::from_list(items, |&(layer, name, packets, first, offset), row| {
        row.push(Cell::Protocol(layer));
        row.push(Cell::Text(name));
        row.push(Cell::Integer(packets));
        row.push(Cell::Integer(first + 1));
        row.push(Cell::Integer(offset));
    })
}
