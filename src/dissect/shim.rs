//! Layers between the link layer and the network layer: EtherTypes, VLAN tags, LLC and
//! SNAP.

use super::decode_as::Field;
use super::named::{self, ethertypes, types};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, tag};

/// Greatest value of an 802.3 length field.
const LONGEST_LENGTH: u16 = 1500;
/// Novell's service access point.
pub const NOVELL: u16 = 0xE0;
/// The least EtherType.
const LEAST_ETHERTYPE: u16 = 1536;

/// EtherTypes (IEEE registry) and the protocols they name.
const ETHERTYPES: &[(u16, Protocol)] = &[
    (0x0800, Protocol::IP),
    (0x86DD, Protocol::IPV6),
    (0x0806, Protocol::ARP),
    (0x8035, Protocol::ARP),
    (0x8100, Protocol::VLAN),
    (0x9100, Protocol::VLAN),
    (0x88A8, Protocol::IEEE8021AD),
    (0x8847, Protocol::MPLS),
    (0x8848, Protocol::MPLS),
    (0x8863, Protocol::PPPOED),
    (0x8864, Protocol::PPPOES),
    (0x888E, Protocol::EAPOL),
    (0x88CC, Protocol::LLDP),
    (0x6558, Protocol::ETH),
    (0x88E5, Protocol::MACSEC),
    (0x88E7, Protocol::IEEE8021AH),
    (0x894F, Protocol::NSH),
    (0x890D, Protocol::TDLS),
    (0x22F3, Protocol::TRILL),
    (0x4305, Protocol::BATMAN),
    (0x8021, Protocol::IPCP),
    (0x8057, Protocol::IPV6CP),
    (0x8181, Protocol::STP),
    (0x8870, Protocol::LLC),
    (0x88BB, Protocol::LWAPP),
    (0x88C7, Protocol::EAPOL),
    (0x8909, Protocol::CISCO_METADATA),
    (0x8926, Protocol::VN_TAG),
    (0x892F, Protocol::HSR),
    (0x893F, Protocol::E_TAG),
    (0x8942, Protocol::LLDP),
    (0xBBBB, Protocol::LWAPP),
    (0xC021, Protocol::LCP),
    (0xD28B, Protocol::ARISTA),
    (0xF1C1, Protocol::IEEE8021CB),
];

/// True if the number is an 802.3 length.
pub fn is_length(number: u16) -> bool {
    number <= LONGEST_LENGTH
}

/// The protocol of an EtherType in a type field; None if it is unknown.
#[inline]
pub fn ethertype<'a>(packet: &mut Packet<'a>, number: u16, next: Payload<'a>) -> Next<'a> {
    // The usual ones need no look at a list.
    if !packet.has_assignments() {
        match number {
            0x0800 => return Some((Protocol::IP, next)),
            0x86DD => return Some((Protocol::IPV6, next)),
            0x0806 => return Some((Protocol::ARP, next)),
            0x8100 => return Some((Protocol::VLAN, next)),
            _ => {}
        }
    }
    // As in Wireshark, this number is IPv4 in type fields and nowhere else.
    const IPV4_IN_TYPE_FIELDS: u16 = 0xFFF2;
    let ipv4 = number == IPV4_IN_TYPE_FIELDS;
    if ipv4 { Some((Protocol::IP, next)) } else { registered_ethertype(packet, number, next) }
}

/// The protocol of an EtherType in a header of another protocol, e.g. GRE. None if it is not
/// dissected; then the path ends with its name, if there is one.
pub fn registered_ethertype<'a>(
    packet: &mut Packet<'a>,
    number: u16,
    next: Payload<'a>,
) -> Next<'a> {
    let dissected = dissected_ethertype(packet, number, next);
    dissected.or_else(|| named::end(packet, ethertypes::ETHERTYPES, number))
}

/// The protocol of an EtherType that is dissected.
pub fn dissected_ethertype<'a>(packet: &Packet<'a>, number: u16, next: Payload<'a>) -> Next<'a> {
    if let Some(protocol) = packet.assigned(Field::EtherType, number) {
        return Some((protocol, next));
    }
    let row = ETHERTYPES.iter().find(|(known, _)| *known == number);
    row.map(|(_, protocol)| (*protocol, next))
        .filter(|(protocol, next)| *protocol != Protocol::MACSEC || tag::is_macsec(*next))
}

