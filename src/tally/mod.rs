//! What is counted per packet, as monoids: [`Tally::observe`] a packet, [`Tally::merge`] the later
//! run's tally.
//!
//! The tally of nothing is the identity of `merge`; `merge` is associative; observing packets in
//! two halves and merging equals observing them in one go. State is integers only, so that no
//! result depends on where a capture was cut. Packet numbers are kept relative to the first packet
//! observed; `merge` moves the later run's behind the earlier's.

pub mod conversations;
pub mod flow;
pub mod interfaces;
pub mod intervals;
pub mod lengths;
pub mod paths;
pub mod problems;
pub mod shards;
pub mod totals;

use crate::dissect::packet::Packet;
use conversations::Conversations;
use interfaces::InterfaceCounts;
use intervals::Intervals;
use lengths::Lengths;
use paths::Paths;
use problems::Problems;
use totals::Totals;

/// What a tally holds that grows with the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Conversations.
    pub conversations: u64,
    /// Buckets of time.
    pub intervals: u64,
    /// The memory of both, in bytes.
    pub bytes: u64,
}

impl Held {
    /// Both together.
    pub fn plus(self, other: Held) -> Held {
        Held {
            conversations: self.conversations + other.conversations,
            intervals: self.intervals + other.intervals,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Something that is counted over packets.
pub trait Tally: Send + Sized {
    /// Counts one packet.
    fn observe(&mut self, packet: &Packet<'_>);
    /// Takes in what was counted over the packets behind those of `self`.
    fn merge(&mut self, later: Self);
    /// What it holds by now; nothing for what stays small.
    fn held(&self) -> Held {
        Held::default()
    }
}

/// Nothing is counted, only walked.
impl Tally for () {
    fn observe(&mut self, _: &Packet<'_>) {}
    fn merge(&mut self, (): ()) {}
}

/// Which tallies the chosen tables need. [`Totals`] are always counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Protocol paths.
    pub paths: bool,
    /// Conversations.
    pub conversations: bool,
    /// Packets per bucket of time.
    pub intervals: bool,
    /// Packets per bucket of length.
    pub lengths: bool,
    /// Problems by name.
    pub problems: bool,
    /// Packets per interface.
    pub interfaces: bool,
    /// No tally, but how every range was worked through.
    pub ranges: bool,
}

impl Needs {
    /// What either needs.
    pub fn and(self, other: Needs) -> Needs {
        Needs {
            paths: self.paths || other.paths,
            conversations: self.conversations || other.conversations,
            intervals: self.intervals || other.intervals,
            lengths: self.lengths || other.lengths,
            problems: self.problems || other.problems,
            interfaces: self.interfaces || other.interfaces,
            ranges: self.ranges || other.ranges,
        }
    }
}

/// The product of all tallies, each on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct Tallies {
    /// The whole capture in numbers.
    pub totals: Totals,
    /// Protocol paths.
    pub paths: Option<Paths>,
    /// Conversations.
    pub conversations: Option<Conversations>,
    /// Packets per bucket of time.
    pub intervals: Option<Intervals>,
    /// Packets per bucket of length.
    pub lengths: Option<Lengths>,
    /// Problems by name.
    pub problems: Option<Problems>,
    /// Packets per interface.
    pub interfaces: Option<InterfaceCounts>,
}

impl Tallies {
    /// The tallies of no packet; `interval` is the length of a bucket of time in nanoseconds.
    pub fn new(needs: Needs, interval: u64) -> Tallies {
        Tallies {
            totals: Totals::default(),
            paths: needs.paths.then(Paths::default),
            conversations: needs.conversations.then(Conversations::default),
            intervals: needs.intervals.then(|| Intervals::new(interval)),
            lengths: needs.lengths.then(Lengths::default),
            problems: needs.problems.then(Problems::default),
            interfaces: needs.interfaces.then(InterfaceCounts::default),
        }
    }
}

impl Tally for Tallies {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        self.totals.observe(packet);
        self.paths.observe(packet);
        self.conversations.observe(packet);
        self.intervals.observe(packet);
        self.lengths.observe(packet);
        self.problems.observe(packet);
        self.interfaces.observe(packet);
    }

    fn merge(&mut self, later: Tallies) {
        self.totals.merge(later.totals);
        self.paths.merge(later.paths);
        self.conversations.merge(later.conversations);
        self.intervals.merge(later.intervals);
        self.lengths.merge(later.lengths);
        self.problems.merge(later.problems);
        self.interfaces.merge(later.interfaces);
    }

    fn held(&self) -> Held {
        self.conversations.held().plus(self.intervals.held())
    }
}

/// A tally that may be off. Both sides of a merge are on or off alike: they come from the same
/// [`Needs`].
impl<T: Tally> Tally for Option<T> {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(tally) = self {
            tally.observe(packet);
        }
    }

    fn merge(&mut self, later: Option<T>) {
        match (&mut *self, later) {
            (Some(tally), Some(later)) => tally.merge(later),
            (None, later) => *self = later,
            (Some(_), None) => {}
        }
    }

    fn held(&self) -> Held {
        self.as_ref().map_or(Held::default(), Tally::held)
    }
}
