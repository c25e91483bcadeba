//! The analysis of one segment against the state of its stream's two sides.
//!
//! Sequence numbers are 32 bits wide and wrap; one is after another if their difference is less
//! than 2^31. The order of the rules is Wireshark's, and so are those that look odd: they are what
//! makes the flags equal.

use super::after;
use super::flags::*;
use super::record::{ACK, FIN, PSH, RST, Record, SYN};
use super::several::Segment;
use super::side::*;
use super::unacked::Lists;

/// Most segments that are remembered as unacknowledged.
const MOST_UNACKED: usize = 10_000;
/// Time after an acknowledgment in which a retransmission is fast, in nanoseconds.
const FAST: u64 = 20_000_000;
/// Time in which a segment is out of order if no round trip is known, in nanoseconds.
const REORDERED: u64 = 3_000_000;
/// Sums of bytes in flight from here on are taken for an error.
const IMPLAUSIBLE_IN_FLIGHT: u32 = 2_000_000_000;
/// Number of duplicates of a side of which segments were missed: more than any.
const MANY: u32 = u32::MAX;

/// Result of the analysis of one segment. Zero means none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Findings {
    /// Bits of [`FLAG_NAMES`].
    pub flags: u16,
    /// The packet that this one acknowledges.
    pub acks_packet: u64,
    /// Time since that packet, in nanoseconds.
    pub ack_rtt: i64,
    /// Bytes in flight after this segment.
    pub bytes_in_flight: u32,
    /// Bytes sent since the last PSH.
    pub push_bytes_sent: u32,
    /// Number of the duplicate acknowledgment.
    pub duplicate_number: u32,
    /// The packet that it duplicates.
    pub duplicate_packet: u64,
    /// Time since the retransmitted segment, in nanoseconds.
    pub rto: i64,
    /// The packet of that segment.
    pub rto_packet: u64,
    /// True if an acknowledgment is ahead of all segments that were seen, flagged or not.
    pub ack_ahead: bool,
}

impl Findings {
    /// True if Wireshark reads the payload of the segment.
    pub fn is_read(&self, record: &Record) -> bool {
        const NOT_PLAIN: u16 = FAST_RETRANSMISSION | SPURIOUS_RETRANSMISSION;
        let again = self.flags & RETRANSMISSION != 0 && self.flags & NOT_PLAIN == 0;
        !again && self.flags & (OUT_OF_ORDER | KEEP_ALIVE) == 0 && !record.has(RST)
    }
}

/// Both sides of a stream: those of the low and of the high endpoint.
pub type Sides = [Side; 2];

/// Analyses a segment of `length` bytes of payload. `f` is the side of its sender, `r` the other
/// one. `rtt` is the stream's initial round trip or 0, `flags`
/// those that the packet has already, `lists` has the segments in flight.
pub fn analyze(
    sides: &mut Sides,
    (f, r): (usize, usize),
    record: &Record,
    length: u32,
    rtt: i64,
    flags: u16,
    lists: &mut Lists,
) -> Findings {
    let mut found = Findings { flags, ..Findings::default() };
    let (sequence, ack, time) = (record.sequence, record.acknowledgment, record.nanoseconds());
    let acks = record.has(ACK);
    let sf = u32::from(record.flags & (SYN | FIN) != 0);
    let (f, r) = (f & 1, r & 1);

    if acks {
        sides[r].mark(IN_FLIGHT_VALID, true);
    }
    let fwd = &sides[f];
    if length == 1 && sequence == fwd.next && sides[r].window() == 0 {
        found.flags |= ZERO_WINDOW_PROBE;
    } else {
        window_and_acks(sides, (f, r), record, length, &mut found);
    }
    if ack != sides[f].last_ack {
        sides[f].last_not_duplicate = record.packet.into();
        sides[f].duplicates = 0;
    }
    let rev = &mut sides[r];
    if rev.max_ack != 0 && after(ack, rev.max_ack) && acks {
        if after(rev.next, rev.max_ack) {
            rev.max_ack = rev.next;
            found.flags |= ACK_LOST_SEGMENT;
        } else {
            found.ack_ahead = true;
            if rev.duplicates == 0 {
                found.flags |= ACK_LOST_SEGMENT;
            }
            rev.duplicates = MANY;
        }
    }
    if (length > 0 || sf > 0) && found.flags & KEEP_ALIVE == 0 {
        retransmission(sides, (f, r), record, length, rtt, lists, &mut found);
    }

    let mut next = sequence.wrapping_add(length);
    let fwd = &mut sides[f];
    if (length > 0 || sf > 0) && lists.len(&fwd.unacked) < MOST_UNACKED {
        next = next.wrapping_add(sf);
        let segment = Segment { packet: record.packet, time, sequence, next };
        lists.push(&mut fwd.unacked, segment, fwd.base);
    }
    if found.flags & ZERO_WINDOW_PROBE == 0 {
        if after(next, fwd.next) || fwd.next == 0 {
            fwd.next = next;
            fwd.next_packet = record.packet.into();
            fwd.next_time = time;
        }
        if sequence == fwd.max_ack || fwd.max_ack == 0 {
            fwd.max_ack = fwd.next;
        }
    }
    fwd.set_window(record.window);
    fwd.last_ack = ack;
    fwd.last_ack_time = time;
    fwd.mark(WAS_KEEP_ALIVE, found.flags & KEEP_ALIVE != 0);
    fwd.mark(WAS_PROBE, found.flags & ZERO_WINDOW_PROBE != 0);

    let rev = &mut sides[r];
    if let Some(segment) = lists.acknowledge(&mut rev.unacked, ack) {
        found.acks_packet = segment.packet;
        found.ack_rtt = time.wrapping_sub(segment.time);
    }
    let sacked = sides[r].sacked;
    let fwd = &mut sides[f];
    if length > 0 && fwd.is(IN_FLIGHT_VALID) && !fwd.unacked.is_empty() {
        let bytes = lists.in_flight(&fwd.unacked, fwd.base).wrapping_sub(sacked);
        if (1..IMPLAUSIBLE_IN_FLIGHT).contains(&bytes) {
            found.bytes_in_flight = bytes - sf;
        }
        let push = record.has(PSH);
        let before = if fwd.is(PUSH_WAS_LAST) { 0 } else { fwd.push_sum };
        fwd.push_sum = before.wrapping_add(length);
        fwd.mark(PUSH_WAS_LAST, push);
        found.push_bytes_sent = fwd.push_sum;
    }
    found
}

