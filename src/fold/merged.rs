//! Entries of many shards, merged by key on all workers.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use rayon::prelude::*;
use std::hash::{BuildHasher, Hash};

/// Entries by key.
pub type Entries<K, V> = HashMap<K, V, RandomState>;

/// Number of buckets that keys are dealt to by hash: each is merged by one worker.
const BUCKETS: usize = 32;

/// The entries of all maps in no order; `merge` adds the second to the first of those with the same
/// key, in the order of the maps.
pub fn merged<'a, K, V>(
    maps: &[&'a Entries<K, V>],
    merge: impl Fn(&mut V, &V) + Send + Sync,
) -> Vec<(K, V)>
where
    K: Clone + Eq + Hash + Send + Sync,
    V: Clone + Send + Sync,
{
    let hasher = RandomState::default();
    let deal = |map: &'a Entries<K, V>| {
        let mut buckets: [Vec<(&'a K, &'a V)>; BUCKETS] = Default::default();
        for (key, value) in map {
            let bucket = hasher.hash_one(key) as usize % BUCKETS;
            buckets[bucket].push((key, value));
        }
        buckets
    };
    let dealt: Vec<_> = maps.par_iter().copied().map(deal).collect();
    let join = |bucket: usize| {
        let mut all: HashMap<&K, V, RandomState> = HashMap::default();
        for (key, value) in dealt.iter().filter_map(|buckets| buckets.get(bucket)).flatten() {
            match all.entry(*key) {
                Entry::Occupied(mut known) => merge(known.get_mut(), value),
                Entry::Vacant(new) => {
                    new.insert((*value).clone());
                }
            }
        }
        all.into_iter().map(|(key, value)| (key.clone(), value)).collect::<Vec<_>>()
    };
    (0..BUCKETS).into_par_iter().with_max_len(1).flat_map_iter(join).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_with_the_same_key_are_merged_once() {
        let maps: Vec<Entries<u32, u32>> =
            (0..4).map(|shard| (0..100).map(|key| (key + shard, 1)).collect()).collect();
        let mut all = merged(&maps.iter().collect::<Vec<_>>(), |one, two| *one += two);
        all.sort_unstable();
        assert_eq!(all.len(), 103);
        assert_eq!((all[0], all[2], all[50], all[102]), ((0, 1), (2, 3), (50, 4), (102, 1)));
    }
}
