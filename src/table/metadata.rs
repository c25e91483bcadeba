//! `metadata`: what a capture says of itself, section by section: of the section, of its interfaces
//! and of its packets.
//!
//! The notes of pcapng, and the snapshot length in the file header of pcap. A packet that is not
//! selected says nothing.

use super::cell::Cell;
use super::{Content, Rows, Table, columns};
use crate::capture::note::Subject;
use crate::report::Report;
use crate::tally::Needs;

/// The table.
pub static TABLE: Table = Table {
    name: "metadata",
    about: "notes of the capture about itself: application, system, filters, comments of packets",
    columns: COLUMNS,
    needs: Needs { comments: true, ..Needs::NOTHING },
    content: Content::View(rows),
};

columns! {
    fn fill(note: &Row<'_>) {}
    section: Integer, "number of the pcapng section, from 1; 1 in other formats" =>
        Cell::Integer(u64::from(note.section) + 1);
    scope: Text, "subject of the value: section, interface or packet; file where there are no sections" =>
        Cell::Text(note.about.scope());
    number: Integer, "number of the interface in its section, from 0, or of the packet in its file, from 1" =>
        Cell::integer(note.about.number());
    key: Text, "kind of the value: application, os, hardware, comment, description, filter, snaplen or name" =>
        Cell::Text(note.key);
    value: Text, "the value as the capture has it" => Cell::Text(note.value);
}

/// Subject of a row, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    Declared(Subject),
    Packet(u64),
}

impl About {
    fn scope(self) -> &'static str {
        match self {
            About::Declared(Subject::File) => "file",
            About::Declared(Subject::Section) => "section",
            About::Declared(Subject::Interface(_)) => "interface",
            About::Packet(_) => "packet",
        }
    }

    fn number(self) -> Option<u64> {
        match self {
            About::Declared(Subject::File | Subject::Section) => None,
            About::Declared(Subject::Interface(number)) => Some(number.into()),
            About::Packet(number) => Some(number + 1),
        }
    }
}

struct Row<'a> {
    section: u32,
    about: About,
    key: &'static str,
    value: &'a str,
}

fn rows(report: &Report) -> Rows<'_> {
    let declared = report.walked.described.notes.iter().map(|note| {
        let about = About::Declared(note.subject);
        Row { section: note.section, about, key: note.key, value: &note.value }
    });
    let comments = report.tallies.comments.as_ref().map_or(&[][..], |tally| &tally.notes);
    let comments = comments.iter().map(|note| {
        let about = About::Packet(note.packet);
        Row { section: note.section, about, key: note.key, value: &note.value }
    });
    let mut rows: Vec<Row<'_>> = declared.chain(comments).collect();
    rows.sort_by_key(|row| (row.section, row.about));
    Rows::from_list(rows, fill)
}
