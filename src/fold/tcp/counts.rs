//! Counts of a stream, for its row. There are as many as streams: what few of them have is boxed.

use super::super::samples::Span;
use super::analysis::{FLAG_NAMES, Findings, RETRANSMISSION};
use super::record::{FIN, RST, Record, SYN};
use crate::capture::time::Timestamp;
use crate::tally::flow::Direction;

/// Counts of a stream.
#[derive(Clone, Debug)]
pub struct Counts {
    /// Number of the first packet; 0 if only quoted headers belong to the stream.
    pub first_packet: u64,
    /// Sent by the low and by the high endpoint.
    pub sent: [Direction; 2],
    /// Least and greatest of the timestamps: seconds, and nanoseconds of the second.
    seconds: [i64; 2],
    nanoseconds: [u32; 2],
    flagged: Option<Box<Flagged>>,
    /// Greatest number of bytes in flight.
    pub max_bytes_in_flight: u32,
    /// Packets with SYN, FIN and RST.
    pub control: [u32; 3],
    /// Number of samples of the time to an acknowledgment.
    pub ack_rtts: u32,
    /// Low and high half of their sum in nanoseconds.
    ack_rtt_sum: [u64; 2],
    /// Least and greatest of them.
    pub ack_rtt_extent: (i64, i64),
    /// True if the high endpoint sent the first packet.
    pub high_began: bool,
}

/// Packets with flags.
#[derive(Clone, Debug, Default)]
struct Flagged {
    by_flag: [u32; FLAG_NAMES.len()],
    retransmitted_bytes: u64,
}

/// Nanoseconds of a stream without a timestamp.
const NO_TIME: u32 = u32::MAX;

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            first_packet: 0,
            sent: Default::default(),
            seconds: [0; 2],
            nanoseconds: [NO_TIME; 2],
            flagged: None,
            max_bytes_in_flight: 0,
            control: [0; 3],
            ack_rtts: 0,
            ack_rtt_sum: [0; 2],
            ack_rtt_extent: (0, 0),
            high_began: false,
        }
    }
}

impl Counts {
    /// Counts a packet.
    pub fn add(&mut self, record: &Record, findings: &Findings) {
        if self.first_packet == 0 {
            self.first_packet = record.packet;
            self.high_began = !record.from_low;
        }
        let length = u64::from(record.payload_bytes.unwrap_or(0));
        let sent = &mut self.sent[usize::from(!record.from_low)];
        sent.packets += 1;
        sent.wire_bytes += u64::from(record.wire_bytes);
        sent.payload_bytes += length;
        if let Some(time) = record.time {
            self.note_time(time);
        }
        if findings.flags != 0 {
            let flagged = self.flagged.get_or_insert_default();
            for (bit, count) in flagged.by_flag.iter_mut().enumerate() {
                *count += u32::from(findings.flags >> bit & 1);
            }
            if findings.flags & RETRANSMISSION != 0 {
                flagged.retransmitted_bytes += length;
            }
        }
        self.max_bytes_in_flight = self.max_bytes_in_flight.max(findings.bytes_in_flight);
        if record.flags & (SYN | FIN | RST) != 0 {
            for (count, flag) in self.control.iter_mut().zip([SYN, FIN, RST]) {
                *count += u32::from(record.has(flag));
            }
        }
        let rtt = findings.ack_rtt;
        if rtt != 0 {
            let (least, greatest) =
                if self.ack_rtts == 0 { (rtt, rtt) } else { self.ack_rtt_extent };
            self.ack_rtts += 1;
            let sum = (self.ack_rtt_sum() + i128::from(rtt)) as u128;
            self.ack_rtt_sum = [sum as u64, (sum >> 64) as u64];
            self.ack_rtt_extent = (least.min(rtt), greatest.max(rtt));
        }
    }

    fn note_time(&mut self, time: Timestamp) {
        let now = (time.seconds, time.nanoseconds);
        let none = self.nanoseconds[0] == NO_TIME;
        let is_less = now < (self.seconds[0], self.nanoseconds[0]);
        let is_greater = now > (self.seconds[1], self.nanoseconds[1]);
        for (at, _) in [is_less, is_greater].iter().enumerate().filter(|(_, new)| **new || none) {
            (self.seconds[at], self.nanoseconds[at]) = now;
        }
    }

    /// Least and greatest time.
    pub fn times(&self) -> Span {
        let time =
            |at: usize| Timestamp { seconds: self.seconds[at], nanoseconds: self.nanoseconds[at] };
        Span((self.nanoseconds[0] != NO_TIME).then(|| (time(0), time(1))))
    }

    /// Sum of the times to an acknowledgment in nanoseconds.
    pub fn ack_rtt_sum(&self) -> i128 {
        let [low, high] = self.ack_rtt_sum;
        (u128::from(high) << 64 | u128::from(low)) as i128
    }

    /// Packets by flag.
    pub fn flags(&self) -> [u32; FLAG_NAMES.len()] {
        self.flagged.as_ref().map_or([0; FLAG_NAMES.len()], |flagged| flagged.by_flag)
    }

    /// Payload of retransmissions.
    pub fn retransmitted_bytes(&self) -> u64 {
        self.flagged.as_ref().map_or(0, |flagged| flagged.retransmitted_bytes)
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        self.flagged.as_ref().map_or(0, |_| size_of::<Flagged>() as u64)
    }
}
