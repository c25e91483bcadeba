//! Heuristics for datagrams.
//!
//! A heuristic that reads beyond the captured end has the payload, as in Wireshark.

use super::super::names::*;
use super::super::stun::{is_classic_stun, is_stun};
use super::super::text::is_sip_datagram;
use super::{Guess, STAYS, is_rpc_call, is_thrift, magic, rules, u16_at, u32_at};

/// The protocol of a UDP payload of a length by its first bytes.
pub fn over_udp(payload: &[u8], length: usize) -> Option<Guess> {
    let first = *payload.first()?;
    let guess = match payload {
        _ if is_wake_on_lan(payload, length) => (WOL, false),
        [0x47, ..] if is_transport_stream(payload, length) => (MP2T, false),
        _ if is_wireguard(payload, length) => (WG, first == 1 && payload.len() >= 4),
        _ if is_stun(payload, length) => (STUN, false),
        _ if is_sip_datagram(payload, length) => (SIP, false),
        [b'R', b'T', b'P', b'S' | b'X', 1 | 2, ..] if length >= 16 => (RTPS, false),
        [0x80..=0xBF, 200 | 201 | 203 | 204 | 206, ..] if length.is_multiple_of(4) => (RTCP, false),
        _ if is_rpc_call(payload) => (RPC, false),
        _ if is_raknet(payload) => (RAKNET, STAYS),
        [0x80..=0xFF, ..] if is_quic(payload) => (QUIC, STAYS),
        _ if is_mojito(payload, length) => (MOJITO, false),
        _ if is_gquic(payload) => (GQUIC, STAYS),
        [1, 0..=3, 0..=4, ..] if u16_at(payload, 6).map(usize::from) == Some(payload.len()) => {
            (HART_IP, false)
        }
        [20..=25, ..] if is_dtls(payload, length) => (DTLS, false),
        _ if is_dns(payload, length) => (DNS, false),
        [b'I', b'S', b'O', b'1', b'1', b'8', b'9', b'8', rest @ ..]
            if length >= 10 && matches!(rest, [] | [1] | [1, 0..=16, ..]) =>
        {
            (CANETH, false)
        }
        _ if is_thrift(payload) => (THRIFT, false),
        [4, 0..=10, ..] if payload.len() >= 80 && is_connectionless_dcerpc(payload) => {
            (DCERPC, false)
        }
        _ if is_classic_stun(payload, length) => (CLASSICSTUN, false),
        [b'd', rest @ ..]
            if [&b"1:ad"[..], b"1:rd", b"2:ip", b"1:el"]
                .iter()
                .any(|start| rest.starts_with(start)) =>
        {
            (BT_DHT, STAYS)
        }
        [b'M', b'I', b'O', b'P', ..] if payload.len() >= 16 => (MIOP, false),
        _ => return magic::over_udp(payload, length).or_else(|| rules::over_udp(payload, length)),
    };
    Some(guess)
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
mod tests {
    use super::*;

    fn udp(payload: &[u8]) -> Option<&'static str> {
        over_udp(payload, payload.len()).map(|(application, _)| application.name())
    }

    #[test]
    fn udp_payloads_are_recognised_and_near_misses_are_not() {
        let stun = [&[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], &[7; 12]].concat();
        let classic = [&[0, 1, 0, 0][..], &[7; 16]].concat();
        let query = [&[7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], b"\x01a\0\0\x01\0\x01"].concat();
        let mojito = [&[7; 16][..], &[0x44, 0, 0, 38, 0, 0, 0], &[7; 38]].concat();
        let quic = [&[0xC0, 0, 0, 0, 1, 4][..], &[7, 7, 7, 7, 0, 0, 0, 0]].concat();
        for (payload, name) in [
            (&[&[1, 0, 0, 0][..], &[9; 144]].concat()[..], "wg"),
            (&stun, "stun"),
            (&classic, "classicstun"),
            (&query, "dns"),
            (&quic, "quic"),
            (b"RTPS\x02\x01\x01\x01aaaabbbb", "rtps"),
            (&[0x80, 200, 0, 1, 0, 0, 0, 1], "rtcp"),
            (&[22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 7], "dtls"),
            (b"d1:ad2:id", "bt-dht"),
            (&mojito, "mojito"),
            (b"ISO11898\x01\x10", "caneth"),
            (&[1, 0, 0, 0, 0, 2, 0, 8], "hart_ip"),
            (b"\x09aaaaaaaaQ043\0", "gquic"),
            (&[&[0xFF; 6][..], &b"abcdef".repeat(16)].concat(), "wol"),
            (&[&[0x47][..], &[0xFF; 187]].concat(), "mp2t"),
        ] {
            assert_eq!(udp(payload), Some(name));
            let other: Vec<u8> = payload.iter().map(|byte| byte ^ 0xA5).collect();
            assert_ne!(udp(&other), Some(name), "{other:?}");
        }
        for other in [&b""[..], &[22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 7], &[0xC0; 13]] {
            assert_eq!(udp(other), None, "{other:?}");
        }
    }

    #[test]
    fn cut_payloads_belong_to_what_reads_over_their_end() {
        let name = |payload: &[u8]| over_udp(payload, 200).map(|(name, _)| name.name());
        assert_eq!(name(&[5; 5]), Some("wol"));
        assert_eq!(over_udp(&[5; 3], 20), Some((WG, false)));
        assert_eq!(name(&[5; 9]), Some("dns"));
        assert_eq!(name(&[5; 10]), None);
        assert_eq!(name(&[0x47; 12]), None);
        assert_eq!(name(&[22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0]), Some("dtls"));
    }
}
