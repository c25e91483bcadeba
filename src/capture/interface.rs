//! Interfaces of a capture: their descriptions and statistics, as the file states them.
//!
//! pcapng has Interface Description and Interface Statistics Blocks
//! (draft-ietf-opsawg-pcapng, sections 4.2 and 4.6); other formats have one interface, described by
//! the file header.

use super::time::Clock;
use super::{Framing, LinkType};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Description of an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// The link type of its packets.
    pub link_type: LinkType,
    /// Snaplen: number of bytes captured of a packet, at most. 0 means no limit.
    pub snaplen: u32,
    /// Resolution and offset of its timestamps.
    pub clock: Clock,
    /// Form of its frames beyond the link type.
    pub framing: Framing,
    /// Name on the capturing system.
    pub name: Option<String>,
}

/// Statement of a file about an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterfaceBlock {
    /// An Interface Description Block, or the equivalent in a file header.
    Description(Interface),
    /// An Interface Statistics Block: packets received and dropped, each None if it is not stated.
    /// The last block counts.
    Statistics {
        /// `isb_ifrecv`
        received: Option<u64>,
        /// `isb_ifdrop`
        dropped: Option<u64>,
    },
}

/// An [`InterfaceBlock`] and its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceEntry {
    /// The section's number, from 0.
    pub section: u32,
    /// The interface's number in its section, from 0.
    pub interface: u32,
    /// The statement.
    pub block: InterfaceBlock,
}

/// Interfaces by number. Equal neighbours are stored once, in blocks that copies of the list share:
/// each worker holds a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(u32, Interface)>", into = "Vec<(u32, Interface)>")]
pub struct Interfaces {
    /// Blocks of [`Interfaces::BLOCK`] runs each.
    full: Vec<Arc<[Run]>>,
    /// The last block, shorter than those; empty only if there are no interfaces.
    last: Vec<Run>,
    count: usize,
}

/// Consecutive equal interfaces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Run {
    /// Number of the first.
    first: usize,
    interface: Interface,
}

impl Interfaces {
    const BLOCK: usize = 1024;

    /// No interfaces.
    pub const fn new() -> Interfaces {
        Interfaces { full: Vec::new(), last: Vec::new(), count: 0 }
    }

    /// Number of interfaces.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        (self.full.len() * Interfaces::BLOCK + self.last.len()) * size_of::<Run>()
    }

    /// The interface of this number.
    #[inline]
    pub fn get(&self, number: usize) -> Option<&Interface> {
        if number >= self.count {
            return None;
        }
        let begins = |runs: &[Run]| runs.first().is_some_and(|run| run.first <= number);
        let runs = if begins(&self.last) {
            &self.last[..]
        } else {
            self.full.get(self.full.partition_point(|runs| begins(runs)).checked_sub(1)?)?
        };
        let at = runs.partition_point(|run| run.first <= number).checked_sub(1)?;
        runs.get(at).map(|run| &run.interface)
    }

    /// Appends an interface.
    pub fn push(&mut self, interface: Interface) {
        self.push_equal(1, interface);
    }

    /// Adds as many equal ones.
    fn push_equal(&mut self, count: usize, interface: Interface) {
        let first = self.count;
        self.count = self.count.saturating_add(count);
        if self.last.last().is_some_and(|run| run.interface == interface) {
            return;
        }
        if self.last.len() == Interfaces::BLOCK {
            self.full.push(std::mem::take(&mut self.last).into());
        }
        self.last.push(Run { first, interface });
    }
}

/// Equal ones in a row, with their number.
impl From<Vec<(u32, Interface)>> for Interfaces {
    fn from(runs: Vec<(u32, Interface)>) -> Interfaces {
        let mut interfaces = Interfaces::new();
        for (count, interface) in runs.into_iter().filter(|(count, _)| *count > 0) {
            interfaces.push_equal(count as usize, interface);
        }
        interfaces
    }
}

impl From<Interfaces> for Vec<(u32, Interface)> {
    fn from(interfaces: Interfaces) -> Vec<(u32, Interface)> {
        let runs = || interfaces.full.iter().flat_map(|block| block.iter()).chain(&interfaces.last);
        let ends = runs().skip(1).map(|run| run.first).chain([interfaces.count]);
        let counted = runs().zip(ends).map(|(run, end)| {
            let count = u32::try_from(end.saturating_sub(run.first)).unwrap_or(u32::MAX);
            (count, run.interface.clone())
        });
        counted.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interfaces_are_found_by_number_across_storage_blocks() {
        let mut interfaces = Interfaces::new();
        let numbered = |snaplen| Interface {
            link_type: LinkType(1),
            snaplen,
            clock: Clock::default(),
            framing: Framing::Usual,
            name: None,
        };
        for number in 0..2500 {
            assert_eq!(interfaces.get(number as usize), None);
            interfaces.push(numbered(number));
            assert_eq!(interfaces.len(), number as usize + 1);
        }
        assert!((0..2500).all(|number| interfaces.get(number as usize) == Some(&numbered(number))));
    }

    #[test]
    fn equal_interfaces_in_a_row_are_stored_once() {
        let numbered = |snaplen| Interface {
            link_type: LinkType(1),
            snaplen,
            clock: Clock::default(),
            framing: Framing::Usual,
            name: None,
        };
        let mut interfaces = Interfaces::new();
        for number in 0..20_000 {
            interfaces.push(numbered(number / 10));
        }
        let found = |number: u32| interfaces.get(number as usize) == Some(&numbered(number / 10));
        assert!((0..20_000).all(found));
        assert_eq!(interfaces.get(20_000), None);
        assert!(interfaces.bytes() <= 2_048 * size_of::<Run>());
        let runs = Vec::from(interfaces.clone());
        assert_eq!(runs.len(), 2_000);
        assert_eq!(Interfaces::from(runs), interfaces);
    }
}
