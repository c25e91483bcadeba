//! Cut, work, merge: the ranges of one capture on the workers of a pool, merged in index order.
//!
//! A worker takes a segment (ranges in a row), guesses its first record boundary, and walks, dissects and observes in one
//! pass. What comes out is a [`Run`]: where it really started, where it ended and what was counted. Runs are joined in
//! order: a run that did not start where the one before it ended was guessed wrong and is walked again from there.
//! So a guess can cost time, never correctness: the result is that of the serial walk.
//!
//! Nothing here names a protocol, a table or a format.

use crate::capture::cut::{self, Ranges};
use crate::capture::{Capture, InterfaceStatement, Position};
use crate::dissect;
use crate::dissect::packet::Packet;
use crate::error::Fault;
use crate::progress::Progress;
use crate::tally::Tally;
use rayon::prelude::*;
use std::ops;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
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
}

/// How one range was worked through: a row of the `ranges` table.
#[derive(Clone, Copy, Debug)]
pub struct RangeFacts {
    /// How many packets begin in it.
    pub packets: u64,
    /// The byte at which its first record begins.
    pub offset: u64,
    /// From its first record to the first of the next range.
    pub bytes: u64,
    /// The worker's number in its pool.
    pub worker: usize,
    /// Seconds from the beginning of the program to that of the range, in nanoseconds.
    pub start_nanoseconds: u128,
    /// How long it took, in nanoseconds.
    pub elapsed_nanoseconds: u128,
}

/// A stretch of a capture that was walked.
#[derive(Debug)]
pub struct Run<T> {
    /// Behind its last record.
    pub end: Position,
    /// How many packets it holds.
    pub packets: u64,
    /// Why it ended early, where it did.
    pub fault: Option<Fault>,
    /// What was counted.
    pub tally: T,
    /// How many ranges it covers.
    pub range_count: u64,
    /// Their facts in order, where they are kept.
    pub ranges: Vec<RangeFacts>,
    /// How many segments had to be walked again because their start was guessed wrong.
    pub rewalked: u64,
    /// How long joining the runs took.
    pub merging: Duration,
    /// What was said of interfaces on the way.
    pub statements: Vec<InterfaceStatement>,
}

/// Walks, dissects and counts a whole capture. To be called on a worker of the pool that is to do it.
///
/// `fresh` makes the tally of no packet.
pub fn run<T: Tally>(capture: &Capture, work: Work<'_>, fresh: &(impl Fn() -> T + Sync)) -> Run<T> {
    let start = capture.start();
    let ranges = Ranges::new(start.offset, capture.file_bytes(), work.range_bytes);
    let segments = ranges.segments(rayon::current_num_threads());
    let job = Job { capture, work, ranges, fresh, pages: Pages::Pass };
    let mut whole = Run::empty(start.clone(), fresh());
    let mut merging = Duration::ZERO;
    // Nothing of a run outlives its merge, its copy of the interfaces least of all.
    job.exact(&segments, start, &capture.supposed(), |run| {
        let began = Instant::now();
        whole.append(run);
        merging += began.elapsed();
    });
    whole.merging = merging;
    whole
}

/// How many ranges for each worker are read and held at once by [`run_in_order`].
const WINDOW: u64 = 2;