/// Windows, keep-alives, gaps and duplicate acknowledgments.
fn window_and_acks(
    sides: &mut Sides,
    (f, r): (usize, usize),
    record: &Record,
    length: u32,
    found: &mut Findings,
) {
    let (sequence, ack) = (record.sequence, record.acknowledgment);
    let window = u32::from(record.window);
    let control = record.flags & (SYN | FIN | RST) != 0;
    let (fwd, rev) = (&sides[f], &sides[r]);
    let (next, unchanged) = (fwd.next, sequence == fwd.next && ack == fwd.last_ack && !control);
    if window == 0 && !control {
        found.flags |= ZERO_WINDOW;
    }
    let lost = next != 0 && after(sequence, next) && !record.has(RST);
    if lost {
        found.flags |= LOST_SEGMENT;
    }
    if length <= 1 && sequence == next.wrapping_sub(1) && !control {
        found.flags |= KEEP_ALIVE;
    }
    if length == 0 && window != 0 && window != fwd.window() && unchanged {
        found.flags |= WINDOW_UPDATE;
    }
    if length > 0 && rev.scale != SCALE_UNKNOWN && !control {
        let unscaled = rev.is(FIRST_ACK) || rev.scale == SCALE_UNUSED;
        let shift = if unscaled { 0 } else { u32::from(rev.scale.unsigned_abs()) };
        let edge = rev.last_ack.wrapping_add(rev.window().wrapping_shl(shift));
        if sequence.wrapping_add(length) == edge {
            found.flags |= WINDOW_FULL;
        }
    }
    let same = length == 0 && window == fwd.window() && unchanged;
    if same && window != 0 && rev.is(WAS_KEEP_ALIVE) {
        found.flags |= KEEP_ALIVE_ACK;
    } else if same && window == 0 && rev.is(WAS_PROBE) {
        found.flags |= ZERO_WINDOW_PROBE_ACK;
    } else if same && window != 0 {
        let fwd = &mut sides[f];
        fwd.duplicates = if fwd.duplicates == MANY { 1 } else { fwd.duplicates + 1 };
        found.flags |= DUPLICATE_ACK;
        found.duplicate_number = fwd.duplicates;
        found.duplicate_packet = fwd.last_not_duplicate.get();
    }
    if lost {
        sides[f].mark(IN_FLIGHT_VALID, false);
    }
}

/// Retransmissions and segments out of order.
fn retransmission(
    sides: &Sides,
    (f, r): (usize, usize),
    record: &Record,
    length: u32,
    rtt: i64,
    lists: &Lists,
    found: &mut Findings,
) {
    let (fwd, rev) = (&sides[f], &sides[r]);
    let (sequence, time) = (record.sequence, record.nanoseconds());
    let sf = u32::from(record.flags & (SYN | FIN) != 0);
    let end = sequence.wrapping_add(length);
    // New data after a probe of one byte begins with that byte again.
    let probed = length > 1 && sequence == fwd.next.wrapping_sub(1);
    let back = fwd.next != 0 && after(fwd.next, sequence) && !probed;
    // A clock that goes back gives a long time.
    let since = |earlier: i64| time.wrapping_sub(earlier) as u64;
    let reordered = if rtt != 0 { rtt as u64 } else { REORDERED };
    if length > 0 && rev.last_ack != 0 && !after(end, rev.last_ack) {
        found.flags |= RETRANSMISSION | SPURIOUS_RETRANSMISSION;
    } else if !back {
    } else if rev.duplicates >= 2 && sequence == rev.last_ack && since(rev.last_ack_time) < FAST {
        found.flags |= RETRANSMISSION | FAST_RETRANSMISSION;
    } else if since(fwd.next_time) < reordered && fwd.next != end.wrapping_add(sf) {
        found.flags |= OUT_OF_ORDER;
    } else {
        found.flags |= RETRANSMISSION;
        let first = lists.first(&fwd.unacked).map(|segment| (segment.time, segment.packet));
        let (then, packet) = first.unwrap_or((fwd.next_time, fwd.next_packet.get()));
        found.rto = time.wrapping_sub(then);
        found.rto_packet = packet;
    }
}
