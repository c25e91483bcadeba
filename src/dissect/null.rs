//! BSD loopback: an address family before the network layer, which other headers use too.

use super::named::{self, types::FAMILIES};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim};
use crate::capture::LinkType;

/// BSD loopback: the address family in four bytes, in the byte order of the machine that captured.
pub fn null<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    null_of(packet, payload, packet.record.link_type)
}

/// The same of a link type that another header names.
pub fn null_of<'a>(packet: &mut Packet<'a>, payload: Payload<'a>, link_type: LinkType) -> Next<'a> {
    let Some(family) = payload.u32(0) else {
        packet.note(Problem::NULL_HEADER_TRUNCATED);
        return None;
    };
    const OPENBSD_LOOPBACK: u16 = 108;
    if link_type.0 == OPENBSD_LOOPBACK {
        return of_family(packet, family, payload.skip(4));
    }
    // PPP with its address and control bytes.
    if payload.bytes(0) == Some(&[0xFF, 0x03]) {
        return Some((Protocol::PPP, payload));
    }
    // Families are small numbers: the order in which the number is small is the right one. Some
    // systems have two bytes of family before two of others.
    let family = match family.swap_bytes() {
        family @ 0x0001_0000..=0x0005_FFFF => family >> 16,
        0x0006_0000.. => family,
        family @ 0x0100..=0x0500 if family & 0xFF == 0 => family >> 8,
        family => family,
    };
    let next = payload.skip(4);
    match family {
        // An EtherType in the lower half, whatever stands above it.
        0x1_0000.. => shim::registered_ethertype(packet, payload.u16(2)?, next),
        _ if u16::try_from(family).is_ok_and(shim::is_length) => of_family(packet, family, next),
        _ => shim::registered_ethertype(packet, u16::try_from(family).ok()?, next),
    }
}

/// The protocol of an address family of BSD.
pub(super) fn of_family<'a>(packet: &mut Packet<'a>, family: u32, next: Payload<'a>) -> Next<'a> {
    match family {
        2 => Some((Protocol::IP, next)),
        7 => Some((Protocol::OSI, next)),
        // IPv6 has another number in each of NetBSD and OpenBSD, FreeBSD, Darwin.
        24 | 28 | 30 => Some((Protocol::IPV6, next)),
        _ => named::end(packet, FAMILIES, u16::try_from(family).ok()?),
    }
}
