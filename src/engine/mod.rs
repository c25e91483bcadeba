//! Cut, walk, take: the ranges of one capture on the workers of a pool, taken in file order.
//!
//! A mapped file is one window; a stream is worked through window by window while the next one is
//! read. With `salvage` a worker skips damage up to the next certain record. There is one way
//! through for every [`Pass`]; nothing here names a protocol, a table or a format.
//!
//! Terms, from large to small:
//! - *window*: the bytes of the capture that are in memory: all of a mapped file, or a buffer of a
//!   stream;
//! - *segment*: consecutive ranges that one worker walks;
//! - *range*: a fixed number of bytes, the unit of cutting and of the table `ranges`;
//! - *run*: result of walking a segment: where it began and ended, and its part.

mod batches;
mod claims;
mod described;
mod gaps;
pub mod memory;
mod numbered;
mod options;
pub mod pass;
mod run;
mod speculation;
mod walker;
mod whole;

use crate::capture::cut::{self, Ranges};
use crate::capture::salvage::{self, Before, Found};
use crate::capture::{Capture, Position};
use crate::error::Fault;
use described::section_memory;
pub use described::{Described, InterfaceId, Statements};
pub use gaps::{Gap, Gaps};
use memory::Reservation;
pub use options::Options;
use pass::{Pass, Piece, Shift};
pub use run::{RangeStats, Walked};
use speculation::verified_runs;
use std::ops::ControlFlow;
use std::time::Instant;
use walker::{Pages, Walker};
use whole::Whole;

/// Walks a whole capture and gives its parts to `pass`. Call it on a worker of the pool to use.
///
/// # Errors
/// Those of [`Pass::take`].
pub fn run<P: Pass>(
    capture: &mut Capture,
    options: &Options<'_>,
    pass: &mut P,
) -> Result<Walked, P::Error> {
    let start = capture.start();
    Ok(run_within(capture, options, pass, start, u64::MAX)?.walked)
}

/// Result of a walk over a part of a capture.
#[derive(Debug)]
pub struct Within {
    /// Its facts.
    pub walked: Walked,
    /// After its last record.
    pub end: Position,
    /// Seconds of its first record that has a time, in a strict walk.
    pub first_time: Option<i64>,
    /// It came to a record that cannot be judged without the time before its start.
    pub unsure: bool,
}

/// As [`run()`], but walks only the records that begin at or after `start` and before the byte `until`.
/// A stream must begin at or before `start`.
///
/// # Errors
/// Those of [`Pass::take`].
pub fn run_within<P: Pass>(
    capture: &mut Capture,
    options: &Options<'_>,
    pass: &mut P,
    start: Position,
    until: u64,
) -> Result<Within, P::Error> {
    let reservation = Reservation::new(&options.budget);
    let mut whole = Whole {
        end: start,
        until,
        walked: Walked::default(),
        first_time: None,
        unsure: false,
        reservation,
    };
    loop {
        windows(capture, options, &mut whole, pass)?;
        // Parts walked over bytes that are gone were not taken: the walk continues up to the new
        // end of the file.
        match capture.source().shrunk() {
            Some(end) if !options.budget.is_exceeded() => capture.source_mut().shrink(end),
            _ => return Ok(whole.ended(capture, options)),
        }
        whole.walked.fault = None;
    }
}

/// Guesses the first record at or after the byte `from`, and before `until`, in a section like that of
/// `assumed`. A guess decides nothing: see [`cut`].
pub fn guess(capture: &Capture, assumed: &Position, from: u64, until: u64) -> Option<Position> {
    // No record before it can be decoded with the assumed state.
    if from < assumed.offset {
        return None;
    }
    let offset = cut::resync(capture, assumed, from, until)?;
    Some(Position { offset, before: Before::Unknown, ..assumed.clone() })
}

