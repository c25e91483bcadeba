//! The state of one direction of a stream, which the analysis of its segments reads and writes.

use super::number::Number;
use super::unacked::{List, Lists};
use serde::{Deserialize, Serialize};

/// Scale of a side whose SYN was not seen.
pub const SCALE_UNKNOWN: i8 = -1;
/// Scale of a side that does not scale its window.
pub const SCALE_UNUSED: i8 = -2;

/// State of one direction of a stream. There are twice as many as streams: each byte counts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Side {
    pub(super) base: u32,
    pub(super) last_ack: u32,
    pub(super) duplicates: u32,
    pub(super) next: u32,
    pub(super) max_ack: u32,
    pub(super) sacked: u32,
    pub(super) push_sum: u32,
    #[serde(skip)]
    pub(super) unacked: List,
    pub(super) window: u16,
    pub(super) last_flags: u16,
    pub(super) last_not_duplicate: Number,
    pub(super) next_packet: Number,
    /// Shift of the window, or [`SCALE_UNKNOWN`], [`SCALE_UNUSED`].
    pub scale: i8,
    pub(super) has_base: bool,
    pub(super) has_window: bool,
    pub(super) first_ack: bool,
    pub(super) in_flight_valid: bool,
    pub(super) push_was_last: bool,
    pub(super) last_ack_time: i64,
    pub(super) next_time: i64,
}

impl Default for Side {
    fn default() -> Side {
        Side {
            base: 0,
            last_ack: 0,
            duplicates: 0,
            next: 0,
            max_ack: 0,
            sacked: 0,
            push_sum: 0,
            unacked: List::default(),
            window: 0,
            last_flags: 0,
            last_not_duplicate: Number::default(),
            next_packet: Number::default(),
            scale: SCALE_UNKNOWN,
            has_base: false,
            has_window: false,
            first_ack: false,
            in_flight_valid: true,
            push_was_last: false,
            last_ack_time: 0,
            next_time: 0,
        }
    }
}

impl Side {
    /// Sequence number that relative ones begin at. None if no packet told it.
    pub fn base(&self) -> Option<u32> {
        self.has_base.then_some(self.base)
    }

    /// Sets the base; sequence numbers in flight are relative to it.
    pub fn set_base(&mut self, base: u32, lists: &mut Lists) {
        (self.base, self.has_base) = (base, true);
        lists.rebase(&self.unacked);
    }

    /// The newest window, greater than any if there is none yet.
    pub(super) fn window(&self) -> u32 {
        if self.has_window { self.window.into() } else { u32::MAX }
    }

    /// Forgets the segments in flight.
    pub fn clear(&mut self, lists: &mut Lists) {
        lists.clear(&mut self.unacked);
    }
}
