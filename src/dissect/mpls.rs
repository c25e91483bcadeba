//! MPLS label stacks (RFC 3032) and Ethernet pseudowires (RFC 4448).

use super::Next;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;

/// An MPLS label stack (RFC 3032), one layer whatever its depth. The first nibble of the payload
/// tells its protocol.
pub fn mpls<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    /// The labels of associated channels (RFC 5586) and of maintenance (RFC 3429), which carry no
    /// packets.
    const CHANNEL: u32 = 13;
    const MAINTENANCE: u32 = 14;
    let mut next = payload;
    let bottom = loop {
        let Some(label) = next.u32(0) else {
            packet.note(Problem::MPLS_HEADER_TRUNCATED);
            return None;
        };
        next = next.skip(4);
        if label & 0x100 != 0 {
            break label >> 12;
        }
    };
    if next.lacks(1) {
        packet.note(Problem::MPLS_HEADER_TRUNCATED);
    }
    match next.u8(0)? >> 4 {
        _ if matches!(bottom, CHANNEL | MAINTENANCE) => None,
        4 => Some((Protocol::IP, next)),
        6 => Some((Protocol::IPV6, next)),
        0 => Some((Protocol::PSEUDOWIRE, next)),
        _ => None,
    }
}

/// An Ethernet pseudowire (RFC 4448): after a control word, unless the first bytes look like
/// addresses themselves.
pub fn pseudowire<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let may_be_plain = payload.length >= 14;
    if payload.captured.len() < if may_be_plain { 9 } else { 4 } {
        packet.note(Problem::MPLS_HEADER_TRUNCATED);
        return None;
    }
    let plain = may_be_plain
        && [0, 6].iter().all(|at| payload.bytes(*at).is_some_and(is_of_a_manufacturer));
    (!plain).then_some((Protocol::PSEUDOWIRE_CONTROL_WORD, payload))
}

/// True for prefixes that the IEEE assigned to a manufacturer and that a control word of zeros
/// followed by an address can form; Wireshark checks all assigned prefixes.
fn is_of_a_manufacturer(prefix: &[u8; 3]) -> bool {
    matches!(
        prefix,
        [
            0,
            0x00..=0x26
                | 0x30
                | 0x40
                | 0x50
                | 0x60
                | 0x80
                | 0x90
                | 0xA0
                | 0xB0
                | 0xC0
                | 0xD0
                | 0xE0,
            _
        ]
    )
}
