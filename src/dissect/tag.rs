//! Tags and headers between Ethernet and the next EtherType or frame: VN-Tag, E-TAG, 802.1ah,
//! 802.1CB, HSR, TRILL, Cisco metadata, Arista timestamps, MACsec without encryption, NSH,
//! batman-adv.

use super::Next;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::shim::{ethertype, registered_ethertype, type_or_length};
use super::tunnel::gre_type;

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::TAG_HEADER_TRUNCATED);
    None
}

/// Cisco's VN-Tag: four bytes, then an EtherType or an 802.3 length.
pub fn virtual_interface<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u16(4) {
        Some(kind) => type_or_length(packet, kind, payload.skip(6)),
        None => truncated(packet),
    }
}

/// HSR (IEC 62439-3): path and size, sequence number, EtherType.
pub fn redundant<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u16(4) {
        Some(kind) => registered_ethertype(packet, kind, payload.skip(6)),
        None => truncated(packet),
    }
}

/// Cisco metadata over GRE: the type of the payload comes first.
pub fn metadata_over_gre<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u16(0).filter(|_| payload.captured.len() >= 8) {
        Some(kind) => gre_type(packet, kind, false, payload.skip(8)),
        None => truncated(packet),
    }
}

/// A tag that is `length` bytes long, the last two being an EtherType.
pub fn typed<'a>(packet: &mut Packet<'a>, payload: Payload<'a>, length: usize) -> Next<'a> {
    match payload.u16(length - 2) {
        Some(kind) => ethertype(packet, kind, payload.skip(length)),
        None => truncated(packet),
    }
}

/// TRILL (RFC 6325): six bytes, options, then a frame.
pub fn trill<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(first) = payload.u16(0).filter(|_| payload.captured.len() >= 6) else {
        return truncated(packet);
    };
    let header = 6 + usize::from(first >> 6 & 0x1F) * 4;
    if payload.captured.len() < header {
        return truncated(packet);
    }
    Some((Protocol::ETH, payload.skip(header)))
}

/// Arista's timestamp (AVSP): subtype, version, and a time of six or eight bytes.
pub fn arista<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(subtype), Some(version)) = (payload.u16(0), payload.u16(2)) else {
        return truncated(packet);
    };
    const TIMESTAMP: u16 = 1;
    match (subtype, version) {
        (TIMESTAMP, 0x0010 | 0x0110) => typed(packet, payload, 14),
        (TIMESTAMP, 0x0020 | 0x0120) => typed(packet, payload, 12),
        (TIMESTAMP, _) => None,
        _ => typed(packet, payload, 4),
    }
}

/// The length of a MACsec tag (IEEE 802.1AE) and its checksum's.
const INTEGRITY_CHECK: usize = 16;

fn macsec_tag(payload: Payload<'_>) -> Option<usize> {
    const EXPLICIT_CHANNEL: u8 = 0x20;
    payload.u8(0).map(|control| if control & EXPLICIT_CHANNEL != 0 { 14 } else { 6 })
}

/// True for version 0 with more than the tag and the checksum, or if no byte was captured; Wireshark
/// names nothing else.
pub fn is_macsec(payload: Payload<'_>) -> bool {
    let version = payload.u8(0).map(|control| control >> 7);
    let whole = |tag| payload.captured.len() > tag + INTEGRITY_CHECK;
    payload.captured.is_empty() || (version == Some(0) && macsec_tag(payload).is_some_and(whole))
}

/// MACsec: only what is not encrypted goes on.
pub fn macsec<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const ENCRYPTED_OR_CHANGED: u8 = 0x0C;
    let Some(control) = payload.u8(0) else { return truncated(packet) };
    if control & ENCRYPTED_OR_CHANGED != 0 {
        return None;
    }
    let next = payload.skip(macsec_tag(payload)?);
    ethertype(packet, next.u16(0)?, next.skip(2))
}

/// Network Service Header (RFC 8300).
pub fn service_header<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[_, length, kind, protocol]) = payload.bytes(0) else {
        return truncated(packet);
    };
    // As Wireshark, which reads the metadata of type 1 whatever length is stated, and after the
    // fields before it if none is.
    const FIXED_METADATA: u8 = 1;
    const VARIABLE_METADATA: u8 = 2;
    let stated = usize::from(length & 0x3F) * 4;
    let (length, whole) = match kind & 0x0F {
        FIXED_METADATA => (24, true),
        VARIABLE_METADATA => (stated.max(8), holds_metadata(payload, stated)),
        _ => (stated.max(4), true),
    };
    if payload.captured.len() < length || !whole {
        return truncated(packet);
    }
    let next = payload.skip(length);
    // As Wireshark, which names nothing of which no byte was captured.
    if next.captured.is_empty() {
        return if next.lacks(1) { truncated(packet) } else { None };
    }
    next_protocol(protocol, next)
}

/// True if the variable metadata of a header of `length` bytes was captured, however far it goes.
fn holds_metadata(payload: Payload<'_>, length: usize) -> bool {
    const LENGTH: u8 = 0x7F;
    let mut at: usize = 8;
    while at < length {
        let Some(bytes) = payload.u8(at + 3) else { return false };
        let end = at + 4 + usize::from(bytes & LENGTH);
        if payload.captured.len() < end {
            return false;
        }
        at = end.next_multiple_of(4);
    }
    true
}

/// The protocol numbers that NSH and VXLAN-GPE share.
pub fn next_protocol(number: u8, next: Payload<'_>) -> Next<'_> {
    match number {
        1 => Some((Protocol::IP, next)),
        2 => Some((Protocol::IPV6, next)),
        3 => Some((Protocol::ETH, next)),
        4 => Some((Protocol::NSH, next)),
        5 => Some((Protocol::MPLS, next)),
        _ => None,
    }
}

/// batman-adv, versions 6 to 15: unicast and broadcast packets carry a frame.
pub fn batman<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[kind, version]) = payload.bytes(0) else { return truncated(packet) };
    let header = match (version, kind) {
        (6..=13, 0x03) => 9,
        (15, 0x40) | (14, 0x03) | (6..=9, 0x04) => 10,
        (10..=13, 0x04) => 13,
        (15, 0x01) | (14, 0x04) => 14,
        (15, 0x42) | (14, 0x09) => 18,
        _ => return None,
    };
    if payload.captured.len() < header {
        return truncated(packet);
    }
    Some((Protocol::ETH, payload.skip(header)))
}
