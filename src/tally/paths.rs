//! Packets per protocol path: the `protocols` table is made of all prefixes of these.

use super::Tally;
use super::totals::Counts;
use crate::dissect::packet::Packet;
use crate::dissect::protocol::Path;
use crate::engine::pass::Shift;
use std::collections::HashMap;

/// Packets per whole path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paths {
    /// In no order.
    pub paths: HashMap<Path, Counts, foldhash::fast::RandomState>,
}

impl Tally for Paths {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        match self.paths.get_mut(&packet.path) {
            Some(counts) => counts.add(packet),
            None => self.paths.entry(packet.path).or_default().add(packet),
        }
    }

    fn merge(&mut self, later: Paths, _: Shift) {
        for (path, counts) in later.paths {
            self.paths.entry(path).or_default().merge(counts);
        }
    }
}
