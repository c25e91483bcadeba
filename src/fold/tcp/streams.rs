//! All streams of a capture, numbered in the order in which they were opened.

use super::super::SHARDS;
use super::record::Record;
use super::shard::{Segment, Shard, Stream};
use crate::engine::memory::{Budget, Growth, MemoryUse, Reservation};
use rayon::prelude::*;
use std::sync::Arc;

/// The fold over all shards.
#[derive(Debug)]
pub struct Fold {
    keep_segments: bool,
    shards: Vec<Shard>,
    /// Packets of the inputs that the fold has gone over (`--merge`).
    pub packets: u64,
    reservation: Reservation,
}

static GROWTH: Growth = Growth { entries: "TCP streams", advice: "select packets with --filter" };

impl Fold {
    /// A fold over no packet; `keep_segments` keeps a row of every segment.
    pub fn new(keep_segments: bool, budget: &Arc<Budget>) -> Fold {
        let shards = (0..SHARDS).map(|_| Shard::default()).collect();
        Fold { keep_segments, shards, packets: 0, reservation: Reservation::new(budget) }
    }

    /// Applies the records of the next packets, dealt to shards, with `before` packets before them.
    pub fn apply(&mut self, records: &[Vec<Record>], before: u64) {
        let keep = self.keep_segments;
        self.shards.par_iter_mut().zip(records).with_max_len(1).for_each(|(shard, records)| {
            for record in records {
                shard.apply(&Record { packet: record.packet + before, ..*record }, keep);
            }
        });
        let memory = MemoryUse::of(&GROWTH, self.len() as u64, self.bytes());
        self.reservation.resize(memory);
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        self.shards.iter().map(Shard::bytes).sum()
    }

    /// Number of streams so far.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.streams.len()).sum()
    }

    /// True if there is no stream.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers the streams in the order of their opening.
    pub fn numbering(&self) -> Numbering {
        let mut order: Vec<((u64, u8), Place)> = Vec::with_capacity(self.len());
        for (shard, streams) in (0..).zip(self.shards.iter().map(|shard| &shard.streams)) {
            let places = (0..).zip(streams);
            order.extend(places.map(|(place, stream)| (stream.opened, (shard, place))));
        }
        order.par_sort_unstable();
        let mut numbers: Vec<Vec<u64>> =
            self.shards.iter().map(|shard| vec![0; shard.streams.len()]).collect();
        for (number, (_, (shard, place))) in (0..).zip(&order) {
            let shard = numbers.get_mut(usize::from(*shard));
            if let Some(slot) = shard.and_then(|shard| shard.get_mut(*place as usize)) {
                *slot = number;
            }
        }
        let mut segments = Vec::new();
        for (shard, numbers) in self.shards.iter().zip(numbers) {
            segments.extend(shard.segments.iter().filter_map(|segment| {
                let stream = *numbers.get(segment.stream as usize)?;
                Some(Segment { stream, ..*segment })
            }));
        }
        segments.par_sort_unstable_by_key(|segment| (segment.packet, segment.layer));
        let streams = (0..).zip(order).map(|(number, (_, place))| (number, place));
        let streams = streams.filter(|(_, place)| {
            self.stream(*place).is_some_and(|stream| stream.counts.first_packet > 0)
        });
        Numbering { streams: streams.collect(), segments }
    }

    /// The stream at a place.
    pub fn stream(&self, (shard, place): Place) -> Option<&Stream> {
        self.shards.get(usize::from(shard))?.streams.get(place as usize)
    }

    /// All streams that have packets, in no order.
    pub fn streams(&self) -> impl Iterator<Item = &Stream> {
        let all = self.shards.iter().flat_map(|shard| &shard.streams);
        all.filter(|stream| stream.counts.first_packet > 0)
    }
}

/// Shard of a stream and its place there.
pub type Place = (u8, u32);

/// Numbers of the streams.
#[derive(Debug, Default)]
pub struct Numbering {
    /// The streams that have packets, by number. Those that only a quoted header opened have a
    /// number and are left out.
    pub streams: Vec<(u64, Place)>,
    /// The rows of `segments`, by packet, if they were kept.
    pub segments: Vec<Segment>,
}
