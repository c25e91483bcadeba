//! The state of one direction of a stream, which the analysis of its segments reads and writes.

use super::number::Number;
use super::unacked::{List, Lists};
use serde::{Deserialize, Serialize};

/// Scale of a side whose SYN was not seen.
pub const SCALE_UNKNOWN: i8 = -1;
/// Scale of a side that does not scale its window.
pub const SCALE_UNUSED: i8 = -2;

/// Marks of a side: a packet told its base,
const HAS_BASE: u8 = 1;
/// and its window;
const HAS_WINDOW: u8 = 1 << 1;
/// its last segment was a SYN;
pub(super) const FIRST_ACK: u8 = 1 << 2;
/// no segment in flight is missing;
pub(super) const IN_FLIGHT_VALID: u8 = 1 << 3;
/// its last payload had PSH;
pub(super) const PUSH_WAS_LAST: u8 = 1 << 4;
/// its last segment was a keep-alive,
pub(super) const WAS_KEEP_ALIVE: u8 = 1 << 5;
/// or a probe of a window of zero.
pub(super) const WAS_PROBE: u8 = 1 << 6;

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
    pub(super) last_not_duplicate: Number,
    pub(super) next_packet: Number,
    /// Shift of the window, or [`SCALE_UNKNOWN`], [`SCALE_UNUSED`].
    pub scale: i8,
    marks: u8,
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
            last_not_duplicate: Number::default(),
            next_packet: Number::default(),
            scale: SCALE_UNKNOWN,
            marks: IN_FLIGHT_VALID,
            last_ack_time: 0,
            next_time: 0,
        }
    }
}

impl Side {
    /// Sequence number that relative ones begin at. None if no packet told it.
    pub fn base(&self) -> Option<u32> {
        self.is(HAS_BASE).then_some(self.base)
    }

    /// Sets the base; sequence numbers in flight are relative to it.
    pub fn set_base(&mut self, base: u32, lists: &mut Lists) {
        self.base = base;
        self.mark(HAS_BASE, true);
        lists.rebase(&self.unacked);
    }

    /// The newest window, greater than any if there is none yet.
    pub(super) fn window(&self) -> u32 {
        if self.is(HAS_WINDOW) { self.window.into() } else { u32::MAX }
    }

    /// Sets the window.
    pub(super) fn set_window(&mut self, window: u16) {
        self.window = window;
        self.mark(HAS_WINDOW, true);
    }

    /// True if it has a mark.
    #[inline]
    pub(super) fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// Sets or removes a mark.
    #[inline]
    pub(super) fn mark(&mut self, mark: u8, on: bool) {
        self.marks = self.marks & !mark | if on { mark } else { 0 };
    }

    /// Forgets the segments in flight.
    pub fn clear(&mut self, lists: &mut Lists) {
        lists.clear(&mut self.unacked);
    }
}
