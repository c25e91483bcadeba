//! The ranges of one stretch of a capture on the workers of a pool: guessed, walked, verified and
//! handed out in order.

use super::run::{RangeStats, Run};
use super::{Fault, Work};
use crate::capture::cut::{self, Ranges};
use crate::capture::salvage::{self, Found};
use crate::capture::{Capture, Position, Record, Walk};
use crate::dissect;
use crate::dissect::packet::Packet;
use crate::error::FaultKind;
use crate::tally::{Held, Tally};
use std::ops;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How often all remaining segments are guessed anew, whatever comes of it, before the rest is
/// walked one by one.
const RESTARTS: usize = 3;

/// A restart that makes good this share of the segments left is worth another one.
const WORTH_RESTARTING: usize = 8;

/// How much of a map is populated or released at the least, in bytes: ranges may be smaller than a
/// page.
const PAGES: u64 = 1 << 20;

/// How much of a map all workers together may leave behind them before they release it: every
/// release interrupts all cores.
const LEFT_BEHIND: u64 = 32 << 20;

/// How the ranges of a stretch are to be worked through.
pub struct Job<'a, F> {
    /// What they are ranges of.
    pub capture: &'a Capture,
    /// How.
    pub work: Work<'a>,
    /// Which.
    pub ranges: Ranges,
    /// Makes the tally of no packet.
    pub fresh: &'a F,
    /// What happens to their pages.
    pub pages: Pages,
}

/// What a job does with the pages of a map.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Populates them and releases them behind it.
    Pass,
    /// Populates them: the same ranges are about to be walked again.
    Bring,
    /// Releases what was brought.
    TakeAway,
}

/// Where a run was supposed to start, and the run.
type Guess<T> = Option<(Position, Run<T>)>;

impl<'a, T: Tally, F: Fn() -> T + Sync> Job<'a, F> {
    /// Hands out the runs of all segments up to the first fault, each beginning where the one
    /// before it ended.
    pub fn exact(
        &self,
        segments: &[ops::Range<u64>],
        start: Position,
        assumed: &Position,
        mut take: impl FnMut(Run<T>),
    ) {
        let mut guesses = self.guess_all(segments, &start, assumed).into_iter();
        let mut end = start;
        let (mut restarts, mut accepted) = (0, 0);
        for (number, segment) in segments.iter().enumerate() {
            let mut guess = guesses.next().flatten();
            let other_section = guess
                .as_ref()
                .is_some_and(|(start, _)| start.offset == end.offset && *start != end);
            let mut rewalked = 0;
            let left = segments.len() - number;
            if other_section && (restarts < RESTARTS || accepted * WORTH_RESTARTING >= left) {
                accepted = 0;
                // The right place, but other interfaces, and so for all that follow: guess again,
                // knowing them.
                restarts += 1;
                let rest = segments.get(number..).unwrap_or_default();
                rewalked += rest.len() as u64;
                self.forget(guess);
                guesses.for_each(|guess| self.forget(guess));
                guesses = self.guess_all(rest, &end, &end).into_iter();
                guess = guesses.next().flatten();
            }
            let mut run = match guess {
                Some((start, run)) if start == end => {
                    accepted += 1;
                    run
                }
                guess => {
                    self.forget(guess);
                    // A record that reaches over the whole segment leaves nothing to be walked
                    // again.
                    let passed_over = end.offset >= self.ranges.offset(segment.end);
                    rewalked += u64::from(!passed_over);
                    self.segment(segment.clone(), end)
                }
            };
            run.rewalked += rewalked;
            end = run.end.clone();
            let ended = run.fault.is_some();
            take(run);
            if ended || self.work.memory.exceeded().is_some() {
                break;
            }
        }
    }

    /// Throws away a run that was guessed wrong.
    fn forget(&self, guess: Guess<T>) {
        if let Some((_, run)) = guess {
            self.work.memory.grew(run.held, Held::default());
        }
    }

    /// Walks all segments in parallel: the first from `known`, the others from where a record seems
    /// to begin, supposing the interfaces of `supposed`.
    fn guess_all(
        &self,
        segments: &[ops::Range<u64>],
        known: &Position,
        assumed: &Position,
    ) -> Vec<Guess<T>> {
        let results: Vec<Mutex<Guess<T>>> = segments.iter().map(|_| Mutex::new(None)).collect();
        let next = AtomicUsize::new(0);
        let take = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let (Some(segment), Some(result)) = (segments.get(number), results.get(number))
                else {
                    break;
                };
                if self.work.memory.exceeded().is_some() {
                    break;
                }
                let start =
                    if number == 0 { Some(known.clone()) } else { self.guess(segment, assumed) };
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
        results
            .into_iter()
            .map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }

