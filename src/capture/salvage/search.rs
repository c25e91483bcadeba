//! The search for the record at which reading resumes.
//!
//! A chain of records that begins at a time near the one before the damage is taken. One that breaks
//! off where the damaged record may still reach is weighed against the next such chain: a capture
//! that the damaged packet carried lies between them in place, but hardly in time. A chain of another
//! time is taken only if it is long and none of the right time follows.

use super::super::time::Timestamp;
use super::super::walk::Format;
use super::chain::{Chain, Ends, View};
use super::{Found, LONGEST, near};

/// Fewer bytes than the header of a record or block may need tell nothing of it.
const TELLS_NOTHING: u64 = 64;

/// Most records of a chain that are looked at.
const MOST: usize = 4096;

/// Records of a chain of another time.
const FIRM: usize = 16;

/// Seconds by which a chain without a successor may be later than the record before the damage to
/// be believed by one record.
const SOON: i64 = 3600;

/// A chain and where it begins.
#[derive(Clone, Copy)]
struct Start {
    at: u64,
    chain: Chain,
}

pub(super) fn resume<F: Format>(view: &View<'_, F>, at_damage: &[u8]) -> Found {
    let damage = view.known.offset;
    if !view.suffices(damage) {
        return Found::NeedsMore;
    }
    let before = view.known.before.time();
    // A length that is not damaged tells where the record ended.
    if let Some(told) = view.format.other_end(at_damage, damage).filter(|told| *told >= view.base) {
        if told == view.end() && view.complete {
            return Found::Nothing;
        }
        let chain = view.follow(told, told, FIRM);
        if chain.is_firm(2) && chain.is_near(before) {
            return Found::Record(told);
        }
    }
    let far = damage.saturating_add(LONGEST);
    let mut from = view.base;
    let mut other: Option<Start> = None;
    loop {
        let limit = other.map_or(u64::MAX, |other| other.at.saturating_add(LONGEST));
        let found = match next(view, from, limit, far, before) {
            Next::Chain(found) => found,
            Next::NeedsMore => return Found::NeedsMore,
            Next::Nothing => {
                return match other {
                    Some(other) => Found::Record(other.at),
                    None if view.complete => Found::Nothing,
                    None => Found::NeedsMore,
                };
            }
        };
        let Start { at, chain } = found;
        if !chain.is_near(before) || (before.is_none() && chain.links < FIRM) {
            // Another time: it must be long, and none of the right time may follow.
            if other.is_none() && chain.is_firm(FIRM) && chain.odd_frames * 4 <= chain.links {
                other = Some(found);
            }
            from = at + 1;
            continue;
        }
        return match weigh(view, found, far, before) {
            Some(at) => Found::Record(at),
            None => {
                from = at + 1;
                continue;
            }
        };
    }
}

enum Next {
    Chain(Start),
    NeedsMore,
    Nothing,
}

/// The first offset from `from` on, and before `limit`, at which plausible records begin.
fn next<F: Format>(
    view: &View<'_, F>,
    from: u64,
    limit: u64,
    far: u64,
    before: Option<Timestamp>,
) -> Next {
    let mut at = from;
    while at < view.end().min(limit) {
        if !view.complete && view.end() - at < TELLS_NOTHING {
            return Next::NeedsMore;
        }
        let rest = view.rest(at, u64::MAX);
        if let Some(candidate) = view.format.plausible(rest, view.known, at) {
            if !view.suffices(at) {
                return Next::NeedsMore;
            }
            let is_near = match (candidate.seconds, before) {
                (Some(seconds), Some(before)) => near(seconds, before.seconds),
                _ => true,
            };
            let chain = view.follow(at, far, if is_near { MOST } else { 4 * FIRM });
            if chain.links > 0 {
                return Next::Chain(Start { at, chain });
            }
        }
        at += 1;
    }
    if at < limit && !view.complete { Next::NeedsMore } else { Next::Nothing }
}

/// Where the records of the capture begin, if a chain of the right time is found. None if it is not
/// believed, nor anything after it within reach.
fn weigh<F: Format>(
    view: &View<'_, F>,
    found: Start,
    far: u64,
    before: Option<Timestamp>,
) -> Option<u64> {
    let Start { mut at, mut chain } = found;
    loop {
        if let Some(seam) = chain.seam.filter(|seam| *seam <= far) {
            // A carried capture whose records lead to true ones: only these are believed.
            at = seam;
            chain = view.follow(at, far, MOST);
            if chain.is_near(before) && chain.links > 0 {
                continue;
            }
            return None;
        }
        if chain.ends != Ends::Broken {
            return Some(at);
        }
        let limit = far.min(at.saturating_add(LONGEST));
        let mut from = chain.last + 1;
        let later = loop {
            let Next::Chain(later) = next(view, from, limit, far, before) else { break None };
            let believed = later.chain.is_near(before) && later.chain.is_firm(2);
            if believed {
                break Some(later);
            }
            from = later.at + 1;
        };
        let Some(later) = later else {
            let soon = match (before, chain.first) {
                (Some(before), Some(_)) => {
                    chain.least.seconds >= before.seconds.saturating_sub(1)
                        && chain.greatest.seconds <= before.seconds.saturating_add(SOON)
                }
                _ => false,
            };
            return (chain.links >= 2 || soon).then_some(at);
        };
        let between = before.is_none_or(|before| chain.least >= before)
            && later.chain.first.is_none_or(|first| chain.greatest <= first);
        if between || chain.first.is_none() {
            return Some(at);
        }
        (at, chain) = (later.at, later.chain);
    }
}

/// The first chain of a time near `before` within reach after `at`. One before `next_record` must lead past
/// it.
pub(super) fn first_near<F: Format>(
    view: &View<'_, F>,
    at: u64,
    next_record: u64,
    before: Option<Timestamp>,
) -> Option<u64> {
    let far = at.saturating_add(LONGEST);
    let mut from = at + 1;
    while let Next::Chain(found) = next(view, from, far, far, before) {
        if found.chain.is_near(before)
            && found.chain.is_firm(2)
            && (found.at >= next_record || found.chain.last >= next_record)
        {
            return Some(found.at);
        }
        from = found.at + 1;
    }
    None
}
