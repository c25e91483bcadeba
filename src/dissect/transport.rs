//! The transport layer: ports, lengths and the TCP header of the innermost IP layer.
//!
//! Ports count as soon as their four bytes were captured. Payload lengths are those that the
//! headers state, as Wireshark's `tcp.len` and UDP's length less 8. UDP hands on to tunnels by
//! their registered ports.

use super::decode_as::Field;
use super::packet::{Packet, Ports, Transport};
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, over_udp, tunnel};
use etherparse::{TcpHeaderSlice, UdpHeaderSlice};

/// UDP ports of the tunnels that are looked into.
const TUNNELS: &[(u16, Protocol)] = &[
    (1701, Protocol::L2TP),
    (2123, Protocol::GTP),
    (2152, Protocol::GTP),
    (3544, Protocol::TEREDO),
    (4341, Protocol::LISP_DATA),
    (4754, Protocol::GRE),
    (4789, Protocol::VXLAN),
    (4790, Protocol::VXLAN_GPE),
    (5072, Protocol::AYIYA),
    (5247, Protocol::CAPWAP_DATA),
    (6081, Protocol::GENEVE),
    (6635, Protocol::MPLS),
    (12220, Protocol::ETH),
    (12222, Protocol::LWAPP),
    (12223, Protocol::LWAPP),
    (37008, Protocol::TZSP),
];

/// A bit for each value of a port's lowest byte that a tunnel's port has: most ports are told apart
/// without a look at the list.
static TUNNEL_BYTES: [u64; 4] = {
    let (mut bits, mut at) = ([0; 4], 0);
    while at < TUNNELS.len() {
        let byte = TUNNELS[at].0 as usize & 0xFF;
        bits[byte / 64] |= 1 << (byte % 64);
        at += 1;
    }
    bits
};

/// False if a port is no tunnel's.
#[inline]
fn may_be_tunnel(port: u16) -> bool {
    let byte = usize::from(port & 0xFF);
    TUNNEL_BYTES[byte / 64] >> (byte % 64) & 1 == 1
}

/// The tunnels that two ports belong to; the lower port comes first, as in Wireshark.
fn tunnels_of(source: u16, destination: u16) -> [Option<Protocol>; 2] {
    let named =
        |port| TUNNELS.iter().find(|(known, _)| *known == port).map(|(_, protocol)| *protocol);
    [named(source.min(destination)), named(source.max(destination))]
}

/// True if one of two ports belongs to a tunnel.
#[inline]
pub(super) fn is_tunnel(source: u16, destination: u16) -> bool {
    (may_be_tunnel(source) || may_be_tunnel(destination))
        && tunnel_of(source, destination).is_some()
}

/// The tunnel that one of two ports belongs to.
pub(super) fn tunnel_of(source: u16, destination: u16) -> Option<Protocol> {
    let [lower, higher] = tunnels_of(source, destination);
    lower.or(higher)
}

/// The protocols that the user assigns to two ports, in the same order.
fn assigned(
    packet: &Packet<'_>,
    field: Field,
    source: u16,
    destination: u16,
) -> [Option<Protocol>; 2] {
    let named = |port| packet.assigned(field, port);
    [named(source.min(destination)), named(source.max(destination))]
}

/// True if a payload can be the tunnel's.
fn can_be(protocol: Protocol, payload: Payload<'_>) -> bool {
    match protocol {
        Protocol::GTP => tunnel::is_gtp(payload),
        Protocol::L2TP => over_udp::is_l2tp(payload),
        Protocol::LISP_DATA => over_udp::is_lisp(payload),
        _ => true,
    }
}

fn note_ports<'a>(
    packet: &mut Packet<'a>,
    transport: Transport,
    payload: Payload<'a>,
    payload_bytes: Option<u32>,
) -> Option<(u16, u16)> {
    let ports = payload.u16(0).zip(payload.u16(2));
    // A tunnel may carry a transport without an IP layer of its own.
    if let Some(layer) = packet.current_ip().filter(|layer| layer.ports.is_none()) {
        layer.segment = payload.captured;
        layer.ports = ports.map(|(source, destination)| Ports { transport, source, destination });
        layer.payload_bytes = payload_bytes;
    }
    ports
}

fn note_segment<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) {
    if let Some(layer) = packet.current_ip().filter(|layer| layer.ports.is_none()) {
        layer.segment = payload.captured;
    }
}

