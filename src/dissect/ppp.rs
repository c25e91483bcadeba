//! PPP (RFC 1661), PPPoE sessions (RFC 2516) and multilink bundles (RFC 1990).

use super::Next;
use super::named::{self, types};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;

/// A PPPoE session header (RFC 2516): six bytes.
pub fn pppoe<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(length), Some(start)) = (payload.u16(4), payload.u16(6)) else {
        packet.note(Problem::PPPOE_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(6).limit(usize::from(length));
    // A tag of credits (RFC 5578) may come before PPP.
    const CREDITS: u16 = 0x0106;
    if start != CREDITS {
        return Some((Protocol::PPP_WITHOUT_ADDRESS, next));
    }
    if next.captured.len() < 8 {
        packet.note(Problem::PPPOE_HEADER_TRUNCATED);
        return None;
    }
    Some((Protocol::PPP_WITHOUT_ADDRESS, next.skip(8)))
}

/// PPP with or without the address bytes of HDLC-like framing (RFC 1662).
pub fn ppp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    // Cisco HDLC announced as PPP.
    if packet.path.layers().len() == 1 && matches!(payload.u8(0), Some(0x0F | 0x8F)) {
        return Some((Protocol::CHDLC, payload));
    }
    // The address of all stations, and control.
    let addressed = payload.u8(0) == Some(0xFF);
    ppp_protocol(packet, if addressed { payload.skip(2) } else { payload })
}

/// PPP (RFC 1661), with or without a compressed protocol field.
pub fn ppp_protocol<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let compressed = payload.u8(0).is_some_and(|byte| byte & 1 == 1);
    let protocol = if compressed { payload.u8(0).map(u16::from) } else { payload.u16(0) };
    let Some(protocol) = protocol else {
        packet.note(Problem::PPP_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(if compressed { 1 } else { 2 });
    match protocol {
        0x0021 => Some((Protocol::IP, next)),
        0x0057 => Some((Protocol::IPV6, next)),
        0x0281 | 0x0283 => Some((Protocol::MPLS, next)),
        0x0023 => Some((Protocol::OSI, next)),
        0x003D => Some((Protocol::MULTILINK, next)),
        0x004B => Some((Protocol::LLC, next)),
        0x0800 => Some((Protocol::IP, next)),
        0xC021 => Some((Protocol::LCP, next)),
        0x8021 => Some((Protocol::IPCP, next)),
        0x8057 => Some((Protocol::IPV6CP, next)),
        _ => named::end(packet, types::PPP, protocol),
    }
}

/// PPP multilink (RFC 1990): flags and a sequence number; a packet that is whole carries PPP.
pub fn multilink<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const WHOLE: u8 = 0xC0;
    let Some(flags) = payload.u8(0).filter(|_| payload.captured.len() >= 4) else {
        packet.note(Problem::PPP_HEADER_TRUNCATED);
        return None;
    };
    if flags & WHOLE == WHOLE { ppp_protocol(packet, payload.skip(4)) } else { None }
}