/// A field that is an 802.3 length up to 1500, and an EtherType from 1536 on.
pub fn type_or_length<'a>(packet: &mut Packet<'a>, number: u16, next: Payload<'a>) -> Next<'a> {
    if number >= LEAST_ETHERTYPE {
        return ethertype(packet, number, next);
    }
    if number > LONGEST_LENGTH {
        packet.note(Problem::ETH_LENGTH_INVALID);
        return None;
    }
    // Novell's raw 802.3 has no LLC header: its checksum field is always 0xFFFF.
    if next.u16(0) == Some(0xFFFF) {
        // As Wireshark, which looks for nothing in a frame of no length.
        return if number > 0 { named::end(packet, types::SAPS, NOVELL) } else { None };
    }
    Some((Protocol::LLC, next.limit(usize::from(number))))
}

/// A VLAN tag (IEEE 802.1Q): tag control information and the next type.
pub fn vlan<'a>(protocol: Protocol, packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if let Some(control) = payload.u16(0)
        && protocol == Protocol::VLAN
    {
        packet.push_vlan(control & 0x0FFF);
    }
    let Some(next) = payload.u16(2) else {
        packet.note(Problem::VLAN_HEADER_TRUNCATED);
        return None;
    };
    if protocol == Protocol::IEEE8021AD {
        // As in Wireshark, two service tags are one layer.
        if next == 0x88A8 {
            let kind = payload.u16(6);
            if kind.is_none() {
                packet.note(Problem::VLAN_HEADER_TRUNCATED);
            }
            return ethertype(packet, kind?, payload.skip(8));
        }
        // As in Wireshark, a service instance tag after a service tag is not named.
        if next == 0x88E7 {
            let kind = payload.u16(20);
            if kind.is_none() {
                packet.note(Problem::TAG_HEADER_TRUNCATED);
            }
            return ethertype(packet, kind?, payload.skip(22));
        }
        return ethertype(packet, next, payload.skip(4));
    }
    type_or_length(packet, next, payload.skip(4))
}

/// LLC (IEEE 802.2), followed by SNAP.
pub fn llc<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(&[destination, source]), Some(control)) = (payload.bytes(0), payload.u8(2)) else {
        packet.note(Problem::LLC_HEADER_TRUNCATED);
        return None;
    };
    // Unnumbered formats have one byte of control, the others two.
    let next = payload.skip(if control & 3 == 3 { 3 } else { 4 });
    match (destination, source) {
        // Only information frames carry a payload.
        _ if control & 1 != 0 && control != 0x03 => None,
        (0xAA, 0xAA) => snap(packet, next),
        _ if next.length == 0 => None,
        (0x42, _) => Some((Protocol::STP, next)),
        (0x06, _) => Some((Protocol::IP, next)),
        (0x14 | 0x20 | 0x34 | 0x54 | 0xFE, _) => Some((Protocol::OSI, next)),
        _ => named::end(packet, types::SAPS, destination.into()),
    }
}

/// SNAP: an organisation and its protocol.
pub fn snap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(organisation), Some(protocol)) = (payload.bytes::<3>(0), payload.u16(3)) else {
        packet.note(Problem::LLC_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(5);
    match (organisation, protocol) {
        // Encapsulated Ethernet, and Cisco's number for it.
        ([0, 0, 0] | [0, 0, 0xF8], _) => registered_ethertype(packet, protocol, next),
        ([0, 0, 0x0C], 0x0108 | 0x0109 | 0x010B | 0x010C) => Some((Protocol::STP, next)),
        // Bridged frames (RFC 2684), with and without their checksum.
        ([0, 0x80, 0xC2], 1 | 7) => Some((Protocol::ETH, next)),
        ([0, 0x80, 0xC2], 3 | 9) => Some((Protocol::TOKEN_RING, next)),
        ([0, 0x80, 0xC2], 4 | 10) => Some((Protocol::FDDI, next)),
        ([0, 0x80, 0xC2], 14) => Some((Protocol::STP, next)),
        ([0, 0, 0x0C], _) => named::end(packet, types::SNAP_CISCO, protocol),
        ([8, 0, 7], _) => named::end(packet, types::SNAP_APPLE, protocol),
        ([0, 0xE0, 0x2B], _) => named::end(packet, types::SNAP_EXTREME, protocol),
        _ => None,
    }
}

/// The protocol of an EtherType in Cisco HDLC or Frame Relay.
pub fn cisco_ethertype<'a>(packet: &mut Packet<'a>, number: u16, next: Payload<'a>) -> Next<'a> {
    if next.captured.is_empty() {
        return None;
    }
    match number {
        0x0800 => Some((Protocol::IP, next)),
        0x86DD => Some((Protocol::IPV6, next)),
        0x8847 | 0x8848 => Some((Protocol::MPLS, next)),
        0x6558 => Some((Protocol::ETH, next)),
        0x4242 => Some((Protocol::STP, next)),
        0xFEFE => Some((Protocol::OSI_PADDED, next)),
        _ => named::end(packet, types::CISCO_HDLC, number),
    }
}
