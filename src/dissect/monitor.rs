//! Headers that the machine that captured puts before a frame: PPI, PKTAP, Prism, AVS, NFLOG,
//! pflog, enc, Solaris IPNET.
//!
//! A header that names a link type (PPI, PKTAP) hands on to that link type's first protocol.

use super::link;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim};
use crate::capture::LinkType;

/// The little-endian number at `at`, if it was captured.
fn u32_le(payload: Payload<'_>, at: usize) -> Option<u32> {
    payload.u32(at).map(u32::swap_bytes)
}

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::PSEUDO_HEADER_TRUNCATED);
    None
}

/// Per-Packet Information (CACE, 2008): its length and the link type of the frame.
pub fn ppi<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(length), Some(link_type)) = (payload.u16(2), u32_le(payload, 4)) else {
        return truncated(packet);
    };
    frame_of(packet, link_type, payload.skip(usize::from(length.swap_bytes())))
}

/// Apple's PKTAP: only records of type 1 hold a frame.
pub fn pktap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(length), Some(kind), Some(link_type)) =
        (u32_le(payload, 0), u32_le(payload, 4), u32_le(payload, 8))
    else {
        return truncated(packet);
    };
    const HEADER: u32 = 108;
    if kind != 1 || length < HEADER {
        return None;
    }
    frame_of(packet, link_type, payload.skip(length as usize))
}

fn frame_of<'a>(packet: &mut Packet<'a>, link_type: u32, frame: Payload<'a>) -> Next<'a> {
    const WLAN: u32 = 105;
    if link_type == WLAN {
        return Some((Protocol::WLAN_RADIO, frame));
    }
    packet.path.push(Protocol::PCAP_PKTDATA);
    link::protocol_of(LinkType(u16::try_from(link_type).ok()?)).map(|protocol| (protocol, frame))
}

/// The Prism header of 802.11 drivers, in either byte order: code and length, then values. AVS
/// frames of some drivers come under its link type.
pub fn prism<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(code), Some(length)) = (payload.u32(0), payload.u32(4)) else {
        return truncated(packet);
    };
    if matches!(code, 0x8021_1001 | 0x8021_1002) {
        return Some((Protocol::WLANCAP, payload));
    }
    let length = length.min(length.swap_bytes()) as usize;
    if payload.captured.len() < length {
        return truncated(packet);
    }
    Some((Protocol::WLAN_RADIO, payload.skip(length)))
}

/// The AVS header of 802.11 drivers: magic number, length.
pub fn wlancap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u32(4).map(|length| length as usize) {
        Some(length) if length <= payload.captured.len() => {
            Some((Protocol::WLAN_RADIO, payload.skip(length)))
        }
        _ => truncated(packet),
    }
}

/// Linux's NFLOG: family, version, resource, then values of which one is the packet.
pub fn nflog<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(family) = payload.u8(0).filter(|_| payload.captured.len() >= 4) else {
        return truncated(packet);
    };
    // The values are in the byte order of the machine that captured.
    let value = nflog_packet(payload.skip(4), u16::from_le_bytes)
        .or_else(|| nflog_packet(payload.skip(4), u16::from_be_bytes))?;
    match family {
        2 => Some((Protocol::IP, value)),
        10 => Some((Protocol::IPV6, value)),
        _ => None,
    }
}

/// The value that holds the packet; `None` if a length is impossible.
fn nflog_packet(values: Payload<'_>, order: fn([u8; 2]) -> u16) -> Option<Payload<'_>> {
    const PAYLOAD: u16 = 9;
    let mut rest = values;
    loop {
        let length = usize::from(order(*rest.bytes(0)?));
        if length < 4 || length > rest.length {
            return None;
        }
        if order(*rest.bytes(2)?) == PAYLOAD {
            return Some(rest.limit(length).skip(4));
        }
        rest = rest.skip(length.next_multiple_of(4));
    }
}

/// The protocol of a BSD address family.
pub fn bsd_family(family: u32, next: Payload<'_>) -> Next<'_> {
    match family {
        2 => Some((Protocol::IP, next)),
        24 | 28 | 30 => Some((Protocol::IPV6, next)),
        _ => None,
    }
}

/// OpenBSD's pflog: length and family, padded to four bytes.
pub fn pflog<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[length, family]) = payload.bytes(0) else {
        return truncated(packet);
    };
    const SHORTEST: u8 = 45;
    let header = usize::from(length).next_multiple_of(4);
    if length < SHORTEST || payload.captured.len() < header {
        return truncated(packet);
    }
    bsd_family(u32::from(family), payload.skip(header))
}

/// OpenBSD's enc: family in either byte order, parameter index, flags.
pub fn enc<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match u32_le(payload, 0).filter(|_| payload.captured.len() >= 12) {
        Some(family @ 0..=0xFFFF) => bsd_family(family, payload.skip(12)),
        Some(family) => bsd_family(family.swap_bytes(), payload.skip(12)),
        None => truncated(packet),
    }
}

/// Solaris IPNET: 24 bytes, the family in the second.
pub fn ipnet<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(family), Some(length), true) =
        (payload.u8(1), payload.u32(4), payload.captured.len() >= 24)
    else {
        return truncated(packet);
    };
    let next = payload.skip(24).limit(length as usize);
    match family {
        2 => Some((Protocol::IP, next)),
        26 => Some((Protocol::IPV6, next)),
        _ => None,
    }
}

/// Juniper's captures: a header with optional extensions, then a layer that depends on the link
/// type. A frame without the magic number is taken as it is.
pub fn juniper<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const MAGIC: [u8; 3] = *b"MGC";
    const EXTENDED: u8 = 0x80;
    const WITHOUT_LINK_LAYER: u8 = 0x02;
    let Some(&[a, b, c, flags]) = payload.bytes(0) else { return truncated(packet) };
    let extended = flags & EXTENDED != 0;
    let header = match payload.u16(4) {
        _ if [a, b, c] != MAGIC => 0,
        _ if !extended => 4,
        Some(extensions) => 6 + usize::from(extensions),
        None => return truncated(packet),
    };
    let next = payload.skip(header);
    if header > 0 && flags & WITHOUT_LINK_LAYER != 0 {
        return match u32_le(next, 0)? {
            2 => Some((Protocol::IP, next.skip(4))),
            5 => Some((Protocol::MPLS, next.skip(4))),
            6 => Some((Protocol::IPV6, next.skip(4))),
            _ => None,
        };
    }
    match packet.record.link_type.0 {
        130 => multilink(next),
        136 => Some((Protocol::IP, next.skip(12))),
        167 | 178 => Some((Protocol::ETH, next)),
        179 => Some((Protocol::PPP, next.skip(2))),
        180 => Some((Protocol::FRAME_RELAY, next)),
        181 => Some((Protocol::CHDLC, next)),
        183 => Some((Protocol::IP, next.skip(18))),
        135 => shim::llc_or_ip(next.skip(8)),
        137 => shim::llc_or_ip(next.skip(4)),
        _ => None,
    }
}

/// PPP of a multilink bundle, with its address bytes, after a cookie, or bare.
fn multilink(next: Payload<'_>) -> Next<'_> {
    let is_protocol = |at: usize| matches!(next.u16(at), Some(0x0021 | 0x0057 | 0xC021 | 0x8021));
    match next.u16(0)? {
        0xFF03 => Some((Protocol::PPP, next.skip(2))),
        _ if is_protocol(2) => Some((Protocol::PPP, next.skip(2))),
        _ if is_protocol(0) => Some((Protocol::PPP, next)),
        _ => None,
    }
}