/// As [`run`], but hands out what was counted over every range in index order, and keeps none of it.
///
/// `fresh` is told how many packets come before the range. The ranges of a window are walked to count their packets, then
/// walked again to dissect and observe them, while `take` is busy with the window before. It may end the run with an error.
///
/// # Errors
/// Those of `take`.
pub fn run_in_order<T: Tally, E: Send>(
    capture: &Capture,
    work: Work<'_>,
    fresh: &(impl Fn(u64) -> T + Sync),
    mut take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<Run<()>, E> {
    let start = capture.start();
    let ranges = Ranges::new(start.offset, capture.file_bytes(), work.range_bytes);
    let window = WINDOW * rayon::current_num_threads() as u64;
    let hidden = Progress::hidden();
    let counting =
        Job { capture, work: Work { progress: &hidden, ..work }, ranges, fresh: &|| (), pages: Pages::Bring };
    let mut whole = Run::empty(start, ());
    let mut supposed = capture.supposed();
    let mut ready: Vec<T> = Vec::new();
    let (mut first, mut rewalked) = (0, 0);
    while first < ranges.count() && whole.fault.is_none() {
        let last = (first + window).min(ranges.count());
        let segments: Vec<_> = (first..last).map(|range| range..range + 1).collect();
        let (taken, runs) = rayon::join(
            || ready.drain(..).try_for_each(&mut take),
            || {
                let mut known = (whole.end.clone(), whole.packets);
                let mut starts = Vec::with_capacity(segments.len());
                counting.exact(&segments, whole.end.clone(), &supposed, |run| {
                    rewalked += run.rewalked;
                    let packets = known.1 + run.packets;
                    starts.push(std::mem::replace(&mut known, (run.end, packets)));
                });
                observe_window(capture, work, ranges, fresh, &segments, starts)
            },
        );
        taken?;
        for run in runs {
            let (run, tally) = run.with_tally(());
            ready.push(tally);
            whole.append(run);
        }
        supposed = whole.end.clone();
        first = last;
    }
    ready.drain(..).try_for_each(&mut take)?;
    whole.rewalked = rewalked;
    Ok(whole)
}

/// Dissects and observes the ranges of a window, each from where it starts and behind as many packets as come before it.
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

/// How often all remaining segments are guessed anew, whatever comes of it, before the rest is walked one by one.
const RESTARTS: usize = 3;

/// A restart that makes good this share of the segments left is worth another one.
const WORTH_RESTARTING: usize = 8;

impl<T> Run<T> {
    fn empty(start: Position, tally: T) -> Run<T> {
        Run {
            end: start,
            packets: 0,
            fault: None,
            tally,
            range_count: 0,
            ranges: Vec::new(),
            rewalked: 0,
            merging: Duration::ZERO,
            statements: Vec::new(),
        }
    }

    /// The same run with another tally, and the tally that it had.
    pub fn with_tally<U>(self, tally: U) -> (Run<U>, T) {
        let Run { end, packets, fault, tally: before, range_count, ranges, rewalked, merging, statements } = self;
        (Run { end, packets, fault, tally, range_count, ranges, rewalked, merging, statements }, before)
    }
}

impl<T: Tally> Run<T> {
    /// Appends the run that begins where this one ends.
    pub fn append(&mut self, later: Run<T>) {
        self.end = later.end;
        self.packets += later.packets;
        self.fault = later.fault;
        self.tally.merge(later.tally);
        self.range_count += later.range_count;
        self.ranges.extend(later.ranges);
        self.rewalked += later.rewalked;
        self.merging += later.merging;
        self.statements.extend(later.statements);
    }
}

/// How much of a map is populated or released at the least, in bytes: ranges may be smaller than a page.
const PAGES: u64 = 1 << 20;

/// How much of a map all workers together may leave behind them before they release it: every release interrupts all cores.
const LEFT_BEHIND: u64 = 32 << 20;

struct Job<'a, F> {
    capture: &'a Capture,
    work: Work<'a>,
    ranges: Ranges,
    fresh: &'a F,
    pages: Pages,
}

/// What a job does with the pages of a map.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pages {
    /// Populates them and releases them behind it.
    Pass,
    /// Populates them: the same ranges are about to be walked again.
    Bring,
    /// Releases what was brought.
    TakeAway,
}

/// Where a run was supposed to start, and the run.
type Guess<T> = Option<(Position, Run<T>)>;

