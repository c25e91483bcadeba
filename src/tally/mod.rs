//! Tallies: counts of packets, as monoids.
//!
//! [`Tally::observe`] counts a packet, [`Tally::merge`] adds the tally of later packets. The empty
//! tally is the identity of `merge`; `merge` is associative; observing packets in two halves and
//! merging equals observing them in one go. State is integers only, so no result depends on where a
//! capture was cut. Packet numbers, offsets and sections are relative until `merge` shifts them.
//!
//! A new tally is a file and a line in the list below.

pub mod comments;
pub mod conversations;
pub mod flow;
pub mod interfaces;
pub mod intervals;
pub mod lengths;
pub mod pairs;
pub mod paths;
pub mod problems;
pub mod shards;
pub mod timeline;
pub mod totals;

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::Shift;
use crate::fold::FoldNeeds;
use comments::Comments;
use conversations::Conversations;
use interfaces::InterfaceCounts;
use intervals::Intervals;
use lengths::Lengths;
use paths::Paths;
use problems::Problems;
use serde::{Deserialize, Serialize};
use timeline::Timeline;
use totals::Totals;

/// Something that is counted over packets.
pub trait Tally: Send + Sized {
    /// Counts one packet.
    fn observe(&mut self, packet: &Packet<'_>);
    /// Adds the tally of the packets after those of `self`; `shift` is the packets, bytes and
    /// sections before them.
    fn merge(&mut self, later: Self, shift: Shift);
    /// Memory held. Zero for a tally of bounded size.
    fn memory(&self) -> MemoryUse {
        MemoryUse::default()
    }
}

/// Calls back with each kind of tally, for laws that hold for all.
#[doc(hidden)]
pub trait EachTally {
    /// Called once per tally with a function that makes an empty one.
    fn each<T: Tally + Clone + PartialEq + std::fmt::Debug>(&mut self, empty: impl Fn() -> T);
}

macro_rules! tallies {
    ($($(#[$meaning:meta])+ $name:ident: $tally:ty = $empty:expr;)*) => {
        /// Tallies that the chosen tables need. [`Totals`] are always counted.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Needs {
            $($(#[$meaning])+ pub $name: bool,)*
            /// Statistics of every range; no tally.
            pub ranges: bool,
            /// Every gap; no tally.
            pub gaps: bool,
            /// Counts that depend on the order of packets; no tallies.
            pub folds: FoldNeeds,
            /// Applications of conversations, which folds decide on; no tally.
            pub applications: bool,
            /// The application of every packet; no tally.
            pub packet_names: bool,
        }

        impl Needs {
            /// Totals alone.
            pub const NOTHING: Needs = Needs {
                $($name: false,)*
                ranges: false,
                gaps: false,
                folds: FoldNeeds::NOTHING,
                applications: false,
                packet_names: false,
            };

            /// Totals and these folds.
            pub const fn of_folds(folds: FoldNeeds) -> Needs {
                Needs { folds, ..Needs::NOTHING }
            }

            /// The same without applications (`--depth transport`).
            pub fn without_applications(self) -> Needs {
                Needs { applications: false, packet_names: false, ..self }
            }

            /// True if the order of packets matters.
            pub fn has_folds(&self) -> bool {
                self.applications || self.folds != FoldNeeds::NOTHING
            }

            /// Needs of either.
            pub fn union(self, other: Needs) -> Needs {
                Needs {
                    $($name: self.$name || other.$name,)*
                    ranges: self.ranges || other.ranges,
                    folds: self.folds.union(other.folds),
                    applications: self.applications || other.applications,
                    packet_names: self.packet_names || other.packet_names,
                    gaps: self.gaps || other.gaps,
                }
            }
        }

        /// The product of all tallies, each on or off but the totals.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        pub struct Tallies {
            /// The whole capture in numbers.
            pub totals: Totals,
            /// False if all others are off: one look per packet instead of one per tally.
            others: bool,
            $($(#[$meaning])+ pub $name: Option<$tally>,)*
        }

        impl Tallies {
            /// Empty tallies; `interval` is the length of a bucket of time in nanoseconds.
            pub fn new(needs: Needs, interval: u64) -> Tallies {
                Tallies {
                    totals: Totals::default(),
                    others: false $(|| needs.$name)*,
                    $($name: needs.$name.then(|| $empty(interval)),)*
                }
            }

            /// False if totals alone are counted, which look at no layer.
            pub fn wants_layers(&self) -> bool {
                self.others
            }

            /// Apart, so that a walk for totals alone saves no registers for it.
            #[inline(never)]
            fn observe_others(&mut self, packet: &Packet<'_>) {
                $(self.$name.observe(packet);)*
            }

            /// Calls back with each kind of tally.
            #[doc(hidden)]
            pub fn each(interval: u64, back: &mut impl EachTally) {
                back.each(Totals::default);
                $(back.each(|| -> $tally { $empty(interval) });)*
            }
        }

        impl Tally for Tallies {
            #[inline]
            fn observe(&mut self, packet: &Packet<'_>) {
                self.totals.observe(packet);
                if self.others {
                    self.observe_others(packet);
                }
            }

            fn merge(&mut self, later: Tallies, shift: Shift) {
                self.totals.merge(later.totals, shift);
                $(self.$name.merge(later.$name, shift);)*
            }

            fn memory(&self) -> MemoryUse {
                self.totals.memory()$(.plus(self.$name.memory()))*
            }
        }
    };
}

tallies! {
    /// Protocol paths.
    paths: Paths = |_| Paths::default();
    /// Conversations.
    conversations: Conversations = |_| Conversations::default();
    /// Packets per bucket of time.
    intervals: Intervals = Intervals::new;
    /// Packets over the whole time of a capture, in few buckets.
    timeline: Timeline = |_| Timeline::default();
    /// Packets per bucket of length.
    lengths: Lengths = |_| Lengths::default();
    /// Problems by name.
    problems: Problems = |_| Problems::default();
    /// Packets per interface.
    interfaces: InterfaceCounts = |_| InterfaceCounts::default();
    /// Comments of packets.
    comments: Comments = |_| Comments::default();
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

    fn merge(&mut self, later: Option<T>, shift: Shift) {
        if let (Some(tally), Some(later)) = (&mut *self, later) {
            tally.merge(later, shift);
        }
    }

    fn memory(&self) -> MemoryUse {
        self.as_ref().map_or(MemoryUse::default(), Tally::memory)
    }
}
