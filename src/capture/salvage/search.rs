//! The search for the record at which reading resumes.
//!
//! A chain of records that begins at a time near the one before the damage is taken. One that breaks
//! off where the damaged record may still reach is weighed against the next such chain: a capture
//! that the damaged packet carried lies between them in place, but hardly in time. A chain of another
//! time is taken only if it is long and none of the right time follows.

use super::super::Position;
use super::super::appended::Appended;
use super::super::time::Timestamp;
use super::super::walk::Format;
use super::chain::{Chain, Ends, View};
use super::{AHEAD, Found, LONGEST, MOST, near};

/// Fewer bytes than the header of a record or block may need tell nothing of it.
const TELLS_NOTHING: u64 = 64;

/// Bytes that are searched at once.
const STRETCH: u64 = 8 << 20;

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
    if let Some(start) = header(view, (ahead, damage), damage, before) {
        return Found::At(start);
    }
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
                if let Some(start) = header(view, (bytes, at), far, before) {
                    return Found::At(start);
                }
                from = at + 1;
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
        return match weigh(view, start, far, before) {
            Some(at) => found(at),
            None => {
                from = at + 1;
                continue;
            }
        };
    }
}

enum Next {
    Chain(Start),
    /// A file header may be there.
    Header(u64),
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
        if may_be_header(rest) {
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
            return Some(chain.lead(at, before));
        }
        let limit = far.min(at.saturating_add(LONGEST));
        let mut from = chain.last + 1;
        let later = loop {
            let later = match next(view, from, limit, far, before) {
                Next::Chain(later) => later,
                Next::Header(at) => {
                    from = at + 1;
                    continue;
                }
                Next::NeedsMore | Next::Nothing => break None,
            };
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
            return (chain.links >= 2 || soon).then(|| chain.lead(at, before));
        };
        let between = before.is_none_or(|before| chain.least >= before)
            && later.chain.first.is_none_or(|first| chain.greatest <= first);
        if between || chain.first.is_none() {
            return Some(chain.lead(at, before));
        }
        (at, chain) = (later.at, later.chain);
    }
}

/// The first chain of a time near `before` within reach after `at`, or, with `headers`, the first file
/// header before `next_record`. What begins before `next_record` must lead past it.
pub(super) fn first_near<F: Format>(
    view: &View<'_, F>,
    at: u64,
    next_record: u64,
    before: Option<Timestamp>,
    headers: bool,
) -> Option<u64> {
    let far = at.saturating_add(LONGEST);
    let mut from = at + 1;
    loop {
        let found = match next(view, from, far, far, before) {
            Next::Chain(found) => found,
            Next::Header(at) => {
                if headers && at < next_record && cuts_off(view, at, next_record) {
                    return Some(at);
                }
                from = at + 1;
                continue;
            }
            Next::NeedsMore | Next::Nothing => return None,
        };
        if found.chain.is_near(before)
            && found.chain.is_firm(2)
            && (found.at >= next_record || found.chain.last >= next_record)
        {
            return Some(found.at);
        }
        from = found.at + 1;
    }
}

/// True if the file header at `at` is that of a capture whose records lead past `next_record`: the
/// record that claims to reach so far was cut off.
fn cuts_off<F: Format>(view: &View<'_, F>, at: u64, next_record: u64) -> bool {
    let bytes = view.rest(at, at.saturating_add(AHEAD));
    let Some(appended) = Appended::open(bytes, at, view.known) else { return false };
    let complete = view.complete && at.saturating_add(bytes.len() as u64) >= view.end();
    let start = appended.clone().start();
    let chain = appended.follow((bytes, at), complete, &start, next_record);
    chain.is_firm(2) && (chain.ends != Ends::Broken || chain.last >= next_record)
}

/// True if the first bytes may be those of a file header.
fn may_be_header(bytes: &[u8]) -> bool {
    let first = bytes.first().copied().unwrap_or_default();
    matches!(first, 0x0A | b's' | 0xA1 | 0xD4 | 0x4D | 0x34 | 0x1C | 0xAC | 0xAB)
        && super::super::is_capture(bytes)
}

/// The first record of the capture whose file header is at `at`, where `bytes` begin, unless the
/// damaged packet carried it.
fn header<F: Format>(
    view: &View<'_, F>,
    (bytes, at): (&[u8], u64),
    far: u64,
    before: Option<Timestamp>,
) -> Option<Position> {
    let appended = Appended::open(bytes, at, view.known)?;
    let complete = view.complete && at.saturating_add(bytes.len() as u64) >= view.end();
    let start = appended.clone().start();
    let chain = appended.follow((bytes, at), complete, &start, far);
    let is_empty = complete && start.offset == at.saturating_add(bytes.len() as u64);
    if !is_empty && !chain.is_firm(2) {
        return None;
    }
    // Nothing carries a capture that begins where the last record ended.
    if at > view.known.offset && !is_empty {
        let carried = if chain.ends == Ends::Broken {
            first_near(view, chain.last, chain.last, before, false).is_some()
        } else {
            let is_part = |other| {
                other <= chain.last && appended.leads_to((bytes, at), complete, &start, other)
            };
            before.is_some()
                && first_near(view, at, at, before, false).is_some_and(|other| !is_part(other))
        };
        if carried || chain.seam.is_some_and(|seam| seam <= far) {
            return None;
        }
    }
    Some(start)
}
