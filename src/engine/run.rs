//! A stretch of a capture that was walked, and what merges of it.

use crate::capture::{InterfaceEntry, Position};
use crate::error::Fault;
use crate::tally::{Held, Tally};
use std::time::Duration;

/// How one range was worked through: a row of the `ranges` table.
#[derive(Clone, Copy, Debug)]
pub struct RangeStats {
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

/// Bytes between two records that were passed over (`--salvage`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What was wrong there, and where it begins.
    pub fault: Fault,
    /// How many packets of the run come before it.
    pub packets: u64,
    /// How many bytes were passed over.
    pub bytes: u64,
}

impl Gap {
    /// Where the next record begins.
    pub fn end(&self) -> u64 {
        self.fault.offset.saturating_add(self.bytes)
    }
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
    /// What was passed over, in order.
    pub gaps: Vec<Gap>,
    /// What was counted.
    pub tally: T,
    /// What the memory's bound was told of it.
    pub held: Held,
    /// How many ranges it covers.
    pub range_count: u64,
    /// Their facts in order, where they are kept.
    pub ranges: Vec<RangeStats>,
    /// How many segments had to be walked again because their start was guessed wrong.
    pub rewalked: u64,
    /// How long joining the runs took.
    pub merging: Duration,
    /// What was said of interfaces on the way.
    pub interface_blocks: Vec<InterfaceEntry>,
}

impl<T> Run<T> {
    /// The run of no record.
    pub fn empty(start: Position, tally: T) -> Run<T> {
        Run {
            end: start,
            packets: 0,
            fault: None,
            gaps: Vec::new(),
            tally,
            held: Held::default(),
            range_count: 0,
            ranges: Vec::new(),
            rewalked: 0,
            merging: Duration::ZERO,
            interface_blocks: Vec::new(),
        }
    }

    /// The same run with another tally, and the tally that it had.
    pub fn with_tally<U>(self, tally: U) -> (Run<U>, T) {
        let empty = Run::empty(self.end, tally);
        let run = Run {
            packets: self.packets,
            fault: self.fault,
            gaps: self.gaps,
            held: self.held,
            range_count: self.range_count,
            ranges: self.ranges,
            rewalked: self.rewalked,
            merging: self.merging,
            interface_blocks: self.interface_blocks,
            ..empty
        };
        (run, self.tally)
    }

    /// Notes that bytes behind the last record are passed over. Neighbouring gaps are one.
    pub fn pass_over(&mut self, fault: Fault, bytes: u64) {
        self.end.offset = fault.offset.saturating_add(bytes);
        match self.gaps.last_mut() {
            Some(gap) if gap.end() == fault.offset && gap.packets == self.packets => {
                gap.bytes += bytes
            }
            _ => self.gaps.push(Gap { fault, packets: self.packets, bytes }),
        }
    }
}

impl<T: Tally> Run<T> {
    /// Appends the run that begins where this one ends.
    pub fn append(&mut self, later: Run<T>) {
        for gap in later.gaps {
            let before = self.gaps.last_mut();
            match before {
                // What was passed over up to the end of a range goes on in the next.
                Some(before)
                    if gap.packets == 0
                        && before.end() == gap.fault.offset
                        && before.packets == self.packets =>
                {
                    before.bytes += gap.bytes;
                }
                _ => self.gaps.push(Gap { packets: gap.packets + self.packets, ..gap }),
            }
        }
        self.end = later.end;
        self.packets += later.packets;
        self.fault = later.fault;
        self.tally.merge(later.tally);
        self.held = self.held.plus(later.held);
        self.range_count += later.range_count;
        self.ranges.extend(later.ranges);
        self.rewalked += later.rewalked;
        self.merging += later.merging;
        self.interface_blocks.extend(later.interface_blocks);
    }
}
