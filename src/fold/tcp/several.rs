//! Unacknowledged segments: one, and several of one direction.

use super::after;
use std::collections::VecDeque;

/// A segment that was not acknowledged yet.
#[derive(Clone, Copy, Debug, Default)]
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

/// Part of a segment that an acknowledgment leaves.
pub enum Left {
    /// It is acknowledged.
    Nothing,
    /// Its end is left.
    Part,
    /// It is not acknowledged.
    Whole,
}

impl Segment {
    /// Takes what `ack` acknowledges away.
    pub fn acknowledge(&mut self, ack: u32) -> Left {
        if ack == self.next {
            Left::Nothing
        } else if after(ack, self.sequence) && !after(ack, self.next) {
            self.sequence = ack;
            Left::Part
        } else if after(self.next, ack) {
            Left::Whole
        } else {
            Left::Nothing
        }
    }
}

/// Several segments.
#[derive(Debug, Default)]
pub struct Several {
    pub segments: VecDeque<Segment>,
    /// Least sequence and greatest next sequence, relative to the base. None if they must be found
    /// again.
    pub extent: Option<(u32, u32)>,
}

impl Segment {
    /// Sequence and next sequence, relative to a base.
    pub fn relative(&self, base: u32) -> (u32, u32) {
        (self.sequence.wrapping_sub(base), self.next.wrapping_sub(base))
    }
}

impl Several {
    /// Memory of the segments, in bytes.
    pub fn bytes(&self) -> usize {
        self.segments.capacity() * size_of::<Segment>()
    }

    /// Adds segments; gives the bytes by which the memory has grown.
    pub fn extend(&mut self, segments: impl Iterator<Item = Segment>) -> usize {
        let before = self.segments.capacity();
        self.segments.extend(segments);
        (self.segments.capacity() - before) * size_of::<Segment>()
    }

    /// Removes what `ack` acknowledges. Returns the oldest segment that ends there.
    pub fn acknowledge(&mut self, ack: u32) -> Option<Segment> {
        let (mut acknowledged, mut changed) = (None, false);
        self.segments.retain_mut(|segment| {
            let left = segment.acknowledge(ack);
            changed |= !matches!(left, Left::Whole);
            let keep = !matches!(left, Left::Nothing);
            if !keep && segment.next == ack {
                acknowledged = acknowledged.or(Some(*segment));
            }
            keep
        });
        if changed {
            self.extent = None;
        }
        acknowledged
    }

    /// Bytes from the least sequence to the greatest next one.
    pub fn in_flight(&mut self, base: u32) -> u32 {
        let (least, greatest) = self.extent.unwrap_or_else(|| {
            self.segments.iter().fold((u32::MAX, 0), |(least, greatest), segment| {
                let (from, to) = segment.relative(base);
                (least.min(from), greatest.max(to))
            })
        });
        self.extent = Some((least, greatest));
        greatest.wrapping_sub(least)
    }
}
