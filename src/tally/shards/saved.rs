//! The saved form of a map: its entries.

use super::{Merge, SHARDS, Shard, ShardKey, Shards, spread};
use rayon::prelude::*;
use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// A sequence of all entries, sorted by key: the same for every process.
impl<K: ShardKey + Send + Sync + Serialize, V: Merge + Send + Sync + Serialize> Serialize
    for Shards<K, V>
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all: Vec<&(K, V)> = self.shards.iter().flat_map(|shard| &shard.entries).collect();
        all.par_sort_unstable_by_key(|(key, _)| *key);
        serializer.collect_seq(all)
    }
}

/// Entries for which room is made before they are read, at most: a saved number may be any.
const MOST_EXPECTED: usize = 1 << 17;
/// Fewer entries find room one by one.
const WORTH_ROOM: usize = 1 << 12;

impl<'de, K, V> Deserialize<'de> for Shards<K, V>
where
    K: ShardKey + Send + Sync + Deserialize<'de>,
    V: Merge + Clone + Send + Sync + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Entries(PhantomData))
    }
}

impl<K: ShardKey, V> Shards<K, V> {
    /// Makes room for entries.
    fn expect(&mut self, entries: usize) {
        let of_shard = entries / SHARDS * 9 / 8;
        self.shards.resize_with(SHARDS, Shard::default);
        for shard in &mut self.shards {
            shard.entries.reserve(of_shard);
            shard.index.reserve(of_shard, |slot| spread(slot.hash));
        }
    }
}

/// Reads entries, one after the other.
struct Entries<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for Entries<K, V>
where
    K: ShardKey + Send + Sync + Deserialize<'de>,
    V: Merge + Clone + Send + Sync + Deserialize<'de>,
{
    type Value = Shards<K, V>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("entries of a map")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Shards<K, V>, A::Error> {
        let mut map = Shards::default();
        let expected = entries.size_hint().unwrap_or(0).min(MOST_EXPECTED);
        if expected > WORTH_ROOM {
            map.expect(expected);
        }
        while let Some((key, value)) = entries.next_element::<(K, V)>()? {
            let mut is_new = false;
            let fresh = || {
                is_new = true;
                value.clone()
            };
            let known = map.value(&key, fresh);
            if !is_new {
                known.merge(&value);
            }
        }
        Ok(map)
    }
}
