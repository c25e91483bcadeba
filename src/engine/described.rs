//! Interfaces that a capture describes: counted always, kept one by one only for the table that
//! lists them.
//!
//! A capture may repeat descriptions and statistics millions of times, so statements about one
//! interface are merged as they come.

use super::memory::{Growth, MemoryUse};
use crate::capture::note::Note;
use crate::capture::{Interface, InterfaceBlock, InterfaceEntry, LinkTypes, Section};
use crate::saved::count;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Number of a section and of an interface in it, both from 0.
pub type InterfaceId = (u32, u32);

/// Statements about one interface; the last of each kind counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statements {
    /// Its description.
    pub description: Option<Interface>,
    /// Number of packets that the capturing system received.
    pub received: Option<u64>,
    /// Number of packets that it dropped.
    pub dropped: Option<u64>,
}

/// Interfaces that a capture describes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Described {
    /// Number of descriptions.
    #[serde(deserialize_with = "count")]
    pub count: u64,
    /// Their link types in order, each once.
    pub link_types: LinkTypes,
    /// Statements by interface, if they are kept.
    pub statements: BTreeMap<InterfaceId, Statements>,
    /// Notes on sections and interfaces in order, if they are kept.
    pub notes: Vec<Note>,
    /// Bytes of the names of interfaces.
    name_bytes: usize,
    /// Bytes of the texts of notes.
    note_bytes: usize,
}

/// Memory of the interfaces of a section: packets refer to them, whatever the tables.
pub fn section_memory(section: Option<&Arc<Section>>) -> MemoryUse {
    static GROWTH: Growth =
        Growth { entries: "interfaces that packets may refer to", advice: "leave out this input" };
    let bytes = section.map_or(0, |section| section.interfaces.bytes() as u64);
    MemoryUse::of(&GROWTH, bytes, bytes)
}

impl Described {
    /// Takes what blocks of the capture say. `keep` is false if no table lists interfaces.
    pub fn take(&mut self, blocks: Vec<InterfaceEntry>, keep: bool) {
        for InterfaceEntry { section, interface, block } in blocks {
            if let InterfaceBlock::Description(description) = &block {
                self.count += 1;
                self.link_types.note(description.link_type);
            }
            if keep {
                let statements = match block {
                    InterfaceBlock::Description(description) => {
                        Statements { description: Some(description), ..Statements::default() }
                    }
                    InterfaceBlock::Statistics { received, dropped } => {
                        Statements { description: None, received, dropped }
                    }
                };
                self.add((section, interface), statements);
            }
        }
    }

    /// Takes the next notes.
    pub fn note(&mut self, notes: Vec<Note>) {
        self.note_bytes += notes.iter().map(|note| note.value.capacity()).sum::<usize>();
        self.notes.extend(notes);
    }

    /// Appends what is said later, `sections` sections after this.
    pub fn append(&mut self, later: Described, sections: u32) {
        self.count += later.count;
        later.link_types.iter().for_each(|link_type| self.link_types.note(*link_type));
        for ((section, interface), statements) in later.statements {
            self.add((section.saturating_add(sections), interface), statements);
        }
        self.note_bytes += later.note_bytes;
        self.notes.extend(
            later
                .notes
                .into_iter()
                .map(|note| Note { section: note.section.saturating_add(sections), ..note }),
        );
    }

    /// Memory held.
    pub fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "interfaces", advice: "choose tables other than interfaces" };
        /// A map's nodes are at least half full.
        const NODES: usize = 2;
        let entry = NODES * size_of::<(InterfaceId, Statements)>();
        let bytes = self.statements.len() * entry + self.name_bytes;
        let interfaces = MemoryUse::of(&GROWTH, self.statements.len() as u64, bytes as u64);
        static NOTES: Growth = Growth {
            entries: "notes on sections and interfaces",
            advice: "choose tables other than metadata",
        };
        let bytes = self.notes.capacity() * size_of::<Note>() + self.note_bytes;
        interfaces.plus(MemoryUse::of(&NOTES, self.notes.len() as u64, bytes as u64))
    }

    fn add(&mut self, id: InterfaceId, later: Statements) {
        let name = later.description.as_ref().and_then(|description| description.name.as_ref());
        self.name_bytes += name.map_or(0, String::capacity);
        let known = self.statements.entry(id).or_default();
        known.description = later.description.or(known.description.take());
        known.received = later.received.or(known.received);
        known.dropped = later.dropped.or(known.dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::time::Clock;
    use crate::capture::{Framing, LinkType};

    fn described(snaplen: u32) -> InterfaceEntry {
        let (link_type, clock) = (LinkType(1), Clock::default());
        let (framing, name) = (Framing::Usual, None);
        let block =
            InterfaceBlock::Description(Interface { link_type, snaplen, clock, framing, name });
        InterfaceEntry { section: 0, interface: 0, block }
    }

    fn statistics(received: Option<u64>, dropped: Option<u64>) -> InterfaceEntry {
        let block = InterfaceBlock::Statistics { received, dropped };
        InterfaceEntry { section: 0, interface: 0, block }
    }

    #[test]
    fn statements_are_merged_and_the_last_counts_wherever_they_are_cut() {
        let blocks = [
            described(7),
            statistics(Some(1), Some(2)),
            statistics(None, Some(3)),
            described(8),
            statistics(Some(4), None),
        ];
        let mut whole = Described::default();
        whole.take(blocks.to_vec(), true);
        let statements = whole.statements.get(&(0, 0)).expect("statements");
        assert_eq!((statements.received, statements.dropped), (Some(4), Some(3)));
        assert_eq!(statements.description.as_ref().map(|known| known.snaplen), Some(8));
        assert_eq!((whole.count, whole.statements.len()), (2, 1));
        for cut in 0..blocks.len() {
            let (before, after) = blocks.split_at(cut);
            let (mut one, mut two) = (Described::default(), Described::default());
            one.take(before.to_vec(), true);
            two.take(after.to_vec(), true);
            one.append(two, 0);
            assert_eq!(one, whole, "cut at {cut}");
        }
    }

    #[test]
    fn nothing_is_kept_that_no_table_needs() {
        let mut counted = Described::default();
        counted.take(vec![described(7), statistics(Some(1), None)], false);
        assert_eq!((counted.count, counted.link_types.len()), (1, 1));
        assert!(counted.statements.is_empty());
        assert_eq!(counted.memory().bytes, 0);
    }
}
