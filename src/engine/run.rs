//! Runs: consecutive ranges that one worker walked, and the facts that remain when runs are joined.
//!
//! A [`Run`] belongs to the engine: it has a position and a part. [`Walked`] is plain data that
//! outlives the walk: runs are joined into it, and later inputs are appended to it (`--merge`).

use super::described::{Described, section_memory};
use super::gaps::{Gap, Gaps};
use super::memory::{Growth, MemoryUse, Reservation};
use super::options::Options;
use super::pass::{Part, Shift};
use crate::capture::salvage::Before;
use crate::capture::{Position, Section};
use crate::error::Fault;
use crate::saved::count;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
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

/// Facts of a walk, apart from what its parts observed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Walked {
    /// Number of packets.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// Reason for ending before the end. None if all was read.
    pub fault: Option<Fault>,
    /// Skipped regions.
    pub gaps: Gaps,
    /// Number of ranges.
    #[serde(deserialize_with = "count")]
    pub range_count: u64,
    /// Their statistics in order, if they are kept.
    #[serde(skip)]
    pub ranges: Vec<RangeStats>,
    /// Number of segments that were walked again because their start was guessed wrong.
    #[serde(deserialize_with = "count")]
    pub rewalked: u64,
    /// Time spent taking parts.
    #[serde(skip)]
    pub merging: Duration,
    /// Formats of appended captures, each once.
    pub formats: Vec<String>,
    /// Number of sections; 1 in formats without them.
    pub sections: u32,
    /// Interfaces that the capture describes.
    pub described: Described,
}

impl Walked {
    /// Appends what follows `shift`. Adjacent gaps become one; ranges stay gapless.
    pub fn append(&mut self, later: Walked, shift: Shift) {
        self.gaps.append(later.gaps, shift);
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
        self.described.append(later.described, shift.sections);
        later.formats.iter().for_each(|format| self.note_format(format));
        self.packets += later.packets;
        self.sections = self.sections.saturating_add(later.sections);
        self.fault = later.fault.map(|fault| Fault { offset: fault.offset + shift.bytes, ..fault });
        self.range_count += later.range_count;
        self.rewalked += later.rewalked;
        self.merging += later.merging;
    }

    /// Notes that `bytes` from `fault` on are skipped. `keep` is false if no table lists gaps.
    pub fn skip(&mut self, fault: Fault, bytes: u64, keep: bool) {
        self.gaps.push(Gap { fault, packets: self.packets, bytes }, keep);
    }

    /// Notes that the bytes from `fault` on are skipped up to `next`, where another capture may begin.
    pub fn resume(&mut self, fault: Fault, end: &Position, next: &Position, options: &Options<'_>) {
        self.skip(fault, next.offset.saturating_sub(fault.offset), options.keep_gaps);
        self.fault = None;
        if let Some(appended) = next.appended.as_ref().filter(|_| next.appended != end.appended) {
            self.note_format(appended.name());
            let interface = appended.interface().into_iter().collect();
            self.described.take(interface, options.keep_interfaces);
            self.described.note(appended.note().into_iter().collect());
            return;
        }
        // A description that was damaged.
        let described = next.described_since(end).collect();
        self.described.take(described, options.keep_interfaces);
    }

    /// Adds the format of an appended capture.
    fn note_format(&mut self, format: &str) {
        if !self.formats.iter().any(|known| known == format) {
            self.formats.push(format.into());
        }
    }

    /// Memory held.
    pub fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "ranges", advice: "choose a greater --range-bytes" };
        let bytes = self.ranges.capacity() * size_of::<RangeStats>();
        let ranges = MemoryUse::of(&GROWTH, self.ranges.len() as u64, bytes as u64);
        self.gaps.memory().plus(self.described.memory()).plus(ranges)
    }
}

/// Consecutive ranges that one worker walked.
pub struct Run<P> {
    /// After its last record.
    pub end: Position,
    /// Facts of the walk.
    pub walked: Walked,
    /// The part that observed its packets.
    pub part: P,
    /// Memory of the part and the facts.
    pub reservation: Reservation,
    /// Seconds of its first record that has a time, in a strict walk.
    pub first_time: Option<i64>,
    /// A strict walk came to a record that it could not judge, because its start was guessed.
    pub unsure: bool,
}

impl<P: Part> Run<P> {
    /// Notes that the bytes from `fault` on are skipped, and continues at `next`.
    pub fn skip(&mut self, fault: Fault, next: Position, options: &Options<'_>) {
        self.walked.resume(fault, &self.end, &next, options);
        self.end = next;
    }

    /// True unless its first record must be judged anew by the time before it.
    pub fn stands_after(&self, before: Before) -> bool {
        !self.unsure && before.is_near(self.first_time)
    }

    /// Memory held. `start` is the section that the run began in: if it is still the same, its
    /// interfaces belong to an earlier run.
    pub fn memory(&self, start: Option<&Arc<Section>>) -> MemoryUse {
        let grown = self
            .end
            .section
            .as_ref()
            .filter(|section| start.is_none_or(|start| !Arc::ptr_eq(start, section)));
        self.part.memory().plus(self.walked.memory()).plus(section_memory(grown))
    }
}