impl<T: Tally, F: Fn() -> T + Sync> Job<'_, F> {
    /// Hands out the runs of all segments up to the first fault, each beginning where the one before it ended.
    fn exact(&self, segments: &[ops::Range<u64>], start: Position, supposed: &Position, mut take: impl FnMut(Run<T>)) {
        let mut guesses = self.guess_all(segments, &start, supposed).into_iter();
        let mut end = start;
        let (mut restarts, mut accepted) = (0, 0);
        for (number, segment) in segments.iter().enumerate() {
            let mut guess = guesses.next().flatten();
            let other_section = guess.as_ref().is_some_and(|(start, _)| start.offset == end.offset && *start != end);
            let mut rewalked = 0;
            let left = segments.len() - number;
            if other_section && (restarts < RESTARTS || accepted * WORTH_RESTARTING >= left) {
                accepted = 0;
                // The right place, but other interfaces, and so for all that follow: guess again, knowing them.
                restarts += 1;
                let rest = segments.get(number..).unwrap_or_default();
                rewalked += rest.len() as u64;
                guesses = self.guess_all(rest, &end, &end).into_iter();
                guess = guesses.next().flatten();
            }
            let mut run = match guess {
                Some((start, run)) if start == end => {
                    accepted += 1;
                    run
                }
                _ => {
                    // A record that reaches over the whole segment leaves nothing to be walked again.
                    let passed_over = end.offset >= self.ranges.offset(segment.end);
                    rewalked += u64::from(!passed_over);
                    self.segment(segment.clone(), end)
                }
            };
            run.rewalked += rewalked;
            end = run.end.clone();
            let ended = run.fault.is_some();
            take(run);
            if ended {
                break;
            }
        }
    }

    /// Walks all segments in parallel: the first from `known`, the others from where a record seems to begin,
    /// supposing the interfaces of `supposed`.
    fn guess_all(&self, segments: &[ops::Range<u64>], known: &Position, supposed: &Position) -> Vec<Guess<T>> {
        let results: Vec<Mutex<Guess<T>>> = segments.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let take = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let (Some(segment), Some(result)) = (segments.get(number), results.get(number)) else { break };
                let start = if number == 0 { Some(known.clone()) } else { self.guess(segment, supposed) };
                let run = start.map(|start| (start.clone(), self.segment(segment.clone(), start)));
                *result.lock().unwrap_or_else(PoisonError::into_inner) = run;
            }
        };
        // Segments are taken in index order, so that the file is read from front to back.
        rayon::scope(|scope| {
            for _ in 1..rayon::current_num_threads().min(segments.len()) {
                scope.spawn(|_| take());
            }
            take();
        });
        results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    fn guess(&self, segment: &ops::Range<u64>, supposed: &Position) -> Option<Position> {
        let (from, until) = (self.ranges.offset(segment.start), self.ranges.offset(segment.end));
        // What is supposed is the state further on; nothing that begins here can begin in it.
        if from < supposed.offset {
            return None;
        }
        let offset = cut::resync(self.capture, supposed, from, until)?;
        Some(Position { offset, section: supposed.section.clone() })
    }

    /// Walks the ranges of a segment from `start`.
    fn segment(&self, segment: ops::Range<u64>, start: Position) -> Run<T> {
        let source = self.capture.source();
        let mut packet = Packet::empty();
        let mut run = Run::empty(start, (self.fresh)());
        let end = self.ranges.offset(segment.end);
        let (mut populated, mut released) = (0, self.ranges.offset(segment.start));
        let left_behind = (LEFT_BEHIND / rayon::current_num_threads() as u64).max(PAGES);
        for range in segment {
            let (from, until) = (self.ranges.offset(range), self.ranges.offset(range + 1));
            let offset = run.end.offset;
            let began = Instant::now();
            if self.pages != Pages::TakeAway && until > populated {
                // No further than the segment: what follows is another worker's.
                populated = offset.saturating_add(PAGES).min(end).max(until);
                source.populate(offset, populated);
            }
            let tally = &mut run.tally;
            let walk = self.capture.walk(run.end, until, |record| {
                dissect::dissect(record, &mut packet);
                tally.observe(&packet);
            });
            if self.pages != Pages::Bring && until >= released.saturating_add(left_behind) {
                source.release(released, until);
                released = until;
            }
            run.end = walk.end;
            run.packets += walk.packets;
            run.fault = walk.fault;
            run.statements.extend(walk.statements);
            run.range_count += 1;
            if self.work.keep_ranges {
                run.ranges.push(RangeFacts {
                    packets: walk.packets,
                    offset,
                    bytes: run.end.offset - offset,
                    worker: rayon::current_thread_index().unwrap_or(0),
                    start_nanoseconds: began.duration_since(self.work.began).as_nanos(),
                    elapsed_nanoseconds: began.elapsed().as_nanos(),
                });
            }
            self.work.progress.add(until - from);
            if run.fault.is_some() {
                break;
            }
        }
        if self.pages != Pages::Bring && released < end {
            source.release(released, end);
        }
        run
    }
}
