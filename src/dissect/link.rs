//! Link layers: what a record's bytes begin with, by the capture's link type (tcpdump.org
//! registry).
//!
//! A new link type is a row in [`LINKS`] and, where it has a header of its own, a function and its
//! arm in the loop; one that is only named is a row in [`LINK_TYPES`].

use super::named::{self, link_types::LINK_TYPES, types::COOKED};
use super::packet::{Addresses, Packet};
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim, tunnel};
use crate::capture::LinkType;

/// The first protocol of each link type that is dissected.
const LINKS: &[(u16, Protocol)] = &[
    (0, Protocol::NULL),
    (1, Protocol::ETH),
    (6, Protocol::TOKEN_RING),
    (7, Protocol::ARCNET),
    (9, Protocol::PPP),
    (10, Protocol::FDDI),
    (11, Protocol::LLC),
    (12, Protocol::RAW),
    (13, Protocol::ENC),
    (14, Protocol::RAW),
    (16, Protocol::CLIP),
    (18, Protocol::CLIP),
    (19, Protocol::CLIP),
    (50, Protocol::PPP),
    (51, Protocol::PPPOES),
    (100, Protocol::LLC),
    (101, Protocol::RAW),
    (104, Protocol::CHDLC),
    (105, Protocol::WLAN),
    (106, Protocol::CLIP),
    (107, Protocol::FRAME_RELAY),
    (108, Protocol::NULL),
    (109, Protocol::ENC),
    (112, Protocol::CHDLC),
    (113, Protocol::SLL),
    (117, Protocol::PFLOG),
    (119, Protocol::PRISM),
    (122, Protocol::IPFC),
    (123, Protocol::ATM),
    (127, Protocol::RADIOTAP),
    (128, Protocol::TZSP),
    (129, Protocol::ARCNET),
    (130, Protocol::JUNIPER),
    (131, Protocol::JUNIPER),
    (133, Protocol::JUNIPER),
    (135, Protocol::JUNIPER),
    (136, Protocol::JUNIPER),
    (137, Protocol::JUNIPER),
    (149, Protocol::USER_DLT),
    (163, Protocol::WLANCAP),
    (167, Protocol::JUNIPER),
    (178, Protocol::JUNIPER),
    (179, Protocol::JUNIPER),
    (180, Protocol::JUNIPER),
    (181, Protocol::JUNIPER),
    (183, Protocol::JUNIPER),
    (184, Protocol::JUNIPER),
    (192, Protocol::PPI),
    (197, Protocol::ERF),
    (200, Protocol::JUNIPER),
    (204, Protocol::PPP),
    (226, Protocol::IPNET),
    (228, Protocol::IP),
    (229, Protocol::IPV6),
    (239, Protocol::NFLOG),
    (242, Protocol::IPOIB),
    (248, Protocol::SCTP),
    (258, Protocol::PKTAP),
    (276, Protocol::SLL),
    (0x7F12, Protocol::WLAN_RADIO),
    (0x7F1A, Protocol::IPOIB),
];

/// The first protocol of a link type; `None` if it is not dissected.
pub fn protocol_of(link_type: LinkType) -> Option<Protocol> {
    LINKS.iter().find(|(number, _)| *number == link_type.0).map(|(_, protocol)| *protocol)
}

/// True for the link types whose frames are dissected.
pub fn is_dissected(link_type: LinkType) -> bool {
    protocol_of(link_type).is_some()
}

/// The first layer of a frame; a link type that is not dissected is a problem, and
/// named by its number if Wireshark has no name for it.
pub fn first<'a>(packet: &mut Packet<'a>, frame: Payload<'a>) -> Next<'a> {
    let link_type = packet.record.link_type;
    match protocol_of(link_type) {
        Some(protocol) => Some((protocol, frame)),
        None => {
            packet.note(Problem::LINK_TYPE_UNKNOWN);
            match named::find(LINK_TYPES, link_type.0) {
                [] => Some((Protocol::link_type(link_type), frame)),
                layers => named::push(packet, layers),
            }
        }
    }
}

