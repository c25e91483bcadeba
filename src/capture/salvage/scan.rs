//! The scan for chains, byte by byte.
//!
//! Looking on past a record that could be taken ends after `DOUBTS` chains that are not believed:
//! as each record that is doubted later begins one of them, no byte is looked at more often.

use super::super::time::Timestamp;
use super::super::walk::Format;
use super::chain::{Chain, Ends};
use super::search::{FIRM, FIRM_BLOCKS};
use super::view::View;
use super::{MOST, header, near, work};

/// Fewer bytes than the header of a record or block may need tell nothing of it.
const TELLS_NOTHING: u64 = 64;

/// A file header that begins nothing counts as so many such chains, because to open it takes longer.
const DOUBTS_OF_HEADER: usize = 16;

/// Chains that are not believed before the search for a better one is given up.
pub(super) const DOUBTS: usize = 128;

/// A chain and where it begins.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub at: u64,
    pub chain: Chain,
}

#[expect(clippy::large_enum_variant, reason = "one at a time lives, on the stack")]
pub(super) enum Next {
    Chain(Start),
    /// A file header may be there.
    Header(u64),
    /// The damaged block ends after the length there.
    End(u64),
    NeedsMore,
    Nothing,
}

/// Records of a chain that are not believed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The first one.
    Start,
    /// All whose time is another than that before the damage.
    OtherTimes,
    /// All.
    Whole,
}

/// A search for chains, byte by byte.
pub(super) struct Scan<'a> {
    at_damage: &'a [u8],
    pub from: u64,
    far: u64,
    before: Option<Timestamp>,
    /// Chains that may still be met and not believed.
    doubts: usize,
    /// Records of the last chain that was not believed.
    doubted: Doubted,
    /// Last length that ended no block.
    passed_end: u64,
}

/// Records of a chain, from the next to the last.
struct Doubted {
    next: Option<u64>,
    last: u64,
    part: Part,
}

