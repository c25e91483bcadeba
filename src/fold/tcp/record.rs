//! Records: what the analysis needs of a TCP header (RFC 9293, RFC 7323, RFC 2018).
//!
//! A header of which less than 16 bytes were captured gives no record. A header that an ICMP error
//! quotes gives one that opens streams and has a row in `segments`, and counts no packet.

use super::super::handshake::Seen;
use super::super::pair::{Pair, addresses};
use super::super::quoted::Quoted;
use super::sign::Sign;
use crate::capture::time::Timestamp;
use crate::dissect::packet::{Packet, Transport};
use serde::{Deserialize, Deserializer, Serialize};
use std::net::IpAddr;

/// The flag FIN.
pub const FIN: u16 = 1;
/// The flag SYN.
pub const SYN: u16 = 2;
/// The flag RST.
pub const RST: u16 = 4;
/// The flag PSH.
pub const PSH: u16 = 8;
/// The flag ACK.
pub const ACK: u16 = 16;

/// A TCP header.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Number of the packet, from 1.
    pub packet: u64,
    /// Position of the layer within the packet, from the outermost.
    pub layer: u8,
    /// True if an ICMP error quotes the header.
    pub quoted: bool,
    /// True if the sender is the pair's low endpoint.
    pub from_low: bool,
    /// The endpoints.
    pub pair: Pair,
    /// Time of the packet.
    pub time: Option<Timestamp>,
    /// Length of the frame on the wire in bytes.
    pub wire_bytes: u32,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgment number.
    pub acknowledgment: u32,
    /// Window, unscaled.
    pub window: u16,
    /// Flags: the low bits of the 13th and 14th byte.
    pub flags: u16,
    /// Length of the header in bytes, as it says.
    pub header_bytes: u8,
    /// Length of the payload by the IP header. None in fragments and quotes, and if there is less
    /// than the header.
    pub payload_bytes: Option<u32>,
    /// The options.
    pub options: Options,
    /// Announcement in the payload.
    pub sign: Sign,
}

/// Options of a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Options {
    /// Shift of the window scale option, at most 14.
    #[serde(deserialize_with = "window_scale")]
    pub window_scale: Option<u8>,
    /// Sum of the lengths of the first three blocks of the SACK option.
    pub sacked: u32,
    /// True if there is an option of Multipath TCP.
    pub multipath: bool,
    /// True if the header was not captured up to the end of its options.
    pub truncated: bool,
}

/// Reads a shift.
fn window_scale<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let shift = Option::<u8>::deserialize(deserializer)?;
    Ok(shift.map(|shift| shift.min(MOST_SHIFT)))
}

/// Greatest shift of a window (RFC 7323 section 2.3).
const MOST_SHIFT: u8 = 14;

impl Record {
    /// True if all of these flags are set.
    pub fn has(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }

    /// The packet, as hellos note it.
    pub fn seen(&self) -> Seen {
        Seen::of(&self.pair, self.from_low, self.packet, self.time)
    }

    /// Nanoseconds since 1970, modulo 2^64; 0 if the packet has no time.
    pub fn nanoseconds(&self) -> i64 {
        self.time.map_or(0, |time| time.total_nanoseconds() as i64)
    }
}

/// Calls back with the record and the captured payload of each TCP header of a packet, outermost
/// first. Packet numbers are
/// relative to the start of the walk, plus 1.
pub fn each<'a>(packet: &Packet<'a>, mut back: impl FnMut(Record, &'a [u8])) {
    for (number, layer) in (0..).zip(packet.address_layers()) {
        match layer.ports.map(|ports| ports.transport) {
            Some(Transport::Tcp) => {
                if let Some(pair) = addresses(layer.addresses) {
                    let payload = layer.payload_bytes;
                    if let Some((record, payload)) =
                        of_header(packet, number, pair, layer.segment, payload)
                    {
                        back(record, payload);
                    }
                }
            }
            None => {
                const TCP: u8 = 6;
                if let Some(quoted) = Quoted::of(layer).filter(|quoted| quoted.protocol == TCP) {
                    let record = of_header(packet, number, quoted.addresses, quoted.segment, None);
                    if let Some((record, _)) = record {
                        back(Record { quoted: true, ..record }, &[]);
                    }
                }
            }
            _ => {}
        }
    }
}

fn of_header<'a>(
    packet: &Packet<'_>,
    layer: u8,
    (source, destination): (IpAddr, IpAddr),
    segment: &'a [u8],
    payload_bytes: Option<u32>,
) -> Option<(Record, &'a [u8])> {
    let &[s0, s1, d0, d1, q0, q1, q2, q3, a0, a1, a2, a3, offset, flags, w0, w1] =
        segment.first_chunk()?;
    let header_bytes = (offset >> 4) * 4;
    let ports = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
    let (pair, from_low) = Pair::of((source, ports.0), (destination, ports.1));
    let payload = match payload_bytes {
        Some(0) => &[],
        _ => segment.get(usize::from(header_bytes)..).unwrap_or_default(),
    };
    let record = Record {
        packet: packet.record.number + 1,
        layer,
        quoted: false,
        from_low,
        pair,
        time: packet.record.time,
        wire_bytes: packet.record.wire_bytes,
        sequence: u32::from_be_bytes([q0, q1, q2, q3]),
        acknowledgment: u32::from_be_bytes([a0, a1, a2, a3]),
        window: u16::from_be_bytes([w0, w1]),
        flags: u16::from_be_bytes([offset & 1, flags]),
        header_bytes,
        payload_bytes,
        options: options(segment, usize::from(header_bytes)),
        sign: Sign::of(payload, (source, ports.0), ports.1),
    };
    Some((record, payload))
}

/// Reads the options up to the end of the list, the first malformed one or the end of the capture.
fn options(segment: &[u8], header_bytes: usize) -> Options {
    let mut found = Options { truncated: segment.len() < 20, ..Options::default() };
    let mut left = header_bytes.saturating_sub(20);
    let mut rest = segment.get(20..).unwrap_or_default();
    while left > 0 {
        match (rest.first(), rest.get(1)) {
            (Some(0), _) => {
                // Wireshark reads what pads the header.
                found.truncated |= rest.len() < left;
                break;
            }
            (Some(1), _) => {
                rest = rest.get(1..).unwrap_or_default();
                left -= 1;
            }
            (Some(_), _) if left < 2 => break,
            (Some(&kind), Some(&length)) => {
                let length = usize::from(length);
                if length < 2 || length > left {
                    break;
                }
                let Some(value) = rest.get(2..length) else {
                    found.truncated = true;
                    break;
                };
                match (kind, value) {
                    (3, &[shift]) => found.window_scale = Some(shift.min(MOST_SHIFT)),
                    (5, blocks) => found.sacked = sacked(blocks),
                    (30, _) => found.multipath = true,
                    _ => {}
                }
                rest = rest.get(length..).unwrap_or_default();
                left -= length;
            }
            _ => {
                found.truncated = true;
                break;
            }
        }
    }
    found
}

fn sacked(blocks: &[u8]) -> u32 {
    let length = |block: &[u8]| match *block {
        [a, b, c, d, e, f, g, h] => {
            u32::from_be_bytes([e, f, g, h]).wrapping_sub(u32::from_be_bytes([a, b, c, d]))
        }
        _ => 0,
    };
    blocks.chunks_exact(8).take(3).map(length).fold(0, u32::wrapping_add)
}
