//! Partials: what is known of consecutive shards, as plain data.

use super::spec::Spec;
use crate::capture::Position;
use crate::capture::salvage::Before;
use crate::engine::memory::{Budget, Reservation};
use crate::engine::pass::Shift;
use crate::engine::{Walked, Within};
use crate::fold::encoded::Records;
use crate::reading::Stretch;
use crate::report::{FileFacts, Report};
use crate::tally::{Tallies, Tally};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Result of consecutive shards.
#[derive(Debug)]
pub struct Partial {
    /// The shards, in order; never empty.
    pub shards: Vec<Spec>,
    /// Result of each of their inputs, in order.
    pub pieces: Vec<Piece>,
}

/// Result of one input, or of a part of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Piece {
    /// Number of the input within the plan.
    pub input: u64,
    /// Text of the column `file`.
    pub name: String,
    /// Result of reading it.
    pub content: Content,
}

/// Result of reading.
#[derive(Debug, Serialize, Deserialize)]
pub enum Content {
    /// A file found in a directory that is no capture.
    Skipped,
    /// It could not be read at all, for a reason.
    Unreadable(String),
    /// Its packets.
    Read(Box<Part>),
}

/// Packets of consecutive bytes of an input.
#[derive(Debug, Serialize, Deserialize)]
pub struct Part {
    /// Place of the first record. None if no guess was possible.
    pub begin: Option<Position>,
    /// After the last record.
    pub end: Position,
    /// Records from this byte on belong to the next shard.
    pub until: u64,
    /// Seconds of the first record that has a time, with `--salvage`.
    pub first_time: Option<i64>,
    /// A record could not be judged without the time before the first one.
    pub unsure: bool,
    /// Facts of the file.
    pub facts: FileFacts,
    /// Facts of the walk.
    pub walked: Walked,
    /// Counts of the packets.
    pub tallies: Tallies,
    /// Records of the folds.
    pub records: Records,
}

impl Part {
    /// The packets of a stretch.
    pub fn new(begin: Option<Position>, until: u64, facts: FileFacts, stretch: Stretch) -> Part {
        let Stretch { within, tallies, records } = stretch;
        let Within { walked, end, first_time, unsure } = within;
        Part { begin, end, until, first_time, unsure, facts, walked, tallies, records }
    }

    /// Appends the packets that follow in the same input.
    pub fn append(&mut self, later: Part) {
        let shift = Shift::of_packets(self.walked.packets);
        let sections = later.walked.sections;
        self.walked.append(later.walked, shift);
        // Sections are numbered within the input.
        self.walked.sections = sections;
        self.tallies.merge(later.tallies, shift);
        self.records.append(later.records, shift.packets);
        let before = self.end.before;
        (self.end, self.until) = (later.end, later.until);
        if self.end.before == Before::Unknown {
            self.end.before = before;
        }
        self.first_time = self.first_time.or(later.first_time);
        self.unsure |= later.unsure;
    }

    /// The report of an input, and the records that its folds wait for.
    pub fn report(self, name: String, budget: &Arc<Budget>) -> (Report, Records) {
        let reservation = Reservation::new(budget);
        let report = Report::new(name, self.facts, self.walked, self.tallies, reservation);
        (report, self.records)
    }
}
