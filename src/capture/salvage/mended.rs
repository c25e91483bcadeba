//! Headers into which bytes were inserted: their start is at the damage, and their rest at the record
//! that is found, whose time is wrong then.
//!
//! Such a record is detected by its time: with the bytes at the damage in place of its own it would fit
//! better between its neighbours.

use super::super::walk::Format;
use super::scan::Start;
use super::view::View;
use super::{LONGEST, SOON};

/// Length of the time, with which a header begins.
const TIME_BYTES: usize = 8;

/// Seconds, and times as far, by which a time is far from those of its neighbours.
const FAR_APART: u64 = 16;

/// Longest header in which the time comes first.
const HEADER_BYTES: usize = 24;

/// The first record to believe of a chain. None if it is the only one and not believed.
/// `at_damage` are the bytes at the damage.
pub(super) fn first<F: Format>(
    view: &View<'_, F>,
    at_damage: &[u8],
    Start { at, chain }: Start,
) -> Option<u64> {
    let before = view.known.before.time().map(|time| time.seconds);
    let after = chain.second.map(|(_, time)| time.seconds);
    let distance = |seconds: i64| {
        let early = before.map_or(0, |before| before.saturating_sub(seconds).max(0));
        let late = match (before, after) {
            (_, Some(after)) => seconds.saturating_sub(after).max(0),
            (Some(before), None) => seconds.saturating_sub(before).saturating_sub(SOON).max(0),
            (None, None) => 0,
        };
        early.saturating_add(late)
    };
    let own = view.rest(at, at.saturating_add(HEADER_BYTES as u64));
    let Some(time) = view.format.plausible(own, view.known, at).and_then(|own| own.seconds) else {
        return Some(at);
    };
    // Zeros in place of a time may be those that were inserted.
    if time == 0 && before.is_some_and(|before| before != 0) {
        return chain.second.map(|(second, _)| second);
    }
    // Between its neighbours, but far from both: bytes of a nearer time may be at the damage.
    let apart = |seconds: i64| {
        let to = |other: Option<i64>| other.map_or(u64::MAX, |other| seconds.abs_diff(other));
        to(before).min(to(after))
    };
    let is_between = distance(time) == 0;
    if is_between && apart(time) < FAR_APART {
        return Some(at);
    }
    let fits = |seconds: i64| {
        distance(seconds) == 0 && (!is_between || apart(seconds) < apart(time) / FAR_APART)
    };
    // A whole time at the damage is that of the damaged record, and near the one before it anyway.
    let most = if view.known.before.is_near(Some(time)) { TIME_BYTES / 2 - 1 } else { TIME_BYTES };
    if at.saturating_sub(view.known.offset) > LONGEST {
        return Some(at);
    }
    let fits_better = (1..=most).any(|length| {
        let (Some(start), Some(rest)) = (at_damage.get(..length), own.get(length..)) else {
            return false;
        };
        let header = [start, rest].concat();
        let mended = view.format.plausible(&header, view.known, at);
        mended.and_then(|mended| mended.seconds).is_some_and(fits)
    });
    if fits_better { chain.second.map(|(second, _)| second) } else { Some(at) }
}
