//! Payloads of Juniper's service cards and tunnels: a cookie that names the protocol, or first bytes
//! from which it is guessed.

use super::{
    ETHERNET, Found, IPV4, IPV6, LLC, MPLS, OSI, PPP, Q933, RECEIVED, UNKNOWN, UNNUMBERED,
};
use crate::dissect::payload::Payload;

/// Length of a service card's cookie, 0 if the bytes do not begin with one.
fn cookie(next: Payload<'_>) -> Option<usize> {
    Some(match next.bytes::<8>(0)? {
        [0x54, ..] => 4,
        [0x40 | 0x47, ..] => 8,
        _ => 0,
    })
}

/// The protocol that a cookie of eight bytes names; IPv4 depends on the kind of link.
fn named_by_cookie(cookie: Payload<'_>, ipv4: u16) -> Option<u16> {
    Some(match cookie.u8(5)? >> 4 {
        0 => ipv4,
        1 => IPV6,
        2 => MPLS,
        3 => OSI,
        _ => UNKNOWN,
    })
}

/// True if the routing engine itself was the sender or receiver, by a cookie of eight bytes.
fn is_own(cookie: Payload<'_>) -> bool {
    cookie.u8(4).is_some_and(|byte| byte & 3 == 3)
}

/// PPP of a multilink bundle: after a cookie, with its address bytes, after two bytes, or bare.
pub(super) fn multilink_ppp(flags: u8, next: Payload<'_>) -> Found {
    const ADDRESS: u16 = 0xFF03;
    match cookie(next)? {
        0 => {}
        8 => {
            let ppp = flags & RECEIVED != 0 && !is_own(next);
            return Some((named_by_cookie(next, if ppp { PPP } else { IPV4 })?, 8));
        }
        length => return Some((PPP, length)),
    }
    let addressed = next.u16(0)? == ADDRESS;
    let at = if addressed { 2 } else { 0 };
    if is_ppp(next.u16(at + 2)?) {
        return Some((PPP, at + 2));
    }
    let known = addressed || is_ppp(next.u16(at)?);
    Some((if known { PPP } else { UNKNOWN }, at))
}

/// Frame Relay of a multilink bundle: what a cookie names, or OSI after the control field.
pub(super) fn multilink_frame_relay(next: Payload<'_>) -> Found {
    const PADDED: [u16; 2] = [0x0003, 0x0300];
    const SIGNALLING: u16 = 0x0308;
    let length = cookie(next)?;
    // As Wireshark, which reads two bytes after every cookie.
    next.u16(length)?;
    match length {
        8 => {
            let number = named_by_cookie(next, if is_own(next) { UNKNOWN } else { IPV4 })?;
            let osi = number == UNKNOWN && next.u8(8)? == UNNUMBERED;
            Some(if osi { (OSI, 9) } else { (number, 8) })
        }
        4 => {
            let at = if PADDED.contains(&next.u16(4)?) { 6 } else { 4 };
            Some((OSI, if next.u8(at)? == UNNUMBERED { at + 1 } else { at }))
        }
        _ => Some(match next.u16(2)? {
            SIGNALLING => (Q933, 3),
            control if PADDED.contains(&control) => (OSI, 4),
            control if control >> 8 == u16::from(UNNUMBERED) => (OSI, 3),
            _ => (UNKNOWN, 0),
        }),
    }
}

/// The PPP protocols that Juniper's routers carry.
fn is_ppp(protocol: u16) -> bool {
    const KNOWN: [u16; 13] = [
        0x0021, 0x0023, 0x003D, 0x0057, 0x0281, 0x0283, 0x8021, 0x8023, 0x8057, 0x8281, 0xC021,
        0xC023, 0xC223,
    ];
    KNOWN.contains(&protocol)
}

/// The payload of an ATM card, after its cookie: LLC, Ethernet, PPP, OSI or IP by its first bytes.
/// The second generation of cards has a longer cookie and carries more.
pub(super) fn atm(flags: u8, payload: Payload<'_>, second_generation: bool) -> Found {
    const MANAGEMENT: u8 = 0x80;
    const GAP: u8 = 0x3F;
    let &[first, _, _, fourth, .., last] = payload.bytes::<8>(0)?;
    let at = if second_generation { 8 } else { 4 };
    let management = if second_generation { last & 0x70 != 0 } else { first == MANAGEMENT };
    if management {
        return Some((UNKNOWN, at));
    }
    let start = *payload.bytes::<3>(at)?;
    let bridged = second_generation && flags & RECEIVED == 0 && fourth & GAP != 0;
    let ppp = second_generation && is_ppp(u16::from_be_bytes([start[0], start[1]]));
    Some(match start {
        [0xAA, 0xAA, UNNUMBERED] | [0xFE, 0xFE, UNNUMBERED] => (LLC, at),
        _ if bridged => (ETHERNET, at),
        _ if ppp => (PPP, at),
        [UNNUMBERED, ..] => (OSI, at + 1),
        [byte, ..] => (by_version(byte), at),
    })
}

/// IP by the first byte of its header.
fn by_version(byte: u8) -> u16 {
    match byte {
        0x45..=0x4F => IPV4,
        0x60..=0x6F => IPV6,
        _ => UNKNOWN,
    }
}

/// A virtual network: values up to one of type 255, then Ethernet.
pub(super) fn virtual_network(payload: Payload<'_>) -> Found {
    const END: u8 = 255;
    // As Wireshark, which shows this much of it.
    const SHOWN: usize = 20;
    payload.captured.get(..SHOWN)?;
    let mut at = 0;
    loop {
        let &[kind, length] = payload.bytes(at)?;
        at += 2;
        match kind {
            END => return Some((ETHERNET, at + usize::from(length))),
            1..=4 => at += usize::from(length),
            _ => return Some((UNKNOWN, at)),
        }
    }
}

/// A secure tunnel: the headers of Ethernet, IPv4 and ESP and sixteen bytes, none of which has a
/// name on a path, before IP.
pub(super) fn secure_tunnel(next: Payload<'_>) -> Found {
    const IPV4_TYPE: u16 = 0x0800;
    const ESP: u8 = 50;
    if next.u16(12)? != IPV4_TYPE || next.u8(14 + 9)? != ESP {
        return Some((UNKNOWN, 0));
    }
    let at = 14 + usize::from(next.u8(14)? & 0x0F) * 4 + 8 + 16;
    Some((by_version(next.u8(at)?), at))
}
