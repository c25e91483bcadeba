//! Juniper's captures: a header that says whether the link layer was kept, then a layer that
//! depends on the link type.
//!
//! Lines of service cards begin with a cookie whose first byte tells its length and in which the
//! protocol is named; without a cookie the first bytes are guessed from, as Wireshark does.

use super::Next;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use crate::capture::LinkType;

/// Set in the flags of a packet that the router received.
const RECEIVED: u8 = 0x01;

/// Notes a header that was not captured whole.
fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::PSEUDO_HEADER_TRUNCATED);
    None
}

/// The header of all of Juniper's link types. A frame without the magic number has no such header.
pub fn juniper<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    of_link_type(packet, payload, packet.record.link_type)
}

/// The same of a link type that another header names.
pub fn of_link_type<'a>(
    packet: &mut Packet<'a>,
    payload: Payload<'a>,
    link_type: LinkType,
) -> Next<'a> {
    const MAGIC: [u8; 3] = *b"MGC";
    const EXTENDED: u8 = 0x80;
    const WITHOUT_LINK_LAYER: u8 = 0x02;
    let Some(&[a, b, c, flags]) = payload.bytes(0) else { return truncated(packet) };
    const OPAQUE: [u16; 2] = [184, 200];
    if OPAQUE.contains(&link_type.0) {
        return None;
    }
    let header = match payload.u16(4) {
        _ if [a, b, c] != MAGIC => 0,
        _ if flags & EXTENDED == 0 => 4,
        Some(extensions) => 6 + usize::from(extensions),
        None => return truncated(packet),
    };
    let next = payload.skip(header);
    if header > 0 && flags & WITHOUT_LINK_LAYER != 0 {
        // As Wireshark, which looks at the first of the four bytes.
        return protocol(next.u8(0)?.into(), next.skip(4));
    }
    match link_type.0 {
        130 => multilink_ppp(flags, next),
        131 => multilink_frame_relay(flags, next),
        133 => protocol(next.u16(0)?.swap_bytes(), next.skip(4)),
        135 => atm(flags, next, true),
        136 => Some((Protocol::IP, next.skip(if flags & RECEIVED != 0 { 16 } else { 12 }))),
        137 => atm(flags, next, false),
        167 | 178 => Some((Protocol::ETH, next)),
        179 => Some((Protocol::PPP_WITHOUT_ADDRESS, next.skip(2))),
        180 => Some((Protocol::FRAME_RELAY, next)),
        181 => Some((Protocol::CHDLC, next)),
        183 => Some((Protocol::IP, next.skip(18))),
        _ => None,
    }
}

/// The protocol of Juniper's own number.
fn protocol(number: u16, next: Payload<'_>) -> Next<'_> {
    match number {
        2 | 3 => Some((Protocol::IP, next)),
        4 | 5 | 8 | 32 => Some((Protocol::MPLS, next)),
        6 | 7 => Some((Protocol::IPV6, next)),
        200 => Some((Protocol::PPP_WITHOUT_ADDRESS, next)),
        202 | 203 => Some((Protocol::LLC, next)),
        204 => Some((Protocol::ETH, next)),
        207 => Some((Protocol::FRAME_RELAY, next)),
        208 => Some((Protocol::CHDLC, next)),
        0xA248 => Some((Protocol::IP, next.skip(4))),
        _ => None,
    }
}

/// The length of a service card's cookie; None if the bytes do not begin with one.
fn cookie(next: Payload<'_>) -> Option<usize> {
    match next.u8(0)? {
        0x54 => Some(4),
        0x40 | 0x47 => Some(8),
        _ => None,
    }
}

/// The protocol that a cookie of eight bytes names; IPv4 depends on the kind of link.
fn named_by_cookie<'a>(cookie: Payload<'_>, ipv4: Next<'a>, next: Payload<'a>) -> Next<'a> {
    match cookie.u8(5)? >> 4 {
        0 => ipv4,
        1 => Some((Protocol::IPV6, next)),
        2 => Some((Protocol::MPLS, next)),
        _ => None,
    }
}

/// True if the routing engine itself was the sender or receiver, by a cookie of eight bytes.
fn is_own(cookie: Payload<'_>) -> bool {
    cookie.u8(4).is_some_and(|byte| byte & 3 == 3)
}

/// PPP of a multilink bundle: after a cookie, with its address bytes, after two bytes, or bare.
fn multilink_ppp(flags: u8, next: Payload<'_>) -> Next<'_> {
    match cookie(next) {
        Some(length @ 8) => {
            let ppp = flags & RECEIVED != 0 && !is_own(next);
            let after = next.skip(length);
            let ipv4 = if ppp { Protocol::PPP_WITHOUT_ADDRESS } else { Protocol::IP };
            named_by_cookie(next, Some((ipv4, after)), after)
        }
        Some(length) => Some((Protocol::PPP_WITHOUT_ADDRESS, next.skip(length))),
        None if next.u16(0)? == 0xFF03 => {
            let after = next.skip(2);
            let bundled = after.u16(2).is_some_and(is_ppp);
            Some((Protocol::PPP_WITHOUT_ADDRESS, if bundled { after.skip(2) } else { after }))
        }
        None if next.u16(2).is_some_and(is_ppp) => {
            Some((Protocol::PPP_WITHOUT_ADDRESS, next.skip(2)))
        }
        None if next.u16(0).is_some_and(is_ppp) => Some((Protocol::PPP_WITHOUT_ADDRESS, next)),
        None => None,
    }
}

/// Frame Relay of a multilink bundle: only what a cookie of eight bytes names is known.
fn multilink_frame_relay(_flags: u8, next: Payload<'_>) -> Next<'_> {
    let length = cookie(next).filter(|length| *length == 8)?;
    let after = next.skip(length);
    let ipv4 = Some((Protocol::IP, after)).filter(|_| !is_own(next));
    named_by_cookie(next, ipv4, after)
}

/// The PPP protocols that Juniper's routers carry.
fn is_ppp(protocol: u16) -> bool {
    const KNOWN: [u16; 13] = [
        0x0021, 0x0023, 0x003D, 0x0057, 0x0281, 0x0283, 0x8021, 0x8023, 0x8057, 0x8281, 0xC021,
        0xC023, 0xC223,
    ];
    KNOWN.contains(&protocol)
}

/// The payload of an ATM card, after its cookie: LLC, Ethernet, PPP or IP by its first bytes. The
/// second generation of cards has a longer cookie and carries more.
fn atm(flags: u8, payload: Payload<'_>, second_generation: bool) -> Next<'_> {
    const MANAGEMENT: u8 = 0x80;
    const GAP: u8 = 0x3F;
    let next = payload.skip(if second_generation { 8 } else { 4 });
    let management =
        if second_generation { payload.u8(7)? & 0x70 != 0 } else { payload.u8(0)? == MANAGEMENT };
    if management {
        return None;
    }
    match next.bytes::<3>(0)? {
        [0xAA, 0xAA, 0x03] | [0xFE, 0xFE, 0x03] => return Some((Protocol::LLC, next)),
        _ => {}
    }
    let bridged = flags & RECEIVED == 0 && payload.u8(3)? & GAP != 0;
    if second_generation && bridged {
        return Some((Protocol::ETH, next));
    }
    if second_generation && next.u16(0).is_some_and(is_ppp) {
        return Some((Protocol::PPP_WITHOUT_ADDRESS, next));
    }
    match next.u8(0)? {
        0x45..=0x4F => Some((Protocol::IP, next)),
        0x60..=0x6F => Some((Protocol::IPV6, next)),
        _ => None,
    }
}
