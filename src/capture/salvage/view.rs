//! The bytes in memory as decisions see them: what can be read there, and the chains that begin there.

use super::super::time::Timestamp;
use super::super::walk::{Format, Step};
use super::super::{Position, Record};
use super::chain::{Chain, Ends};
use super::header::shortest_header;
use super::search::FIRM;
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

    /// Time of the record at `at`.
    pub fn time(&self, at: u64) -> Option<Timestamp> {
        let mut state = self.format.begin(self.known);
        match self.format.next(&mut state, self.rest(at, at.saturating_add(AHEAD)), at) {
            Ok(Step::Record(record, _)) => record.time,
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

    /// True if it is one record that leads nowhere, with a small number for a time.
    pub fn may_be_chance(&self, chain: &Chain) -> bool {
        chain.links < 2 && chain.jump.is_none() && is_soon_after_1970(chain)
    }

    /// True if the packet of the record at `at` states the record's length.
    pub fn states_its_length(&self, at: u64) -> bool {
        let Some(next) = self.next(at) else { return false };
        let told = self.format.ends_by_packet(self.rest(at, next), at);
        told.is_some_and(|ends| ends.contains(&next))
    }

    /// True if the chain at `start` is more than one record that leads out of reach. Small numbers are
    /// times soon after 1970, so that more of these are needed.
    pub fn is_pair(&self, start: u64, chain: &Chain) -> bool {
        let least = if is_soon_after_1970(chain) { 4 } else { 2 };
        chain.links >= least || self.follow(start, u64::MAX, least).is_firm(least)
    }

    /// True if so many records follow each other from `start` on, or lead to the end of the file: sessions
    /// at several times, as of captures that were joined, none of which is near `before`. Carried
    /// records lead to one that is. A single record has a damaged time.
    pub fn are_sessions(&self, start: u64, least: usize, before: Timestamp) -> bool {
        let (mut at, mut links) = (start, 0);
        loop {
            let chain = self.follow(at, u64::MAX, least.saturating_sub(links));
            links += chain.links;
            if chain.links == 0 || !chain.is_far(Some(before)) {
                return false;
            }
            match chain.jump {
                _ if chain.ends != Ends::Broken => return links > 1,
                Some((jump, _)) if links < least => at = jump,
                Some(_) => return true,
                None => return false,
            }
        }
    }

    /// True if records follow each other from `start` on, whatever their times, up to the end of the file or
    /// to several that are near `before`.
    pub fn returns(&self, start: u64, before: Timestamp) -> bool {
        const RETURNED: usize = 2;
        let (mut at, mut links) = (start, 0);
        while links < FIRM {
            let chain = self.follow(at, u64::MAX, FIRM);
            links += chain.links;
            let is_back = chain.links >= RETURNED && chain.is_near(Some(before));
            match chain.jump {
                _ if links >= RETURNED && (is_back || chain.ends == Ends::File) => return true,
                Some((jump, _)) if chain.links > 0 => at = jump,
                _ => return false,
            }
        }
        false
    }

    /// True if a record that begins at `at` is too near the damage to have been carried by the one there:
    /// that needs a header of its own, and of its frame.
    pub fn is_beside_damage(&self, at: u64) -> bool {
        const SHORTEST_FRAME_HEADER: u64 = 14;
        let shortest = shortest_header::<F>() + SHORTEST_FRAME_HEADER;
        at.saturating_sub(self.known.offset) < shortest
    }

    /// True if a frame is cut off, but not at the snapshot length of the file.
    fn is_cut_elsewhere(&self, record: &Record<'_>) -> bool {
        let length = record.data.len() as u64;
        length < u64::from(record.wire_bytes)
            && self.format.only_interface().is_some_and(|only| {
                let snaplen = u64::from(only.snaplen);
                snaplen > 0 && length < snaplen
            })
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
                        chain.jump = Some((at, time));
                        return chain;
                    }
                    chain.note(at, time, known);
                    if ends_at_seam && chain.seam.is_some() {
                        return chain;
                    }
                }
                let is_odd = frame::is_odd(record.link_type, record.data)
                    || is_shifted(&record)
                    || self.is_cut_elsewhere(&record);
                chain.odd_frames += usize::from(is_odd);
            }
            chain.last = at;
            chain.links += 1;
            at = at.saturating_add(length as u64);
        }
    }
}

/// True if the fraction of its second is its length: so is a record read whose header lost four bytes.
fn is_shifted(record: &Record<'_>) -> bool {
    let fraction = record.time.map_or(0, |time| time.nanoseconds as usize);
    let length = record.data.len();
    length > 0 && (fraction == length || fraction == length.saturating_mul(1000))
}

fn is_soon_after_1970(chain: &Chain) -> bool {
    const SOON: i64 = 14 * 86_400;
    chain.first.is_some_and(|first| first.seconds < SOON)
}
