//! Chains: records each of which begins where the one before it ends.

use super::super::time::Timestamp;
use super::near;

/// How a chain ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Ends {
    /// Exactly at the end of the file.
    File,
    /// It goes on, farther than is looked.
    Far,
    /// No record follows.
    Broken,
}

/// Plausible records in a row.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Chain {
    /// Number of records and other blocks.
    pub links: usize,
    /// Where the last one begins.
    pub last: u64,
    pub ends: Ends,
    /// Where the record begins that follows at a time far from the one before it, and that time.
    pub jump: Option<(u64, Timestamp)>,
    /// Time of the first record that has one.
    pub first: Option<Timestamp>,
    /// Where the second such record begins, and its time.
    pub second: Option<(u64, Timestamp)>,
    pub least: Timestamp,
    pub greatest: Timestamp,
    /// First record that is earlier than all before it, but not than what was known before them.
    pub seam: Option<u64>,
    /// Number of frames that do not begin as their link type demands.
    pub odd_frames: usize,
    /// Greatest distance between the times of two neighbours, and where the second one begins.
    widest: (i128, Option<u64>),
    /// Least distance to the time that was known before, and where its record begins.
    closest: Option<(i128, u64)>,
    /// The last record that is more than a second earlier than the one before it.
    backward: Option<u64>,
    /// Time of the last record that has one.
    pub(super) latest: Option<Timestamp>,
}

/// A second in nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// Nanoseconds between two times.
fn apart(one: Timestamp, two: Timestamp) -> i128 {
    (one.total_nanoseconds() - two.total_nanoseconds()).abs()
}

impl Chain {
    /// A chain without records, which begins at `start`.
    pub(super) fn new(start: u64) -> Chain {
        Chain {
            links: 0,
            last: start,
            ends: Ends::Broken,
            jump: None,
            first: None,
            second: None,
            least: Timestamp::MAX,
            greatest: Timestamp::MIN,
            seam: None,
            odd_frames: 0,
            widest: (0, None),
            closest: None,
            backward: None,
            latest: None,
        }
    }

    /// Takes the time of the next record.
    pub(super) fn note(&mut self, at: u64, time: Timestamp, known: Option<Timestamp>) {
        if self.first.is_some() {
            self.second.get_or_insert((at, time));
        }
        let first = *self.first.get_or_insert(time);
        let step = self.latest.map_or(0, |latest| apart(latest, time));
        if let Some(known) = known {
            let is_late = time.seconds >= known.seconds.saturating_sub(1)
                && near(known.seconds, time.seconds);
            let returns = time.seconds < self.least.seconds.saturating_sub(1);
            // A clock that was set back comes to the known time without a leap.
            let leaps = first.seconds < known.seconds.saturating_sub(1)
                && step > (2 * self.widest.0).max(SECOND);
            if is_late && (returns || leaps) && self.latest.is_some() {
                self.seam.get_or_insert(at);
            }
            let distance = apart(known, time);
            if self.closest.is_none_or(|(closest, _)| distance < closest) {
                self.closest = Some((distance, at));
            }
        }
        if step > SECOND && self.latest.is_some_and(|latest| time < latest) {
            self.backward = Some(at);
        }
        if step > self.widest.0 {
            self.widest = (step, Some(at));
        }
        self.latest = Some(time);
        self.least = self.least.min(time);
        self.greatest = self.greatest.max(time);
    }

    /// The record at which the times most likely turn to those that were known before, if the chain
    /// began at `start` in a capture that a packet carried.
    pub fn turn(&self, start: u64) -> Option<u64> {
        match self.closest {
            Some((_, at)) if at > start => Some(at),
            Some(_) => self.widest.1,
            // Two captures of one day: the later one of the places at which the first may end.
            None => self.widest.1.max(self.backward),
        }
    }

    /// The record before which the widest step of its times is, if that is a day or more.
    pub fn days_apart(&self) -> Option<u64> {
        self.widest.1.filter(|_| self.widest.0 >= 86_400 * SECOND)
    }

    /// The first record to believe, of a chain that begins at `at`: its second one if the first is
    /// out of order, as one whose time was damaged is.
    pub fn lead(&self, at: u64, before: Option<Timestamp>) -> u64 {
        let (Some(before), Some(first), Some((second_at, second))) =
            (before, self.first, self.second)
        else {
            return at;
        };
        let after = |one: Timestamp, two: Timestamp| two.seconds >= one.seconds.saturating_sub(1);
        let is_in_order = after(before, first) && after(first, second);
        if is_in_order || !after(before, second) { at } else { second_at }
    }

    /// True if its first time is one that a neighbour of a record of `time` may have.
    pub fn is_near(&self, time: Option<Timestamp>) -> bool {
        match (self.first, time) {
            (Some(first), Some(time)) => near(first.seconds, time.seconds),
            _ => true,
        }
    }

    /// True if none of its times is one that a neighbour of a record of `time` may have.
    pub fn is_far(&self, time: Option<Timestamp>) -> bool {
        time.is_some_and(|time| {
            let (least, greatest) = (self.least.seconds, self.greatest.seconds);
            let is_beside = time.seconds < least || greatest < time.seconds;
            is_beside && !near(least, time.seconds) && !near(greatest, time.seconds)
        })
    }

    /// True if a record follows whose time is far from `time`, which is not that of a record that the
    /// damaged one carried: after these come true ones.
    pub fn jumps_off(&self, time: Option<Timestamp>) -> bool {
        match (self.jump, time) {
            (Some((_, jump)), Some(time)) => !near(jump.seconds, time.seconds),
            _ => false,
        }
    }

    /// Length or end make it certain that it is a chain of records, this capture's or another's.
    pub fn is_firm(&self, links: usize) -> bool {
        self.links > 0 && (self.links >= links || self.ends != Ends::Broken)
    }
}
