//! `problems`: packets that could not be dissected as their headers promise, and damage of the file
//! itself.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::dissect::protocol::Protocol;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "problems",
    about: "malformed and truncated packets by problem, and damage of the file itself",
    columns: COLUMNS,
    needs: Needs { problems: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(item: &Item) {
        let &(layer, name, packets, first_packet, first_offset) = item;
    }
    layer: Text, "protocol that has the problem; file for the capture file itself" =>
        Cell::Protocol(layer);
    problem: Text, "stable name of the problem" => Cell::Text(name);
    packets: Integer "packets", "packets with this as their first problem; 0 for the file itself" =>
        Cell::Integer(packets);
    first_packet: Integer, "number of the first such packet, or of the one that could not be read" =>
        Cell::Integer(first_packet + 1);
    first_offset: Integer "bytes", "offset of this packet's record" => Cell::Integer(first_offset);
}

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
    Rows::from_list(items, fill)
}
