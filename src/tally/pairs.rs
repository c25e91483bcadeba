//! Conversations between pairs of addresses, of any ports, made from the finest conversations.

use super::flow::{Entry, Flows, Key};
use super::shards::Merge;
use rayon::prelude::*;

/// Conversations between pairs of addresses, of any ports. Most pairs have only one.
#[derive(Clone, Debug)]
pub struct Pairs<const WORDS: usize> {
    shards: Vec<ShardPairs<WORDS>>,
}

/// The pairs of one shard.
#[derive(Clone, Debug, Default)]
pub struct ShardPairs<const WORDS: usize> {
    /// The places of the entries that are their pair's only one.
    pub single: Vec<u32>,
    /// Those of more than one entry, merged.
    pub merged: Vec<Entry<WORDS>>,
}

impl<const WORDS: usize> Pairs<WORDS> {
    /// Made from the finest conversations.
    ///
    /// If both sides are the same (`is_self`), all packets count as sent by one side.
    pub fn of(flows: &Flows<WORDS>, is_self: impl Fn(&Key<WORDS>) -> bool + Sync) -> Pairs<WORDS> {
        let shards = (0..flows.shards().len()).into_par_iter();
        Pairs {
            shards: shards.map(|shard| ShardPairs::of(flows.entries(shard), &is_self)).collect(),
        }
    }

    /// Those of one shard.
    #[inline]
    pub fn of_shard(&self, shard: usize) -> Option<&ShardPairs<WORDS>> {
        self.shards.get(shard)
    }
}

impl<const WORDS: usize> ShardPairs<WORDS> {
    fn of(entries: &[Entry<WORDS>], is_self: impl Fn(&Key<WORDS>) -> bool) -> ShardPairs<WORDS> {
        // The keys are sorted beside their places: looking them up while sorting would miss the
        // cache every time.
        let mut places: Vec<(Key<WORDS>, u32)> = (0..)
            .zip(entries)
            .map(|(place, (key, _))| {
                let mut pair = *key;
                pair[WORDS - 1] = 0;
                (pair, place)
            })
            .collect();
        places.sort_unstable();
        let mut pairs = ShardPairs::default();
        for group in places.chunk_by(|(one, _), (two, _)| one == two) {
            match group {
                [(key, only)] if !is_self(key) => pairs.single.push(*only),
                [(key, first), rest @ ..] => {
                    let mut flow = entries[*first as usize].1;
                    rest.iter().for_each(|(_, place)| flow.merge(&entries[*place as usize].1));
                    pairs.merged.push((*key, if is_self(key) { flow.one_way() } else { flow }));
                }
                [] => {}
            }
        }
        pairs
    }
}
