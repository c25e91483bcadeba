//! Chains: records each of which begins where the one before it ends.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::{Format, Step};
use super::{AHEAD, MOST, frame, near, work};

/// Bytes in memory, and what is known of the format there.
pub(in super::super) struct View<'a, F> {
    pub format: &'a F,
    pub bytes: &'a [u8],
    /// Offset at which `bytes` begin.
    pub base: u64,
    /// Position whose section is read.
    pub known: &'a Position,
    /// Nothing follows `bytes`.
    pub complete: bool,
}

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
    /// Time of the last record that has one.
    latest: Option<Timestamp>,
}

impl<F: Format> View<'_, F> {
    pub fn end(&self) -> u64 {
        self.base.saturating_add(self.bytes.len() as u64)
    }

    /// Bytes from `at` on, but none at or after `until`.
    pub fn rest(&self, at: u64, until: u64) -> &[u8] {
        let index = |offset: u64| {
            usize::try_from(offset.saturating_sub(self.base))
                .unwrap_or(usize::MAX)
                .min(self.bytes.len())
        };
        self.bytes.get(index(at)..index(until)).unwrap_or_default()
    }

    /// False if a decision about `at` needs bytes of a stream that are not there yet.
    pub fn suffices(&self, at: u64) -> bool {
        self.complete || self.end() >= at.saturating_add(AHEAD)
    }

    /// End of the record or block at `at`, as a walk without judgement reads it.
    pub fn next(&self, at: u64) -> Option<u64> {
        work::note(1);
        let mut state = self.format.begin(self.known);
        match self.format.next(&mut state, self.rest(at, at.saturating_add(AHEAD)), at) {
            Ok(Step::Record(_, length) | Step::Skip(length)) if length > 0 => {
                Some(at.saturating_add(length as u64))
            }
            _ => None,
        }
    }

    /// True if reading on from `start` comes to `target`.
    pub fn leads_to(&self, start: u64, target: u64) -> bool {
        let (mut at, until) = (start, start.saturating_add(AHEAD));
        let mut state = self.format.begin(self.known);
        while at < target {
            work::note(1);
            match self.format.next(&mut state, self.rest(at, until), at) {
                Ok(Step::Record(_, length) | Step::Skip(length)) if length > 0 => {
                    at = at.saturating_add(length as u64);
                }
                _ => return false,
            }
        }
        at == target
    }

    /// Follows plausible records from `start` on: up to `most`, or past `far`.
    pub fn follow(&self, start: u64, far: u64, most: usize) -> Chain {
        self.follow_after(start, far, most, self.known.before.time())
    }

    /// True if the chain at `start` is more than one record that leads out of reach. Small numbers are
    /// times soon after 1970, so that more of these are needed.
    pub fn is_pair(&self, start: u64, chain: &Chain) -> bool {
        const SOON_AFTER_1970: i64 = 14 * 86_400;
        let early = chain.first.is_some_and(|first| first.seconds < SOON_AFTER_1970);
        let least = if early { 4 } else { 2 };
        chain.links >= least || self.follow(start, u64::MAX, least).is_firm(least)
    }

    /// As [`View::follow`], but no farther than to a seam.
    pub fn follow_to_seam(&self, start: u64, far: u64, known: Option<Timestamp>) -> Chain {
        self.follow_on(start, far, MOST, known, true)
    }

    /// As [`View::follow`], if `known` is the time before the damage.
    pub fn follow_after(
        &self,
        start: u64,
        far: u64,
        most: usize,
        known: Option<Timestamp>,
    ) -> Chain {
        self.follow_on(start, far, most, known, false)
    }

    fn follow_on(
        &self,
        start: u64,
        far: u64,
        most: usize,
        known: Option<Timestamp>,
        ends_at_seam: bool,
    ) -> Chain {
        let mut chain = Chain {
            links: 0,
            last: start,
            ends: Ends::Broken,
            first: None,
            second: None,
            least: Timestamp::MAX,
            greatest: Timestamp::MIN,
            seam: None,
            odd_frames: 0,
            widest: (0, None),
            closest: None,
            latest: None,
        };
        let mut at = start;
        let until = start.saturating_add(AHEAD);
        let mut state = self.format.begin(self.known);
        loop {
            work::note(1);
            if at == self.end() && self.complete && chain.links > 0 {
                chain.ends = Ends::File;
                return chain;
            }
            if chain.links >= most || (at > far && chain.links > 0) {
                chain.ends = Ends::Far;
                return chain;
            }
            let rest = self.rest(at, until);
            if !F::FRAMED && self.format.plausible(rest, self.known, at).is_none() {
                return chain;
            }
            let Ok(step) = self.format.next(&mut state, rest, at) else { return chain };
            let (Step::Record(_, length) | Step::Skip(length)) = step;
            if length == 0 {
                return chain;
            }
            if let Step::Record(record, _) = step {
                if let Some(time) = record.time {
                    if chain.latest.is_some_and(|latest| !near(latest.seconds, time.seconds)) {
                        return chain;
                    }
                    chain.note(at, time, known);
                    if ends_at_seam && chain.seam.is_some() {
                        return chain;
                    }
                }
                chain.odd_frames += usize::from(frame::is_odd(record.link_type, record.data));
            }
            chain.last = at;
            chain.links += 1;
            at = at.saturating_add(length as u64);
        }
    }
}

/// A second in nanoseconds.
const SECOND: i128 = 1_000_000_000;

/// Nanoseconds between two times.
fn apart(one: Timestamp, two: Timestamp) -> i128 {
    let nanoseconds = |time: Timestamp| {
        i128::from(time.seconds).saturating_mul(SECOND).saturating_add(i128::from(time.nanoseconds))
    };
    (nanoseconds(one) - nanoseconds(two)).abs()
}

impl Chain {
    fn note(&mut self, at: u64, time: Timestamp, known: Option<Timestamp>) {
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
        self.closest.map(|(_, at)| at).filter(|at| *at > start).or(self.widest.1)
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

    /// Length or end make it certain that it is a chain of records, this capture's or another's.
    pub fn is_firm(&self, links: usize) -> bool {
        self.links > 0 && (self.links >= links || self.ends != Ends::Broken)
    }
}