/// Ethernet II and IEEE 802.3 (IEEE 802.3-2018 clause 3): 14 bytes.
pub fn ethernet<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(header) = payload.bytes::<14>(0) else {
        packet.note(Problem::ETH_HEADER_TRUNCATED);
        return None;
    };
    let number = payload.u16(12)?;
    // Cisco's ISL puts 26 bytes of its own before the frame, where a length would stand; it
    // has no name on a path.
    if header.starts_with(&[0x01, 0x00, 0x0C, 0x00, 0x00]) && shim::is_length(number) {
        return (payload.captured.len() >= 26).then(|| (Protocol::ETH, payload.skip(26)));
    }
    // FabricPath replaces the addresses, with a tag of two bytes after the type.
    const FABRIC_PATH: u16 = 0x8903;
    if number == FABRIC_PATH {
        return fabric_path(packet, payload, 16);
    }
    if matches!(number, 0x8100 | 0x88A8) && payload.u16(16) == Some(FABRIC_PATH) {
        return fabric_path(packet, payload, 20);
    }
    if let Some(macs) = header.first_chunk() {
        packet.push_address_layer(Addresses::Eth(macs));
    }
    // A length of nothing names no layer.
    if number == 0 {
        return None;
    }
    shim::type_or_length(packet, number, payload.skip(14))
}

/// A FabricPath header of this length.
fn fabric_path<'a>(packet: &mut Packet<'a>, payload: Payload<'a>, length: usize) -> Next<'a> {
    if payload.captured.len() < length {
        packet.note(Problem::TAG_HEADER_TRUNCATED);
        return named::push(packet, &[Protocol::FABRIC_PATH]);
    }
    Some((Protocol::FABRIC_PATH, payload.skip(length)))
}

/// Raw IP: the first nibble is the version. As in Wireshark, the header that old PPP drivers put
/// before it is known too.
pub fn raw<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(start) = payload.bytes::<8>(0) else {
        packet.note(Problem::RAW_HEADER_TRUNCATED);
        return None;
    };
    match start {
        [0xFF, 0x03, ..] => Some((Protocol::PPP, payload)),
        [.., 0xFF, 0x03] => Some((Protocol::PPP, payload.skip(6))),
        [_, 0xFF, 0x03, ..] => Some((Protocol::PPP, payload.skip(1))),
        [0, ..] if payload.bytes(0) == Some(&[0; 10]) => Some((Protocol::IP, payload.skip(10))),
        [0x40..=0x4F, ..] => Some((Protocol::IP, payload)),
        [0x60..=0x6F, ..] => Some((Protocol::IPV6, payload)),
        _ => {
            packet.note(Problem::RAW_VERSION_UNKNOWN);
            None
        }
    }
}

/// Linux cooked capture, versions 1 (16 bytes) and 2 (20 bytes, the protocol first).
pub fn cooked<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let second = packet.record.link_type.0 == 276;
    let (protocol_at, hardware_at, length) = if second { (0, 8, 20) } else { (14, 2, 16) };
    if payload.captured.len() < length {
        packet.note(Problem::SLL_HEADER_TRUNCATED);
        return None;
    }
    let (protocol, hardware) = (payload.u16(protocol_at)?, payload.u16(hardware_at)?);
    let next = payload.skip(length);
    const FRAME_RELAY: u16 = 770;
    const GRE: u16 = 778;
    const RADIOTAP: u16 = 803;
    const NETLINK: u16 = 824;
    const LINKTYPE_NETLINK: u16 = 253;
    // Up to here numbers are Linux's own, beyond they are EtherTypes.
    const OWN: u16 = 1536;
    match (hardware, protocol) {
        // As Wireshark, which knows netlink in version 1 alone.
        (NETLINK, _) if second => None,
        (NETLINK, _) => named::end(packet, LINK_TYPES, LINKTYPE_NETLINK),
        (FRAME_RELAY, ..=OWN) => Some((Protocol::FRAME_RELAY, next)),
        (RADIOTAP, ..=OWN) => Some((Protocol::RADIOTAP, next)),
        (_, 3) => Some((Protocol::ETH, next)),
        (_, 4) => Some((Protocol::LLC, next)),
        (_, 7) => Some((Protocol::PPP, next)),
        (_, ..=OWN) => named::end(packet, COOKED, protocol),
        (GRE, _) => tunnel::gre_type(packet, protocol, false, next),
        _ => shim::ethertype(packet, protocol, next),
    }
}

/// Cisco HDLC: address, control and an EtherType.
pub fn cisco_hdlc<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(protocol) = payload.u16(2) else {
        packet.note(Problem::CHDLC_HEADER_TRUNCATED);
        return None;
    };
    let next = payload.skip(4);
    if next.lacks(1) {
        packet.note(Problem::CHDLC_HEADER_TRUNCATED);
    }
    shim::cisco_ethertype(packet, protocol, next)
}

/// FDDI: frame control, two addresses, then LLC.
pub fn fddi<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(control) = payload.u8(0).filter(|_| payload.captured.len() >= 13) else {
        packet.note(Problem::FDDI_HEADER_TRUNCATED);
        return None;
    };
    let asynchronous_llc = (0x50..=0x5F).contains(&control);
    asynchronous_llc.then(|| (Protocol::LLC, payload.skip(13)))
}
