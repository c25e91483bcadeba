//! One segment of a stream: what it changes in the stream, and its row of `segments`.

use super::analysis::{Findings, analyze};
use super::record::{ACK, FIN, RST, Record, SYN};
use super::side::{FIRST_ACK, SCALE_UNKNOWN, SCALE_UNUSED};
use super::stream::{HAS_INITIAL_RTT, Stream};
use super::unacked::Lists;

/// Completeness of a stream whose SYN was seen.
pub const SEEN_SYN: u8 = 1;
const SEEN_SYN_ACK: u8 = 2;
const SEEN_ACK: u8 = 4;
const SEEN_DATA: u8 = 8;
const SEEN_FIN: u8 = 16;
const SEEN_RST: u8 = 32;

/// A row of `segments`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// Number of the packet.
    pub packet: u64,
    /// Position of the layer in it.
    pub layer: u8,
    /// Place of the stream in its shard, later its number.
    pub stream: u64,
    /// The analysis.
    pub findings: Findings,
    /// Initial round trip; 0 if not shown.
    pub initial_rtt: i64,
    /// Relative sequence number.
    pub sequence: u32,
    /// Relative sequence number after the segment.
    pub next_sequence: Option<u32>,
    /// Relative acknowledgment number.
    pub acknowledgment: Option<u32>,
    /// Scaled window.
    pub window: Option<u32>,
    /// Factor of the window; -1 unknown, -2 not used.
    pub window_scale: Option<i32>,
    /// Completeness before the packet.
    pub completeness: u8,
}

impl Stream {
    /// Applies the next segment, whose sender is side `f`. `new` tells that the stream was not known
    /// before, `flags` what is known of the segment already.
    pub fn apply(
        &mut self,
        record: &Record,
        (f, r): (usize, usize),
        new: bool,
        flags: u16,
        lists: &mut Lists,
    ) -> Segment {
        let (f, r) = (f & 1, r & 1);
        let completeness = self.completeness;
        self.sides[f].sacked = 0;
        let length = record.payload_bytes.unwrap_or(0);
        let mut findings = Findings { flags, ..Findings::default() };
        if let Some(length) = record.payload_bytes {
            if self.sides[f].base().is_none() {
                let before = u32::from(!record.has(SYN));
                self.sides[f].set_base(record.sequence.wrapping_sub(before), lists);
            }
            if self.sides[r].base().is_none() && record.has(ACK) {
                self.sides[r].set_base(record.acknowledgment.wrapping_sub(1), lists);
            }
            let rtt = self.initial_rtt();
            findings = analyze(&mut self.sides, (f, r), record, length, rtt, flags, lists);
        }
        let scale = self.sides[f].scale;
        let whole = record.header_bytes >= 20;
        if whole {
            self.connect(record, f, length, new);
            self.scale(record, (f, r));
        }
        if !whole || record.options.truncated {
            findings = Findings::default();
        }
        let shown = findings != Findings::default();
        // Without a length nothing is analysed, and numbers are shown as they are.
        let analyzed = record.payload_bytes.is_some();
        let length_known = whole && analyzed;
        let base = |side: usize| self.sides[side & 1].base().filter(|_| analyzed).unwrap_or(0);
        let sequence = record.sequence.wrapping_sub(base(f));
        let sf = u32::from(record.flags & (SYN | FIN) != 0);
        let (window, syn) = (u32::from(record.window), record.has(SYN));
        let unscaled = syn || !analyzed;
        let shift = if unscaled { 0 } else { u32::from(scale.max(0).unsigned_abs()) };
        let factor = if scale < 0 { i32::from(scale) } else { 1 << scale };
        Segment {
            packet: record.packet,
            layer: record.layer,
            stream: 0,
            findings,
            initial_rtt: if shown { self.initial_rtt() } else { 0 },
            sequence,
            next_sequence: length_known.then(|| sequence.wrapping_add(length).wrapping_add(sf)),
            acknowledgment: whole.then_some(if record.has(ACK) {
                record.acknowledgment.wrapping_sub(base(r))
            } else {
                record.acknowledgment
            }),
            window: whole.then_some(window << shift),
            window_scale: (whole && !syn).then_some(factor),
            completeness,
        }
    }

    /// Completeness and the round trip of the handshake.
    fn connect(&mut self, record: &Record, f: usize, length: u32, new: bool) {
        let (syn, ack) = (record.has(SYN), record.has(ACK));
        let data = if length > 0 { SEEN_DATA } else { 0 };
        self.completeness |= match (syn, ack) {
            (true, false) if new => SEEN_SYN | data,
            _ if new => 0,
            (true, true) => SEEN_SYN_ACK,
            (false, true) if length > 0 => SEEN_DATA,
            (false, true) => SEEN_ACK,
            _ => 0,
        };
        if !new {
            self.completeness |= if record.has(FIN | ACK) { SEEN_FIN } else { 0 };
            self.completeness |= if record.has(RST) { SEEN_RST } else { 0 };
        }
        if syn {
            self.sides[f & 1].mark(FIRST_ACK, true);
            if !ack && !self.is(HAS_INITIAL_RTT) {
                self.handshake = record.nanoseconds();
            }
        } else if ack {
            let since = record.nanoseconds().wrapping_sub(self.handshake);
            if self.handshake != 0 && !self.is(HAS_INITIAL_RTT) && since != 0 {
                self.handshake = since;
                self.mark(HAS_INITIAL_RTT);
            }
            self.sides[f & 1].mark(FIRST_ACK, false);
        }
    }

    /// Options act on later packets only.
    fn scale(&mut self, record: &Record, (f, r): (usize, usize)) {
        let (f, r) = (f & 1, r & 1);
        if let Some(shift) = record.options.window_scale {
            self.sides[f].scale = shift.min(14) as i8;
        }
        self.sides[f].sacked = record.options.sacked;
        if record.has(SYN) && !record.options.truncated {
            if self.sides[f].scale == SCALE_UNKNOWN {
                self.sides[f].scale = SCALE_UNUSED;
                self.sides[r].scale = SCALE_UNUSED;
            } else if record.has(ACK) && self.sides[r].scale == SCALE_UNUSED {
                self.sides[f].scale = SCALE_UNUSED;
            }
        }
    }
}
