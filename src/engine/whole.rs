//! The verified part of a walk: the facts of all runs so far, and the place up to which they were taken.

use super::memory::Reservation;
use super::pass::Shift;
use super::{Options, Walked, Within, section_memory};
use crate::capture::{Capture, Position};
use crate::error::{Fault, FaultKind};

/// Verified part of the walk: everything up to `end` has been taken.
pub(super) struct Whole {
    pub(super) end: Position,
    /// Records from this byte on are not walked.
    pub(super) until: u64,
    pub(super) walked: Walked,
    /// Those of [`Within`].
    pub(super) first_time: Option<i64>,
    pub(super) unsure: bool,
    /// Memory of the facts and of the section's interfaces.
    pub(super) reservation: Reservation,
}

impl Whole {
    /// Section state that a worker starting in the middle of a window assumes; verified when runs
    /// are joined.
    pub(super) fn assumed(&self, capture: &Capture) -> Position {
        let first = capture.assumed();
        if self.end.offset > first.offset { self.end.clone() } else { first }
    }

    /// Notes what makes a run stand or fall with the time before it.
    pub(super) fn note_doubt(&mut self, first_time: Option<i64>, unsure: bool) {
        self.first_time = self.first_time.or(first_time);
        self.unsure |= unsure;
    }

    /// Appends the facts of the next run, which ended at `end`.
    pub(super) fn append(&mut self, end: Position, walked: Walked, shift: Shift) {
        self.end = end;
        self.walked.append(walked, shift);
        let section = section_memory(self.end.section.as_ref());
        self.reservation.resize(self.walked.memory().plus(section));
    }

    /// The facts once nothing more comes.
    pub(super) fn ended(mut self, capture: &Capture, options: &Options<'_>) -> Within {
        let (source, offset) = (capture.source(), self.end.offset);
        let cut = self.walked.fault.is_none_or(|fault| fault.kind.is_record_cut());
        if source.has_shrunk() && cut {
            self.walked.fault = Some(Fault { kind: FaultKind::FileShrank, offset });
        }
        if let Some(fault) =
            self.walked.fault.filter(|fault| options.salvage && fault.kind.is_damaged_record())
        {
            let bytes = source.end().saturating_sub(fault.offset);
            self.walked.skip(fault, bytes, options.keep_gaps);
        }
        let last = match (&self.end.section, &self.end.appended) {
            (Some(section), _) => section.number,
            (None, Some(appended)) => appended.sections(),
            (None, None) => 0,
        };
        self.walked.sections = last.saturating_add(1);
        let Whole { walked, end, first_time, unsure, .. } = self;
        Within { walked, end, first_time, unsure }
    }
}
