//! Messages of packets: over UDP, over TCP at the start of a segment, and quoted by ICMP errors.

use super::Message;
use super::PROTOCOLS;
use crate::capture::time::Timestamp;
use crate::dissect::application::Application;
use crate::dissect::decode_as::Field;
use crate::dissect::packet::{AddressLayer, Packet, Ports, Transport, datagram};
use crate::fold::pair::{Pair, addresses};
use crate::fold::quoted::Quoted;
use crate::saved::number;
use serde::{Deserialize, Serialize};

/// A message of a packet.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(deserialize_with = "number")]
    pub(super) packet: u64,
    pub(super) time: Option<Timestamp>,
    pub(super) wire_bytes: u32,
    pub(super) protocol: u8,
    pub(super) pair: Pair,
    pub(super) from_low: bool,
    /// The segment, over TCP.
    pub(super) segment: Option<Segment>,
    /// An ICMP error quotes the message.
    pub(super) quoted: bool,
    pub(super) message: Message,
}

/// Fields by which a segment that was seen before is recognized.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Segment {
    pub(super) sequence: u32,
    pub(super) end: u32,
    pub(super) acknowledgment: u32,
}

/// The protocol that the user assigned to one of the ports. None if there is none.
fn assigned(packet: &Packet<'_>, ports: Ports) -> Option<usize> {
    let field = match ports.transport {
        Transport::Udp => Field::UdpPort,
        Transport::Tcp => Field::TcpPort,
        Transport::Sctp => return None,
    };
    let applications = packet.assigned_applications(field, ports.source, ports.destination);
    let place = |one: Application| PROTOCOLS.iter().position(|(name, _)| *name == one.name());
    applications.into_iter().flatten().find_map(place)
}

impl Record {
    /// The message of a packet. None if it has none.
    #[inline]
    pub fn of(packet: &Packet<'_>) -> Option<Record> {
        let layer = packet.innermost_ip()?;
        let Some(ports) = layer.ports else { return Record::quoted(packet, layer) };
        let is = |(_, port): &(&str, u16)| ports.source == *port || ports.destination == *port;
        let known = PROTOCOLS.iter().position(is);
        let known = assigned(packet, ports).or(known);
        let mut segment = None;
        let payload = match ports.transport {
            Transport::Udp => layer.datagram().map(|(payload, _)| payload),
            _ if known.is_none() => None,
            // Two bytes of length come before a message.
            Transport::Tcp => {
                segment = Segment::of(layer.segment, layer.payload_bytes.unwrap_or(0));
                let words = layer.segment.get(12).map_or(0, |byte| usize::from(byte >> 4));
                layer.segment.get(words * 4 + 2..)
            }
            Transport::Sctp => None,
        };
        let read = if known.is_some() { Message::of } else { Message::guess };
        // Names of NetBIOS have the same form.
        const NETBIOS: u16 = 137;
        if ports.source == NETBIOS || ports.destination == NETBIOS {
            return None;
        }
        let message = payload.and_then(read)?;
        let (source, destination) = addresses(layer.addresses)?;
        let (from, to) = ((source, ports.source), (destination, ports.destination));
        let (pair, from_low) = Pair::of(from, to);
        Some(Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            wire_bytes: packet.record.wire_bytes,
            protocol: known.unwrap_or(0) as u8,
            pair,
            from_low,
            segment,
            quoted: false,
            message,
        })
    }

    /// The message of a datagram that an ICMP error quotes.
    fn quoted(packet: &Packet<'_>, layer: &AddressLayer<'_>) -> Option<Record> {
        const UDP: u8 = 17;
        let quoted = Quoted::of(layer).filter(|quoted| quoted.protocol == UDP)?;
        let &[s0, s1, d0, d1] = quoted.segment.first_chunk()?;
        let (source, destination) = (u16::from_be_bytes([s0, s1]), u16::from_be_bytes([d0, d1]));
        let is = |(_, port): &(&str, u16)| source == *port || destination == *port;
        let protocol = PROTOCOLS.iter().position(is)? as u8;
        let message = Message::of(datagram(quoted.segment)?.0)?;
        let (from, to) = quoted.addresses;
        let (pair, from_low) = Pair::of((from, source), (to, destination));
        Some(Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            wire_bytes: packet.record.wire_bytes,
            protocol,
            pair,
            from_low,
            segment: None,
            quoted: true,
            message,
        })
    }
}

impl Segment {
    fn of(header: &[u8], payload_bytes: u32) -> Option<Segment> {
        let word = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
        let (sequence, acknowledgment) = (word(4)?, word(8)?);
        Some(Segment { sequence, end: sequence.wrapping_add(payload_bytes), acknowledgment })
    }
}
