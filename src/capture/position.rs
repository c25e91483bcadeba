//! Positions between records, with the section's state that reading on needs.

use super::salvage::Before;
use super::{Appended, InterfaceBlock, InterfaceEntry, Interfaces};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// State of a pcapng section: all that is needed to read a packet in the middle of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its number, from 0.
    pub number: u32,
    /// The byte order of its numbers.
    pub big_endian: bool,
    /// The interfaces described so far.
    pub interfaces: Interfaces,
}

/// A place between two records, with all that a reader needs to continue there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Position {
    /// The byte offset.
    pub offset: u64,
    /// State of the pcapng section. None in formats without sections.
    pub section: Option<Arc<Section>>,
    /// Time before it, which only strict walks know and need.
    pub before: Before,
    /// The capture that it is in, if it is not the one that the file begins with. Saved positions
    /// have none: with `--salvage` no file is cut into shards.
    #[serde(skip)]
    pub appended: Option<Arc<Appended>>,
}

impl PartialEq for Position {
    fn eq(&self, other: &Position) -> bool {
        self.offset == other.offset && self.same_section(other)
    }
}

impl Position {
    /// Interfaces that the section describes here, and not yet at `before`.
    pub fn described_since(&self, before: &Position) -> impl Iterator<Item = InterfaceEntry> {
        let first = before.section.as_ref().map_or(0, |section| section.interfaces.len());
        self.section.iter().flat_map(move |section| {
            (first..section.interfaces.len()).filter_map(|index| {
                Some(InterfaceEntry {
                    section: section.number,
                    interface: u32::try_from(index).ok()?,
                    block: InterfaceBlock::Description(section.interfaces.get(index)?.clone()),
                })
            })
        })
    }

    /// True if readers at both would read the same bytes the same way.
    pub fn same_section(&self, other: &Position) -> bool {
        if self.appended != other.appended {
            return false;
        }
        match (&self.section, &other.section) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two) || one == two,
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}
