//! The bytes in memory as decisions see them: what can be read there, and the chains that begin there.

use super::super::Position;
use super::super::time::Timestamp;
use super::super::walk::{Format, Step};
use super::chain::{Chain, Ends};
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
        let mut chain = Chain::new(start);
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
