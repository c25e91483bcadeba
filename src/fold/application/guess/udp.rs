//! Heuristics for datagrams, in the order in which Wireshark tries them.
//!
//! A heuristic that reads beyond the captured end has the payload, as in Wireshark.

use super::super::names::*;
use super::super::stun::{is_classic_stun, is_stun};
use super::super::text::is_sip_datagram;
use super::magic::*;
use super::rules::*;
use super::{Guess, STAYS, is_rpc_call, is_thrift, u16_at, u32_at};

/// The protocol of a UDP payload of a length by its first bytes and its ports.
pub fn over_udp(payload: &[u8], length: usize, source: u16, destination: u16) -> Option<Guess> {
    let first = *payload.first()?;
    Some(match payload {
        _ if is_wake_on_lan(payload, length) => (WOL, false),
        _ if is_wireguard(payload, length) => (WG, first == 1 && payload.len() >= 4),
        [0x80, 0, 0, 0, ..] if length >= 24 && is_udt(payload, 4) => (UDT, STAYS),
        _ if is_thrift(payload) => (THRIFT, false),
        [_, _, first, ..] if is_graphic(*first) && is_file_request(payload) => (TFTP, false),
        _ if is_stun(payload, length) => (STUN, false),
        [0x80, 0, 0, 0, ..] if length >= 24 && is_udt(payload, 5) => (SRT, STAYS),
        _ if is_sip_datagram(payload, length) => (SIP, false),
        [b'R', b'T', b'P', b'S' | b'X', 1 | 2, ..] if length >= 16 => (RTPS, false),
        [0x80..=0xBF, 200 | 201 | 203 | 204 | 206, ..] if length.is_multiple_of(4) => (RTCP, false),
        // The header of a packet of remote capture, as far as it is there.
        [0, 7, 0, 0, ..] if is_rpcap(payload) => (RPCAP, false),
        _ if is_rpc_call(payload) => (RPC, false),
        [b'R', b'F', b't', b'a', ..] if length >= 8 => (RFTAP, false),
        [0xD2, b'E', b'L', b'O', ..] if is_reload(payload) => (RELOAD, false),
        _ if is_raknet(payload) => (RAKNET, STAYS),
        [0x80..=0xFF, ..] if is_quic(payload) => (QUIC, STAYS),
        [b'P' | b'\r', ..] if is_proxy(payload) => (PROXY, false),
        [0xBE, 0x9B, 0xE9, 0x55, ..] if length >= 16 => (PKTGEN, false),
        [0xED, 1, ..] if length >= 24 => (PATHPORT, false),
        [0, 0, _, _, flags, 0, 0, 1..=5, ..]
            if flags & 3 == 0
                && length >= 16
                && u16_at(payload, 2).map(usize::from) == Some(length) =>
        {
            (PANA, false)
        }
        [0x3B, 0, 1, ..] if is_ocp1(payload) => (OCP1, false),
        [4, ..] if is_netperfmeter(payload) => (NETPERFMETER, STAYS),
        [b'N' | b'n', b'J' | b'j', b'2', b'0', b'0', ..] if length >= 6 => (NJACK, false),
        [0x47, ..] if is_transport_stream(payload, length) => (MP2T, false),
        _ if is_mojito(payload, length) => (MOJITO, false),
        [b'M', b'I', b'O', b'P', ..] if payload.len() >= 16 => (MIOP, false),
        [_, _, _, _, 0x1A, 0x2B, 0x3C, 0x4D, ..] if length >= 28 => (LANFORGE, false),
        [b'I', b'L', b'N', b'K', ..] => (INTERLINK, false),
        [b'I', b'c', b'e', b'P', ..] => (ICEP, false),
        _ if is_gquic(payload) => (GQUIC, STAYS),
        [indicator, 0x40..=0x4F, rest @ ..]
            if rest.get(usize::from(*indicator).wrapping_sub(1)) == Some(&0xA1) =>
        {
            (GOOSE, false)
        }
        [b'G', b'I', b'O', b'P', ..] if length >= 12 => (GIOP, false),
        _ if destination == 8002 && u16_at(payload, 0).map(usize::from) == Some(length) => {
            (FORTINET_SSO, false)
        }
        [1, ..] if is_e100(payload, length) => (E100, false),
        [20..=25, ..] if is_dtls(payload, length) => (DTLS, false),
        _ if is_direct_play(payload) => (DPLAY, false),
        _ if is_dns(payload, length) => (DNS, false),
        [b'A', b'F', _, _, _, _, _, _, 0x10 | 0x90, b'T', ..] if length >= 11 => (DCP_ETSI, false),
        [4, 0..=10, ..] if payload.len() >= 80 && is_connectionless_dcerpc(payload) => {
            (DCERPC, false)
        }
        _ if length >= 24 && [source, destination].contains(&6277) => (DCC, false),
        _ if is_classic_stun(payload, length) => (CLASSICSTUN, false),
        [1, 0x10, 1 | 2, _, 0..=0xBF, ..] if length >= 16 => (CIGI, false),
        [b'I', b'S', b'O', b'1', b'1', b'8', b'9', b'8', rest @ ..]
            if length >= 10 && matches!(rest, [] | [1] | [1, 0..=16, ..]) =>
        {
            (CANETH, false)
        }
        [b'd', rest @ ..] if is_torrent_dictionary(rest) => (BT_DHT, STAYS),
        [_, _, b'A', b's', b'p', b'h', b'o', b'd', b'e', b'l', 0, ..] => (ASPHODEL, STAYS),
        [b'A', b'r', b't', b'-', b'N', b'e', b't', 0, ..] => (ARTNET, false),
        [b'A', b'T', b'*', command @ ..] if is_drone_command(command) => (AR_DRONE, false),
        [0xFF, 0xFF, rest @ ..] if is_midi_command(rest) => (APPLEMIDI, STAYS),
        _ => return None,
    })
}

