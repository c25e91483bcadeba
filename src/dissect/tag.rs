//! Tags and headers between Ethernet and the next EtherType or frame: VN-Tag, E-TAG, 802.1ah,
//! 802.1CB, HSR, TRILL, Cisco metadata, Arista timestamps, MACsec without encryption, NSH,
//! batman-adv.

use super::Next;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::shim::ethertype;

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::TAG_HEADER_TRUNCATED);
    None
}

/// A tag that is `length` bytes long, the last two being the next type or an 802.3 length.
pub fn typed<'a>(packet: &mut Packet<'a>, payload: Payload<'a>, length: usize) -> Next<'a> {
    match payload.u16(length - 2) {
        Some(kind @ 0..=1500) => Some((Protocol::LLC, payload.skip(length).limit(kind.into()))),
        Some(kind) => ethertype(kind, payload.skip(length)),
        None => truncated(packet),
    }
}

/// A tag as [`typed`], after which only an EtherType is known.
pub fn strictly_typed<'a>(
    packet: &mut Packet<'a>,
    payload: Payload<'a>,
    length: usize,
) -> Next<'a> {
    match payload.u16(length - 2) {
        Some(kind) => ethertype(kind, payload.skip(length)),
        None => truncated(packet),
    }
}

/// TRILL (RFC 6325): six bytes, options, then a frame.
pub fn trill<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(first) = payload.u16(0).filter(|_| payload.captured.len() >= 6) else {
        return truncated(packet);
    };
    let options = usize::from(first >> 6 & 0x1F) * 4;
    Some((Protocol::ETH, payload.skip(6 + options)))
}

/// Arista's timestamp (AVSP): subtype, version, and a time of six or eight bytes.
pub fn arista<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(subtype), Some(version)) = (payload.u16(0), payload.u16(2)) else {
        return truncated(packet);
    };
    match (subtype, version & 0xFF) {
        (1, 0x10) => strictly_typed(packet, payload, 14),
        (1, 0x20) => strictly_typed(packet, payload, 12),
        _ => None,
    }
}

/// The length of a MACsec tag (IEEE 802.1AE) and its checksum's.
const INTEGRITY_CHECK: usize = 16;

fn macsec_tag(payload: Payload<'_>) -> Option<usize> {
    const EXPLICIT_CHANNEL: u8 = 0x20;
    payload.u8(0).map(|control| if control & EXPLICIT_CHANNEL != 0 { 14 } else { 6 })
}

/// True if there is more than the tag and the checksum; Wireshark names nothing else.
pub fn is_macsec(payload: Payload<'_>) -> bool {
    macsec_tag(payload).is_some_and(|tag| payload.captured.len() > tag + INTEGRITY_CHECK)
}

/// MACsec: only what is not encrypted goes on.
pub fn macsec<'a>(_packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const ENCRYPTED_OR_CHANGED: u8 = 0x0C;
    let (control, short) = (payload.u8(0)?, usize::from(payload.u8(1)? & 0x3F));
    if control & ENCRYPTED_OR_CHANGED != 0 {
        return None;
    }
    let next = payload.skip(macsec_tag(payload)?);
    let length = if short > 0 { short } else { next.length.saturating_sub(INTEGRITY_CHECK) };
    ethertype(next.u16(0)?, next.limit(length).skip(2))
}

/// Network Service Header (RFC 8300).
pub fn service_header<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(first), Some(protocol)) = (payload.u16(0), payload.u8(3)) else {
        return truncated(packet);
    };
    let length = usize::from(first & 0x3F) * 4;
    if length < 8 || payload.captured.len() < length {
        return truncated(packet);
    }
    next_protocol(protocol, payload.skip(length))
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

/// batman-adv, versions 14 and 15: unicast and broadcast packets carry a frame.
pub fn batman<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[kind, version]) = payload.bytes(0) else { return truncated(packet) };
    let header = match (version, kind) {
        (15, 0x40) | (14, 0x03) => 10,
        (15, 0x42) => 18,
        (15, 0x01) | (14, 0x04) => 14,
        _ => return None,
    };
    if payload.captured.len() < header {
        return truncated(packet);
    }
    Some((Protocol::ETH, payload.skip(header)))
}
