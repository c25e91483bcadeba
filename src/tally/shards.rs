//! A map split into shards by hash, so that merging two of them, and making rows of one, runs on
//! all cores.
//!
//! Entries are stored consecutively in the order in which they were first seen; a small index finds
//! them. So the index stays in the cache when the entries do not, and growing moves no entry.
//! Hashes are seeded per process, because keys come from whoever sent the packets; nothing in the
//! output depends on them or on the order of entries.

mod saved;

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry as Found;
use rayon::prelude::*;
use std::sync::LazyLock;

/// A value that can be added to another one of the same key.
pub trait Merge {
    /// Adds `other`; the order of merges makes no difference.
    fn merge(&mut self, other: &Self);
}

/// A key that knows its shard.
pub trait ShardKey: Copy + Eq + Ord {
    /// The hash that chooses the shard, and the one that finds the entry in it.
    fn hashes(&self, state: &RandomState) -> (u64, u64);
}

/// Number of shards of a map.
pub const SHARDS: usize = 64;

/// Below this many entries a merge is not worth waking other workers.
const WORTH_SHARING: usize = 4096;

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// One shard of a map.
#[derive(Clone, Debug)]
pub struct Shard<K, V> {
    index: HashTable<Slot>,
    entries: Vec<(K, V)>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    entry: u32,
}

/// The index wants its bits at both ends of 64.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl<K, V> Default for Shard<K, V> {
    fn default() -> Shard<K, V> {
        Shard { index: HashTable::new(), entries: Vec::new() }
    }
}

impl<K: ShardKey, V> Shard<K, V> {
    /// Its entries, in the order in which they were first seen.
    pub fn entries(&self) -> &[(K, V)] {
        &self.entries
    }

    /// Index of the entry of `key`. None if there is none: the index then expects it to be pushed
    /// next.
    #[inline]
    fn find(&mut self, hash: u64, key: &K) -> Option<usize> {
        let hash = (hash >> 32) as u32;
        let entries = &self.entries;
        let same = |slot: &Slot| {
            slot.hash == hash && entries.get(slot.entry as usize).is_some_and(|(k, _)| k == key)
        };
        match self.index.entry(spread(hash), same, |slot| spread(slot.hash)) {
            Found::Occupied(found) => Some(found.get().entry as usize),
            Found::Vacant(vacant) => {
                vacant.insert(Slot { hash, entry: entries.len() as u32 });
                None
            }
        }
    }

    /// Index of the entry of `key`, whose value is `fresh` if it was not there.
    #[inline]
    fn place(&mut self, hash: u64, key: &K, fresh: impl FnOnce() -> V) -> usize {
        self.find(hash, key).unwrap_or_else(|| {
            self.entries.push((*key, fresh()));
            self.entries.len() - 1
        })
    }

    /// The value of `key`, which is `fresh` if it was not there.
    #[inline]
    pub fn value(&mut self, hash: u64, key: &K, fresh: impl FnOnce() -> V) -> &mut V {
        let at = self.place(hash, key, fresh);
        &mut self.entries[at].1
    }
}

/// A map in shards.
#[derive(Clone, Debug)]
pub struct Shards<K, V> {
    hasher: RandomState,
    /// None until the first entry: most maps of small captures stay empty.
    shards: Vec<Shard<K, V>>,
    /// Shard and index of the entry that was asked for last, which is often asked for again.
    recent: (usize, usize),
}

impl<K, V> Default for Shards<K, V> {
    fn default() -> Shards<K, V> {
        Shards { hasher: HASHER.clone(), shards: Vec::new(), recent: (0, 0) }
    }
}

impl<K: ShardKey + Send + Sync, V: Merge + Send + Sync> Shards<K, V> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.entries.len()).sum()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> usize {
        let of_shard = |shard: &Shard<K, V>| {
            shard.entries.capacity() * size_of::<(K, V)>()
                + shard.index.capacity() * (size_of::<Slot>() + 1)
        };
        self.shards.iter().map(of_shard).sum()
    }

    /// The shards.
    pub fn shards(&self) -> &[Shard<K, V>] {
        &self.shards
    }

    /// The entries of one shard, in the order in which they were first seen.
    #[inline]
    pub fn entries(&self, shard: usize) -> &[(K, V)] {
        self.shards.get(shard).map_or(&[], |shard| &shard.entries)
    }

    /// The value of `key`, which is `fresh` if it was not there.
    #[inline]
    pub fn value(&mut self, key: &K, fresh: impl FnOnce() -> V) -> &mut V {
        let (shard, place) = self.recent;
        let recent = self.shards.get(shard).and_then(|shard| shard.entries.get(place));
        if recent.is_none_or(|(known, _)| known != key) {
            self.recent = self.find(key, fresh);
        }
        let (shard, place) = self.recent;
        &mut self.shards[shard].entries[place].1
    }

    /// Shard and index of the entry of `key`.
    #[inline]
    fn find(&mut self, key: &K, fresh: impl FnOnce() -> V) -> (usize, usize) {
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Shard::default);
        }
        let (chooses, finds) = key.hashes(&self.hasher);
        let shard = (chooses >> 32) as usize % SHARDS;
        (shard, self.shards[shard].place(finds, key, fresh))
    }

    /// Adds another map, after `change` to each of its values.
    pub fn merge(&mut self, mut later: Shards<K, V>, change: impl Fn(&mut V) + Sync) {
        if later.shards.is_empty() {
            return;
        }
        if self.shards.is_empty() {
            self.shards.resize_with(SHARDS, Shard::default);
        }
        let hasher = &self.hasher;
        let share = later.len() >= WORTH_SHARING;
        let pairs = self.shards.par_iter_mut().zip(later.shards.par_iter_mut());
        pairs.with_min_len(if share { 1 } else { SHARDS }).for_each(|(shard, later)| {
            let mut later = std::mem::take(later);
            later.entries.iter_mut().for_each(|(_, value)| change(value));
            // Merging commutes: the fewer move to the more.
            if later.entries.len() > shard.entries.len() {
                std::mem::swap(shard, &mut later);
            }
            drop(later.index);
            for (key, value) in later.entries {
                match shard.find(key.hashes(hasher).1, &key) {
                    Some(at) => shard.entries[at].1.merge(&value),
                    None => shard.entries.push((key, value)),
                }
            }
        });
    }
}

impl<K: ShardKey, V: PartialEq + Clone> PartialEq for Shards<K, V> {
    /// Equal when they hold the same entries, however they are arranged.
    fn eq(&self, other: &Shards<K, V>) -> bool {
        let sorted = |map: &Shards<K, V>| {
            let mut all: Vec<(K, V)> =
                map.shards.iter().flat_map(|shard| &shard.entries).cloned().collect();
            all.sort_unstable_by_key(|(key, _)| *key);
            all
        };
        sorted(self) == sorted(other)
    }
}
