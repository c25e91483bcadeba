//! Packets per protocol path: the `protocols` table is made of all prefixes of these.

use super::Tally;
use super::totals::Counts;
use crate::dissect::packet::Packet;
use crate::dissect::protocol::Path;
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Number of paths whose place is remembered.
const RECENT: usize = 16;

/// Packets per whole path.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<(Path, Counts)>", into = "Vec<(Path, Counts)>")]
pub struct Paths {
    /// In the order in which they were first seen.
    paths: Vec<(Path, Counts)>,
    /// Their places.
    places: HashMap<Path, usize, foldhash::fast::RandomState>,
    /// Places of recent paths by their fingerprints: most packets have one of a few.
    recent: [usize; RECENT],
    /// Number of layers of all paths.
    layers: usize,
}

impl PartialEq for Paths {
    /// Equal when they hold the same paths, whatever their order.
    fn eq(&self, other: &Paths) -> bool {
        let held = |(path, counts): &(Path, Counts)| {
            other.places.get(path).and_then(|place| other.paths.get(*place)).map(|one| one.1)
                == Some(*counts)
        };
        self.paths.len() == other.paths.len() && self.paths.iter().all(held)
    }
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
        let mut list = paths.paths;
        list.sort_by_cached_key(|(path, counts)| (path.to_string(), counts.packets));
        list
    }
}

impl Paths {
    /// The paths, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &(Path, Counts)> {
        self.paths.iter()
    }

    /// Adds packets of a path.
    pub fn add(&mut self, path: Path, counts: Counts) {
        let place = self.place(&path);
        if let Some((_, known)) = self.paths.get_mut(place) {
            known.merge(counts);
        }
    }

    /// Place of a path, which is added if it is new.
    fn place(&mut self, path: &Path) -> usize {
        let next = self.paths.len();
        let place = *self.places.entry(*path).or_insert(next);
        if place == next {
            self.layers += path.layers().len();
            self.paths.push((*path, Counts::default()));
        }
        place
    }
}

impl Tally for Paths {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let recent = packet.path.fingerprint() as usize % RECENT;
        if let Some((known, counts)) = self.paths.get_mut(self.recent[recent])
            && *known == packet.path
        {
            return counts.add(packet);
        }
        let place = self.place(&packet.path);
        self.recent[recent] = place;
        if let Some((_, counts)) = self.paths.get_mut(place) {
            counts.add(packet);
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
        let bytes = self.paths.capacity() * size_of::<(Path, Counts)>()
            + self.places.capacity() / 7 * 8 * (size_of::<(Path, usize)>() + 1)
            + self.layers * ROW_BYTES;
        MemoryUse::of(&GROWTH, self.paths.len() as u64, bytes as u64)
    }
}
