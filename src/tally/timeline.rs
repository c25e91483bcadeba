//! Bytes over time in at most [`MOST`] buckets, for a graph.
//!
//! A bucket is 2^n nanoseconds long and begins at a multiple of that; n is the least with which the
//! time from the first to the last packet fits. So the buckets depend on the packets alone, and
//! never on their order or on where a capture was cut. Packets without a timestamp are left out.

use super::Tally;
use crate::dissect::packet::Packet;
use crate::engine::pass::Shift;
use std::collections::VecDeque;

/// Greatest number of buckets.
const MOST: usize = 1024;

/// Bytes over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Binary logarithm of a bucket's length in nanoseconds.
    power: u32,
    /// Number of the first bucket: its start in units of the length.
    first: i128,
    /// Bytes on the wire. The first and the last bucket have a packet.
    buckets: VecDeque<u64>,
}

impl Timeline {
    /// Start and end of each bucket in nanoseconds since 1970, and its bytes.
    pub fn buckets(&self) -> impl Iterator<Item = (i128, i128, u64)> {
        self.buckets
            .iter()
            .zip(self.first..)
            .map(|(bytes, number)| (number << self.power, (number + 1) << self.power, *bytes))
    }

    /// Adds bytes to the bucket of a number.
    fn add(&mut self, mut number: i128, bytes: u64) {
        if self.buckets.is_empty() {
            self.first = number;
        }
        while !self.holds(number) {
            self.coarsen();
            number >>= 1;
        }
        while number < self.first {
            self.buckets.push_front(0);
            self.first -= 1;
        }
        let at = (number - self.first) as usize;
        if at >= self.buckets.len() {
            self.buckets.resize(at + 1, 0);
        }
        if let Some(bucket) = self.buckets.get_mut(at) {
            *bucket += bytes;
        }
    }

    /// True if the buckets up to this one are few enough.
    fn holds(&self, number: i128) -> bool {
        let last = self.first + self.buckets.len().max(1) as i128 - 1;
        number.max(last) - number.min(self.first) < MOST as i128
    }

    /// Joins buckets in pairs.
    fn coarsen(&mut self) {
        let mut joined = VecDeque::with_capacity(self.buckets.len() / 2 + 1);
        for (number, bytes) in (self.first..).zip(&self.buckets) {
            match joined.back_mut() {
                Some(bucket) if number & 1 == 1 => *bucket += bytes,
                _ => joined.push_back(*bytes),
            }
        }
        (self.power, self.first, self.buckets) = (self.power + 1, self.first >> 1, joined);
    }
}

impl Tally for Timeline {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(time) = packet.record.time {
            let number = time.total_nanoseconds() >> self.power;
            self.add(number, packet.record.wire_bytes.into());
        }
    }

    fn merge(&mut self, later: Timeline, _: Shift) {
        while self.power < later.power {
            self.coarsen();
        }
        let last = later.buckets.len().saturating_sub(1);
        for (place, (start, _, bytes)) in later.buckets().enumerate() {
            // Empty buckets are made by those around them.
            if bytes > 0 || place == 0 || place == last {
                self.add(start >> self.power, bytes);
            }
        }
    }
}
