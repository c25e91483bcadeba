//! The search for the record at which reading resumes.
//!
//! A chain of records that begins at a time near the one before the damage is taken. One that breaks
//! off where the damaged record may still reach is weighed against the next such chain: a capture
//! that the damaged packet carried lies between them in place, but hardly in time. A chain of another
//! time is taken only if it is long and none of the right time follows.

use super::super::Position;
use super::super::walk::Format;
use super::chain::Ends;
use super::header::{self, Header};
use super::scan::{DOUBTS, Next, Part, Scan, Start};
use super::view::View;
use super::{AHEAD, Found, LONGEST, described, mended, near, weigh};

/// Bytes that are searched at once.
const STRETCH: u64 = 8 << 20;

/// Blocks of a chain of another time: two lengths of each agree.
pub(super) const FIRM_BLOCKS: usize = 4;

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
    if let Some(next) = described::described(view, at_damage) {
        return Found::At(next);
    }
    let claimed = view.format.claims(at_damage, view.known, damage).map(|claims| claims.next);
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
    // So does the packet of a record whose header is damaged.
    let told = view.format.ends_by_packet(at_damage, damage);
    if view.complete && told.is_some_and(|ends| ends.contains(&view.end())) {
        return Found::Nothing;
    }
    for told in told.into_iter().flatten() {
        let chain = view.follow(told, told, FIRM);
        let leads_on = || match before {
            // A capture that follows a record that was cut off is not read late.
            Some(_) if !chain.is_near(before) && chain.odd_frames > 0 => false,
            Some(before) if !chain.is_near(Some(before)) => {
                chain.ends == Ends::File
                    || view.returns(told, before)
                    || view.are_sessions(told, FIRM_BLOCKS, before)
            }
            _ => view.follow(told, u64::MAX, 2).is_firm(2),
        };
        if told >= view.base && chain.links > 0 && leads_on() {
            return found(told);
        }
    }
    let far = damage.saturating_add(LONGEST);
    let mut scan = Scan::new(view.base, far, before).of(at_damage);
    let (mut other, mut has_header) = (None::<Start>, false);
    let least = if F::FRAMED { FIRM_BLOCKS } else { FIRM };
    loop {
        let limit = other.map_or(u64::MAX, |other| other.at.saturating_add(LONGEST));
        let from = scan.from;
        let stretch = from.saturating_add(STRETCH);
        let mut start = match scan.next(view, limit.min(stretch)) {
            Next::Chain(start) => start,
            Next::Header(at) => {
                has_header = true;
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
        // Nor does a chain of another time begin where the packet of the damaged record does not end.
        let begins_elsewhere = told.is_some() && !view.is_beside_damage(start.at) && start.at < far;
        let mut is_turn = false;
        if begins_elsewhere && !has_header && (before.is_none() || !start.chain.is_near(before)) {
            let turn = match before {
                Some(_) => start.chain.jump.map(|(jump, _)| jump),
                None => start.chain.days_apart(),
            };
            is_turn = turn.is_some();
            if let Some(at) = turn {
                start = Start { at, chain: view.follow(at, far, super::MOST) };
            } else if before.is_some() {
                scan.disbelieve(view, start, Part::Whole);
                continue;
            }
        }
        let Start { chain, .. } = start;
        let is_all_odd = chain.odd_frames == chain.links && chain.ends == Ends::Broken;
        if chain.links < least && is_all_odd && chain.is_near(before) {
            scan.disbelieve(view, start, Part::Start);
            continue;
        }
        if !chain.is_near(before) || (before.is_none() && chain.links < FIRM) {
            // Another time: it must be long, and none of the right time may follow.
            let is_odd = chain.odd_frames * 4 > chain.links;
            let is_beside = view.is_beside_damage(start.at);
            let are_sessions =
                |before| (is_beside || is_turn) && view.are_sessions(start.at, least, before);
            // Records that lead back to the right time lie in place before it, as carried ones do.
            let returns = chain.jump.is_some_and(|(_, jump)| {
                before.is_some_and(|before| near(jump.seconds, before.seconds))
            });
            if returns && !is_odd && !is_beside {
                scan.disbelieve(view, start, Part::Whole);
                continue;
            }
            // One record at the end of the file may have a damaged time, and one block may be of a section
            // whose header is lost.
            let is_single = chain.links < 2 && before.is_some() && !(F::FRAMED && is_beside);
            let is_firm =
                || (chain.is_firm(least) && !is_single) || before.is_some_and(are_sessions);
            if other.is_none() && !is_odd && is_firm() {
                // Nothing carried it, nor was it cut off as bytes of another file are.
                let leads_on = chain.jump.is_some() || chain.ends != Ends::Broken;
                let is_taken = before.is_some() && leads_on && is_beside && chain.links > 1;
                if let Some(at) = is_taken.then(|| mended::first(view, at_damage, start)).flatten()
                {
                    return found(at);
                }
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