/// A dictionary of BitTorrent's distributed hash table (BEP 5) by its first key.
fn is_torrent_dictionary(rest: &[u8]) -> bool {
    [&b"1:ad"[..], b"1:rd", b"2:ip", b"1:el"].iter().any(|start| rest.starts_with(start))
}

/// A handshake of UDT version 4, or of SRT, which calls itself version 5.
fn is_udt(payload: &[u8], version: u32) -> bool {
    u32_at(payload, 16) == Some(version)
        && (version == 5 || matches!(u32_at(payload, 20), Some(1 | 2)))
}

/// A packet that wakes a host: its address 16 times. The first that Wireshark looks for, so that it
/// has what was cut before the address.
fn is_wake_on_lan(payload: &[u8], length: usize) -> bool {
    match payload {
        _ if length < 102 => false,
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, a, b, c, d, e, f, rest @ ..] => {
            rest.get(..90).is_some_and(|rest| {
                rest.chunks_exact(6).all(|chunk| chunk == [*a, *b, *c, *d, *e, *f])
            })
        }
        [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, ..] => true,
        _ => payload.len() < 6,
    }
}

/// Packets of an MPEG transport stream (ISO/IEC 13818-1).
fn is_transport_stream(payload: &[u8], length: usize) -> bool {
    length > 0
        && length.is_multiple_of(188)
        && payload.iter().step_by(188).all(|byte| *byte == 0x47)
}

/// Messages of WireGuard, and what was cut before the type.
pub fn is_wireguard(payload: &[u8], length: usize) -> bool {
    match payload {
        [1, _, _, _, ..] => length == 148,
        [2, _, _, _, ..] => length == 92,
        [3, 0, 0, 0, ..] => length == 64,
        [4, 0, 0, 0, ..] => length >= 32,
        _ => payload.len() < 4 && length >= 4,
    }
}

