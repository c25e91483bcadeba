//! Tunnels: GRE and ERSPAN over IP; VXLAN, Geneve, GTP and Teredo over UDP.

use super::named::{self, types::GRE};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim};

/// The protocol type of PPP in GRE.
const PPTP: u16 = 0x880B;

/// GRE (RFC 2784, RFC 2890) and its version 1 for PPTP (RFC 2637).
pub fn gre<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(flags), Some(protocol)) = (payload.u16(0), payload.u16(2)) else {
        packet.note(Problem::GRE_HEADER_TRUNCATED);
        return None;
    };
    const VERSION: u16 = 7;
    let word = |bit: u16| if flags & bit != 0 { 4 } else { 0 };
    let routing = flags & 0x4000 != 0;
    let checksum = word(0x8000 | 0x4000);
    let pptp = protocol == PPTP && flags & VERSION != 0;
    let acknowledgement = if pptp { word(0x0080) } else { 0 };
    let mut length = 4 + checksum + word(0x2000) + word(0x1000) + acknowledgement;
    let routes = if routing { source_routes(payload.skip(length)) } else { Some(0) };
    length += routes.unwrap_or(0);
    if routes.is_none() || payload.captured.len() < length {
        packet.note(Problem::GRE_HEADER_TRUNCATED);
        return None;
    }
    let next = payload.skip(length);
    let sequenced = flags & 0x1000 != 0;
    // PPTP acknowledges without a payload, and without a sequence number.
    if next.length == 0 && !sequenced {
        return None;
    }
    gre_type(packet, protocol, sequenced, next)
}

/// Length of GRE's source routes (RFC 1701), which end with an entry of no address family and no
/// length, in bytes. None if that entry was not captured.
fn source_routes(payload: Payload<'_>) -> Option<usize> {
    let mut length = 0;
    loop {
        let &[high, low, _, bytes] = payload.bytes(length)?;
        length += 4 + usize::from(bytes);
        if [high, low, bytes] == [0; 3] {
            return Some(length);
        }
    }
}

/// The protocol types of GRE; `sequenced` if the header has a sequence number.
pub fn gre_type<'a>(
    packet: &mut Packet<'a>,
    protocol: u16,
    sequenced: bool,
    next: Payload<'a>,
) -> Next<'a> {
    match protocol {
        // Type I has no header; it differs from type II by the sequence number that GRE then lacks.
        0x88BE if !sequenced => Some((Protocol::ERSPAN_I, next)),
        0x88BE | 0x22EB => Some((Protocol::ERSPAN, next)),
        PPTP => Some((Protocol::PPP, next)),
        0x6400 | 0x6558 => Some((Protocol::ETH, next)),
        0x6559 => Some((Protocol::FRAME_RELAY, next)),
        // Aruba's access points.
        0x8200..=0x8370 if protocol & 0x0F == 0 => Some((Protocol::WLAN, next)),
        // WCCP version 2 puts a redirect header before IPv4, version 1 does not.
        0x883E => match next.bytes::<4>(0)? {
            [0x40..=0x4F, ..] => Some((Protocol::IP, next)),
            [_, _, _, _] => Some((Protocol::IP, next.skip(4))),
        },
        0x8909 => Some((Protocol::CISCO_METADATA_TYPE_FIRST, next)),
        0x00FE => Some((Protocol::OSI, next)),
        0x0800 => Some((Protocol::IP, next)),
        0x0806 => Some((Protocol::ARP, next)),
        0x86DD => Some((Protocol::IPV6, next)),
        0x8847 | 0x8848 => Some((Protocol::MPLS, next)),
        0x894F => Some((Protocol::NSH, next)),
        _ => named::end(packet, GRE, protocol),
    }
}

/// ERSPAN (draft-foschiano-erspan): type II has eight bytes before the frame; type III twelve,
/// eight more if the last bit says so, and a frame type.
pub fn erspan<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (version, kind) = (payload.u8(0).map(|byte| byte >> 4), payload.u16(10));
    let length = match version {
        Some(1) => 8,
        Some(2) if kind.is_some_and(|kind| kind & 1 == 1) => 20,
        Some(2) => 12,
        Some(_) => return None,
        None => 8,
    };
    if payload.captured.len() < length {
        packet.note(Problem::ERSPAN_HEADER_TRUNCATED);
        return None;
    }
    const ETHERNET: u16 = 0;
    let ethernet = version == Some(1) || kind.is_some_and(|kind| kind >> 10 & 0x1F == ETHERNET);
    ethernet.then(|| (Protocol::ETH, payload.skip(length)))
}

