//! Packets per bucket of time: the `intervals` table. Only buckets with packets exist, however long
//! a gap is.

use super::Tally;
use super::totals::Counts;
use crate::capture::time::Timestamp;
use crate::dissect::packet::{Packet, Transport};
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use crate::saved::count;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The packets of one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// All packets.
    pub counts: Counts,
    /// Those whose innermost IP layer carries TCP with ports.
    #[serde(deserialize_with = "count")]
    pub tcp_packets: u64,
    /// Those whose innermost IP layer carries UDP with ports.
    #[serde(deserialize_with = "count")]
    pub udp_packets: u64,
}

/// Packets per bucket.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Saved", into = "Saved")]
pub struct Intervals {
    /// The length of a bucket in nanoseconds, at least 1.
    interval: u64,
    /// By the number of intervals since 1970; none for packets without a time stamp.
    buckets: HashMap<Option<i128>, Bucket, foldhash::fast::RandomState>,
    /// The bucket of the packet before, not yet in `buckets`: time mostly stands still.
    current: Option<Current>,
}

#[derive(Clone, Copy, Debug)]
struct Current {
    key: Option<i128>,
    start: Timestamp,
    end: Timestamp,
    bucket: Bucket,
}

impl Intervals {
    /// No packets yet; buckets of `interval` nanoseconds.
    pub fn new(interval: u64) -> Intervals {
        Intervals { interval: interval.max(1), buckets: HashMap::default(), current: None }
    }

    /// Every bucket with its start, in the order of time; packets without a time stamp last.
    pub fn sorted(&self) -> Vec<(Option<Timestamp>, Bucket)> {
        // There may be millions of them: nothing is copied more than once.
        let mut sorted: Vec<_> = self.buckets.iter().map(|(key, bucket)| (*key, *bucket)).collect();
        if let Some(Current { key, bucket, .. }) = self.current {
            match sorted.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => known.merge(bucket),
                None => sorted.push((key, bucket)),
            }
        }
        sorted.sort_unstable_by_key(|(key, _)| (key.is_none(), *key));
        let start = |key: i128| Timestamp::from_total_nanoseconds(key * i128::from(self.interval));
        sorted.into_iter().map(|(key, bucket)| (key.map(start), bucket)).collect()
    }

    fn settle(&mut self) {
        if let Some(current) = self.current.take() {
            self.buckets.entry(current.key).or_default().merge(current.bucket);
        }
    }

    fn current(&mut self, time: Option<Timestamp>) -> &mut Bucket {
        let fits = self.current.is_some_and(|current| match time {
            Some(time) => current.key.is_some() && current.start <= time && time < current.end,
            None => current.key.is_none(),
        });
        if !fits {
            self.settle();
        }
        let interval = i128::from(self.interval);
        let fresh = || {
            let key = time.map(|time| time.total_nanoseconds().div_euclid(interval));
            let start = key.unwrap_or(0) * interval;
            Current {
                key,
                start: Timestamp::from_total_nanoseconds(start),
                end: Timestamp::from_total_nanoseconds(start + interval),
                bucket: Bucket::default(),
            }
        };
        &mut self.current.get_or_insert_with(fresh).bucket
    }
}

/// Length of a bucket, and the buckets in the order of their keys.
type Saved = (u64, Vec<(Option<i128>, Bucket)>);

impl From<Saved> for Intervals {
    fn from((interval, buckets): Saved) -> Intervals {
        /// No time that 64-bit units can express is further away.
        const FURTHEST: i128 = 1 << 96;
        let mut intervals = Intervals::new(interval);
        for (key, bucket) in buckets {
            let key = key.map(|key| {
                let most = FURTHEST / i128::from(intervals.interval);
                key.clamp(-most, most)
            });
            intervals.buckets.entry(key).or_default().merge(bucket);
        }
        intervals
    }
}

impl From<Intervals> for Saved {
    fn from(mut intervals: Intervals) -> Saved {
        intervals.settle();
        let mut buckets: Vec<_> = intervals.buckets.into_iter().collect();
        buckets.sort_unstable_by_key(|(key, _)| *key);
        (intervals.interval, buckets)
    }
}

impl Bucket {
    fn merge(&mut self, other: Bucket) {
        self.counts.merge(other.counts);
        self.tcp_packets += other.tcp_packets;
        self.udp_packets += other.udp_packets;
    }
}

impl PartialEq for Intervals {
    /// Equal when they would give the same rows.
    fn eq(&self, other: &Intervals) -> bool {
        self.interval == other.interval && self.sorted() == other.sorted()
    }
}

impl Tally for Intervals {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let transport = packet.transport();
        let bucket = self.current(packet.record.time);
        bucket.counts.add(packet);
        bucket.tcp_packets += u64::from(transport == Some(Transport::Tcp));
        bucket.udp_packets += u64::from(transport == Some(Transport::Udp));
    }

    fn merge(&mut self, mut later: Intervals, _: Shift) {
        self.settle();
        later.settle();
        for (key, bucket) in later.buckets {
            self.buckets.entry(key).or_default().merge(bucket);
        }
    }

    fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "intervals", advice: "choose a longer --interval" };
        // A map is at most seven eighths full.
        let bytes = self.buckets.capacity() / 7 * 8 * (size_of::<(Option<i128>, Bucket)>() + 1);
        MemoryUse::of(&GROWTH, self.buckets.len() as u64, bytes as u64)
    }
}
