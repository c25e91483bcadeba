//! Packets over the whole time of a capture, in at most [`MOST_BUCKETS`] buckets, and the longest
//! times without a packet: for the graphs of the overview and the page.
//!
//! Buckets have one of the [`WIDTHS`], the least with which all times fit. Each width divides the
//! next and buckets are aligned to multiples since 1970, so that the result is the same wherever a
//! capture is cut. Times before the year 0 or after the year 9999 are left out, as tables do.

mod slot;
mod width;

use super::Tally;
use crate::capture::time::Timestamp;
use crate::dissect::packet::Packet;
use crate::engine::pass::Shift;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
pub use slot::{Silence, Slot};
use std::collections::VecDeque;
use width::DAY;
pub use width::WIDTHS;

/// Greatest number of buckets.
pub const MOST_BUCKETS: usize = 600;

/// Number of silences that are kept.
const MOST_SILENCES: usize = 5;

/// The years 0 to 9999, in seconds since 1970.
const TIMES: std::ops::Range<i64> = -719_528 * 86_400..2_932_897 * 86_400;

/// A packet's number, from 0, and its time.
type Stamp = (u64, Timestamp);

/// Packets over time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Timeline {
    /// Index of the width of a bucket.
    #[serde(deserialize_with = "saved_width")]
    width: usize,
    /// Number of the first bucket since 1970.
    #[serde(deserialize_with = "saved_base")]
    base: i128,
    /// From the first bucket with a packet to the last.
    slots: VecDeque<Slot>,
    /// First and last packet with a time, in the order of the file.
    ends: Option<(Stamp, Stamp)>,
    /// The longest first.
    silences: Vec<Silence>,
    /// Bucket of the packet before, to save a division.
    #[serde(skip)]
    current: Option<Current>,
}

/// An index of [`WIDTHS`]; a saved one may be anything.
fn saved_width<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let width = usize::deserialize(from)?;
    let known = width < WIDTHS.len();
    known.then_some(width).ok_or_else(|| D::Error::custom("a timeline of an unknown width"))
}

/// The number of a bucket that a time can have; a saved one may be anything.
fn saved_base<'de, D: Deserializer<'de>>(from: D) -> Result<i128, D::Error> {
    let base = i128::deserialize(from)?;
    let most = i128::from(u64::MAX) << 32;
    let known = (-most..most).contains(&base);
    known.then_some(base).ok_or_else(|| D::Error::custom("a timeline beyond all times"))
}

#[derive(Clone, Copy, Debug)]
struct Current {
    start: Timestamp,
    end: Timestamp,
    index: usize,
}

impl Timeline {
    /// Length of a bucket in nanoseconds.
    pub fn width(&self) -> u64 {
        WIDTHS.get(self.width).copied().unwrap_or(DAY)
    }

    /// Start of the first bucket, in nanoseconds since 1970.
    pub fn start(&self) -> i128 {
        self.base * i128::from(self.width())
    }

