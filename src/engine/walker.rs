//! Walking consecutive ranges of a capture: dissect and observe every packet, skip damage with
//! `salvage`, and manage the pages of a map.
//!
//! A panic on the way is the fault of the packet that caused it, never the end of the program.

use super::memory::Reservation;
use super::options::Options;
use super::pass::Part;
use super::run::{RangeStats, Run, Walked};
use crate::capture::cut::Ranges;
use crate::capture::salvage::{Before, Found};
use crate::capture::{Capture, Position, Record, Walk};
use crate::dissect;
use crate::dissect::packet::Packet;
use crate::error::{Fault, FaultKind};
use std::ops;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Least number of bytes of a map to populate or release: ranges may be smaller than a page.
const PAGES: u64 = 1 << 20;

/// Bytes of a map that all workers together leave resident before they release them: every release
/// interrupts all cores.
const RESIDENT: u64 = 32 << 20;

/// Bytes walked between two looks at the memory in use: tables of short records grow several times
/// as fast as the capture is read.
const STRIDE: u64 = 256 << 10;

/// Treatment of the pages of a map.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// Populate before the walk and release after it.
    Pass,
    /// Populate: the same ranges are about to be walked again.
    Populate,
    /// Release: the ranges were populated by an earlier walk.
    Release,
}

/// A worker's view of a walk over the ranges in memory.
pub struct Walker<'a, 's, P: Part> {
    /// Capture to walk.
    pub capture: &'a Capture,
    /// Engine options.
    pub options: &'s Options<'s>,
    /// Ranges of the bytes in memory.
    pub ranges: Ranges,
    /// Settings of new parts.
    pub settings: P::Settings,
    /// Treatment of their pages.
    pub pages: Pages,
    /// False if the ranges will be walked again: progress is then reported by that walk.
    pub reports: bool,
}

impl<'a, P: Part> Walker<'a, '_, P> {
    /// Walks the ranges of a segment from `start`. `first_packet` is for [`Part::new`].
    ///
    /// Ends early on a fault, on an exceeded budget, or once `cancelled` is set: the run is then
    /// incomplete and only good for being dropped.
    pub fn segment(
        &self,
        segment: ops::Range<u64>,
        start: Position,
        first_packet: u64,
        cancelled: &AtomicBool,
    ) -> Run<P> {
        let source = self.capture.source();
        let mut packet = Packet::decoding_as(&self.options.decode_as);
        let section = start.section.clone();
        let mut run = Run {
            end: start,
            walked: Walked::default(),
            part: P::new(&self.settings, first_packet),
            reservation: Reservation::new(&self.options.budget),
            first_time: None,
            unsure: false,
        };
        let end = self.ranges.offset(segment.end);
        let (mut populated, mut released) = (0, self.ranges.offset(segment.start));
        let resident = (RESIDENT / rayon::current_num_threads() as u64).max(PAGES);
        for range in segment {
            let (from, until) = (self.ranges.offset(range), self.ranges.offset(range + 1));
            let (offset, packets) = (run.end.offset, run.walked.packets);
            let began = Instant::now();
            if self.pages != Pages::Release && until > populated {
                // No further than the segment: the bytes after it are another worker's.
                populated = offset.saturating_add(PAGES).min(end).max(until);
                source.populate(offset, populated);
            }
            self.range(&mut run, &mut packet, until);
            if self.pages != Pages::Populate && until >= released.saturating_add(resident) {
                source.release(released, until);
                released = until;
            }
            run.walked.range_count += 1;
            if self.options.keep_ranges {
                run.walked.ranges.push(RangeStats {
                    packets: run.walked.packets - packets,
                    offset,
                    bytes: run.end.offset - offset,
                    worker: rayon::current_thread_index().unwrap_or(0),
                    start_nanoseconds: began.duration_since(self.options.began).as_nanos(),
                    elapsed_nanoseconds: began.elapsed().as_nanos(),
                });
            }
            if self.reports {
                (self.options.progress)(until - from);
            }
            run.reservation.resize(run.memory(section.as_ref()));
            let stop = cancelled.load(Ordering::Relaxed);
            if stop || run.walked.fault.is_some() || self.options.budget.is_exceeded() {
                break;
            }
        }
        if self.pages != Pages::Populate && released < end {
            source.release(released, end);
        }
        run
    }

    /// Walks on to the end of one range.
    fn range(&self, run: &mut Run<P>, packet: &mut Packet<'a>, until: u64) {
        loop {
            let before = run.end.offset;
            let walk = self.walk(run, packet, until.min(before.saturating_add(STRIDE)));
            run.end = walk.end;
            run.walked.packets += walk.packets;
            run.walked.described.take(walk.interface_blocks, self.options.keep_interfaces);
            run.walked.described.note(walk.notes);
            run.walked.fault = walk.fault;
            let goes_on = before < run.end.offset && run.end.offset < until;
            if walk.fault.is_none() && goes_on && !self.options.budget.is_exceeded() {
                continue;
            }
            let Some(fault) = walk.fault.filter(|_| self.options.salvage) else { return };
            let cut = fault.kind.is_record_cut();
            // The next bytes of a stream may complete the record.
            if cut && !self.capture.source().is_complete() {
                return;
            }
            if run.end.before == Before::Unknown {
                run.unsure = true;
                return;
            }
            match self.capture.resume(&run.end, fault.offset + 1) {
                Found::At(next) => run.skip(fault, next, self.options),
                Found::NeedsMore | Found::Nothing => return,
            }
        }
    }

    fn walk(&self, run: &mut Run<P>, packet: &mut Packet<'a>, until: u64) -> Walk {
        // A part may be the product of several walks: around gaps, and one for each range.
        let (start, part, first) = (run.end.clone(), &mut run.part, run.walked.packets);
        let (first_time, unsure) = (&mut run.first_time, &mut run.unsure);
        let (mut offset, mut number) = (start.offset, first);
        let layers = part.wants_layers();
        let walked = panic::catch_unwind(AssertUnwindSafe(|| {
            let each = |record: &Record<'a>| {
                if P::DISSECTS {
                    (offset, number) = (record.offset, record.number);
                    dissect::dissect_or_judge(record, packet, layers);
                    part.observe(packet);
                }
            };
            if self.options.salvage {
                let strict = self.capture.walk_strict(start.clone(), first, until, each);
                *first_time = first_time.or(strict.first_time);
                *unsure |= strict.unsure;
                strict.walk
            } else {
                self.capture.walk_numbered(start.clone(), first, until, each)
            }
        }));
        walked.unwrap_or_else(|_| Walk {
            end: Position { offset, ..start },
            packets: number - first,
            fault: Some(Fault { kind: FaultKind::Bug, offset }),
            interface_blocks: Vec::new(),
            notes: Vec::new(),
        })
    }
}
