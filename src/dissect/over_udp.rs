//! Tunnels over UDP that are neither overlays nor mobile: CAPWAP, LWAPP, L2TP, TZSP, LISP, AYIYA,
//! VXLAN-GPE.

use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, net, tag};

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::TUNNEL_HEADER_TRUNCATED);
    None
}

/// The data channel of CAPWAP (RFC 5415): DTLS, fragments and keep-alives end the path.
pub fn capwap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[preamble, length, binding, flags]) = payload.bytes(0) else {
        return truncated(packet);
    };
    const ENCRYPTED: u8 = 1;
    const NATIVE_FRAME: u8 = 0x01;
    const FRAGMENT: u8 = 0x80;
    const LAST: u8 = 0x40;
    const WIRELESS: u8 = 0x20;
    const RADIO_ADDRESS: u8 = 0x10;
    const KEEP_ALIVE: u8 = 0x08;
    let whole = flags & FRAGMENT == 0 || (flags & LAST != 0 && payload.u16(6)? >> 3 == 0);
    if preamble & 0x0F == ENCRYPTED || flags & KEEP_ALIVE != 0 || !whole {
        return None;
    }
    let mut optional = 8;
    for present in [RADIO_ADDRESS, WIRELESS] {
        if flags & present != 0 {
            optional += (1 + usize::from(payload.u8(optional).unwrap_or(0))).next_multiple_of(4);
        }
    }
    let header = usize::from(length >> 3) * 4;
    if payload.captured.len() < header.max(optional) {
        return truncated(packet);
    }
    let next = payload.skip(header);
    match (binding & NATIVE_FRAME, binding >> 1 & 0x1F) {
        (0, _) => Some((Protocol::ETH, next)),
        // As Wireshark, which expects the bytes of the frame control field swapped.
        (_, 1) => Some((Protocol::WLAN_SWAPPED, next)),
        _ => None,
    }
}

/// LWAPP (RFC 5412): six bytes; control messages end the path.
pub fn lwapp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const CONTROL: u8 = 0x04;
    match payload.u8(0).filter(|_| payload.captured.len() >= 6) {
        Some(flags) if flags & CONTROL == 0 => Some((Protocol::WLAN, payload.skip(6))),
        Some(_) => None,
        None => truncated(packet),
    }
}

/// L2TP version 2 (RFC 2661): data messages carry PPP.
pub fn l2tp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(flags) = payload.u16(0) else { return truncated(packet) };
    const CONTROL: u16 = 0x8000;
    const LENGTH: u16 = 0x4000;
    if flags & CONTROL != 0 || flags & 0x0F != 2 {
        return None;
    }
    let field = |bit: u16, bytes: usize| if flags & bit != 0 { bytes } else { 0 };
    let mut header = 6 + field(LENGTH, 2) + field(0x0800, 4);
    if flags & 0x0200 != 0 {
        header += 2 + usize::from(payload.u16(header).unwrap_or(0));
    }
    if payload.captured.len() < header {
        return truncated(packet);
    }
    let length = payload.u16(2).filter(|_| flags & LENGTH != 0).map_or(payload.length, usize::from);
    let next = payload.limit(length).skip(header);
    // As Wireshark, which names no PPP of which no byte was captured.
    if next.lacks(1) {
        return truncated(packet);
    }
    (next.length > 0).then_some((Protocol::PPP, next))
}

/// True for versions 2 and 3, which Wireshark takes for L2TP.
pub fn is_l2tp(payload: Payload<'_>) -> bool {
    payload.u8(1).is_some_and(|byte| matches!(byte & 0x0F, 2 | 3))
}

/// TaZmen Sniffer Protocol: encapsulation and tags, then a frame.
pub fn tzsp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[_, kind, high, low]) = payload.bytes(0) else { return truncated(packet) };
    const KEEP_ALIVE: u8 = 4;
    const PORT_OPENER: u8 = 5;
    if matches!(kind, KEEP_ALIVE | PORT_OPENER) {
        return None;
    }
    let mut next = payload.skip(4);
    loop {
        match next.u8(0) {
            Some(0) => next = next.skip(1),
            Some(1) => break,
            Some(_) => next = next.skip(2 + usize::from(next.u8(1).unwrap_or(0))),
            None => return truncated(packet),
        }
    }
    let next = next.skip(1);
    match u16::from_be_bytes([high, low]) {
        1 => Some((Protocol::ETH, next)),
        2 => Some((Protocol::TOKEN_RING, next)),
        4 => Some((Protocol::PPP, next)),
        5 => Some((Protocol::FDDI, next)),
        7 => Some((Protocol::RAW, next)),
        18 => Some((Protocol::WLAN, next)),
        119 => Some((Protocol::PRISM, next)),
        126 => Some((Protocol::RADIOTAP, next)),
        127 => Some((Protocol::WLANCAP, next)),
        _ => None,
    }
}

/// True for what is long enough on the wire for a header of LISP.
pub fn is_lisp(payload: Payload<'_>) -> bool {
    payload.length >= 8
}

/// The data plane of LISP (RFC 6830): eight bytes, then IP.
pub fn lisp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 8 {
        return truncated(packet);
    }
    let next = payload.skip(8);
    if next.lacks(1) {
        return truncated(packet);
    }
    ip_by_version(next)
}

/// IP by the version in its first byte.
pub fn ip_by_version(next: Payload<'_>) -> Next<'_> {
    match next.u8(0)? >> 4 {
        4 => Some((Protocol::IP, next)),
        6 => Some((Protocol::IPV6, next)),
        _ => None,
    }
}

/// AYIYA: identity and signature of stated lengths; forwarded packets carry an IP protocol.
pub fn ayiya<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[identity, signature, operation, protocol]) = payload.bytes(0) else {
        return truncated(packet);
    };
    const FORWARD: u8 = 1;
    let header = 8 + (1usize << (identity >> 4)) + usize::from(signature >> 4) * 4;
    if payload.captured.len() < header {
        return truncated(packet);
    }
    if operation & 0x0F != FORWARD {
        return None;
    }
    net::ip_protocol(packet, protocol, payload.skip(header))
}

/// VXLAN-GPE, which Wireshark does not name on a path: eight bytes, the next protocol in the
/// fourth.
pub fn vxlan_gpe<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    match payload.u8(3).filter(|_| payload.captured.len() >= 8) {
        Some(kind) => tag::next_protocol(kind, payload.skip(8)),
        None => truncated(packet),
    }
}
