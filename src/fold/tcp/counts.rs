//! Counts of a stream, for its row. There are as many as streams: what few of them have is boxed.

use super::super::samples::Span;
use super::analysis::Findings;
use super::flags::{FLAG_NAMES, RETRANSMISSION};
use super::number::Number;
use super::record::{FIN, RST, Record, SYN};
use crate::capture::time::Timestamp;
use crate::tally::flow::Direction;
use serde::{Deserialize, Serialize};

/// Counts of a stream.
#[derive(Debug, Serialize, Deserialize)]
pub struct Counts {
    /// Number of the first packet; 0 if only quoted headers belong to the stream.
    first_packet: Number,
    /// Packets with SYN, FIN and RST: [`CONTROL_BITS`] low bits of each. The bit above them is set
    /// if the high endpoint sent the first packet.
    control: u16,
    /// Packets, bytes on the wire and of payload that the low and the high endpoint sent: the low
    /// bits.
    sent: [[u32; 3]; 2],
    /// Greatest number of bytes in flight.
    pub max_bytes_in_flight: u32,
    /// Number of samples of the time to an acknowledgment.
    pub ack_rtts: u32,
    /// Least and greatest of the timestamps: nanoseconds of the second, and seconds.
    nanoseconds: [u32; 2],
    seconds: [i64; 2],
    /// Sum of the samples in nanoseconds: the low bits.
    ack_rtt_sum: u64,
    /// Least and greatest of them.
    pub ack_rtt_extent: (i64, i64),
    rare: Option<Box<Rare>>,
}

/// Packets with flags: the low bits.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rare {
    by_flag: [u16; FLAG_NAMES.len()],
    retransmitted_bytes: u64,
    high: Option<Box<High>>,
}

/// High bits of numbers.
#[derive(Debug, Default, Serialize, Deserialize)]
struct High {
    by_flag: [u32; FLAG_NAMES.len()],
    control: [u32; 3],
    sent: [[u32; 3]; 2],
    ack_rtt_sum: i64,
}

/// Bits of each number of packets with SYN, FIN and RST.
const CONTROL_BITS: u32 = 5;
const CONTROL_MASK: u16 = (1 << CONTROL_BITS) - 1;
/// The bit of streams that the high endpoint began.
const HIGH_BEGAN: u16 = 1 << (3 * CONTROL_BITS);

/// Nanoseconds of a stream without a timestamp.
const NO_TIME: u32 = u32::MAX;

impl Default for Counts {
    fn default() -> Counts {
        Counts {
            first_packet: Number::default(),
            control: 0,
            sent: [[0; 3]; 2],
            max_bytes_in_flight: 0,
            ack_rtts: 0,
            nanoseconds: [NO_TIME; 2],
            seconds: [0; 2],
            ack_rtt_sum: 0,
            ack_rtt_extent: (0, 0),
            rare: None,
        }
    }
}

