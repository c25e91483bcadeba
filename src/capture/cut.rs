//! Cutting a capture: byte ranges of equal size, and the guess where the first record of a range
//! begins.
//!
//! Nothing here decides a result. Records carry no marks, so a worker that starts in the middle
//! looks for a chain of plausible record headers; whether it found a true boundary is decided at
//! the merge, by the position at which the walk of the range before really ended (see
//! [`crate::engine`]). A wrong guess costs time only.

use super::{Capture, Position};
use std::ops;

/// How much of a capture one range covers unless the user says otherwise, in bytes.
pub const DEFAULT_RANGE_BYTES: u64 = 2 << 20;

/// How many records in a row must look like records before the first is believed to be one.
///
/// A capture carried inside another one's packets yields shorter chains: each packet's header
/// breaks them.
pub(super) const CHAIN: usize = 16;

/// Bytes after the start of a range in which a chain is searched: the longest common record and as
/// much again.
const SEARCH_BYTES: u64 = 2 * 262_144;

/// How far apart in time two neighbours of a chain may be, in seconds.
pub(super) const NEIGHBOURS_APART: u64 = 7 * 86_400;

/// A plausible record in a chain.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Where the record behind it would begin.
    pub next: u64,
    /// The second of its time stamp, where the format has it at hand.
    pub seconds: Option<i64>,
}

/// The ranges of a capture whose records lie in `start..end`: numbers and byte offsets, computed on
/// demand.
#[derive(Clone, Copy, Debug)]
pub struct Ranges {
    start: u64,
    end: u64,
    range_bytes: u64,
}

impl Ranges {
    /// Ranges of `range_bytes` each; the last one is shorter. There is always at least one.
    pub fn new(start: u64, end: u64, range_bytes: u64) -> Ranges {
        Ranges { start, end: end.max(start), range_bytes: range_bytes.max(1) }
    }

    /// How many there are.
    pub fn count(self) -> u64 {
        (self.end - self.start).div_ceil(self.range_bytes).max(1)
    }

    /// The byte at which the range of this number begins; that of [`Ranges::count`] is where the
    /// last one ends.
    pub fn offset(self, range: u64) -> u64 {
        self.start.saturating_add(range.saturating_mul(self.range_bytes)).min(self.end)
    }

    /// Deals the ranges out as segments, each of them ranges in a row for one worker.
    ///
    /// Large ones first and ever smaller ones towards the end, so that few runs are to be merged
    /// and yet all workers end at about the same time.
    pub fn segments(self, workers: usize) -> Vec<ops::Range<u64>> {
        let workers = workers as u64;
        let (mut first, count) = (0, self.count());
        let mut segments = Vec::new();
        while first < count {
            let left = count - first;
            let take = if workers <= 1 { left } else { (left * 3 / (4 * workers)).max(1) };
            segments.push(first..first + take);
            first += take;
        }
        segments
    }
}

/// Guesses the first record boundary at or after `from`, and before `until`, in a section like
/// that of `known`.
pub fn resync(capture: &Capture, known: &Position, from: u64, until: u64) -> Option<u64> {
    let step = capture.alignment();
    let limit = until.min(from.saturating_add(SEARCH_BYTES));
    let mut offset = from.next_multiple_of(step);
    while offset < limit {
        if follow(capture, known, offset, 0, NEIGHBOURS_APART).is_enough() {
            return Some(offset);
        }
        offset += step;
    }
    None
}

/// Plausible records in a row.
pub(super) struct Chain {
    pub links: usize,
    /// Where its last record begins.
    pub last: u64,
    /// After it.
    pub end: u64,
    /// It ends exactly where the bytes in memory do.
    pub meets_end: bool,
}

impl Chain {
    /// True when it is long enough to be believed, or as long as it can be.
    pub fn is_enough(&self) -> bool {
        self.links >= CHAIN || self.meets_end
    }
}

/// Follows plausible records from `offset` until they break, or are enough and reach past `far`.
/// Neighbours are at most `apart` seconds apart.
pub(super) fn follow(
    capture: &Capture,
    position: &Position,
    offset: u64,
    far: u64,
    apart: u64,
) -> Chain {
    let end = capture.source().end();
    let mut chain = Chain { links: 0, last: offset, end: offset, meets_end: false };
    let mut before = None;
    while chain.end < end && (chain.links < CHAIN || chain.end <= far) {
        let Some(link) = capture.plausible(position, chain.end) else { break };
        if let (Some(one), Some(two)) = (before, link.seconds)
            && i64::abs_diff(one, two) > apart
        {
            break;
        }
        before = link.seconds.or(before);
        chain = Chain {
            links: chain.links + 1,
            last: chain.end,
            end: link.next,
            meets_end: link.next == end,
        };
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_everything_once() {
        for (start, end, size) in [(24, 24, 10), (24, 25, 10), (24, 1000, 7), (0, 1 << 40, 1 << 22)]
        {
            let ranges = Ranges::new(start, end, size);
            assert_eq!(ranges.offset(0), start);
            assert_eq!(ranges.offset(ranges.count()), end);
        }
    }

    #[test]
    fn segments_cover_all_ranges_in_order() {
        for workers in [1, 2, 3, 64] {
            let ranges = Ranges::new(0, 1000, 3);
            let mut next = 0;
            for segment in ranges.segments(workers) {
                assert_eq!(segment.start, next);
                assert!(segment.end > segment.start);
                next = segment.end;
            }
            assert_eq!(next, ranges.count());
        }
    }

    #[test]
    fn many_ranges_form_few_segments() {
        assert_eq!(Ranges::new(0, 1 << 30, 4 << 20).segments(1).len(), 1);
        assert!(Ranges::new(0, 1 << 30, 4 << 20).segments(2).len() < 24);
    }
}