/// Works through every window of a capture from the end of `whole` on, while the next one is read.
///
/// A stream keeps its bytes from the last record on: a record may continue in the next window, and
/// after damage a chain of the longest records may begin anywhere in the last
/// [`salvage::KEPT_BYTES`].
fn windows<P: Pass>(
    capture: &mut Capture,
    options: &Options<'_>,
    whole: &mut Whole,
    pass: &mut P,
) -> Result<(), P::Error> {
    let progress = options.progress;
    let silent = Options { progress: &|_| (), ..options.clone() };
    // The progress of a stream is the bytes read of it, not those that they inflate to.
    let options = if capture.source().is_complete() { options } else { &silent };
    let (mut reported, mut failed) = (0, None);
    loop {
        let mut walk = || {
            if resumed(capture, options, whole) {
                window(capture, options, whole, pass)
            } else {
                Ok(())
            }
        };
        let read_ahead = || capture.source().read_ahead();
        // A worker that is alone must not wait for a live stream before it walks what came.
        let ahead = if rayon::current_num_threads() == 1 {
            walk()?;
            read_ahead()
        } else {
            let (ahead, done) = rayon::join(read_ahead, walk);
            done?;
            ahead
        };
        if options.budget.is_exceeded() || whole.end.offset >= whole.until || whole.unsure {
            return Ok(());
        }
        let Some(ahead) = ahead else { break };
        let read = capture.source().raw_bytes();
        progress(read - std::mem::replace(&mut reported, read));
        let fault = whole.walked.fault;
        let damaged = fault.is_some_and(|fault| !fault.kind.is_record_cut());
        if damaged && !options.salvage {
            return Ok(());
        }
        failed = ahead.end.and_then(Result::err);
        let over = ahead.bytes.is_empty();
        let kept = capture.source().end().saturating_sub(salvage::KEPT_BYTES);
        let keep = if damaged { whole.end.offset.max(kept) } else { whole.end.offset };
        capture.source_mut().advance(keep, ahead);
        // A record that seemed truncated may turn out to be damaged once nothing more comes.
        if over && (fault.is_none() || !options.salvage) {
            break;
        }
        if !damaged {
            whole.walked.fault = None;
        }
    }
    let cut = whole.walked.fault.is_none_or(|fault| fault.kind.is_record_cut());
    if let (Some(kind), true) = (failed, cut) {
        whole.walked.fault = Some(Fault { kind, offset: whole.end.offset });
    }
    Ok(())
}

/// Walks the bytes in memory from the end of `whole` on.
fn window<P: Pass>(
    capture: &Capture,
    options: &Options<'_>,
    whole: &mut Whole,
    pass: &mut P,
) -> Result<(), P::Error> {
    let end = capture.source().end().min(whole.until);
    let ranges = Ranges::new(whole.end.offset, end, options.range_bytes);
    let segments = match pass.piece() {
        Piece::Long => ranges.segments(rayon::current_num_threads()),
        Piece::Range => return batches::window(capture, options, ranges, whole, pass),
        Piece::Numbered => return numbered::window(capture, options, ranges, whole, pass),
    };
    let settings = pass.settings();
    let walker: Walker<'_, '_, P::Part> =
        Walker { capture, options, ranges, settings, pages: Pages::Pass, reports: true };
    let mut failed = None;
    let (start, assumed) = (whole.end.clone(), whole.assumed(capture));
    verified_runs(&walker, &segments, start, assumed, |run| {
        // The file was truncated while mapped: the run may have read zeros.
        if capture.source().shrunk().is_some() {
            return ControlFlow::Break(());
        }
        let shift = Shift::of_packets(whole.walked.packets);
        let began = Instant::now();
        whole.note_doubt(run.first_time, run.unsure);
        whole.append(run.end, run.walked, shift);
        if let Err(error) = pass.take(run.part, shift) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        whole.walked.merging += began.elapsed();
        ControlFlow::Continue(())
    });
    failed.map_or_else(|| pass.settle(), Err)
}

/// Finds the next record if the window before ended in damage; false if there is none yet.
fn resumed(capture: &Capture, options: &Options<'_>, whole: &mut Whole) -> bool {
    let Some(fault) = whole.walked.fault else { return true };
    let from = capture.source().start().max(fault.offset + 1);
    match capture.resume(&whole.end, from) {
        Found::At(next) => {
            // The range that ended in the damage reaches to the next record.
            if let Some(range) = whole.walked.ranges.last_mut() {
                range.bytes += next.offset - fault.offset;
            }
            whole.walked.resume(fault, &whole.end, &next, options);
            whole.end = next;
            true
        }
        Found::NeedsMore | Found::Nothing => false,
    }
}
