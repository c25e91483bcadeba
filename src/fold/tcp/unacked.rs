//! Segments of one direction that were not acknowledged yet.

use super::after;
use std::collections::VecDeque;

/// A segment that was not acknowledged yet.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Number of its packet.
    pub packet: u64,
    /// Its time in nanoseconds.
    pub time: i64,
    /// Its sequence number.
    pub sequence: u32,
    /// The sequence number after it.
    pub next: u32,
}

/// Such segments, in the order of their packets.
#[derive(Clone, Debug, Default)]
pub struct Unacked {
    segments: VecDeque<Segment>,
    /// Least sequence and greatest next sequence, relative to the base. None if they must be found
    /// again.
    extent: Option<(u32, u32)>,
}

/// Empty lists that keep their memory for the next stream that sends.
#[derive(Debug, Default)]
pub struct Spare(
    #[expect(clippy::vec_box, reason = "boxes move between streams")] Vec<Box<Unacked>>,
);

/// Most lists that are kept.
const MOST: usize = 16;
/// Longest list that is kept, in segments.
const LONGEST: usize = 4;

impl Spare {
    /// An empty list.
    pub fn take(&mut self) -> Box<Unacked> {
        // Most lists are of one segment.
        let new = || Unacked { segments: VecDeque::with_capacity(1), extent: None };
        self.0.pop().unwrap_or_else(|| Box::new(new()))
    }

    /// Keeps an empty list, unless there are enough.
    pub fn put(&mut self, list: Box<Unacked>) {
        if self.0.len() < MOST && list.segments.capacity() <= LONGEST {
            self.0.push(list);
        }
    }
}

impl Unacked {
    /// Number of segments.
    pub fn len(&self) -> usize {
        self.segments.len()
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The first of them.
    pub fn first(&self) -> Option<&Segment> {
        self.segments.front()
    }

    /// Memory held, in bytes.
    pub fn heap_bytes(&self) -> usize {
        size_of::<Unacked>() + self.segments.capacity() * size_of::<Segment>()
    }

    /// Tells that the base has changed.
    pub fn rebase(&mut self) {
        self.extent = None;
    }

    /// Adds a segment; `base` is what relative numbers begin at.
    pub fn push(&mut self, segment: Segment, base: u32) {
        let (from, to) = (segment.sequence.wrapping_sub(base), segment.next.wrapping_sub(base));
        self.extent = match self.extent {
            Some((least, greatest)) => Some((least.min(from), greatest.max(to))),
            None if self.segments.is_empty() => Some((from, to)),
            None => None,
        };
        self.segments.push_back(segment);
    }

    /// Removes what `ack` acknowledges. Returns the oldest segment that ends there.
    pub fn acknowledge(&mut self, ack: u32) -> Option<Segment> {
        let (mut acknowledged, mut changed) = (None, false);
        self.segments.retain_mut(|segment| {
            if ack == segment.next {
                acknowledged = acknowledged.or(Some(*segment));
                changed = true;
                false
            } else if after(ack, segment.sequence) && !after(ack, segment.next) {
                segment.sequence = ack;
                changed = true;
                true
            } else {
                let keep = after(segment.next, ack);
                changed |= !keep;
                keep
            }
        });
        if changed {
            self.extent = None;
        }
        acknowledged
    }

    /// Bytes from the least sequence to the greatest next one.
    pub fn in_flight(&mut self, base: u32) -> u32 {
        let (least, greatest) = match self.extent {
            Some(extent) => extent,
            None => self.segments.iter().fold((u32::MAX, 0), |(least, greatest), segment| {
                let from = segment.sequence.wrapping_sub(base);
                (least.min(from), greatest.max(segment.next.wrapping_sub(base)))
            }),
        };
        self.extent = Some((least, greatest));
        greatest.wrapping_sub(least)
    }
}