fn is_raknet(payload: &[u8]) -> bool {
    const OFFLINE: [u8; 16] =
        [0, 255, 255, 0, 254, 254, 254, 254, 253, 253, 253, 253, 18, 52, 86, 120];
    [1, 9, 17].iter().any(|at| payload.get(*at..).is_some_and(|rest| rest.starts_with(&OFFLINE)))
}

/// A long header of QUIC (RFC 9000 section 17.2) in a version that is known.
fn is_quic(payload: &[u8]) -> bool {
    let Some(version) = u32_at(payload, 1).filter(|_| payload.len() >= 13) else { return false };
    let known = match version {
        1 | 0x6B33_43CF | 0x709A_50C4 => true,
        0xFF00_000B..=0xFF00_00FF | 0xFACE_B001..=0xFACE_B00E => true,
        0x5130_3530 | 0x5430_3530 | 0x5430_3531 => true,
        version => version & 0x0F0F_0F0F == 0x0A0A_0A0A,
    };
    let length = |at: usize| payload.get(at).map(|length| usize::from(*length));
    let short = |length: &usize| *length <= 20;
    let Some(destination) = length(5).filter(short) else { return false };
    known && length(6 + destination).as_ref().is_some_and(short)
}

/// A message of Gnutella's distributed hash table.
fn is_mojito(payload: &[u8], length: usize) -> bool {
    let stated = payload.get(19..23).and_then(|bytes| bytes.first_chunk().copied());
    payload.len() >= 60
        && length >= 61
        && payload.get(16) == Some(&0x44)
        && stated.is_some_and(|stated| u32::from_le_bytes(stated) as usize + 23 == length)
}

fn is_gquic(payload: &[u8]) -> bool {
    let Some(first) = payload.first() else { return false };
    let version = |at: usize| payload.get(at..).unwrap_or_default();
    if first & 0xC0 == 0xC0 {
        return version(1).starts_with(b"Q046");
    }
    payload.len() >= 13
        && first & 0xC0 == 0
        && first & 9 == 9
        && [b"Q02", b"Q03", b"Q04"].iter().any(|start| version(9).starts_with(*start))
}

/// Records of DTLS, chained exactly to the end, as far as they were captured.
fn is_dtls(payload: &[u8], length: usize) -> bool {
    let is_cut = payload.len() < length;
    let (mut rest, mut count) = (payload, 0);
    while !rest.is_empty() {
        let (Some(kind), Some(version), Some(length)) =
            (rest.first(), u16_at(rest, 1), u16_at(rest, 11))
        else {
            let known = matches!(u16_at(rest, 1), None | Some(0xFEFF | 0xFEFD | 0x0100));
            return is_cut && known && rest.first().is_none_or(|kind| (20..=25).contains(kind));
        };
        if !(20..=25).contains(kind) || !matches!(version, 0xFEFF | 0xFEFD | 0x0100) {
            return false;
        }
        let Some(after) = rest.get(13 + usize::from(length)..) else { return is_cut };
        rest = after;
        count += 1;
    }
    count > 0
}

/// A message of DNS (RFC 1035 section 4.1.1) with few records, as far as it was captured.
fn is_dns(payload: &[u8], length: usize) -> bool {
    let counts = [4, 6, 8, 10].map(|at| u16_at(payload, at));
    let opcode = |flags: u8| flags >> 3 & 15;
    match payload.get(2) {
        _ if length <= 12 => return false,
        Some(flags) if opcode(*flags) != 0 => return false,
        _ => {}
    }
    let [Some(questions), Some(answers), Some(authorities), additional] = counts else {
        return true;
    };
    if additional.is_some_and(|count| count > 10) {
        return false;
    }
    match payload.get(2).map(|flags| flags & 0x80) {
        Some(0) => questions == 1 && answers == 0 && authorities == 0,
        _ => questions <= 1 && answers <= 100 && authorities <= 10,
    }
}

fn is_connectionless_dcerpc(payload: &[u8]) -> bool {
    matches!(payload, [_, _, _, _, order, characters, ..] if order & 0xEE == 0 && *characters <= 3)
}

#[cfg(test)]
mod tests;