    fn guess(&self, segment: &ops::Range<u64>, assumed: &Position) -> Option<Position> {
        let (from, until) = (self.ranges.offset(segment.start), self.ranges.offset(segment.end));
        // What is supposed is the state further on; nothing that begins here can begin in it.
        if from < assumed.offset {
            return None;
        }
        let offset = cut::resync(self.capture, assumed, from, until)?;
        Some(Position { offset, section: assumed.section.clone() })
    }

    /// Walks the ranges of a segment from `start`.
    pub fn segment(&self, segment: ops::Range<u64>, start: Position) -> Run<T> {
        let source = self.capture.source();
        let mut packet = Packet::empty();
        let mut run = Run::empty(start, (self.fresh)());
        let end = self.ranges.offset(segment.end);
        let (mut populated, mut released) = (0, self.ranges.offset(segment.start));
        let left_behind = (LEFT_BEHIND / rayon::current_num_threads() as u64).max(PAGES);
        for range in segment {
            let (from, until) = (self.ranges.offset(range), self.ranges.offset(range + 1));
            let (offset, packets) = (run.end.offset, run.packets);
            let began = Instant::now();
            if self.pages != Pages::TakeAway && until > populated {
                // No further than the segment: what follows is another worker's.
                populated = offset.saturating_add(PAGES).min(end).max(until);
                source.populate(offset, populated);
            }
            self.range(&mut run, &mut packet, until);
            if self.pages != Pages::Bring && until >= released.saturating_add(left_behind) {
                source.release(released, until);
                released = until;
            }
            run.range_count += 1;
            if self.work.keep_ranges {
                run.ranges.push(RangeStats {
                    packets: run.packets - packets,
                    offset,
                    bytes: run.end.offset - offset,
                    worker: rayon::current_thread_index().unwrap_or(0),
                    start_nanoseconds: began.duration_since(self.work.began).as_nanos(),
                    elapsed_nanoseconds: began.elapsed().as_nanos(),
                });
            }
            self.work.progress.add(until - from);
            let now = run.tally.held();
            self.work.memory.grew(std::mem::replace(&mut run.held, now), now);
            if run.fault.is_some() || self.work.memory.exceeded().is_some() {
                break;
            }
        }
        if self.pages != Pages::Bring && released < end {
            source.release(released, end);
        }
        run
    }

    /// Walks on to the end of one range.
    fn range(&self, run: &mut Run<T>, packet: &mut Packet<'a>, until: u64) {
        loop {
            let walk = self.walk(run, packet, until);
            run.end = walk.end;
            run.packets += walk.packets;
            run.interface_blocks.extend(walk.interface_blocks);
            run.fault = walk.fault;
            let Some(fault) = walk.fault.filter(|_| self.work.salvage) else { return };
            let cut = fault.kind.is_record_cut();
            // Of a stream that goes on, what is cut is no damage.
            if cut && !self.capture.source().is_complete() {
                return;
            }
            match salvage::resume(self.capture, &run.end, fault.offset + 1, cut) {
                Found::Record(next) => {
                    run.pass_over(fault, next - fault.offset);
                    run.fault = None;
                }
                Found::NeedsMore | Found::Nothing => return,
            }
        }
    }

    /// Walks, dissects and observes; a panic on the way is the fault of the packet that made it.
    fn walk(&self, run: &mut Run<T>, packet: &mut Packet<'a>, until: u64) -> Walk {
        let (start, tally) = (run.end.clone(), &mut run.tally);
        let (mut offset, mut packets) = (start.offset, 0);
        let walked = panic::catch_unwind(AssertUnwindSafe(|| {
            let each = |record: &Record<'a>| {
                offset = record.offset;
                packets += 1;
                dissect::dissect(record, packet);
                tally.observe(packet);
            };
            if self.work.salvage {
                self.capture.walk_strict(start.clone(), until, each)
            } else {
                self.capture.walk(start.clone(), until, each)
            }
        }));
        walked.unwrap_or_else(|_| Walk {
            end: Position { offset, section: start.section },
            packets: u64::saturating_sub(packets, 1),
            fault: Some(Fault { kind: FaultKind::Bug, offset }),
            interface_blocks: Vec::new(),
        })
    }
}
