//! The network layer: ARP, IPv4, IPv6.
//!
//! etherparse reads whole headers. A truncated header still gives the addresses that were captured.
//! Lengths are those that the headers state, at most the payload of the layer below.

use super::decode_as::Field;
use super::extension::jumbo_length;
use super::named::{self, types};
use super::packet::{Addresses, Packet};
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, options_v4, over_udp};
use etherparse::{ArpPacketSlice, Ipv4HeaderSlice, Ipv6HeaderSlice};

/// IP protocol numbers (IANA) and the protocols they name.
const IP_PROTOCOLS: &[(u8, Protocol)] = &[
    (6, Protocol::TCP),
    (17, Protocol::UDP),
    (1, Protocol::ICMP),
    (58, Protocol::ICMPV6),
    (2, Protocol::IGMP),
    (132, Protocol::SCTP),
    (47, Protocol::GRE),
    (4, Protocol::IP),
    (41, Protocol::IPV6),
    (0, Protocol::HOP_BY_HOP),
    (43, Protocol::ROUTING),
    (44, Protocol::FRAGMENT),
    (60, Protocol::DESTINATION_OPTIONS),
    (50, Protocol::ESP),
    (51, Protocol::AH),
    (33, Protocol::DCCP),
    (46, Protocol::RSVP),
    (88, Protocol::EIGRP),
    (89, Protocol::OSPF),
    (103, Protocol::PIM),
    (112, Protocol::VRRP),
    (113, Protocol::PGM),
    (9, Protocol::IGRP),
    (97, Protocol::ETHERIP),
    (108, Protocol::IPCOMP),
    (115, Protocol::L2TP),
    (135, Protocol::MOBILITY),
    (136, Protocol::UDPLITE),
    (137, Protocol::MPLS),
    (80, Protocol::OSI),
    (139, Protocol::HIP),
    (140, Protocol::SHIM6),
    (143, Protocol::ETH),
];

/// Protocol number for no next header (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;

/// The protocol of an IP protocol number, and its payload.
pub fn ip_protocol<'a>(packet: &mut Packet<'a>, number: u8, next: Payload<'a>) -> Next<'a> {
    if let Some(protocol) = packet.assigned(Field::IpProtocol, number.into()) {
        return Some((protocol, next));
    }
    if number == NO_NEXT_HEADER {
        return None;
    }
    // As in Wireshark, PGM of an unknown type is not named.
    const PGM: u8 = 113;
    const PGM_TYPES: &[u8] = &[0, 1, 2, 4, 5, 8, 9, 10, 13];
    if number == PGM && next.u8(4).is_some_and(|kind| !PGM_TYPES.contains(&kind)) {
        return None;
    }
    if let Some(protocol) = dissected(number) {
        return Some((protocol, next));
    }
    // As Wireshark, which names XTP and DSR if their headers are whole.
    let least = match number {
        36 => 32,
        48 => 4,
        _ => 0,
    };
    if next.length < least {
        return None;
    }
    named::end(packet, types::IP_PROTOCOLS, number.into())
}

/// The protocol of an IP protocol number. None if it is not dissected.
fn dissected(number: u8) -> Option<Protocol> {
    let row = IP_PROTOCOLS.iter().find(|(known, _)| *known == number);
    row.map(|(_, protocol)| *protocol)
}

/// The protocol of an IP protocol number, by its number if it has no name.
pub fn protocol_of(number: u8) -> Protocol {
    let named = || named::find(types::IP_PROTOCOLS, number.into()).first().copied();
    dissected(number).or_else(named).unwrap_or(Protocol::ip_protocol(number))
}

/// ARP and its relatives (RFC 826); the path ends here.
pub fn arp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if ArpPacketSlice::from_slice(payload.captured).is_err() {
        packet.note(Problem::ARP_HEADER_TRUNCATED);
    }
    None
}