/// TCP (RFC 9293).
pub fn tcp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 16 {
        note_ports(packet, Transport::Tcp, payload, None);
        packet.note(Problem::TCP_HEADER_TRUNCATED);
        return None;
    };
    let header_length = usize::from(payload.u8(12)? >> 4) * 4;
    let valid = header_length >= 20 && header_length <= payload.length;
    // As Wireshark: what the length fields leave, even after a header that is too short to be one.
    let rest = payload.length.checked_sub(header_length).filter(|_| !packet.fragmented);
    let payload_bytes = rest.and_then(|rest| u32::try_from(rest).ok());
    note_ports(packet, Transport::Tcp, payload, payload_bytes);
    if !valid {
        packet.note(Problem::TCP_HEADER_LENGTH_INVALID);
    } else if TcpHeaderSlice::from_slice(payload.captured).is_err() {
        packet.note(Problem::TCP_HEADER_TRUNCATED);
    }
    assigned_over_tcp(packet, payload, header_length)
}

/// The protocol that the user assigned to the ports of a segment with payload.
fn assigned_over_tcp<'a>(
    packet: &Packet<'a>,
    payload: Payload<'a>,
    header_length: usize,
) -> Next<'a> {
    if !packet.has_assignments() || header_length < 20 {
        return None;
    }
    let (source, destination) = payload.u16(0).zip(payload.u16(2))?;
    let next = payload.skip(header_length);
    if next.captured.is_empty() {
        return None;
    }
    let assigned = assigned(packet, Field::TcpPort, source, destination);
    let protocol = assigned.into_iter().flatten().find(|protocol| can_be(*protocol, next))?;
    Some((protocol, next))
}

/// UDP (RFC 768).
pub fn udp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let length = payload.u16(4).map(usize::from);
    let payload_bytes = length.and_then(|length| u32::try_from(length.saturating_sub(8)).ok());
    let ports = note_ports(packet, Transport::Udp, payload, payload_bytes);
    let (Ok(_), Some((source, destination)), Some(length)) =
        (UdpHeaderSlice::from_slice(payload.captured), ports, length)
    else {
        packet.note(Problem::UDP_HEADER_TRUNCATED);
        return None;
    };
    // Jumbograms (RFC 2675), and whatever else states no length over IPv6.
    let unstated = length == 0 && packet.current_ip().is_some_and(|layer| layer.is_ipv6());
    let longest = if unstated { usize::from(u16::MAX) } else { length };
    if longest < 8 || (longest > payload.length && !packet.fragmented) {
        packet.note(Problem::UDP_LENGTH_INVALID);
    }
    if longest < 8 {
        return None;
    }
    let next = if unstated { payload } else { payload.limit(length) }.skip(8);
    // Two bytes tell whether a payload is the tunnel's that its port belongs to.
    if next.lacks(2) && tunnel_of(source, destination).is_some() {
        packet.note(Problem::TUNNEL_HEADER_TRUNCATED);
    }
    if next.captured.is_empty() {
        return None;
    }
    // A port that is an application's is no tunnel's.
    let applications = packet.assigned_applications(Field::UdpPort, source, destination);
    if applications.iter().any(Option::is_some) {
        return None;
    }
    let assigned = assigned(packet, Field::UdpPort, source, destination);
    let tunnels = assigned.into_iter().chain(tunnels_of(source, destination)).flatten();
    let protocol = tunnels.into_iter().find(|protocol| can_be(*protocol, next))?;
    // Only what goes to the control port begins with the sender's address.
    if protocol == Protocol::LWAPP && destination == 12223 {
        return Some((Protocol::LWAPP_CONTROL, next));
    }
    if protocol == Protocol::VXLAN_GPE {
        return over_udp::vxlan_gpe(packet, next);
    }
    Some((protocol, next))
}

/// SCTP (RFC 9260): ports only where the common header was captured whole, as Wireshark gives them.
pub fn sctp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 12 {
        note_segment(packet, payload);
        packet.note(Problem::SCTP_HEADER_TRUNCATED);
        return None;
    }
    note_ports(packet, Transport::Sctp, payload, None);
    None
}

/// A protocol that ends the path and has no ports: only whether its header is whole.
pub fn without_ports<'a>(
    packet: &mut Packet<'a>,
    payload: Payload<'a>,
    header: usize,
    cut: Problem,
) -> Next<'a> {
    note_segment(packet, payload);
    if payload.captured.len() < header {
        packet.note(cut);
    }
    None
}
