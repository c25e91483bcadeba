//! Weighing of chains: which of several is the capture's own, and which a damaged packet carried.

use super::super::time::Timestamp;
use super::super::walk::Format;
use super::chain::Ends;
use super::header;
use super::scan::{DOUBTS, Next, Part, Scan, Start};
use super::search::FIRM;
use super::view::View;
use super::{LONGEST, SOON, near};

/// Where the records of the capture begin, if a chain of the right time is found. None if it is not
/// believed, nor anything after it within reach.
pub(super) fn weigh<F: Format>(
    view: &View<'_, F>,
    found: Start,
    far: u64,
    before: Option<Timestamp>,
) -> Option<u64> {
    let Start { mut at, mut chain } = found;
    loop {
        let seam = chain.seam.filter(|seam| *seam <= far && !view.is_beside_damage(at));
        if let Some(seam) = seam {
            // A carried capture whose records lead to true ones: only these are believed.
            at = seam;
            chain = view.follow_to_seam(at, far, before);
            if chain.is_near(before) && chain.links > 0 {
                continue;
            }
            return None;
        }
        if chain.ends != Ends::Broken || chain.jumps_off(before) {
            return Some(chain.lead(at, before));
        }
        let limit = far.min(at.saturating_add(LONGEST));
        let mut scan = Scan::new(chain.last + 1, far, before);
        scan.give_up_after(DOUBTS);
        let later = loop {
            let later = match scan.next(view, limit) {
                Next::Chain(later) => later,
                Next::Header(at) => {
                    scan.pass_header(header::after_carried(view, at, far));
                    continue;
                }
                Next::End(at) => match scan.after_end(view, at) {
                    Some(at) => return Some(at),
                    None => continue,
                },
                Next::NeedsMore | Next::Nothing => break None,
            };
            if later.chain.is_near(before) && view.is_pair(later.at, &later.chain) {
                break Some(later);
            }
            scan.disbelieve(view, later, Part::OtherTimes);
        };
        let Some(later) = later else {
            let soon = match (before, chain.first) {
                (Some(before), Some(_)) => {
                    chain.least.seconds >= before.seconds.saturating_sub(1)
                        && chain.greatest.seconds <= before.seconds.saturating_add(SOON)
                }
                _ => false,
            };
            let is_alone = chain.links == 1 && chain.jump.is_none();
            // A single record that leads nowhere may be part of a frame.
            return (chain.links >= 2 || (soon && !is_alone)).then(|| chain.lead(at, before));
        };
        // Neighbours may be out of order a little, but few by chance.
        let order = i64::from(chain.links >= FIRM);
        // A record of which nothing else is known may be a copy of a neighbour, as packets hold them.
        let is_alone = chain.links == 1 && chain.jump.is_none();
        let in_order = |one: Timestamp, two: Timestamp| match is_alone {
            true => one < two,
            false => one <= two || one.seconds < two.seconds.saturating_add(order),
        };
        let between = before.is_none_or(|before| in_order(before, chain.least))
            && later.chain.first.is_none_or(|first| {
                // Without a time before the damage, the first of two times may be a carried one.
                let is_next = before.is_some() || near(chain.greatest.seconds, first.seconds);
                in_order(chain.greatest, first) && is_next
            });
        let may_be_chance = view.may_be_chance(&chain) || (is_alone && chain.first.is_none());
        if (between || chain.first.is_none()) && !may_be_chance {
            return Some(chain.lead(at, before));
        }
        (at, chain) = (later.at, later.chain);
    }
}

/// The first chain of a time near `before` after `at` and before `far`, or, with `headers`, the first file
/// header before `next_record`. What begins before `next_record` must lead past it.
pub(super) fn first_near<F: Format>(
    view: &View<'_, F>,
    (at, far): (u64, u64),
    next_record: u64,
    before: Option<Timestamp>,
    headers: bool,
) -> Option<u64> {
    let mut scan = Scan::new(at + 1, far, before);
    scan.give_up_after(DOUBTS);
    loop {
        let found = match scan.next(view, far) {
            Next::Chain(found) => found,
            Next::Header(at) => {
                if headers && at < next_record && header::cuts_off(view, at, next_record) {
                    return Some(at);
                }
                scan.pass_header(header::after_carried(view, at, far));
                continue;
            }
            Next::End(at) => {
                scan.after_end(view, at);
                continue;
            }
            Next::NeedsMore | Next::Nothing => return None,
        };
        let is_own = found.chain.is_near(before) && view.is_pair(found.at, &found.chain);
        if is_own && (found.at >= next_record || found.chain.last >= next_record) {
            return Some(found.at);
        }
        let leads_nowhere = is_own && found.chain.ends == Ends::Broken;
        scan.disbelieve(view, found, if leads_nowhere { Part::Whole } else { Part::OtherTimes });
    }
}
