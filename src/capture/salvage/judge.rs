//! The judgement of records that can be read, but whose header may be damaged.
//!
//! A capture that can be read to its end is never refused a record. So a record is in doubt only if
//! its time is far from the one before it, or no plausible record follows it; then what its length
//! leads to is compared with what else the bytes after it hold. Only the end of the file is looked at
//! first: a long file may be read to its end too, but no decision looks so far.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::Format;
use super::scan::DOUBTS;
use super::view::View;
use super::{Before, LONGEST, near, weigh};

/// Judgement of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it.
    Fine,
    /// It is damaged.
    Refused,
    /// More of the stream must be read.
    NeedsMore,
    /// The time before it must be known.
    Unsure,
}

/// Judges the record at `at`, where `rest` begins. `before` is the position before it; `is_readable` tells
/// if the file can be read from a view's start to its end.
pub(in super::super) fn judge<F: Format>(
    format: &F,
    rest: &[u8],
    before: &Position,
    complete: bool,
    is_readable: impl Fn(&View<'_, F>) -> bool,
) -> Verdict {
    let at = before.offset;
    if F::FRAMED {
        return Verdict::Fine;
    }
    let Some(record) = format.plausible(rest, before, at) else {
        return doubt(format, rest, before, complete, false, is_readable);
    };
    let follows = |time: Option<i64>| match (time, record.seconds) {
        (Some(time), Some(seconds)) => near(time, seconds),
        _ => true,
    };
    let after = usize::try_from(record.next - at).ok().and_then(|length| rest.get(length..));
    let leads_on = match after {
        Some([]) => complete,
        Some(after) => {
            format.plausible(after, before, record.next).is_some_and(|next| follows(next.seconds))
        }
        None => false,
    };
    // The time of a guessed start's first record is compared when the run is joined to others.
    if leads_on && before.before.is_near(record.seconds) {
        return Verdict::Fine;
    }
    doubt(format, rest, before, complete, true, is_readable)
}

fn doubt<F: Format>(
    format: &F,
    rest: &[u8],
    position: &Position,
    complete: bool,
    is_plausible: bool,
    is_readable: impl Fn(&View<'_, F>) -> bool,
) -> Verdict {
    let at = position.offset;
    let view = View { format, bytes: rest, base: at, known: position, complete };
    if !view.suffices(at) {
        return Verdict::NeedsMore;
    }
    // A file that can be read to its end loses no record.
    let refused = |verdict| if is_readable(&view) { Verdict::Fine } else { verdict };
    if position.before == Before::Unknown {
        return refused(Verdict::Unsure);
    }
    let seconds = format.plausible(rest, position, at).and_then(|record| record.seconds);
    let seconds_before = |seconds| Timestamp::new(seconds, 0);
    let before = position.before.time().or(seconds.map(seconds_before));
    let next = view.next(at).unwrap_or(at);
    let sound = is_plausible && position.before.is_near(seconds);
    let far = if is_plausible { at.saturating_add(LONGEST) } else { barren(&view) };
    let Some(found) = weigh::first_near(&view, (at, far), next, before, true) else {
        // A jump of the clock, or records that hold no bytes.
        let is_fine = is_plausible || (far < at.saturating_add(LONGEST) && in_order(&view));
        return if is_fine { Verdict::Fine } else { refused(Verdict::Refused) };
    };
    let is_end = found > next || follows_damaged_time(&view, (found, next));
    match (sound && is_end) || view.leads_to(at, found) {
        true => Verdict::Fine,
        false => refused(Verdict::Refused),
    }
}

/// True if the record that was found begins a few bytes before the `next` one, and at a time out of order:
/// then bytes of its time were lost, and it is no record of this time.
fn follows_damaged_time<F: Format>(view: &View<'_, F>, (found, next): (u64, u64)) -> bool {
    /// Length of the time, with which a header begins.
    const TIME_BYTES: u64 = 8;
    if !(1..TIME_BYTES).contains(&next.saturating_sub(found)) {
        return false;
    }
    let (before, chain) = (view.time(view.base), view.follow(found, u64::MAX, 2));
    let after = chain.second.map(|(_, second)| second);
    chain.first.is_some_and(|first| {
        before.is_some_and(|before| first < before) || after.is_some_and(|after| after < first)
    })
}

/// End of the many records from the start on that can be read but are not plausible, or of what is
/// within reach if they are not so many.
fn barren<F: Format>(view: &View<'_, F>) -> u64 {
    let (mut at, reach) = (view.base, view.base.saturating_add(LONGEST));
    for _ in 0..DOUBTS {
        match view.next(at) {
            Some(next) if next < reach => at = next,
            _ => return reach,
        }
        if view.format.plausible(view.rest(at, u64::MAX), view.known, at).is_some() {
            return reach;
        }
    }
    at
}

/// True if the first record is no farther from the time before than a neighbour. Zeros are no first
/// record.
fn in_order<F: Format>(view: &View<'_, F>) -> bool {
    let Some(time) = view.time(view.base) else { return false };
    let (seconds, before) = (Some(time.seconds), view.known.before);
    before.is_near(seconds) && (before.time().is_some() || seconds != Some(0))
}
