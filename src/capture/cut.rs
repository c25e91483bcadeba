//! Cutting a capture into byte ranges of equal size, and guessing the first record of a range.
//!
//! No result depends on a guess. Records have no sync marks, so a worker that starts in the middle
//! of a file searches for a chain of plausible record headers. The guess is verified when parts are
//! taken: the walk of the previous range must have ended at that byte (see [`crate::engine`]). A
//! wrong guess only costs time.

use super::{Capture, Position};
use std::ops;

/// Default length of a range, in bytes.
pub const DEFAULT_RANGE_BYTES: u64 = 2 << 20;

/// Number of consecutive plausible records after which a guess is accepted.
///
/// A capture carried inside packets gives shorter chains: the header of each packet breaks them.
const CHAIN: usize = 16;

/// Number of bytes after the start of a range in which a chain is searched: twice the longest
/// common record.
const SEARCH_BYTES: u64 = 2 * 262_144;

/// Difference in time of two neighbours of a chain, at most, in seconds.
pub(super) const NEIGHBOURS_APART: u64 = 7 * 86_400;

/// A plausible record in a chain.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// Offset of the next record.
    pub next: u64,
    /// Seconds of its timestamp. None if the format needs more than the header to tell.
    pub seconds: Option<i64>,
}

/// The ranges of a capture whose records lie in `start..end`, computed on demand.
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

    /// Number of ranges.
    pub fn count(self) -> u64 {
        (self.end - self.start).div_ceil(self.range_bytes).max(1)
    }

    /// The byte at which the range of this number begins; that of [`Ranges::count`] is where the
    /// last one ends.
    pub fn offset(self, range: u64) -> u64 {
        self.start.saturating_add(range.saturating_mul(self.range_bytes)).min(self.end)
    }

    /// Groups the ranges into segments of consecutive ranges, each for one worker.
    ///
    /// Segments get smaller towards the end: few parts have to be merged, and all workers finish at
    /// about the same time.
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
    let step = capture.alignment(known);
    let limit = until.min(from.saturating_add(SEARCH_BYTES));
    // Bytes that were inserted or lost shift the alignment.
    let mut offset = known.offset + from.saturating_sub(known.offset).next_multiple_of(step);
    while offset < limit {
        if is_chain(capture, known, offset) {
            return Some(offset);
        }
        offset += step;
    }
    None
}

/// True if plausible records follow each other from `offset` on, as many as are believed or up to the
/// end of the bytes in memory.
fn is_chain(capture: &Capture, position: &Position, offset: u64) -> bool {
    let end = capture.source().end();
    let (mut at, mut links, mut before) = (offset, 0, None);
    while at < end && links < CHAIN {
        let Some(link) = capture.plausible(position, at) else { return false };
        if let (Some(one), Some(two)) = (before, link.seconds)
            && i64::abs_diff(one, two) > NEIGHBOURS_APART
        {
            return false;
        }
        before = link.seconds.or(before);
        at = link.next;
        links += 1;
    }
    links >= CHAIN || at == end
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
