//! Cut, work, merge: the ranges of one capture on the workers of a pool, merged in index order.
//!
//! A worker takes a segment (ranges in a row), guesses its first record boundary, and walks,
//! dissects and observes in one pass. What comes out is a [`Run`]: where it really started, where
//! it ended and what was counted. Runs are joined in order: a run that did not start where the one
//! before it ended was guessed wrong and is walked again from there. So a guess can cost time,
//! never correctness: the result is that of the serial walk.
//!
//! A mapped file is one stretch of bytes; a stream is worked through stretch by stretch, while the
//! next one is read. With `salvage` a worker passes over damage to the next records that can be
//! told from it.
//!
//! Nothing here names a protocol, a table or a format.

mod job;
pub mod memory;
mod run;

use crate::capture::cut::Ranges;
use crate::capture::salvage::{self, Found};
use crate::capture::{Capture, Position};
use crate::error::{Fault, FaultKind};
use crate::progress::Progress;
use crate::tally::{Held, Tally};
use job::{Job, Pages};
use memory::Memory;
use rayon::prelude::*;
pub use run::{Gap, RangeStats, Run};
use std::convert::Infallible;
use std::ops;
use std::time::{Duration, Instant};

/// How a capture is worked through.
#[derive(Clone, Copy, Debug)]
pub struct Work<'a> {
    /// How much of the capture one range covers, in bytes.
    pub range_bytes: u64,
    /// When the run of the program began: the zero of the ranges' times.
    pub began: Instant,
    /// Told of every range that is done.
    pub progress: &'a Progress,
    /// Keep the facts of every range; otherwise they are only numbered.
    pub keep_ranges: bool,
    /// Go on behind damage.
    pub salvage: bool,
    /// What the counts may take. Where that is exceeded, all workers stop: what they counted is to
    /// be thrown away.
    pub memory: &'a Memory,
}

/// Walks, dissects and counts a whole capture. To be called on a worker of the pool that is to do
/// it.
///
/// `fresh` makes the tally of no packet.
pub fn run<T: Tally>(
    capture: &mut Capture,
    work: Work<'_>,
    fresh: &(impl Fn() -> T + Sync),
) -> Run<T> {
    loop {
        let mut whole = Run::empty(capture.start(), fresh());
        let Ok(()) = stretches(capture, work, &mut whole, |capture, work, whole| {
            let ranges = Ranges::new(whole.end.offset, capture.source().end(), work.range_bytes);
            let segments = ranges.segments(rayon::current_num_threads());
            let job = Job { capture, work, ranges, fresh, pages: Pages::Pass };
            let mut merging = Duration::ZERO;
            let (start, assumed) = (whole.end.clone(), assumed(capture, whole));
            // Nothing of a run outlives its merge, its copy of the interfaces least of all.
            job.exact(&segments, start, &assumed, |run| {
                let began = Instant::now();
                whole.append(run);
                merging += began.elapsed();
            });
            whole.merging += merging;
            // What several runs knew is one now.
            let held = whole.tally.held();
            work.memory.grew(std::mem::replace(&mut whole.held, held), held);
            Ok::<(), Infallible>(())
        });
        // What was counted of bytes that were not there any more is worth nothing.
        match capture.source().shrunk() {
            Some(end) => {
                work.memory.grew(whole.held, Held::default());
                capture.source_mut().shrink(end);
            }
            None => return whole.ended(capture, work.salvage),
        }
    }
}

/// How many ranges for each worker are read and held at once by [`run_in_order`].
const WINDOW: u64 = 2;

