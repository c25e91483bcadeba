//! IEEE 802.11, bare and behind radiotap: data frames carry LLC, encrypted ones end the path.

use super::Next;
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;

/// The radiotap header (radiotap.org), little-endian: version, padding, length, presence bits.
pub fn radiotap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let length = payload.bytes(2).map(|bytes| usize::from(u16::from_le_bytes(*bytes)));
    let Some(length) = length.filter(|length| *length >= 8 && *length <= payload.captured.len())
    else {
        packet.note(Problem::RADIOTAP_HEADER_TRUNCATED);
        return None;
    };
    Some((Protocol::WLAN_RADIO, payload.skip(length)))
}

const DATA: u8 = 2;
const ORDER: u8 = 0x80;
const PROTECTED: u8 = 0x40;
const BOTH_SYSTEMS: u8 = 0x03;
const QOS: u8 = 0x8;
const NO_DATA: u8 = 0x4;
const AGGREGATE: u8 = 0x80;

/// The 802.11 MAC header (IEEE 802.11-2020 clause 9.2): its length depends on the frame control
/// field.
pub fn wlan<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[control, flags]) = payload.bytes(0) else {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    };
    let (kind, subtype) = (control >> 2 & 3, control >> 4);
    if kind != DATA {
        return None;
    }
    let fourth_address = if flags & BOTH_SYSTEMS == BOTH_SYSTEMS { 6 } else { 0 };
    let quality = if subtype & QOS != 0 { 2 } else { 0 };
    let throughput = if quality > 0 && flags & ORDER != 0 { 4 } else { 0 };
    let length = 24 + fourth_address + quality + throughput;
    if payload.captured.len() < length {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    }
    let aggregate = quality > 0
        && payload.u8(24 + fourth_address).is_some_and(|control| control & AGGREGATE != 0);
    let next = payload.skip(length);
    if subtype & NO_DATA != 0 || flags & PROTECTED != 0 || aggregate || next.length == 0 {
        return None;
    }
    Some((Protocol::LLC, next))
}
