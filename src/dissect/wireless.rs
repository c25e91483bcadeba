//! IEEE 802.11, bare and after radiotap: data frames carry LLC or Ethernet, encrypted ones end the
//! path.

use super::named::{self, ethertypes::ETHERTYPES, types};
use super::packet::Packet;
use super::payload::Payload;
use super::problem::Problem;
use super::protocol::Protocol;
use super::{Next, shim};

/// The radiotap header (radiotap.org), little-endian: version, padding, length, presence bits.
pub fn radiotap<'a>(packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let length = payload.bytes(2).map(|bytes| usize::from(u16::from_le_bytes(*bytes)));
    let Some(length) = length.filter(|length| *length >= 8 && *length <= payload.captured.len())
    else {
        packet.note(Problem::RADIOTAP_HEADER_TRUNCATED);
        return None;
    };
    const PADDED: u8 = 0x20;
    let padded = radiotap_flags(payload.limit(length)).unwrap_or(0) & PADDED != 0;
    let next = if padded { Protocol::WLAN_RADIO_PADDED } else { Protocol::WLAN_RADIO };
    Some((next, payload.skip(length)))
}

/// The flags of a radiotap header, if it has any.
fn radiotap_flags(header: Payload<'_>) -> Option<u8> {
    const TIME: u32 = 1;
    const FLAGS: u32 = 2;
    const MORE: u32 = 1 << 31;
    let present = header.u32(4)?.swap_bytes();
    let mut at = 4;
    while header.u32(at)?.swap_bytes() & MORE != 0 {
        at += 4;
    }
    at += 4;
    if present & TIME != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    if present & FLAGS != 0 { header.u8(at) } else { None }
}

const DATA: u8 = 2;
const ORDER: u8 = 0x80;
const PROTECTED: u8 = 0x40;
const MORE_FRAGMENTS: u8 = 0x04;
const FROM_SYSTEM: u8 = 0x02;
const BOTH_SYSTEMS: u8 = 0x03;
const QOS: u8 = 0x8;
const NO_DATA: u8 = 0x4;
const AGGREGATE: u8 = 0x80;
const MESH_CONTROL: u8 = 0x01;

/// The 802.11 MAC header (IEEE 802.11-2020 clause 9.2): its length depends on the frame control
/// field.
pub fn wlan<'a>(protocol: Protocol, packet: &mut Packet<'a>, payload: Payload<'a>) -> Next<'a> {
    let Some(&[first, second]) = payload.bytes(0) else {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    };
    let swapped = protocol == Protocol::WLAN_SWAPPED;
    let (control, flags) = if swapped { (second, first) } else { (first, second) };
    let (version, kind, subtype) = (control & 3, control >> 2 & 3, control >> 4);
    if version != 0 || kind != DATA {
        return None;
    }
    let both_systems = flags & BOTH_SYSTEMS == BOTH_SYSTEMS;
    let fourth_address = if both_systems { 6 } else { 0 };
    let quality = if subtype & QOS != 0 { 2 } else { 0 };
    let throughput = if quality > 0 && flags & ORDER != 0 { 4 } else { 0 };
    let length = 24 + fourth_address + quality + throughput;
    if payload.captured.len() < length {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    }
    let bits = |at: usize| payload.u8(at + fourth_address).filter(|_| quality > 0).unwrap_or(0);
    if subtype & NO_DATA != 0 || flags & (PROTECTED | MORE_FRAGMENTS) != 0 {
        return None;
    }
    let padded = protocol == Protocol::WLAN_PADDED;
    let length = if padded { length.next_multiple_of(4) } else { length };
    if payload.lacks(length) {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    }
    let next = payload.skip(length);
    // The last fragment is read as a whole frame, as Wireshark does if it knows no other.
    if next.length == 0 {
        return None;
    }
    let aggregate = bits(24) & AGGREGATE != 0;
    let announced = bits(25) & MESH_CONTROL != 0;
    let from_system = flags & FROM_SYSTEM != 0;
    let mesh = if from_system { mesh_control(next, announced, aggregate) } else { 0 };
    if next.captured.len() < mesh {
        packet.note(Problem::WLAN_HEADER_TRUNCATED);
        return None;
    }
    if mesh == 0 && aggregate {
        // The first of several: two addresses, a length, LLC.
        return Some((Protocol::LLC, next.limit(14 + usize::from(next.u16(12)?)).skip(14)));
    }
    carried(packet, payload, next.skip(mesh))
}

/// Length of the mesh control field before LLC, 0 if there is none. As Wireshark, which believes
/// SNAP after such a field more than the bit that announces it.
fn mesh_control(next: Payload<'_>, announced: bool, aggregate: bool) -> usize {
    let length = match next.u8(0) {
        // Flags, time to live and sequence number, then up to two addresses.
        Some(addresses @ 0..=2) => 6 + usize::from(addresses) * 6,
        _ => return 0,
    };
    let llc = next.skip(length);
    let cut = llc.captured.len() < 3;
    let present = if cut { announced } else { !aggregate && begins_with_snap(llc) };
    if present { length } else { 0 }
}

/// True if LLC announces SNAP.
fn begins_with_snap(payload: Payload<'_>) -> bool {
    payload.bytes(0) == Some(&[0xAA, 0xAA, 0x03])
}

/// The layer in a data frame. As in Wireshark, a driver's Ethernet or padding is recognised.
fn carried<'a>(packet: &mut Packet<'a>, header: Payload<'a>, next: Payload<'a>) -> Next<'a> {
    match next.u16(0) {
        Some(0xAAAA) => Some((Protocol::LLC, next)),
        Some(_) if is_ethernet(header, next) => Some((Protocol::ETH, next)),
        Some(0xFFFF) => named::end(packet, types::SAPS, shim::NOVELL),
        Some(0x0000 | 0x1000) => Some((Protocol::LLC, next.skip(2))),
        // Types that Wireshark knows and names no protocol of.
        Some(0x0842 | 0x2065 | 0x2067) => named::push(packet, &[Protocol::LLC]),
        Some(kind @ 0x0601..) => {
            // A type without LLC before it, which Wireshark names all the same.
            let typed = shim::dissected_ethertype(packet, kind, next.skip(2));
            let named = named::find(ETHERTYPES, kind);
            if typed.is_none() && named.is_empty() {
                return Some((Protocol::LLC, next));
            }
            packet.path.push(Protocol::LLC);
            typed.or_else(|| named::push(packet, named))
        }
        _ => Some((Protocol::LLC, next)),
    }
}

/// True if the payload begins with the addresses of the 802.11 header.
fn is_ethernet(header: Payload<'_>, next: Payload<'_>) -> bool {
    const TO_SYSTEM: u8 = 1;
    let flags = header.u8(1).unwrap_or(0);
    let destination = if flags & TO_SYSTEM != 0 { 16 } else { 4 };
    let source = if flags & FROM_SYSTEM != 0 { 16 } else { 10 };
    let same = |at: usize, of: usize| {
        next.bytes::<6>(at).zip(header.bytes::<6>(of)).is_some_and(|(one, two)| one == two)
    };
    same(6, source) || same(0, destination)
}
