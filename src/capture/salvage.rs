//! Going on behind damage: where the next record is that can be told from what was damaged.
//!
//! Stricter than [`super::cut`], whose guesses are verified: here nothing verifies, and no packet may be invented. A
//! record is believed whose place a length in the damaged header tells, and a chain of plausible records that reaches the end
//! of the file or is longer than any record is. A shorter one may be a capture that the damaged packet carried: then the true records begin where its last one is, or right behind it. A carried capture whose records fit the
//! true ones without a seam, in time too, cannot be told from them.

use super::cut::{CHAIN, NEIGHBOURS_APART};
use super::{Capture, Position};

/// No damaged record reaches further: the longest common record and its header, in bytes.
const LONGEST: u64 = 262_144 + 24;

/// How much must stay in memory of a stretch in which nothing was found, in bytes: a chain of the longest records may begin in it.
pub const KEPT_BYTES: u64 = (CHAIN as u64 + 4) * LONGEST;

/// What was found behind damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A record begins there.
    Record(u64),
    /// Nothing so far; more of the stream must be read.
    NeedsMore,
    /// No record follows.
    Nothing,
}

/// A chain of plausible records.
struct Chain {
    links: usize,
    /// Where its last record begins.
    last: u64,
    /// Behind it.
    end: u64,
    /// It was followed to where the bytes in memory end, or over it.
    open: bool,
}

/// Looks for a record behind `damage`, from `from` on.
///
/// Whether more of a stream is needed never depends on where its stretches end: what could become a chain is waited for.
///
/// Where the damage may be a file that is cut (`may_be_cut`), only records that reach exactly to its end are believed.
pub fn resume(capture: &Capture, damage: &Position, from: u64, may_be_cut: bool) -> Found {
    let (step, end, complete) = (capture.alignment(), capture.source().end(), capture.source().is_complete());
    // A length that is not damaged tells where the record ended.
    if let Some(offset) = capture.other_end(damage.offset).filter(|offset| *offset >= from && !may_be_cut) {
        // A place that is told need not be guessed by times.
        let chain = follow(capture, damage, offset, u64::MAX, u64::MAX);
        if chain.links >= CHAIN || (chain.links > 0 && chain.end == end && complete) {
            return Found::Record(offset);
        }
        if chain.open && !complete {
            return Found::NeedsMore;
        }
    }
    let mut offset = from.next_multiple_of(step);
    while offset < end {
        let chain = follow(capture, damage, offset, damage.offset.saturating_add(LONGEST), NEIGHBOURS_APART);
        // What the next bytes make of it is not known yet.
        if chain.links > 0 && chain.open && !complete && !may_be_cut {
            return Found::NeedsMore;
        }
        let reaches_end = chain.links > 0 && chain.end == end && complete;
        let long = chain.links >= CHAIN && chain.end.saturating_sub(damage.offset) > LONGEST;
        if reaches_end || (long && !may_be_cut) {
            return Found::Record(offset);
        }
        if chain.links >= CHAIN && !may_be_cut {
            return match behind(capture, damage, &chain) {
                Found::Nothing => Found::Record(offset),
                found => found,
            };
        }
        offset += step;
    }
    if complete { Found::Nothing } else { Found::NeedsMore }
}

/// Where the true records begin, if a chain was a capture that the damaged packet carried.
fn behind(capture: &Capture, damage: &Position, carried: &Chain) -> Found {
    let (step, complete) = (capture.alignment(), capture.source().is_complete());
    let mut offset = (carried.last + 1).next_multiple_of(step);
    while offset <= carried.end {
        let chain = follow(capture, damage, offset, u64::MAX, NEIGHBOURS_APART);
        if chain.links >= CHAIN || (chain.links > 0 && chain.end == capture.source().end() && complete) {
            return Found::Record(offset);
        }
        if chain.links > 0 && chain.open && !complete {
            return Found::NeedsMore;
        }
        offset += step;
    }
    Found::Nothing
}

/// Follows plausible records until they break, or are enough and reach behind `far`. Neighbours are at most `apart` seconds apart.
fn follow(capture: &Capture, position: &Position, offset: u64, far: u64, apart: u64) -> Chain {
    let end = capture.source().end();
    let mut chain = Chain { links: 0, last: offset, end: offset, open: false };
    let mut before = None;
    while chain.end < end && (chain.links < CHAIN || chain.end <= far) {
        let Some(link) = capture.plausible(position, chain.end) else { break };
        if let (Some(one), Some(two)) = (before, link.seconds)
            && i64::abs_diff(one, two) > apart
        {
            break;
        }
        before = link.seconds.or(before);
        chain = Chain { links: chain.links + 1, last: chain.end, end: link.next, open: false };
        if far == u64::MAX && chain.links >= CHAIN {
            break;
        }
    }
    chain.open = end.saturating_sub(chain.end) < 64;
    chain
}