/// As [`run()`], but hands out what was counted over every range in index order, and keeps none of
/// it.
///
/// `fresh` is told how many packets come before the range. The ranges of a window are walked to
/// count their packets, then walked again to dissect and observe them, while `take` is busy with
/// the window before. It may end the run with an error.
///
/// # Errors
/// Those of `take`.
pub fn run_in_order<T: Tally, E: Send>(
    capture: &mut Capture,
    work: Work<'_>,
    fresh: &(impl Fn(u64) -> T + Sync),
    mut take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<Run<()>, E> {
    let mut whole = Run::empty(capture.start(), ());
    let mut rewalked = 0;
    loop {
        stretches(capture, work, &mut whole, |capture, work, whole| {
            in_order(capture, work, whole, &mut rewalked, fresh, &mut take)
        })?;
        match capture.source().shrunk() {
            // What was handed out stands; where the file ends by now is looked at anew.
            Some(end) => capture.source_mut().shrink(end),
            None => break,
        }
        whole.fault = None;
    }
    whole.rewalked = rewalked;
    Ok(whole.ended(capture, work.salvage))
}

/// Goes on from the end of `whole` to the end of what is in memory, window by window.
fn in_order<T: Tally, E: Send>(
    capture: &Capture,
    work: Work<'_>,
    whole: &mut Run<()>,
    rewalked: &mut u64,
    fresh: &(impl Fn(u64) -> T + Sync),
    take: &mut (impl FnMut(T) -> Result<(), E> + Send),
) -> Result<(), E> {
    let ranges = Ranges::new(whole.end.offset, capture.source().end(), work.range_bytes);
    let window = WINDOW * rayon::current_num_threads() as u64;
    let hidden = Progress::hidden();
    let counting = Job {
        capture,
        work: Work { progress: &hidden, ..work },
        ranges,
        fresh: &|| (),
        pages: Pages::Bring,
    };
    let mut assumed = assumed(capture, whole);
    let mut ready: Vec<T> = Vec::new();
    let mut first = 0;
    while first < ranges.count() && whole.fault.is_none() && work.memory.exceeded().is_none() {
        let last = (first + window).min(ranges.count());
        let segments: Vec<_> = (first..last).map(|range| range..range + 1).collect();
        let (taken, runs) = rayon::join(
            || ready.drain(..).try_for_each(&mut *take),
            || {
                let mut known = (whole.end.clone(), whole.packets);
                let mut starts = Vec::with_capacity(segments.len());
                counting.exact(&segments, whole.end.clone(), &assumed, |run| {
                    *rewalked += run.rewalked;
                    let packets = known.1 + run.packets;
                    starts.push(std::mem::replace(&mut known, (run.end, packets)));
                });
                observe_window(capture, work, ranges, fresh, &segments, starts)
            },
        );
        taken?;
        // Rows made of bytes that were not there any more are not handed out.
        if capture.source().shrunk().is_some() {
            return Ok(());
        }
        for run in runs {
            let (mut run, tally) = run.with_tally(());
            // What is handed out is another's to keep account of.
            work.memory.grew(std::mem::take(&mut run.held), Held::default());
            ready.push(tally);
            whole.append(run);
        }
        assumed = whole.end.clone();
        first = last;
    }
    ready.drain(..).try_for_each(take)
}

/// Dissects and observes the ranges of a window, each from where it starts and behind as many
/// packets as come before it.
fn observe_window<T: Tally>(
    capture: &Capture,
    work: Work<'_>,
    ranges: Ranges,
    fresh: &(impl Fn(u64) -> T + Sync),
    segments: &[ops::Range<u64>],
    starts: Vec<(Position, u64)>,
) -> Vec<Run<T>> {
    let starts: Vec<_> = segments.iter().cloned().zip(starts).collect();
    let walk = |(segment, (start, packets))| {
        let fresh = || fresh(packets);
        Job { capture, work, ranges, fresh: &fresh, pages: Pages::TakeAway }.segment(segment, start)
    };
    starts.into_par_iter().with_max_len(1).map(walk).collect()
}

/// The state that those in the middle of a stretch may suppose.
fn assumed<T>(capture: &Capture, whole: &Run<T>) -> Position {
    let first = capture.assumed();
    if whole.end.offset > first.offset { whole.end.clone() } else { first }
}

/// Has every stretch of a capture worked through, from the end of `whole` on, while the next one is
/// read.
fn stretches<T: Send, E: Send>(
    capture: &mut Capture,
    work: Work<'_>,
    whole: &mut Run<T>,
    mut each: impl FnMut(&Capture, Work<'_>, &mut Run<T>) -> Result<(), E> + Send,
) -> Result<(), E> {
    let (progress, hidden) = (work.progress, Progress::hidden());
    // The progress of a stream is what was read of it, not what that inflates to.
    let work =
        if capture.source().is_complete() { work } else { Work { progress: &hidden, ..work } };
    let (mut told, mut failed) = (0, None);
    loop {
        let (ahead, done) = rayon::join(
            || capture.source().read_ahead(),
            || if resumed(capture, whole) { each(capture, work, whole) } else { Ok(()) },
        );
        done?;
        if work.memory.exceeded().is_some() {
            return Ok(());
        }
        let Some(ahead) = ahead else { break };
        let read = capture.source().raw_bytes();
        progress.add(read - std::mem::replace(&mut told, read));
        let damaged = whole.fault.is_some_and(|fault| !fault.kind.is_record_cut());
        if damaged && !work.salvage {
            return Ok(());
        }
        failed = ahead.end.and_then(Result::err);
        let over = ahead.bytes.is_empty();
        let behind = capture.source().end().saturating_sub(salvage::KEPT_BYTES);
        let keep = if damaged { whole.end.offset.max(behind) } else { whole.end.offset };
        capture.source_mut().advance(keep, ahead);
        // What seemed cut may turn out to be damage once it is known that nothing more comes.
        if over && (whole.fault.is_none() || !work.salvage) {
            break;
        }
        if !damaged {
            whole.fault = None;
        }
    }
    if let (Some(kind), true) = (failed, whole.fault.is_none_or(|fault| fault.kind.is_record_cut()))
    {
        whole.fault = Some(Fault { kind, offset: whole.end.offset });
    }
    Ok(())
}

/// Looks for the next record where the stretch before ended in damage; false where there is none
/// yet.
fn resumed<T>(capture: &Capture, whole: &mut Run<T>) -> bool {
    let Some(fault) = whole.fault else { return true };
    let from = capture.source().start().max(fault.offset + 1);
    match salvage::resume(capture, &whole.end, from, false) {
        Found::Record(next) => {
            let bytes = next - fault.offset;
            // The range that ended in the damage reaches to where the next one begins.
            if let Some(range) = whole.ranges.last_mut() {
                range.bytes += bytes;
            }
            whole.pass_over(fault, bytes);
            whole.fault = None;
            true
        }
        Found::NeedsMore | Found::Nothing => false,
    }
}

impl<T> Run<T> {
    /// The run as it is when nothing more comes.
    fn ended(mut self, capture: &Capture, salvage: bool) -> Run<T> {
        if capture.source().has_shrunk()
            && self.fault.is_none_or(|fault| fault.kind.is_record_cut())
        {
            self.fault = Some(Fault { kind: FaultKind::FileShrank, offset: self.end.offset });
        }
        if let Some(fault) = self.fault.filter(|fault| salvage && fault.kind.is_damaged_record()) {
            self.pass_over(fault, capture.source().end().saturating_sub(fault.offset));
        }
        self
    }
}
