//! A shard whose records are all applied, as plain data: what its tables need.

use super::super::counts::Counts;
use super::super::requests::Kinds;
use super::super::stream::Stream;
use super::Shard;
use crate::dissect::application::Application;
use crate::fold::chunks::Chunks;
use crate::fold::pair::Pair;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

type Settled = HashMap<Pair, Application, RandomState>;

#[derive(Serialize)]
struct Out<'a> {
    newest: Vec<u32>,
    streams: &'a Chunks<Stream>,
    counts: &'a Chunks<Counts>,
    kinds: &'a Kinds,
    unnumbered: &'a [(u64, u32)],
    settled: &'a Settled,
}

#[derive(Deserialize)]
struct In {
    newest: Vec<u32>,
    streams: Chunks<Stream>,
    counts: Chunks<Counts>,
    kinds: Kinds,
    unnumbered: Vec<(u64, u32)>,
    settled: Settled,
}

impl Serialize for Shard {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Shard { streams, counts, kinds, unnumbered, settled, .. } = self;
        let newest = self.newest.iter().copied().collect();
        Out { newest, streams, counts, kinds, unnumbered, settled }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shard, D::Error> {
        let In { newest, streams, counts, kinds, unnumbered, settled } =
            In::deserialize(deserializer)?;
        let mut shard = Shard { streams, counts, kinds, unnumbered, settled, ..Shard::default() };
        for place in newest {
            let pair = shard.streams.get(place as usize).map(|stream| stream.pair());
            pair.iter().for_each(|pair| shard.insert(pair, place, None));
        }
        Ok(shard)
    }
}
