//! Headers between IP and the transport: IPv6's options, routing and fragments (RFC 8200), and
//! authentication (RFC 4302).
//!
//! A header that was not captured whole ends the path with a problem.

use super::Next;
use super::net::ip_protocol;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use etherparse::Ipv6FragmentHeaderSlice;

/// Length in the jumbo payload option (RFC 2675) of a hop-by-hop header.
pub(super) fn jumbo_length(extension: Payload<'_>) -> Option<usize> {
    const JUMBO: u8 = 0xC2;
    let end = (usize::from(extension.u8(1)?) + 1) * 8;
    let mut at = 2;
    while at < end {
        match extension.u8(at)? {
            JUMBO => return extension.u32(at + 2).map(|length| length as usize),
            _ => at += option_length(extension, at)?,
        }
    }
    None
}

/// Length of the option at `at`, with its type and length bytes.
fn option_length(extension: Payload<'_>, at: usize) -> Option<usize> {
    const PAD1: u8 = 0;
    match extension.u8(at)? {
        PAD1 => Some(1),
        _ => Some(2 + usize::from(extension.u8(at + 1).unwrap_or(0))),
    }
}

/// Hop-by-hop and destination options (RFC 8200 sections 4.3 and 4.6): next header, length in units
/// of eight bytes, options.
pub fn options<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let next = extension(packet, payload)?;
    let length = (usize::from(payload.u8(1)?) + 1) * 8;
    let mut at = 2;
    while at < length {
        let bytes = option_length(payload, at)?;
        at += bytes;
        // As in Wireshark, an option must end within the captured bytes; padding of one byte must be
        // followed by another.
        if at.max(at + 2 - bytes.min(2)) > payload.captured.len() {
            packet.note(Problem::IPV6_OPTION_BEYOND_CAPTURE);
            return None;
        }
    }
    Some(next)
}

/// Routing headers (RFC 8200 section 4.4). As in Wireshark, the path ends at one that is shorter
/// than the addresses of its type.
pub fn routing<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let next = extension(packet, payload)?;
    if routing_bytes(payload)? > (usize::from(payload.u8(1)?) + 1) * 8 {
        packet.note(Problem::IPV6_ROUTING_HEADER_INVALID);
        return None;
    }
    Some(next)
}

/// Length that a routing header must have by its type.
fn routing_bytes(payload: Payload<'_>) -> Option<usize> {
    let [_, units, kind, left, a, b, ..] = *payload.bytes::<8>(0)?;
    Some(match kind {
        // Mobility (RFC 6275): one address.
        2 => 8 + 16,
        // RPL (RFC 6554): addresses without a prefix, less of it in the last one.
        3 if units > 0 => {
            let (each, last) = (16 - usize::from(a >> 4), 16 - usize::from(a & 15));
            let (room, needed) = (usize::from(units) * 8, usize::from(b >> 4) + last);
            let counted = room + each > needed;
            8 + if counted && room < needed { last } else { 0 }
        }
        // Segments (RFC 8754): the number of the last address.
        4 => 8 + (usize::from(a) + 1) * 16,
        // Compact routing (RFC 9631): identifiers of two or four bytes.
        5 => 4 + (usize::from(left) + 1) * 2,
        6 => 4 + (usize::from(left) + 1) * 4,
        _ => 0,
    })
}

/// The fields common to extension headers: next header, length in units of eight bytes.
fn extension<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[next, units]) = payload.bytes(0) else {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    };
    let length = (usize::from(units) + 1) * 8;
    if payload.captured.len() < length {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    }
    packet.note_ip_protocol(next);
    ip_protocol(packet, next, payload.skip(length))
}

/// The fragment header; fragments other than the first end the path.
pub fn fragment<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Ok(header) = Ipv6FragmentHeaderSlice::from_slice(payload.captured) else {
        packet.note(Problem::IPV6_EXTENSION_CUT);
        return None;
    };
    packet.fragmented |= header.more_fragments();
    packet.note_ip_protocol(header.next_header().0);
    if header.fragment_offset().value() > 0 {
        return None;
    }
    ip_protocol(packet, header.next_header().0, payload.skip(8))
}

/// The authentication header (RFC 4302), whose payload is not encrypted.
pub fn authentication<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    // As in Wireshark, a length below that of the fixed fields is accepted.
    const FIXED: usize = 12;
    let header = payload.bytes(0).map(|&[next, words]| (next, (usize::from(words) + 2) * 4));
    let Some((next, length)) =
        header.filter(|(_, length)| payload.captured.len() >= FIXED.max(*length))
    else {
        packet.note(Problem::AH_HEADER_TRUNCATED);
        return None;
    };
    packet.note_ip_protocol(next);
    ip_protocol(packet, next, payload.skip(length))
}
