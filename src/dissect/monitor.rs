//! Headers that the machine that captured puts before a frame: PPI, PKTAP, Prism, AVS, NFLOG,
//! pflog, enc, Solaris IPNET.
//!
//! A header that names a link type (PPI, PKTAP) hands on to that link type's first protocol.

use super::named::{self, link_types::LINK_TYPES, types};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, atm, juniper, link, null};
use crate::capture::{Framing, LinkType};

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
    // The fields tell where the frame begins.
    const ALIGNED: u8 = 0x01;
    let aligned = payload.u8(1).unwrap_or(0) & ALIGNED != 0;
    let (length, mut at) = (usize::from(length.swap_bytes()), 8);
    while at < length {
        let Some(bytes) = payload.u16(at + 2) else { return truncated(packet) };
        at += 4 + usize::from(bytes.swap_bytes());
        if aligned {
            at = at.next_multiple_of(4);
        }
    }
    if payload.captured.len() < at {
        return truncated(packet);
    }
    const WLAN: u32 = 105;
    if link_type == WLAN {
        return Some((Protocol::WLAN_RADIO, payload.skip(at)));
    }
    frame_of(packet, link_type, payload.skip(at))
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
    if payload.lacks(length as usize) {
        return truncated(packet);
    }
    frame_of(packet, link_type, payload.skip(length as usize))
}

/// Endace's ERF, whose header is not part of the frame: the record states its type.
pub fn erf<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const FCS_BYTES: usize = 4;
    let Framing::Erf(record_type) = packet.record.framing else { return None };
    let protocol = match record_type {
        2 | 11 | 16 | 20 => {
            let frame = payload.limit(payload.length.saturating_sub(FCS_BYTES));
            return Some((Protocol::ETH, frame));
        }
        // HDLC: Cisco's address is that of a unicast or broadcast frame.
        1 | 5 | 10 | 15 | 17 | 19 => match payload.u8(0)? {
            0x0F | 0x8F => Protocol::CHDLC,
            _ => Protocol::PPP,
        },
        // As Wireshark, which reads neither cells nor AAL2.
        3 | 7 | 12 | 18 if payload.captured.len() < 4 => return truncated(packet),
        3 | 7 | 12 | 18 => return named::push(packet, &[Protocol::ATM]),
        4 | 9 => return atm::of_erf(packet, payload),
        22 => Protocol::IP,
        23 => Protocol::IPV6,
        other => return named::end(packet, types::ERF, other.into()),
    };
    Some((protocol, payload))
}

fn frame_of<'a>(packet: &mut Packet<'a>, link_type: u32, frame: Payload<'a>) -> Next<'a> {
    // As Wireshark, which does not name a frame of these.
    const UNNAMED: [u32; 22] = [
        2, 8, 99, 118, 121, 172, 173, 188, 190, 211, 213, 214, 229, 235, 237, 243, 253, 259, 264,
        283, 287, 292,
    ];
    if UNNAMED.contains(&link_type) {
        return None;
    }
    packet.path.push(Protocol::PCAP_PKTDATA);
    let link_type = LinkType(u16::try_from(link_type).ok()?);
    // NFC's pseudo header is known to records alone.
    const NFC: LinkType = LinkType(245);
    // Records alone have the pseudo headers of these.
    const ATM: LinkType = LinkType(123);
    const ERF: LinkType = LinkType(197);
    const PPP_WITH_DIRECTION: LinkType = LinkType(204);
    match link::protocol_of(link_type) {
        Some(_) if [ATM, ERF, PPP_WITH_DIRECTION].contains(&link_type) => None,
        Some(Protocol::JUNIPER) => {
            packet.path.push(Protocol::JUNIPER);
            juniper::of_link_type(packet, frame, link_type)
        }
        Some(Protocol::NULL) => {
            packet.path.push(Protocol::NULL);
            null::null_of(packet, frame, link_type)
        }
        Some(protocol) => Some((protocol, frame)),
        None if link_type == NFC => None,
        None => named::end(packet, LINK_TYPES, link_type.0),
    }
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
    // As Wireshark: another code, or less than a header of the common length, is a bare frame.
    const CODES: [u32; 2] = [0x41, 0x44];
    const COMMON_LENGTH: usize = 144;
    let code = code.min(code.swap_bytes());
    if !CODES.contains(&code) || payload.length < COMMON_LENGTH {
        return Some((Protocol::WLAN, payload));
    }
    if payload.captured.len() < COMMON_LENGTH {
        return truncated(packet);
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
    // As Wireshark, which reads the packet if it was captured whole.
    if value.captured.len() < value.length {
        return truncated(packet);
    }
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
    let header = usize::from(length).next_multiple_of(4);
    if payload.captured.len() < header {
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

/// Solaris IPNET: 24 bytes, the family in the second. The packet is what its length leaves at the
/// end, as in Wireshark.
pub fn ipnet<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(family), Some(length), true) =
        (payload.u8(1), payload.u32(4), payload.captured.len() >= 24)
    else {
        return truncated(packet);
    };
    let next = payload.skip(payload.length.saturating_sub(length as usize));
    match family {
        2 => Some((Protocol::IP, next)),
        26 => Some((Protocol::IPV6, next)),
        _ => None,
    }
}
