//! Places of the streams of a shard: the newest of each pair of endpoints is found by the pair.

use super::super::super::pair::Pair;
use super::super::counts::Counts;
use super::super::record::Record;
use super::super::stream::Stream;
use super::Shard;
use std::hash::BuildHasher;

impl Shard {
    /// Place of the newest stream of a pair.
    #[inline]
    pub(super) fn newest(&self, pair: &Pair) -> Option<u32> {
        let is_its = |place: &u32| {
            self.streams.get(*place as usize).is_some_and(|stream| stream.is_of(pair))
        };
        self.newest.find(self.hasher.hash_one(pair), is_its).copied()
    }

    /// Makes the stream at a place the newest of its pair; `before` is the place of the one before.
    pub(super) fn insert(&mut self, pair: &Pair, place: u32, before: Option<u32>) {
        let number = self.hasher.hash_one(pair);
        let known =
            before.and_then(|before| self.newest.find_mut(number, |newest| *newest == before));
        if let Some(newest) = known {
            *newest = place;
            return;
        }
        let hash = |place: &u32| {
            let stream = self.streams.get(*place as usize);
            stream.map_or(0, |stream| self.hasher.hash_one(stream.pair()))
        };
        self.newest.insert_unique(number, place, hash);
    }

    /// Forgets the newest stream of a pair.
    pub(super) fn remove(&mut self, pair: &Pair) {
        let streams = &self.streams;
        let is_its =
            |place: &u32| streams.get(*place as usize).is_some_and(|stream| stream.is_of(pair));
        if let Ok(entry) = self.newest.find_entry(self.hasher.hash_one(pair), is_its) {
            entry.remove();
        }
    }

    /// Opens a stream; `before` is the place of the newest one of its pair.
    pub(super) fn open(&mut self, record: &Record, before: Option<u32>) -> u32 {
        let free = self.free.pop();
        let place = free.unwrap_or(self.streams.len() as u32);
        let earlier = before.and_then(|before| self.streams.get(before as usize));
        let first_of_pair = earlier.and_then(|before| before.naming.first_of_pair);
        let stream = Stream::opened(record, first_of_pair);
        self.heap_bytes += stream.held_bytes();
        match free.and_then(|place| self.streams.get_mut(place as usize)) {
            Some(slot) => *slot = stream,
            None => self.streams.push(stream),
        }
        if !self.only_first {
            self.counts.push(Counts::default());
        }
        self.insert(&record.pair, place, before);
        // Streams that are forgotten need no number.
        if !self.only_first {
            self.unnumbered.push((record.packet << 8 | u64::from(record.layer), place));
        }
        place
    }
}
