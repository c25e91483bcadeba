//! What a capture file says of the interfaces it was captured at.

use super::time::Clock;
use super::{Framing, LinkType};
use std::sync::Arc;

/// What an Interface Description Block says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The link type of its packets.
    pub link_type: LinkType,
    /// How much of a packet is captured at the most, in bytes; 0 means no limit.
    pub snaplen: u32,
    /// How its packets are stamped.
    pub clock: Clock,
    /// Form of its frames beyond the link type.
    pub framing: Framing,
    /// What the capturing system calls it.
    pub name: Option<String>,
}

/// What a file says of an interface, apart from its packets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InterfaceBlock {
    /// An Interface Description Block, or what a file header says in its place.
    Description(Interface),
    /// An Interface Statistics Block: packets received and dropped, where it tells. The last one
    /// counts.
    Statistics {
        /// `isb_ifrecv`
        received: Option<u64>,
        /// `isb_ifdrop`
        dropped: Option<u64>,
    },
}

/// A [`InterfaceBlock`] and the interface it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceEntry {
    /// The section's number, from 0.
    pub section: u32,
    /// The interface's number in its section, from 0.
    pub interface: u32,
    /// What is said.
    pub block: InterfaceBlock,
}

/// Interfaces by number, in blocks that copies of the list share: every worker holds one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interfaces {
    /// Each of [`Interfaces::BLOCK`] interfaces.
    full: Vec<Arc<[Interface]>>,
    /// Fewer than that.
    last: Vec<Interface>,
}

impl Interfaces {
    const BLOCK: usize = 1024;

    /// None yet.
    pub const fn new() -> Interfaces {
        Interfaces { full: Vec::new(), last: Vec::new() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.full.len() * Interfaces::BLOCK + self.last.len()
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The interface of this number.
    #[inline]
    pub fn get(&self, number: usize) -> Option<&Interface> {
        match self.full.get(number / Interfaces::BLOCK) {
            Some(block) => block.get(number % Interfaces::BLOCK),
            None => self.last.get(number - self.full.len() * Interfaces::BLOCK),
        }
    }

    /// Adds the next one.
    pub fn push(&mut self, interface: Interface) {
        self.last.push(interface);
        if self.last.len() == Interfaces::BLOCK {
            self.full.push(std::mem::take(&mut self.last).into());
        }
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
}
