//! The judgement of records that can be read, but whose header may be damaged.
//!
//! A capture that can be read to its end is never refused a record. So a record is in doubt only if
//! its time is far from the one before it, or no plausible record follows it; then what its length
//! leads to is compared with what else the bytes after it hold.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::{Format, Step};
use super::chain::View;
use super::{AHEAD, Before, near, weigh};

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

/// Judges the record at `at`, where `rest` begins. `before` is the position before it.
pub fn judge<F: Format>(format: &F, rest: &[u8], before: &Position, complete: bool) -> Verdict {
    let at = before.offset;
    if F::FRAMED {
        return Verdict::Fine;
    }
    let Some(record) = format.plausible(rest, before, at) else {
        return doubt(format, rest, before, complete, false);
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
    doubt(format, rest, before, complete, true)
}

fn doubt<F: Format>(
    format: &F,
    rest: &[u8],
    position: &Position,
    complete: bool,
    is_plausible: bool,
) -> Verdict {
    let at = position.offset;
    let view = View { format, bytes: rest, base: at, known: position, complete };
    if !view.suffices(at) {
        return Verdict::NeedsMore;
    }
    let path = match plain(&view) {
        Plain::ToTheEnd => return Verdict::Fine,
        Plain::Through(path) => path,
    };
    if position.before == Before::Unknown {
        return Verdict::Unsure;
    }
    let seconds = format.plausible(rest, position, at).and_then(|record| record.seconds);
    let seconds_before = |seconds| Timestamp::new(seconds, 0);
    let before = position.before.time().or(seconds.map(seconds_before));
    let next = path.get(1).copied().unwrap_or(at);
    let sound = is_plausible && position.before.is_near(seconds);
    let Some(found) = weigh::first_near(&view, at, next, before, true) else {
        // A jump of the clock.
        return if is_plausible { Verdict::Fine } else { Verdict::Refused };
    };
    if path.contains(&found) || (sound && found > next) { Verdict::Fine } else { Verdict::Refused }
}

enum Plain {
    /// All that follows can be read.
    ToTheEnd,
    /// Offsets of the first records that can be read.
    Through(Vec<u64>),
}

/// Reads on as a walk without judgement does.
fn plain<F: Format>(view: &View<'_, F>) -> Plain {
    /// Offsets that are kept.
    const MOST: usize = 4096;
    let (mut at, mut path) = (view.base, Vec::new());
    let until = view.base.saturating_add(AHEAD);
    let mut state = view.format.begin(view.known);
    loop {
        if at == view.end() && view.complete {
            return Plain::ToTheEnd;
        }
        if path.len() < MOST {
            path.push(at);
        }
        match view.format.next(&mut state, view.rest(at, until), at) {
            Ok(Step::Record(_, length) | Step::Skip(length)) if length > 0 => {
                at = at.saturating_add(length as u64);
            }
            _ => return Plain::Through(path),
        }
    }
}
