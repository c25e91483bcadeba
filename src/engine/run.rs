//! Runs: consecutive ranges that one worker walked, and the facts that remain when runs are joined.
//!
//! A [`Run`] belongs to the engine: it has a position and a part. [`Walked`] is plain data that
//! outlives the walk: runs are joined into it, and later inputs are appended to it (`--merge`).

use super::memory::Reservation;
use super::pass::{Part, Shift};
use crate::capture::{InterfaceEntry, Position};
use crate::error::Fault;
use std::time::Duration;

/// Statistics of one range: a row of the `ranges` table.
#[derive(Clone, Copy, Debug)]
pub struct RangeStats {
    /// Number of packets that begin in it.
    pub packets: u64,
    /// Byte offset of its first record.
    pub offset: u64,
    /// Bytes from its first record to the first of the next range.
    pub bytes: u64,
    /// Number of the worker in its pool.
    pub worker: usize,
    /// Time from the start of the program to that of the range, in nanoseconds.
    pub start_nanoseconds: u128,
    /// Time spent on it, in nanoseconds.
    pub elapsed_nanoseconds: u128,
}

/// Bytes between two records that `--salvage` skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Damage at its start.
    pub fault: Fault,
    /// Number of packets before it.
    pub packets: u64,
    /// Its length.
    pub bytes: u64,
}

impl Gap {
    /// Byte offset of the next record.
    pub fn end(&self) -> u64 {
        self.fault.offset.saturating_add(self.bytes)
    }
}

/// Facts of a walk, apart from what its parts observed.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// Number of packets.
    pub packets: u64,
    /// Reason for ending before the end. None if all was read.
    pub fault: Option<Fault>,
    /// Skipped regions, in order.
    pub gaps: Vec<Gap>,
    /// Number of ranges.
    pub range_count: u64,
    /// Their statistics in order, if they are kept.
    pub ranges: Vec<RangeStats>,
    /// Number of segments that were walked again because their start was guessed wrong.
    pub rewalked: u64,
    /// Time spent taking parts.
    pub merging: Duration,
    /// Number of sections; 1 in formats without them.
    pub sections: u32,
    /// Interface descriptions and statistics, in order.
    pub interface_blocks: Vec<InterfaceEntry>,
}

impl Walked {
    /// Appends what follows `shift`. Adjacent gaps become one; ranges stay gapless.
    pub fn append(&mut self, later: Walked, shift: Shift) {
        for gap in later.gaps {
            let offset = gap.fault.offset + shift.bytes;
            let fault = Fault { offset, ..gap.fault };
            let gap = Gap { fault, packets: gap.packets + shift.packets, ..gap };
            match self.gaps.last_mut() {
                Some(last) if last.end() == offset && last.packets == gap.packets => {
                    last.bytes += gap.bytes;
                }
                _ => self.gaps.push(gap),
            }
        }
        self.ranges.reserve(later.ranges.len());
        for mut range in later.ranges {
            range.offset += shift.bytes;
            // File headers and damage between the records of two inputs belong to the later range.
            if let Some(last) = self.ranges.last() {
                let end = last.offset + last.bytes;
                range.bytes += range.offset.saturating_sub(end);
                range.offset = end;
            }
            self.ranges.push(range);
        }
        self.interface_blocks.extend(later.interface_blocks.into_iter().map(|entry| {
            InterfaceEntry { section: entry.section.saturating_add(shift.sections), ..entry }
        }));
        self.packets += later.packets;
        self.sections = self.sections.saturating_add(later.sections);
        self.fault = later.fault.map(|fault| Fault { offset: fault.offset + shift.bytes, ..fault });
        self.range_count += later.range_count;
        self.rewalked += later.rewalked;
        self.merging += later.merging;
    }

    /// Notes that `bytes` from `fault` on are skipped.
    pub fn skip(&mut self, fault: Fault, bytes: u64) {
        match self.gaps.last_mut() {
            Some(gap) if gap.end() == fault.offset && gap.packets == self.packets => {
                gap.bytes += bytes;
            }
            _ => self.gaps.push(Gap { fault, packets: self.packets, bytes }),
        }
    }
}

/// Consecutive ranges that one worker walked.
pub struct Run<P> {
    /// After its last record.
    pub end: Position,
    /// Facts of the walk.
    pub walked: Walked,
    /// What the packets were observed by.
    pub part: P,
    /// Memory of the part.
    pub reservation: Reservation,
}

impl<P: Part> Run<P> {
    /// Notes that `bytes` from `fault` on are skipped, and continues after them.
    pub fn skip(&mut self, fault: Fault, bytes: u64) {
        self.end.offset = fault.offset.saturating_add(bytes);
        self.walked.skip(fault, bytes);
        self.walked.fault = None;
    }
}
