//! The search for the record at which reading resumes.
//!
//! A chain of records that begins at a time near the one before the damage is taken. One that breaks
//! off where the damaged record may still reach is weighed against the next such chain: a capture
//! that the damaged packet carried lies between them in place, but hardly in time. A chain of another
//! time is taken only if it is long and none of the right time follows.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::Format;
use super::chain::{Chain, View};
use super::header::{self, Header};
use super::{AHEAD, Found, LONGEST, MOST, near, weigh};

/// Fewer bytes than the header of a record or block may need tell nothing of it.
const TELLS_NOTHING: u64 = 64;

/// Bytes that are searched at once.
const STRETCH: u64 = 8 << 20;

/// Records of a chain of another time.
const FIRM: usize = 16;

/// A chain and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub at: u64,
    pub chain: Chain,
}

pub(super) fn resume<F: Format>(
    view: &View<'_, F>,
    at_damage: &[u8],
    passed: impl Fn(u64, u64),
) -> Found {
    let damage = view.known.offset;
    if !view.suffices(damage) {
        return Found::NeedsMore;
    }
    let before = view.known.before.time();
    let found = |at| Found::At(Position { offset: at, ..view.known.clone() });
    // Another capture follows the last record.
    let ahead = at_damage.get(..AHEAD as usize).unwrap_or(at_damage);
    if let Header::Begins(start) = header::header(view, (ahead, damage), None, damage) {
        return Found::At(start);
    }
    let claimed = view
        .format
        .claims(at_damage, view.known, damage)
        .filter(|claims| F::FRAMED || view.known.before.is_near(claims.seconds))
        .map(|claims| claims.next);
    // A length that is not damaged tells where the record ended.
    if let Some(told) = view.format.other_end(at_damage, damage).filter(|told| *told >= view.base) {
        if told == view.end() && view.complete {
            return Found::Nothing;
        }
        let chain = view.follow(told, told, FIRM);
        if chain.is_firm(2) && chain.is_near(before) {
            return found(told);
        }
    }
    let far = damage.saturating_add(LONGEST);
    let mut from = view.base;
    let mut other: Option<Start> = None;
    loop {
        let limit = other.map_or(u64::MAX, |other| other.at.saturating_add(LONGEST));
        let stretch = from.saturating_add(STRETCH);
        let start = match next(view, from, limit.min(stretch), far, before) {
            Next::Chain(start) => start,
            Next::Header(at) => {
                let bytes = view.rest(at, at.saturating_add(AHEAD));
                from = match header::header(view, (bytes, at), claimed, far) {
                    Header::Begins(start) => return Found::At(start),
                    Header::Carried(until) => until.max(at + 1),
                    Header::Nothing => at + 1,
                };
                continue;
            }
            Next::NeedsMore => return Found::NeedsMore,
            Next::Nothing if stretch < limit.min(view.end()) => {
                passed(from, stretch);
                from = stretch;
                continue;
            }
            Next::Nothing => {
                return match other {
                    Some(other) => found(other.at),
                    None if view.complete => Found::Nothing,
                    None => Found::NeedsMore,
                };
            }
        };
        let Start { at, chain } = start;
        if !chain.is_near(before) || (before.is_none() && chain.links < FIRM) {
            // Another time: it must be long, and none of the right time may follow.
            if other.is_none() && chain.is_firm(FIRM) && chain.odd_frames * 4 <= chain.links {
                other = Some(start);
            }
            from = at + 1;
            continue;
        }
        return match weigh::weigh(view, start, far, before) {
            Some(at) => found(at),
            None => {
                from = at + 1;
                continue;
            }
        };
    }
}

#[expect(clippy::large_enum_variant, reason = "one at a time lives, on the stack")]
pub(super) enum Next {
    Chain(Start),
    /// A file header may be there.
    Header(u64),
    NeedsMore,
    Nothing,
}

/// The first offset from `from` on, and before `limit`, at which plausible records begin.
pub(super) fn next<F: Format>(
    view: &View<'_, F>,
    from: u64,
    limit: u64,
    far: u64,
    before: Option<Timestamp>,
) -> Next {
    let end = view.end();
    let tells = if view.complete { end } else { end.saturating_sub(TELLS_NOTHING - 1) };
    let (mut at, mut rest) = (from, view.rest(from, u64::MAX));
    while at < end.min(limit) {
        if at >= tells {
            return Next::NeedsMore;
        }
        if header::may_be_header(rest) {
            return if view.suffices(at) { Next::Header(at) } else { Next::NeedsMore };
        }
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
        rest = rest.get(1..).unwrap_or_default();
    }
    if at < limit && !view.complete { Next::NeedsMore } else { Next::Nothing }
}
