//! Local networks and carriers other than Ethernet: Token Ring, ARCNET, IP over Fibre Channel and
//! InfiniBand, Frame Relay, OSI.

use super::named::{self, ethertypes::ETHERTYPES, types};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim};

/// Notes a header that was not captured whole.
pub fn truncated<'a>(packet: &mut Packet<'a>) -> Next<'a> {
    packet.note(Problem::LINK_HEADER_TRUNCATED);
    None
}

/// Token Ring (IEEE 802.5): access and frame control, addresses, a route if the source says so.
pub fn token_ring<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const LLC: u8 = 0x40;
    let (Some(control), Some(source)) = (payload.u8(1), payload.u8(8)) else {
        return truncated(packet);
    };
    let route = if source & 0x80 != 0 { payload.u8(14).unwrap_or(0) & 0x1F } else { 0 };
    let header = 14 + usize::from(route);
    if payload.captured.len() < header || payload.skip(header).lacks(1) {
        return truncated(packet);
    }
    (control & 0xC0 == LLC).then(|| (Protocol::LLC, payload.skip(header)))
}

/// ARCNET (RFC 1051, RFC 1201): addresses, an offset under Linux, protocol, and for most protocols
/// a split flag and a sequence number.
pub fn arcnet<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const LINUX: u16 = 129;
    let linux = packet.record.link_type.0 == LINUX;
    let at = if linux { 4 } else { 2 };
    let Some(protocol) = payload.u8(at) else { return truncated(packet) };
    let next = payload.skip(at + 1);
    let exception = !linux && next.u8(0) == Some(0xFF);
    let split = if exception { 7 } else { 3 };
    let (carried, header) = match protocol {
        240 => (Protocol::IP, 0),
        241 => (Protocol::ARP, 0),
        212 => (Protocol::IP, split),
        213 | 214 => (Protocol::ARP, split),
        196 => (Protocol::IPV6, split),
        205 => (Protocol::LLC, split),
        _ => return None,
    };
    if next.lacks(header) {
        return truncated(packet);
    }
    Some((carried, next.skip(header)))
}

/// IP over Fibre Channel (RFC 2625): two addresses of eight bytes, then LLC.
pub fn fibre_channel<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 16 {
        return truncated(packet);
    }
    Some((Protocol::LLC, payload.skip(16)))
}

/// IP over InfiniBand (RFC 4391): the global route header except in snoop files, an EtherType and two
/// reserved bytes.
pub fn infiniband<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    const SNOOP: u16 = 0x7F1A;
    let header = if packet.record.link_type.0 == SNOOP { 0 } else { 40 };
    match payload.u16(header).filter(|_| payload.captured.len() >= header + 4) {
        Some(kind @ (0x0800 | 0x0806 | 0x8035 | 0x86DD)) => {
            shim::ethertype(packet, kind, payload.skip(header + 4))
        }
        Some(_) => None,
        None => truncated(packet),
    }
}

