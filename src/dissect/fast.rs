//! The common path: what most packets of most captures are, recognised with a few compares.
//!
//! Ethernet, at most one VLAN tag, IPv4 without options and not fragmented or IPv6 without
//! extensions, TCP or UDP, headers whole and their lengths in order, no tunnel's port. Everything
//! else is left to the general loop; a test holds both to the same answer.

use super::packet::{AddressLayer, Addresses, Packet, Ports, Transport};
use super::protocol::{Path, Protocol};
use super::transport::is_tunnel;
use crate::capture::{Framing, Record};

/// The paths that are recognised, by VLAN tag, IP version and transport.
static PATHS: [[[Path; 2]; 2]; 2] = {
    use Protocol as P;
    [
        [
            [Path::of(&[P::ETH, P::IP, P::TCP]), Path::of(&[P::ETH, P::IP, P::UDP])],
            [Path::of(&[P::ETH, P::IPV6, P::TCP]), Path::of(&[P::ETH, P::IPV6, P::UDP])],
        ],
        [
            [
                Path::of(&[P::ETH, P::VLAN, P::IP, P::TCP]),
                Path::of(&[P::ETH, P::VLAN, P::IP, P::UDP]),
            ],
            [
                Path::of(&[P::ETH, P::VLAN, P::IPV6, P::TCP]),
                Path::of(&[P::ETH, P::VLAN, P::IPV6, P::UDP]),
            ],
        ],
    ]
};

/// Headers of a common packet.
struct Headers<'a> {
    macs: &'a [u8; 12],
    tag: Option<u16>,
    is_ipv6: bool,
    ip: AddressLayer<'a>,
}

/// True if the packet is a common one, none of which has a problem.
#[inline]
pub fn is_common(packet: &Packet<'_>) -> bool {
    headers(packet).is_some()
}

/// Dissects the packet if it is a common one; leaves it as it was otherwise.
#[inline]
pub fn dissect(packet: &mut Packet<'_>) -> bool {
    let Some(Headers { macs, tag, is_ipv6, ip }) = headers(packet) else { return false };
    packet.set_layers(AddressLayer::new(Addresses::Eth(macs)), ip);
    if let Some(tag) = tag {
        packet.push_vlan(tag & 0x0FFF);
    }
    let [ipv4, ipv6] = &PATHS[usize::from(tag.is_some())];
    let [tcp, udp] = if is_ipv6 { ipv6 } else { ipv4 };
    packet.path.copy_short(if ip.protocol == Some(17) { udp } else { tcp });
    true
}

// Always: what it gives would be written to memory and read back in other sizes.
#[inline(always)]
fn headers<'a>(packet: &Packet<'a>) -> Option<Headers<'a>> {
    // A frame check sequence would have to be told from a payload.
    let Record { data: frame, link_type, framing, .. } = packet.record;
    if u32::from(link_type.0) != packet.common_link || framing != Framing::Usual {
        return None;
    }
    let macs = frame.first_chunk::<12>()?;
    let mut kind = u16_at(frame, 12)?;
    let mut at = 14;
    let tag = if kind == 0x8100 {
        kind = u16_at(frame, 16)?;
        at = 18;
        u16_at(frame, 14)
    } else {
        None
    };
    let ip = frame.get(at..)?;
    let (addresses, segment, protocol) = match kind {
        0x0800 => ipv4(ip)?,
        0x86DD => ipv6(ip)?,
        _ => return None,
    };
    let (transport, payload_bytes) = match protocol {
        6 => (Transport::Tcp, tcp_payload(segment)?),
        17 => (Transport::Udp, udp_payload(segment)?),
        _ => return None,
    };
    let (source, destination) = (u16_at(segment, 0)?, u16_at(segment, 2)?);
    if transport == Transport::Udp && is_tunnel(source, destination) {
        return None;
    }
    let ip = AddressLayer {
        addresses,
        protocol: Some(protocol),
        ports: Some(Ports { transport, source, destination }),
        payload_bytes: Some(payload_bytes),
        segment,
    };
    Some(Headers { macs, tag, is_ipv6: kind != 0x0800, ip })
}

#[inline]
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

/// Addresses, what the header's total length leaves of the bytes, and the protocol.
#[inline]
fn ipv4(ip: &[u8]) -> Option<(Addresses<'_>, &[u8], u8)> {
    let header = ip.first_chunk::<20>()?;
    let fragmented = u16::from_be_bytes([header[6], header[7]]) & 0x3FFF != 0;
    if header[0] != 0x45 || fragmented {
        return None;
    }
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    Some((Addresses::Ipv4(header.last_chunk()?), ip.get(20..total)?, header[9]))
}

#[inline]
fn ipv6(ip: &[u8]) -> Option<(Addresses<'_>, &[u8], u8)> {
    let header = ip.first_chunk::<40>()?;
    let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
    if header[0] >> 4 != 6 || length == 0 {
        return None;
    }
    Some((Addresses::Ipv6(header.last_chunk()?), ip.get(40..40 + length)?, header[6]))
}

#[inline]
fn tcp_payload(segment: &[u8]) -> Option<u32> {
    let header = segment.first_chunk::<20>()?;
    let header_length = usize::from(header[12] >> 4) * 4;
    if header_length < 20 {
        return None;
    }
    Some(segment.len().checked_sub(header_length)? as u32)
}

#[inline]
fn udp_payload(segment: &[u8]) -> Option<u32> {
    let length = usize::from(u16_at(segment, 4)?);
    if length < 8 || length > segment.len() {
        return None;
    }
    Some(length as u32 - 8)
}