/// IPv4 (RFC 791).
pub fn ipv4<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u8(0).map(|byte| (byte >> 4, byte & 15)) {
        // As in Wireshark, an IPv6 header announced as IPv4 is IPv6.
        Some((6, _)) => return Some((Protocol::IPV6, payload)),
        Some((4, words @ 5..)) if !is_shorter(payload, words) => {
            packet.push_address_layer(addresses_v4(payload, words))
        }
        _ => packet.push_address_layer(Addresses::NoIp),
    }
    let header = match Ipv4HeaderSlice::from_slice(payload.captured) {
        Ok(header) => header,
        Err(error) => {
            packet.note(ipv4_problem(&error));
            return None;
        }
    };
    let header_length = header.slice().len();
    let length = match usize::from(header.total_len()) {
        // With segmentation offload the network card fills in the length.
        0 => payload.length,
        total if total < header_length => {
            packet.note(Problem::IPV4_HEADER_LENGTH_INVALID);
            return None;
        }
        total => total,
    };
    if length > payload.length {
        packet.note(Problem::IP_TOTAL_LENGTH_BEYOND_CAPTURE);
    }
    packet.fragmented = header.more_fragments();
    packet.note_ip_protocol(header.protocol().0);
    if header_length > 20 && !options_v4::are_whole(payload, header_length) {
        packet.note(Problem::IPV4_OPTION_INVALID);
        return None;
    }
    if header.fragments_offset().value() > 0 {
        return None;
    }
    let next = payload.limit(length).skip(header_length);
    // As in Wireshark, a transport without bytes on the wire is not named.
    if next.length == 0 { None } else { ip_protocol(packet, header.protocol().0, next) }
}

/// True if the total length is below the header length; 0 means that it is unknown.
fn is_shorter(payload: Payload<'_>, words: u8) -> bool {
    payload.u16(2).is_some_and(|total| total > 0 && total < u16::from(words) * 4)
}

fn addresses_v4(payload: Payload<'_>, words: u8) -> Addresses<'_> {
    let Some(source) = payload.bytes(12) else { return Addresses::NoIp };
    match (payload.bytes(12), options_v4::final_destination(payload, usize::from(words) * 4)) {
        (Some(both), Ok(None)) => Addresses::Ipv4(both),
        (Some(_), Ok(Some(last))) => Addresses::Ipv4Routed(source, last),
        _ => Addresses::Ipv4Source(source),
    }
}

fn ipv4_problem(error: &etherparse::err::ipv4::HeaderSliceError) -> Problem {
    use etherparse::err::ipv4::{HeaderError, HeaderSliceError};
    match error {
        HeaderSliceError::Len(_) => Problem::IPV4_HEADER_TRUNCATED,
        HeaderSliceError::Content(HeaderError::UnexpectedVersion { .. }) => {
            Problem::IPV4_VERSION_INVALID
        }
        HeaderSliceError::Content(HeaderError::HeaderLengthSmallerThanHeader { .. }) => {
            Problem::IPV4_HEADER_LENGTH_INVALID
        }
    }
}

/// IPv6 (RFC 8200).
pub fn ipv6<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    packet.push_address_layer(match (payload.bytes(8), payload.bytes(8)) {
        (Some(both), _) => Addresses::Ipv6(both),
        (None, Some(source)) => Addresses::Ipv6Source(source),
        (None, None) => Addresses::NoIp,
    });
    // The version was checked before this layer was named.
    let Ok(header) = Ipv6HeaderSlice::from_slice(payload.captured) else {
        packet.note(Problem::IPV6_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(40);
    let length = match (usize::from(header.payload_length()), header.next_header().0) {
        (0, HOP_BY_HOP) => jumbo_length(next).unwrap_or(0),
        // Linux leaves the length of segments above 64 KiB at 0 (BIG TCP).
        (0, TCP) => next.length,
        (length, _) => length,
    };
    if length > next.length {
        packet.note(Problem::IPV6_PAYLOAD_LENGTH_BEYOND_CAPTURE);
    }
    packet.note_ip_protocol(header.next_header().0);
    ip_protocol(packet, header.next_header().0, next.limit(length))
}

const TCP: u8 = 6;
/// The number of the hop-by-hop options header.
const HOP_BY_HOP: u8 = 0;

/// A register message of PIM (RFC 7761 section 4.9.3) carries the multicast packet.
pub fn multicast_register<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const REGISTER: u8 = 0x21;
    let kind = payload.u8(0);
    if kind.is_some_and(|kind| kind != REGISTER) {
        return None;
    }
    let next = payload.skip(8);
    if kind.is_none() || next.lacks(1) {
        packet.note(Problem::PIM_HEADER_TRUNCATED);
    }
    over_udp::ip_by_version(next)
}
