//! Batches of ranges: each range is a part, and the parts of one batch are taken while the next
//! batch is walked, so memory is bounded by two batches.

use super::Whole;
use super::memory::Reservation;
use super::options::Options;
use super::pass::{Pass, Shift};
use super::speculation::verified_runs;
use super::walker::{Pages, Walker};
use crate::capture::Capture;
use crate::capture::cut::Ranges;
use std::ops::{ControlFlow, Range};

/// Ranges per worker that are walked and held at once, at most.
const BATCH: u64 = 2;

/// Bytes of rows or records that a byte of a capture may become, in both batches.
const GROWTH: u64 = 64;

/// The segments of the next batch from the range `first` on, which moves after it: each of one
/// range, as many as the memory for counting can hold. None at the end of the window, and after a
/// fault or once memory is exceeded.
pub fn next(
    options: &Options<'_>,
    ranges: Ranges,
    whole: &Whole,
    first: &mut u64,
) -> Option<Vec<Range<u64>>> {
    if whole.walked.fault.is_some() || options.budget.is_exceeded() || *first >= ranges.count() {
        return None;
    }
    let fits = options.budget.limit() / GROWTH / options.range_bytes.max(1);
    let size = (BATCH * rayon::current_num_threads() as u64).min(fits).max(1);
    let last = (*first + size).min(ranges.count());
    let batch = std::mem::replace(first, last)..last;
    Some(batch.map(|range| range..range + 1).collect())
}

/// A part that waits to be taken.
pub type Waiting<P> = (<P as Pass>::Part, Shift, Reservation);

/// Takes the parts of a batch in order.
pub fn take_all<P: Pass>(pass: &mut P, parts: Vec<Waiting<P>>) -> Result<(), P::Error> {
    if parts.is_empty() {
        return Ok(());
    }
    parts.into_iter().try_for_each(|(part, shift, _)| pass.take(part, shift))?;
    pass.settle()
}

/// Walks the bytes in memory from the end of `whole` on, batch by batch.
pub fn window<P: Pass>(
    capture: &Capture,
    options: &Options<'_>,
    ranges: Ranges,
    whole: &mut Whole,
    pass: &mut P,
) -> Result<(), P::Error> {
    let settings = pass.settings();
    let walker: Walker<'_, '_, P::Part> =
        Walker { capture, options, ranges, settings, pages: Pages::Pass, reports: true };
    let (mut ready, mut first) = (Vec::new(), 0);
    while let Some(segments) = next(options, ranges, whole, &mut first) {
        let before: Vec<Waiting<P>> = std::mem::take(&mut ready);
        let walk = || {
            let (start, assumed) = (whole.end.clone(), whole.assumed(capture));
            verified_runs(&walker, &segments, start, assumed, |run| {
                // The file was truncated while mapped: the run may have read zeros.
                if capture.source().shrunk().is_some() {
                    return ControlFlow::Break(());
                }
                let shift = Shift::of_packets(whole.walked.packets);
                whole.note_doubt(run.first_time, run.unsure);
                whole.append(run.end, run.walked, shift);
                ready.push((run.part, shift, run.reservation));
                ControlFlow::Continue(())
            });
        };
        let (taken, ()) = rayon::join(|| take_all(pass, before), walk);
        taken?;
        if capture.source().shrunk().is_some() {
            break;
        }
    }
    take_all(pass, ready)
}
