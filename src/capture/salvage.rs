//! Resynchronising after damage: where the next record is that can be told from what was damaged.
//!
//! Stricter than [`super::cut`], whose guesses are verified: here nothing verifies, and no packet
//! may be invented. A record is believed whose place a length in the damaged header tells, and a
//! chain of plausible records that reaches the end of the file or is longer than any record is. A
//! shorter one may be a capture that the damaged packet carried: then the true records begin where
//! its last one is, or right after it. A carried capture whose records fit the true ones without a
//! seam, in time too, cannot be told from them.

use super::cut::{CHAIN, Chain, NEIGHBOURS_APART, follow};
use super::{Capture, Position};

/// No damaged record reaches further: the longest common record and its header, in bytes.
const LONGEST: u64 = 262_144 + 24;

/// How much must stay in memory of a stretch in which nothing was found, in bytes: a chain of the
/// longest records may begin in it.
pub const KEPT_BYTES: u64 = (CHAIN as u64 + 4) * LONGEST;

/// Fewer bytes than the header of a record or block may need, so near to the end of what is in
/// memory, tell nothing.
const TELLS_NOTHING: u64 = 64;

/// The next record after damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A record begins there.
    Record(u64),
    /// Nothing so far; more of the stream must be read.
    NeedsMore,
    /// No record follows.
    Nothing,
}

/// Looks for a record after `damage`, from `from` on.
///
/// Whether more of a stream is needed never depends on where its stretches end: what could become a
/// chain is waited for.
///
/// Where the damage may be a file that is cut (`may_be_cut`), only records that reach exactly to
/// its end are believed.
pub fn resume(capture: &Capture, damage: &Position, from: u64, may_be_cut: bool) -> Found {
    let step = capture.alignment();
    // A length that is not damaged tells where the record ended.
    if let Some(offset) =
        capture.other_end(damage.offset).filter(|offset| *offset >= from && !may_be_cut)
    {
        // A place that is told need not be guessed by times.
        let chain = follow(capture, damage, offset, 0, u64::MAX);
        if is_open(capture, &chain) {
            return Found::NeedsMore;
        }
        if chain.is_enough() {
            return Found::Record(offset);
        }
    }
    let mut offset = from.next_multiple_of(step);
    while offset < capture.source().end() {
        let chain = follow(
            capture,
            damage,
            offset,
            damage.offset.saturating_add(LONGEST),
            NEIGHBOURS_APART,
        );
        if may_be_cut {
            if chain.meets_end {
                return Found::Record(offset);
            }
        } else if chain.links > 0 && is_open(capture, &chain) {
            return Found::NeedsMore;
        } else if chain.meets_end
            || (chain.links >= CHAIN && chain.end.saturating_sub(damage.offset) > LONGEST)
        {
            return Found::Record(offset);
        } else if chain.links >= CHAIN {
            return match behind(capture, damage, &chain) {
                Found::Nothing => Found::Record(offset),
                found => found,
            };
        }
        offset += step;
    }
    if capture.source().is_complete() { Found::Nothing } else { Found::NeedsMore }
}

/// Where the true records begin, if a chain was a capture that the damaged packet carried.
fn behind(capture: &Capture, damage: &Position, carried: &Chain) -> Found {
    let step = capture.alignment();
    let mut offset = (carried.last + 1).next_multiple_of(step);
    while offset <= carried.end {
        let chain = follow(capture, damage, offset, 0, NEIGHBOURS_APART);
        if chain.links > 0 && is_open(capture, &chain) {
            return Found::NeedsMore;
        }
        if chain.is_enough() {
            return Found::Record(offset);
        }
        offset += step;
    }
    Found::Nothing
}

/// True when what a stream still has to tell decides what becomes of the chain.
fn is_open(capture: &Capture, chain: &Chain) -> bool {
    !capture.source().is_complete()
        && capture.source().end().saturating_sub(chain.end) < TELLS_NOTHING
}
