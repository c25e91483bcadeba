//! The network layer: ARP, IPv4, IPv6 and its extension headers.
//!
//! Headers go through etherparse's slices where they are whole. A cut header still gives the addresses that are
//! there. Lengths are the headers' own, never more than what the layer below leaves.

use super::Next;
use super::packet::{Addresses, Packet};
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use etherparse::{ArpPacketSlice, IpAuthHeaderSlice, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice};

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
    (136, Protocol::UDPLITE),
    (137, Protocol::MPLS),
    (143, Protocol::ETH),
];

/// The number that says that nothing follows (RFC 8200 section 4.7).
const NO_NEXT_HEADER: u8 = 59;

/// What an IP protocol number names.
fn ip_protocol(number: u8, next: Payload<'_>) -> Next<'_> {
    if number == NO_NEXT_HEADER {
        return None;
    }
    let row = IP_PROTOCOLS.iter().find(|(known, _)| *known == number);
    Some((row.map_or(Protocol::ip_protocol(number), |(_, protocol)| *protocol), next))
}

/// ARP and its relatives (RFC 826); the path ends here.
pub fn arp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if ArpPacketSlice::from_slice(payload.captured).is_err() {
        packet.note(Problem::ARP_HEADER_CUT);
    }
    None
}

/// IPv4 (RFC 791).
pub fn ipv4<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    packet.push_hop(match (payload.bytes(12), payload.bytes(12)) {
        (Some(both), _) => Addresses::Ipv4(both),
        (None, Some(source)) => Addresses::Ipv4Source(source),
        (None, None) => Addresses::NoIp,
    });
    let header = match Ipv4HeaderSlice::from_slice(payload.captured) {
        Ok(header) => header,
        Err(error) => {
            packet.note(ipv4_problem(&error));
            return None;
        }
    };
    let header_length = header.slice().len();
    let length = match usize::from(header.total_len()) {
        // Segmentation offload leaves the length to the network card.
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
    if header.fragments_offset().value() > 0 {
        return None;
    }
    ip_protocol(header.protocol().0, payload.limit(length).skip(header_length))
}

fn ipv4_problem(error: &etherparse::err::ipv4::HeaderSliceError) -> Problem {
    use etherparse::err::ipv4::{HeaderError, HeaderSliceError};
    match error {
        HeaderSliceError::Len(_) => Problem::IPV4_HEADER_CUT,
        HeaderSliceError::Content(HeaderError::UnexpectedVersion { .. }) => Problem::IPV4_VERSION_INVALID,
        HeaderSliceError::Content(HeaderError::HeaderLengthSmallerThanHeader { .. }) => {
            Problem::IPV4_HEADER_LENGTH_INVALID
        }
    }
}

/// IPv6 (RFC 8200).
pub fn ipv6<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    packet.push_hop(match (payload.bytes(8), payload.bytes(8)) {
        (Some(both), _) => Addresses::Ipv6(both),
        (None, Some(source)) => Addresses::Ipv6Source(source),
        (None, None) => Addresses::NoIp,
    });
    let header = match Ipv6HeaderSlice::from_slice(payload.captured) {
        Ok(header) => header,
        Err(error) => {
            use etherparse::err::ipv6::HeaderSliceError;
            packet.note(match error {
                HeaderSliceError::Len(_) => Problem::IPV6_HEADER_CUT,
                HeaderSliceError::Content(_) => Problem::IPV6_VERSION_INVALID,
            });
            return None;
        }
    };
    let next = payload.skip(40);
    let length = match usize::from(header.payload_length()) {
        // A jumbogram (RFC 2675) or segmentation offload.
        0 => next.length,
        length => length,
    };
    if length > next.length {
        packet.note(Problem::IP_TOTAL_LENGTH_BEYOND_CAPTURE);
    }
    ip_protocol(header.next_header().0, next.limit(length))
}

/// Hop-by-hop options, destination options and routing headers: next header, length in units of eight bytes.
pub fn extension<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[next, units]) = payload.bytes(0) else {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    };
    let length = (usize::from(units) + 1) * 8;
    if payload.captured.len() < length {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    }
    ip_protocol(next, payload.skip(length))
}

/// The fragment header; fragments other than the first end the path.
pub fn fragment<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Ok(header) = Ipv6FragmentHeaderSlice::from_slice(payload.captured) else {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    };
    if header.fragment_offset().value() > 0 {
        return None;
    }
    ip_protocol(header.next_header().0, payload.skip(8))
}

/// The authentication header (RFC 4302), which hides nothing.
pub fn authentication<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Ok(header) = IpAuthHeaderSlice::from_slice(payload.captured) else {
        packet.note(Problem::AH_HEADER_CUT);
        return None;
    };
    ip_protocol(header.next_header().0, payload.skip(header.slice().len()))
}