/// Frame Relay (RFC 2427; Cisco's encapsulation): an address of two to four bytes, then either a
/// control byte and a protocol identifier, or an EtherType.
pub fn frame_relay<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    // The last byte of the address has its lowest bit set. Wireshark takes addresses of any length.
    let Some(end) = payload.captured.iter().position(|byte| byte & 1 == 1) else {
        packet.note(Problem::LINK_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(end + 1);
    const UNNUMBERED: u8 = 0x03;
    const IDENTIFICATION: u8 = 0xAF;
    if next.lacks(2) {
        packet.note(Problem::LINK_HEADER_TRUNCATED);
    }
    let (control, kind) = (next.u8(0)?, next.u16(0)?);
    match control {
        UNNUMBERED => return network_protocol(packet, next.skip(1)),
        IDENTIFICATION => return None,
        // Channel 0 carries signalling.
        _ if is_signalling(payload, end) => return None,
        _ => {}
    }
    let other = named::find(types::CISCO_HDLC, kind);
    if !other.is_empty() {
        return named::push(packet, other);
    }
    if let Some(next) = shim::cisco_ethertype(packet, kind, next.skip(2)) {
        return Some(next);
    }
    // As Wireshark: another control field, of one or two bytes and perhaps after padding, before a
    // known protocol identifier, or a bridged frame.
    let padding = usize::from(control == 0);
    let control_bytes = if next.u8(padding)? & 3 == 3 { 1 } else { 2 };
    let identified = next.skip(padding + control_bytes);
    match identified.u8(0) {
        Some(0x00 | 0x08 | 0x09 | 0x80..=0x83 | 0x8E | 0xB0 | 0xCC | 0xCF) => {
            let numbered = padding + control_bytes == 3 && next.u8(2) != Some(0);
            if numbered { None } else { network_protocol(packet, identified) }
        }
        _ if is_bridged(packet, next) => Some((Protocol::ETH, next)),
        _ => None,
    }
}

/// True if the address that ends at byte `end` is channel 0. One of a single byte is none.
fn is_signalling(address: Payload<'_>, end: usize) -> bool {
    const CONTROL: u8 = 0x02;
    let bits = |at: usize, shift: u8| address.u8(at).unwrap_or(0) >> shift;
    // The last byte of a longer address may hold control bits instead.
    let last = if bits(end, 0) & CONTROL == 0 { bits(end, 2) } else { 0 };
    match end {
        0 => true,
        1 => bits(0, 2) == 0 && bits(1, 4) == 0,
        2 => bits(0, 2) == 0 && bits(1, 4) == 0 && last == 0,
        _ => bits(0, 2) == 0 && bits(1, 4) == 0 && bits(2, 1) == 0 && last == 0,
    }
}

/// True if a type or length of Ethernet stands where that of a bridged frame would.
fn is_bridged<'a>(packet: &Packet<'a>, frame: Payload<'a>) -> bool {
    const TYPE_AT: usize = 12;
    let Some(kind) = frame.u16(TYPE_AT) else { return false };
    let is_type = || shim::dissected_ethertype(packet, kind, frame.skip(TYPE_AT + 2)).is_some();
    shim::is_length(kind) || is_type() || !named::find(ETHERTYPES, kind).is_empty()
}

/// The protocol of a network layer protocol identifier (ISO/IEC TR 9577).
fn network_protocol<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let padded = payload.u8(0) == Some(0);
    let payload = if padded { payload.skip(1) } else { payload };
    let next = payload.skip(1);
    match payload.u8(0)? {
        0x80 => shim::snap(packet, next),
        0xCC => Some((Protocol::IP, next)),
        0x8E => Some((Protocol::IPV6, next)),
        0xCF => Some((Protocol::PPP_WITHOUT_ADDRESS, next)),
        identifier => named::end(packet, types::NLPIDS, identifier.into()),
    }
}

/// OSI: a protocol identifier (ISO/IEC TR 9577), which the network protocols of OSI keep as their
/// first byte.
pub fn osi<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let next = payload.skip(1);
    match payload.u8(0) {
        Some(0x8E) => Some((Protocol::IPV6, next)),
        Some(0xCC) => Some((Protocol::IP, next)),
        Some(0xCF) => Some((Protocol::PPP_WITHOUT_ADDRESS, next)),
        Some(identifier) => named::end(packet, types::OSI, identifier.into()),
        None => truncated(packet),
    }
}

/// True for protocols of OSI that have a name.
pub fn is_osi(payload: Payload<'_>) -> bool {
    matches!(payload.u8(0), Some(0x00 | 0x08 | 0x81..=0x83 | 0x8E | 0xCC | 0xCF))
}

/// OSI in Cisco HDLC: after a byte of padding, unless it begins with a protocol of OSI.
pub fn osi_padded<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let padded = !matches!(payload.u8(0), Some(0x81..=0x83));
    osi(packet, if padded { payload.skip(1) } else { payload })
}