/// EtherIP (RFC 3378): two bytes before the frame, which Wireshark names once they were captured.
pub fn etherip<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 2 {
        packet.note(Problem::ETH_HEADER_TRUNCATED);
        return None;
    }
    Some((Protocol::ETH, payload.skip(2)))
}

/// VXLAN (RFC 7348).
pub fn vxlan<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    if payload.captured.len() < 8 {
        packet.note(Problem::VXLAN_HEADER_TRUNCATED);
        return None;
    }
    Some((Protocol::ETH, payload.skip(8)))
}

/// Geneve (RFC 8926).
pub fn geneve<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(first), Some(protocol)) = (payload.u8(0), payload.u16(2)) else {
        packet.note(Problem::GENEVE_HEADER_TRUNCATED);
        return None;
    };
    let length = 8 + usize::from(first & 0x3F) * 4;
    if payload.captured.len() < length {
        packet.note(Problem::GENEVE_HEADER_TRUNCATED);
        return None;
    }
    shim::registered_ethertype(packet, protocol, payload.skip(length))
}

/// True for what Wireshark takes for GTP: version 2, or versions 0 and 1 with a message type that
/// they define.
pub fn is_gtp(payload: Payload<'_>) -> bool {
    match payload.bytes(0) {
        Some(&[flags, _]) if flags >> 5 == 2 => true,
        Some(&[flags, kind]) if flags >> 5 < 2 => {
            matches!(kind, 1..=7 | 16..=37 | 48..=62 | 70 | 96..=105 | 112..=121 | 128 | 129 | 240 | 241 | 254 | 255)
        }
        _ => false,
    }
}

/// GTP user plane (3GPP TS 29.281): G-PDUs carry IP; everything else ends the path.
pub fn gtp<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let (Some(&[flags, kind]), Some(length)) = (payload.bytes(0), payload.u16(2)) else {
        packet.note(Problem::GTP_HEADER_TRUNCATED);
        return None;
    };
    const G_PDU: u8 = 255;
    // Version 0 has a header of 20 bytes, also for charging (GTP') unless its lowest bit is set;
    // version 1 has one of 8 and is charging without the bit of the protocol type.
    let header = match flags {
        0x00..=0x0F if flags & 1 == 0 => 20,
        0x10..=0x1F => 20,
        0x30..=0x3F => 8,
        _ => return None,
    };
    if kind != G_PDU {
        return None;
    }
    let mut next = payload.limit(usize::from(length) + header).skip(header);
    if flags >> 5 == 1 && flags & 7 != 0 {
        // Sequence number, N-PDU number and the type of the first extension header, all or none.
        let has_extension = flags & 4 != 0;
        let mut extension = next.u8(3).filter(|_| has_extension);
        next = next.skip(4);
        while let Some(1..) = extension {
            let bytes = usize::from(next.u8(0).unwrap_or(0)) * 4;
            if bytes == 0 || next.captured.len() < bytes {
                packet.note(Problem::GTP_HEADER_TRUNCATED);
                return None;
            }
            extension = next.u8(bytes - 1);
            next = next.skip(bytes);
        }
    }
    if next.lacks(1) {
        packet.note(Problem::GTP_HEADER_TRUNCATED);
    }
    match next.u8(0)? {
        0x45..=0x4E => Some((Protocol::IP, next)),
        0x60..=0x6F => Some((Protocol::IPV6, next)),
        // Ethernet sessions (TS 23.501): a frame that carries IP.
        _ if matches!(next.u16(12)?, 0x0800 | 0x86DD | 0x0806 | 0x8100) => {
            Some((Protocol::ETH, next))
        }
        _ => None,
    }
}

/// Teredo (RFC 4380): optional authentication and origin indications before IPv6.
pub fn teredo<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let mut next = payload;
    if next.u16(0) == Some(1) {
        let (Some(client), Some(value)) = (next.u8(2), next.u8(3)) else {
            packet.note(Problem::TEREDO_HEADER_TRUNCATED);
            return None;
        };
        next = next.skip(4 + usize::from(client) + usize::from(value) + 9);
    }
    if next.u16(0) == Some(0) {
        next = next.skip(8);
    }
    if next.captured.len() < 2 {
        packet.note(Problem::TEREDO_HEADER_TRUNCATED);
        return None;
    }
    Some((Protocol::IPV6, next))
}