impl Counts {
    /// Counts a packet.
    pub fn add(&mut self, record: &Record, findings: &Findings) {
        if self.first_packet() == 0 {
            self.first_packet = record.packet.into();
            self.control |= if record.from_low { 0 } else { HIGH_BEGAN };
        }
        let length = record.payload_bytes.unwrap_or(0);
        let side = usize::from(!record.from_low);
        for (at, more) in [1, record.wire_bytes, length].into_iter().enumerate() {
            let (sum, exceeds) = self.sent[side][at].overflowing_add(more);
            self.sent[side][at] = sum;
            if exceeds {
                self.high_mut().sent[side][at] += 1;
            }
        }
        if let Some(time) = record.time {
            self.note_time(time);
        }
        if findings.flags != 0 {
            let rare = self.rare.get_or_insert_default();
            for (bit, count) in rare.by_flag.iter_mut().enumerate() {
                let (sum, exceeds) = count.overflowing_add(findings.flags >> bit & 1);
                *count = sum;
                if exceeds {
                    rare.high.get_or_insert_default().by_flag[bit] += 1;
                }
            }
            if findings.flags & RETRANSMISSION != 0 {
                rare.retransmitted_bytes += u64::from(length);
            }
        }
        self.max_bytes_in_flight = self.max_bytes_in_flight.max(findings.bytes_in_flight);
        if record.flags & (SYN | FIN | RST) != 0 {
            for (at, flag) in [SYN, FIN, RST].into_iter().enumerate() {
                let shift = at as u32 * CONTROL_BITS;
                let sum = (self.control >> shift & CONTROL_MASK) + u16::from(record.has(flag));
                self.control =
                    self.control & !(CONTROL_MASK << shift) | (sum & CONTROL_MASK) << shift;
                if sum > CONTROL_MASK {
                    self.high_mut().control[at] += 1;
                }
            }
        }
        let rtt = findings.ack_rtt;
        if rtt != 0 {
            let (least, greatest) =
                if self.ack_rtts == 0 { (rtt, rtt) } else { self.ack_rtt_extent };
            self.ack_rtts += 1;
            let sum = self.ack_rtt_sum() + i128::from(rtt);
            self.ack_rtt_sum = sum as u64;
            let high = (sum >> 64) as i64;
            if high != 0 || self.high().is_some() {
                self.high_mut().ack_rtt_sum = high;
            }
            self.ack_rtt_extent = (least.min(rtt), greatest.max(rtt));
        }
    }

    fn high(&self) -> Option<&High> {
        self.rare.as_ref()?.high.as_deref()
    }

    fn high_mut(&mut self) -> &mut High {
        self.rare.get_or_insert_default().high.get_or_insert_default()
    }

    /// Number of the first packet; 0 if only quoted headers belong to the stream.
    pub fn first_packet(&self) -> u64 {
        self.first_packet.get()
    }

    /// True if the high endpoint sent the first packet.
    pub fn high_began(&self) -> bool {
        self.control & HIGH_BEGAN != 0
    }

    /// Packets and bytes that the low and the high endpoint sent.
    pub fn sent(&self) -> [Direction; 2] {
        let high = self.high().map_or([[0; 3]; 2], |high| high.sent);
        let whole = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
        [0, 1].map(|side: usize| Direction {
            packets: whole(self.sent[side][0], high[side][0]),
            wire_bytes: whole(self.sent[side][1], high[side][1]),
            payload_bytes: whole(self.sent[side][2], high[side][2]),
        })
    }

    /// Packets with SYN, FIN and RST.
    pub fn control(&self) -> [u64; 3] {
        let high = self.high().map_or([0; 3], |high| high.control);
        [0, 1, 2].map(|at: usize| {
            let low = self.control >> (at as u32 * CONTROL_BITS) & CONTROL_MASK;
            u64::from(high[at]) << CONTROL_BITS | u64::from(low)
        })
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
        let high = self.high().map_or(0, |high| high.ack_rtt_sum);
        i128::from(high) << 64 | i128::from(self.ack_rtt_sum)
    }

    /// Packets by flag.
    pub fn flags(&self) -> [u64; FLAG_NAMES.len()] {
        let low = self.rare.as_ref().map_or([0; FLAG_NAMES.len()], |rare| rare.by_flag);
        let mut all = low.map(u64::from);
        if let Some(high) = self.high() {
            all.iter_mut().zip(high.by_flag).for_each(|(low, high)| *low |= u64::from(high) << 16);
        }
        all
    }

    /// Payload of retransmissions.
    pub fn retransmitted_bytes(&self) -> u64 {
        self.rare.as_ref().map_or(0, |rare| rare.retransmitted_bytes)
    }

    /// Heap memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        let rare = self.rare.as_ref().map_or(0, |_| size_of::<Rare>());
        (rare + self.high().map_or(0, |_| size_of::<High>())) as u64
    }
}

#[cfg(test)]
mod tests;
