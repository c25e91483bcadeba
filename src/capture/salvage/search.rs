//! The search for the record at which reading resumes.
//!
//! A chain of records that begins at a time near the one before the damage is taken. One that breaks
//! off where the damaged record may still reach is weighed against the next such chain: a capture
//! that the damaged packet carried lies between them in place, but hardly in time. A chain of another
//! time is taken only if it is long and none of the right time follows.

use super::super::Position;
use super::super::walk::Format;
use super::header::{self, Header};
use super::scan::{DOUBTS, Next, Part, Scan, Start};
use super::view::View;
use super::{AHEAD, Found, LONGEST, mended, weigh};

/// Bytes that are searched at once.
const STRETCH: u64 = 8 << 20;

/// Blocks of a chain of another time: two lengths of each agree.
const FIRM_BLOCKS: usize = 4;

/// Records of a chain of another time.
pub(super) const FIRM: usize = 16;

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
    let mut scan = Scan::new(view.base, far, before).of(at_damage);
    let mut other: Option<Start> = None;
    let least = if F::FRAMED { FIRM_BLOCKS } else { FIRM };
    loop {
        let limit = other.map_or(u64::MAX, |other| other.at.saturating_add(LONGEST));
        let from = scan.from;
        let stretch = from.saturating_add(STRETCH);
        let start = match scan.next(view, limit.min(stretch)) {
            Next::Chain(start) => start,
            Next::Header(at) => {
                let bytes = view.rest(at, at.saturating_add(AHEAD));
                scan.pass_header(match header::header(view, (bytes, at), claimed, far) {
                    Header::Begins(start) => return Found::At(start),
                    Header::Carried(until) => until.max(at + 1),
                    Header::Nothing => at + 1,
                });
                continue;
            }
            Next::End(at) => match scan.after_end(view, at) {
                Some(at) => return found(at),
                None => continue,
            },
            Next::NeedsMore => return Found::NeedsMore,
            Next::Nothing if stretch < limit.min(view.end()) && !scan.is_over() => {
                passed(from, stretch);
                continue;
            }
            Next::Nothing => match other.take() {
                Some(other) => match mended::first(view, at_damage, other) {
                    Some(at) => return found(at),
                    None => {
                        scan.give_up_after(usize::MAX);
                        continue;
                    }
                },
                None if view.complete => return Found::Nothing,
                None => return Found::NeedsMore,
            },
        };
        let Start { chain, .. } = start;
        if !chain.is_near(before) || (before.is_none() && chain.links < FIRM) {
            // Another time: it must be long, and none of the right time may follow.
            let is_odd = chain.odd_frames * 4 > chain.links;
            if other.is_none() && chain.is_firm(least) && !is_odd {
                other = Some(start);
                scan.give_up_after(DOUBTS);
            }
            scan.disbelieve(view, start, if is_odd { Part::Start } else { Part::OtherTimes });
            continue;
        }
        return match weigh::weigh(view, start, far, before) {
            Some(at) if at == start.at => match mended::first(view, at_damage, start) {
                Some(at) => found(at),
                None => {
                    scan.disbelieve(view, start, Part::Start);
                    continue;
                }
            },
            Some(at) => found(at),
            None => {
                scan.disbelieve(view, start, Part::Start);
                continue;
            }
        };
    }
}
