//! Batches of ranges: each range is a part, and the parts of one batch are taken while later ranges
//! are walked, so memory is bounded by two batches.

use super::Whole;
use super::memory::Reservation;
use super::options::Options;
use super::pass::{Pass, Shift};
use super::run::Run;
use super::speculation::{Taking, lock, taken_runs};
use super::walker::{Pages, Walker};
use crate::capture::Capture;
use crate::capture::cut::Ranges;
use std::ops::{ControlFlow, Range};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ranges per worker that are walked and held at once, at most.
const BATCH: u64 = 2;

/// Bytes of rows or records that a byte of a capture may become, in both batches.
const GROWTH: u64 = 64;

/// Ranges of which a walk keeps account at once.
const RANGES: u64 = 1024;

/// The segments of the next batch from the range `first` on, which moves after it: each of one
/// range, as many as the memory for counting can hold. None at the end of the window, and after a
/// fault or once memory is exceeded.
pub fn next(
    options: &Options<'_>,
    ranges: Ranges,
    whole: &Whole,
    first: &mut u64,
) -> Option<Vec<Range<u64>>> {
    next_of(size(options), options, ranges, whole, first)
}

/// The next `count` segments, as [`next`].
fn next_of(
    count: u64,
    options: &Options<'_>,
    ranges: Ranges,
    whole: &Whole,
    first: &mut u64,
) -> Option<Vec<Range<u64>>> {
    if whole.walked.fault.is_some() || options.budget.is_exceeded() || *first >= ranges.count() {
        return None;
    }
    let last = first.saturating_add(count).min(ranges.count());
    let batch = std::mem::replace(first, last)..last;
    Some(batch.map(|range| range..range + 1).collect())
}

/// Number of ranges of a batch.
fn size(options: &Options<'_>) -> u64 {
    let fits = options.budget.limit() / GROWTH / options.range_bytes.max(1);
    (BATCH * rayon::current_num_threads() as u64).min(fits).max(1)
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

/// A pass that takes parts, and why it failed.
struct Taker<'p, P: Pass> {
    pass: &'p mut P,
    failed: Option<P::Error>,
}

impl<P: Pass> Taker<'_, P> {
    /// Takes all parts that are ready; gives their number.
    fn take(&mut self, ready: &Mutex<Vec<Waiting<P>>>) -> usize {
        let parts = std::mem::take(&mut *lock(ready));
        let count = parts.len();
        if self.failed.is_none() {
            self.failed = take_all(self.pass, parts).err();
        }
        count
    }
}

/// Walks the bytes in memory from the end of `whole` on. A batch of parts is taken by the worker
/// that finds it complete; the others walk on, and share in taking once they are two batches ahead.
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
    let batch = size(options) as usize;
    let mut taker = Taker { pass, failed: None };
    let mut first = 0;
    while let Some(segments) = next_of(RANGES, options, ranges, whole, &mut first) {
        let (start, assumed) = (whole.end.clone(), whole.assumed(capture));
        let ready: Mutex<Vec<Waiting<P>>> = Mutex::default();
        let has_failed = AtomicBool::new(false);
        let accept = |run: Run<P::Part>| {
            // The file was truncated while mapped: the run may have read zeros.
            if has_failed.load(Ordering::Relaxed) || capture.source().shrunk().is_some() {
                return ControlFlow::Break(());
            }
            let shift = Shift::of_packets(whole.walked.packets);
            whole.note_doubt(run.first_time, run.unsure);
            whole.append(run.end, run.walked, shift);
            lock(&ready).push((run.part, shift, run.reservation));
            ControlFlow::Continue(())
        };
        let shared = Mutex::new(&mut taker);
        let take = || {
            if lock(&ready).len() < batch {
                return 0;
            }
            // Whoever has it looks again after letting go: no part is forgotten.
            let Ok(mut taker) = shared.try_lock() else { return 0 };
            let count = taker.take(&ready);
            has_failed.fetch_or(taker.failed.is_some(), Ordering::Relaxed);
            count
        };
        taken_runs(&walker, &segments, start, assumed, Taking { ahead: 2 * batch, accept, take });
        taker.take(&ready);
        if taker.failed.is_some() || capture.source().shrunk().is_some() {
            break;
        }
    }
    taker.failed.map_or(Ok(()), Err)
}
