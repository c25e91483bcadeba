//! Packets per protocol path: the `protocols` table is made of all prefixes of these.

use super::Tally;
use super::totals::Counts;
use crate::dissect::packet::Packet;
use crate::dissect::protocol::Path;
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Packets per whole path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(Path, Counts)>", into = "Vec<(Path, Counts)>")]
pub struct Paths {
    /// In no order.
    pub paths: HashMap<Path, Counts, foldhash::fast::RandomState>,
    /// Number of layers of all paths.
    layers: usize,
}

/// Paths of the same names may be equal once they are read: only names are saved.
impl From<Vec<(Path, Counts)>> for Paths {
    fn from(list: Vec<(Path, Counts)>) -> Paths {
        let mut paths = Paths::default();
        list.into_iter().for_each(|(path, counts)| paths.add(path, counts));
        paths
    }
}

impl From<Paths> for Vec<(Path, Counts)> {
    fn from(paths: Paths) -> Vec<(Path, Counts)> {
        let mut list: Vec<_> = paths.paths.into_iter().collect();
        list.sort_by_cached_key(|(path, counts)| (path.to_string(), counts.packets));
        list
    }
}

impl Paths {
    fn add(&mut self, path: Path, counts: Counts) {
        self.layers += path.layers().len();
        match self.paths.entry(path) {
            Entry::Vacant(vacant) => drop(vacant.insert(counts)),
            Entry::Occupied(mut known) => {
                self.layers -= path.layers().len();
                known.get_mut().merge(counts);
            }
        }
    }
}

impl Tally for Paths {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        match self.paths.get_mut(&packet.path) {
            Some(counts) => counts.add(packet),
            None => {
                self.layers += packet.path.layers().len();
                self.paths.entry(packet.path).or_default().add(packet);
            }
        }
    }

    fn merge(&mut self, later: Paths, _: Shift) {
        later.paths.into_iter().for_each(|(path, counts)| self.add(path, counts));
    }

    fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "protocol paths", advice: "choose tables other than protocols" };
        /// Bytes of a row of `protocols` while the table is made: one for each prefix, at most.
        const ROW_BYTES: usize = 64;
        let bytes = self.paths.capacity() / 7 * 8 * (size_of::<(Path, Counts)>() + 1)
            + self.layers * ROW_BYTES;
        MemoryUse::of(&GROWTH, self.paths.len() as u64, bytes as u64)
    }
}