impl<'a> Scan<'a> {
    /// A search from `from` on, where chains are followed up to `far`, and from records at a time near
    /// `before` farther than from others.
    pub fn new(from: u64, far: u64, before: Option<Timestamp>) -> Scan<'a> {
        Scan {
            from,
            far,
            before,
            doubts: usize::MAX,
            doubted: Doubted { next: None, last: 0, part: Part::Start },
            passed_end: 0,
            at_damage: &[],
        }
    }

    /// The same search, after the damage at which these bytes are.
    pub fn of(self, at_damage: &'a [u8]) -> Scan<'a> {
        Scan { at_damage, ..self }
    }

    /// Ends the search after so many more chains that are not believed.
    pub fn give_up_after(&mut self, doubts: usize) {
        self.doubts = doubts;
    }

    /// True if it was given up.
    pub fn is_over(&self) -> bool {
        self.doubts == 0
    }

    /// Goes on after the start of a chain that is not believed, and passes others of its records.
    pub fn disbelieve<F: Format>(&mut self, view: &View<'_, F>, start: Start, part: Part) {
        self.doubts = self.doubts.saturating_sub(usize::from(self.counts(view, start)));
        self.from = self.after_doubted(view, start.at);
        // Blocks that follow may be as long as the damaged one.
        self.at_damage = &[];
        let has_others = start.chain.links > 1 && part != Part::Start;
        let (next, last) = (has_others.then_some(start.at), start.chain.last);
        let part = if start.chain.is_far(self.before) { Part::Whole } else { part };
        self.doubted = Doubted { next, last, part };
    }

    /// The place from which the search goes on after a record that is not believed. If that record states
    /// its length and leads to another, the bytes of its packet hold no record.
    fn after_doubted<F: Format>(&self, view: &View<'_, F>, at: u64) -> u64 {
        let next = view.next(at).filter(|_| !F::FRAMED && view.states_its_length(at));
        let leads_on = |next: &u64| {
            view.format.plausible(view.rest(*next, u64::MAX), view.known, *next).is_some()
        };
        next.filter(leads_on).unwrap_or(at + 1)
    }

    /// False for what garbage holds by chance: one record of another time that nothing follows.
    fn counts<F: Format>(&self, view: &View<'_, F>, Start { at, chain }: Start) -> bool {
        chain.links > 1 || chain.is_near(self.before) || {
            let next = view.next(at).unwrap_or(at);
            view.format.plausible(view.rest(next, u64::MAX), view.known, next).is_some()
        }
    }

    /// The next record, if the damaged block ends after the length at `at`. A length that only equals the
    /// block's first one may be another's: then what follows must be near in time, or several blocks.
    pub fn after_end<F: Format>(&mut self, view: &View<'_, F>, at: u64) -> Option<u64> {
        self.from = at;
        self.passed_end = at;
        let next = at.saturating_add(4);
        let bytes = at.saturating_sub(view.known.offset);
        let is_in_place = || view.format.ends_block(view.rest(at, u64::MAX), bytes, &[]);
        let chain = view.follow(next, u64::MAX, FIRM_BLOCKS);
        let leads_on = || chain.links > 1 || chain.ends != Ends::Broken || chain.jump.is_some();
        let is_next = || {
            let is_firm = chain.is_near(self.before) || chain.is_firm(FIRM_BLOCKS);
            is_firm || (leads_on() && is_in_place())
        };
        (chain.links > 0 && is_next()).then_some(next)
    }

    /// True if the damaged block seems to end after the length at `at`, where `rest` begins.
    fn is_end<F: Format>(&self, view: &View<'_, F>, at: u64, rest: &[u8]) -> bool {
        let length = at.saturating_sub(view.known.offset);
        (self.passed_end + 1..=self.far).contains(&at)
            && view.format.ends_block(rest, length, self.at_damage)
    }

    /// Goes on at `until`, after a file header that begins nothing.
    pub fn pass_header(&mut self, until: u64) {
        self.doubts = self.doubts.saturating_sub(DOUBTS_OF_HEADER);
        self.from = until;
    }

    /// The first offset before `limit` at which plausible records begin.
    pub fn next<F: Format>(&mut self, view: &View<'_, F>, limit: u64) -> Next {
        if self.is_over() {
            return Next::Nothing;
        }
        let end = view.end();
        let tells = if view.complete { end } else { end.saturating_sub(TELLS_NOTHING - 1) };
        let (mut at, mut rest) = (self.from, view.rest(self.from, u64::MAX));
        while at < end.min(limit) {
            if at >= tells {
                return Next::NeedsMore;
            }
            if F::FRAMED && self.is_end(view, at, rest) {
                return if view.suffices(at) { Next::End(at) } else { Next::NeedsMore };
            }
            if header::may_be_header(rest) {
                return if view.suffices(at) { Next::Header(at) } else { Next::NeedsMore };
            }
            if let Some(candidate) = view.format.plausible(rest, view.known, at) {
                if !view.suffices(at) {
                    return Next::NeedsMore;
                }
                if !self.is_doubted(view, at) {
                    let is_near = match (candidate.seconds, self.before) {
                        (Some(seconds), Some(before)) => near(seconds, before.seconds),
                        _ => true,
                    };
                    let chain = view.follow(at, self.far, if is_near { MOST } else { 4 * FIRM });
                    if chain.links > 0 {
                        work::note(at - self.from);
                        return Next::Chain(Start { at, chain });
                    }
                }
            }
            at += 1;
            rest = rest.get(1..).unwrap_or_default();
        }
        work::note(at - self.from);
        self.from = at;
        if at < limit && !view.complete { Next::NeedsMore } else { Next::Nothing }
    }

    /// True if the record at `at` is one that was not believed with the last chain.
    fn is_doubted<F: Format>(&mut self, view: &View<'_, F>, at: u64) -> bool {
        let Doubted { next, last, part } = &mut self.doubted;
        while let Some(doubted) = next.filter(|doubted| *doubted < at) {
            let record = view.format.plausible(view.rest(doubted, u64::MAX), view.known, doubted);
            let after = |next: &u64| (doubted + 1..=*last).contains(next);
            *next = record.map(|record| record.next).filter(after);
        }
        *next == Some(at) && (*part == Part::Whole || !view.follow(at, at, 1).is_near(self.before))
    }
}