    /// Every bucket from the first with a packet to the last.
    pub fn slots(&self) -> impl ExactSizeIterator<Item = Slot> + '_ {
        self.slots.iter().copied()
    }

    /// Start and end of each bucket in nanoseconds since 1970, and its bytes on the wire.
    pub fn buckets(&self) -> impl Iterator<Item = (i128, i128, u64)> + '_ {
        let width = i128::from(self.width());
        let bucket = move |(number, slot): (i128, &Slot)| {
            (number * width, (number + 1) * width, slot.wire_bytes)
        };
        (self.base..).zip(&self.slots).map(bucket)
    }

    /// The longest times between two packets, the longest first.
    pub fn silences(&self) -> &[Silence] {
        &self.silences
    }

    /// Makes buckets longer, one width after another.
    fn widen(&mut self) {
        let before = self.width();
        self.width += 1;
        let ratio = i128::from(self.width() / before);
        let mut slots: VecDeque<Slot> = VecDeque::new();
        let base = self.base.div_euclid(ratio);
        for (number, slot) in (self.base..).zip(&self.slots) {
            let at = usize::try_from(number.div_euclid(ratio) - base).unwrap_or(0);
            if at >= slots.len() {
                slots.resize(at + 1, Slot::default());
            }
            if let Some(sum) = slots.get_mut(at) {
                sum.add(*slot);
            }
        }
        (self.base, self.slots, self.current) = (base, slots, None);
    }

    /// Index of the bucket of a number at this width; buckets become longer until it fits.
    fn index(&mut self, nanoseconds: i128) -> usize {
        loop {
            let number = nanoseconds.div_euclid(self.width().into());
            if self.slots.is_empty() {
                self.base = number;
            }
            let last = self.base + self.slots.len() as i128 - 1;
            let (least, most) = (self.base.min(number), last.max(number));
            if most - least < MOST_BUCKETS as i128 || self.width + 1 == WIDTHS.len() {
                while self.base > number {
                    self.slots.push_front(Slot::default());
                    self.base -= 1;
                    self.current = None;
                }
                let index = usize::try_from(number - self.base).unwrap_or(0);
                if index >= self.slots.len() {
                    self.slots.resize(index + 1, Slot::default());
                }
                return index;
            }
            self.widen();
        }
    }

    /// Index of the bucket of a time.
    #[inline]
    fn index_of(&mut self, time: Timestamp) -> usize {
        if let Some(current) = self.current.filter(|one| one.start <= time && time < one.end) {
            return current.index;
        }
        let nanoseconds = time.total_nanoseconds();
        let index = self.index(nanoseconds);
        let width = i128::from(self.width());
        let start = (self.base + index as i128) * width;
        self.current = Some(Current {
            start: Timestamp::from_total_nanoseconds(start),
            end: Timestamp::from_total_nanoseconds(start + width),
            index,
        });
        index
    }

    /// Notes the time from one packet to the next, if it is among the longest.
    #[inline]
    fn silence(&mut self, (after_packet, from): Stamp, to: Timestamp) {
        if to <= from {
            return;
        }
        let nanoseconds = to.total_nanoseconds() - from.total_nanoseconds();
        let least = self.silences.get(MOST_SILENCES - 1).map_or(0, |least| least.nanoseconds);
        if nanoseconds > least {
            self.keep(Silence { nanoseconds, after_packet, from });
        }
    }

    fn keep(&mut self, silence: Silence) {
        self.silences.push(silence);
        self.silences.sort_by_key(|one| (-one.nanoseconds, one.after_packet));
        self.silences.truncate(MOST_SILENCES);
    }
}

impl PartialEq for Timeline {
    fn eq(&self, other: &Timeline) -> bool {
        let parts = |one: &Timeline| (one.width, one.base, one.ends);
        parts(self) == parts(other) && self.slots == other.slots && self.silences == other.silences
    }
}

impl Tally for Timeline {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let record = &packet.record;
        let Some(time) = record.time.filter(|time| TIMES.contains(&time.seconds)) else { return };
        let wire_bytes = record.wire_bytes.into();
        let index = self.index_of(time);
        if let Some(slot) = self.slots.get_mut(index) {
            slot.add(Slot { packets: 1, wire_bytes });
        }
        let stamp = (record.number, time);
        match self.ends {
            None => self.ends = Some((stamp, stamp)),
            Some((first, last)) => {
                self.silence(last, time);
                self.ends = Some((first, stamp));
            }
        }
    }

    fn merge(&mut self, mut later: Timeline, shift: Shift) {
        let Some((first, last)) = later.ends else { return };
        let moved = |(number, time): Stamp| (number.saturating_add(shift.packets), time);
        while later.width < self.width {
            later.widen();
        }
        if self.slots.is_empty() {
            self.width = later.width;
        }
        while self.width < later.width {
            self.widen();
        }
        let width = i128::from(later.width());
        for (number, slot) in (later.base..).zip(&later.slots).filter(|(_, one)| one.packets > 0) {
            let index = self.index(number * width);
            if let Some(sum) = self.slots.get_mut(index) {
                sum.add(*slot);
            }
        }
        // Before the later ones: of equal silences the first is kept.
        if let Some((_, before)) = self.ends {
            self.silence(before, first.1);
        }
        for silence in later.silences {
            let after_packet = silence.after_packet.saturating_add(shift.packets);
            self.keep(Silence { after_packet, ..silence });
        }
        let began = self.ends.map_or(moved(first), |(began, _)| began);
        self.ends = Some((began, moved(last)));
    }
}

#[cfg(test)]
mod tests;
