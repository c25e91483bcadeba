//! Heuristics: payloads that Wireshark takes for a protocol on any port, in the order in which it
//! tries them at the start of a capture.

use super::http;
use super::names::*;
use super::stun::{is_classic_stun, is_stun};
use super::text::{is_sip, is_sip_datagram};
use crate::dissect::application::Application;

/// A recognised protocol, and whether the rest of the stream is then its own.
pub type Guess = (Application, bool);

const STAYS: bool = true;

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// The protocol of a TCP payload by its first bytes. `destination` is the receiver's port.
pub fn over_tcp(payload: &[u8], destination: u16) -> Option<Guess> {
    let is_stun_frame = |at: usize| {
        let frame = payload.get(at..).unwrap_or_default();
        u32_at(frame, 4) == Some(0x2112_A442)
            && u16_at(frame, 2).is_some_and(|length| frame.len() >= usize::from(length) + 20)
            && frame.first().is_some_and(|first| first & 0xC0 == 0)
    };
    let guess = match payload {
        [b'R', b'F', b'B', b' ', _, _, _, b'.', _, _, _, b'\n' | 0] => (VNC, STAYS),
        _ if is_stun_frame(0) || is_stun_frame(2) => (STUN, STAYS),
        _ if is_tls(payload) => (TLS, STAYS),
        _ if is_thrift(payload) => (THRIFT, false),
        _ if is_smpp(payload) => (SMPP, STAYS),
        [b'P', b'R', b'O', b'X', b'Y', b' ', ..] => (PROXY, false),
        [b'\r', b'\n', b'\r', b'\n', 0, b'\r', b'\n', b'Q', b'U', b'I', b'T', b'\n', ..] => {
            (PROXY, false)
        }
        _ if is_sip(payload) => (SIP, false),
        _ if is_rpc_call(payload.get(4..).unwrap_or_default()) => (RPC, STAYS),
        [3, 0, high, low, 8, ..] if u16::from_be_bytes([*high, *low]) >= 7 => (Q931, false),
        [_, _, _, _, 1, rest @ ..] if rest.starts_with(b"ActiveMQ") => (OPENWIRE, STAYS),
        _ if matches!(destination, 6633 | 6634 | 6653) && payload.len() >= 8 => (OPENFLOW, STAYS),
        _ if http::is_certain(payload) => (HTTP, STAYS),
        [b'G', b'I', b'O', b'P', ..] if payload.len() >= 12 => (GIOP, STAYS),
        [b'8', b'=', b'F', b'I', b'X', ..] => (FIX, STAYS),
        [_, _, 0xD0, ..] if is_drda(payload) => (DRDA, STAYS),
        [5, 0 | 1, 0..=20, _, order, characters, ..]
            if order & 0xEE == 0 && *characters <= 3 && is_dcerpc(payload) =>
        {
            (DCERPC, false)
        }
        [0x13, rest @ ..] if rest.starts_with(b"BitTorrent protocol") => (BITTORRENT, STAYS),
        [0xF9, 0xBE, 0xB4, 0xD9, ..]
        | [0xFA, 0xBF, 0xB5, 0xDA, ..]
        | [0x0B, 0x11, 0x09, 0x07, ..] => (BITCOIN, STAYS),
        _ => return None,
    };
    Some(guess)
}

/// A strict message of Thrift's binary protocol, alone or in a frame.
fn is_thrift(payload: &[u8]) -> bool {
    let strict = |at: usize| {
        let message = payload.get(at..).unwrap_or_default();
        let name = u32_at(message, 4).unwrap_or(u32::MAX) as usize;
        matches!(message, [0x80, 1, 0, 1..=4, ..])
            && name <= 128
            && message
                .get(8..)
                .and_then(|rest| rest.get(..name))
                .is_some_and(|name| name.iter().all(u8::is_ascii_graphic))
    };
    strict(0) || strict(4)
}

/// A header of SMPP with a known command.
fn is_smpp(payload: &[u8]) -> bool {
    let [Some(length), Some(command), Some(status)] = [0, 4, 8].map(|at| u32_at(payload, at))
    else {
        return false;
    };
    let known = matches!(command & 0x7FFF_FFFF,
        0..=9 | 0x0B | 0x15 | 0x21 | 0x102 | 0x103 | 0x111..=0x113);
    let is_response = command >> 31 == 1;
    payload.len() >= 16
        && (16..0x1_0000).contains(&length)
        && known
        && command != 0
        && (if is_response { status < 0x500 } else { status == 0 })
}

/// True if a message of Bitcoin begins anywhere in a payload.
pub fn has_bitcoin(payload: &[u8]) -> bool {
    memchr::memmem::find(payload, &[0xF9, 0xBE, 0xB4, 0xD9]).is_some()
}

/// TLS records, or an SSL 2.0 hello.
fn is_tls(payload: &[u8]) -> bool {
    match *payload {
        [22 | 23, 3, 0..=3, high, low, ..] | [22 | 23, 1, 1, high, low, ..] => {
            (1..18_432).contains(&u16::from_be_bytes([high, low]))
        }
        [0x80, _, 1, _, _, c0, c1, s0, s1, h0, h1, ..] => {
            let (ciphers, session) = (u16::from_be_bytes([c0, c1]), u16::from_be_bytes([s0, s1]));
            payload.len() >= 46
                && ciphers > 0
                && ciphers % 3 == 0
                && matches!(session, 0 | 16)
                && u16::from_be_bytes([h0, h1]) == 32
        }
        _ => false,
    }
}

/// A call of ONC RPC (RFC 5531) to a program that is known.
pub fn is_rpc_call(message: &[u8]) -> bool {
    let program = || u32_at(message, 12);
    u32_at(message, 4) == Some(0)
        && u32_at(message, 8) == Some(2)
        && program().is_some_and(|program| {
            matches!(program, 100_000..=100_300 | 150_001 | 200_000..=200_100 | 300_019 | 395_180)
                || matches!(program, 390_103..=390_120 | 536_870_913..=536_870_930 | 24_559_237)
                || matches!(
                    program,
                    1_298_437 | 14_398_328 | 536_870_971 | 0x2000_0000..=0x2000_00FF
                )
        })
}

/// The transaction of a message of ONC RPC, and whether it is a call.
#[inline]
pub fn rpc(message: &[u8]) -> Option<(u32, bool)> {
    match u32_at(message, 4)? {
        0 if is_rpc_call(message) => Some((u32_at(message, 0)?, true)),
        1 => Some((u32_at(message, 0)?, false)),
        _ => None,
    }
}

fn is_drda(payload: &[u8]) -> bool {
    let lengths = u16_at(payload, 0).zip(u16_at(payload, 6));
    payload.len() >= 10 && lengths.is_some_and(|(outer, inner)| outer.checked_sub(6) == Some(inner))
}

fn is_dcerpc(payload: &[u8]) -> bool {
    let length = payload.get(8..10).and_then(|bytes| bytes.first_chunk().copied());
    let little = payload.get(4).is_some_and(|order| order & 0x10 != 0);
    payload.len() >= 16
        && length.is_some_and(|length| {
            let length =
                if little { u16::from_le_bytes(length) } else { u16::from_be_bytes(length) };
            length >= 16
        })
}

/// The protocol of a UDP payload of a length by its first bytes.
pub fn over_udp(payload: &[u8], length: usize) -> Option<Guess> {
    let first = *payload.first()?;
    let guess = match payload {
        _ if is_wake_on_lan(payload, length) => (WOL, false),
        [0x47, ..] if is_transport_stream(payload, length) => (MP2T, false),
        _ if is_wireguard(payload, length) => (WG, first == 1 && payload.len() >= 4),
        _ if is_stun(payload, length) => (STUN, false),
        _ if is_sip_datagram(payload, length) => (SIP, false),
        [b'R', b'T', b'P', b'S' | b'X', ..] if length >= 16 => (RTPS, false),
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
        _ => return None,
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
        [1, 0, 0, 0, ..] => length == 148,
        [2, 0, 0, 0, ..] => length == 92,
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

    fn tcp(payload: &[u8]) -> Option<&'static str> {
        over_tcp(payload, 1234).map(|(application, _)| application.name())
    }

    fn udp(payload: &[u8]) -> Option<&'static str> {
        over_udp(payload, payload.len()).map(|(application, _)| application.name())
    }

    #[test]
    fn tcp_payloads_are_recognised_and_near_misses_are_not() {
        let hello = [&[0x80, 44, 1, 3, 1, 0, 3, 0, 0, 0, 32][..], &[7; 35]].concat();
        let call = [&[0x80, 0, 0, 40, 1, 2, 3, 4][..], &[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xA0]];
        let bind = [5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0];
        let smpp = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 2];
        let drda = [0, 20, 0xD0, 1, 0, 1, 0, 14, 0x10, 0x41];
        for (payload, name) in [
            (&b"RFB 003.008\n"[..], "vnc"),
            (&[22, 3, 1, 0, 5], "tls"),
            (&hello, "tls"),
            (&call.concat(), "rpc"),
            (b"\0\0\0\x20\x01ActiveMQ", "openwire"),
            (b"GET / HTTP/1.1\r\n", "http"),
            (b"GIOP\x01\x02\0\0\0\0\0\0", "giop"),
            (b"8=FIX.4.2", "fix"),
            (&drda, "drda"),
            (&smpp, "smpp"),
            (b"\x80\x01\0\x01\0\0\0\x04ping", "thrift"),
            (b"\0\0\0\x20\x80\x01\0\x01\0\0\0\x04ping", "thrift"),
            (&bind, "dcerpc"),
            (b"\x13BitTorrent protocol", "bittorrent"),
            (&[0xF9, 0xBE, 0xB4, 0xD9], "bitcoin"),
        ] {
            assert_eq!(tcp(payload), Some(name));
            let other: Vec<u8> = payload.iter().map(|byte| byte ^ 0x48).collect();
            assert_ne!(tcp(&other), Some(name), "{other:?}");
        }
        for other in [&b""[..], &[22, 3, 1, 0, 0], &[22, 3, 9, 0, 5], b"RFB 003.008\n\n", &[5; 16]]
        {
            assert_eq!(tcp(other), None, "{other:?}");
        }
        assert_eq!(over_tcp(&[4, 0, 0, 8, 0, 0, 0, 1], 6653).map(|guess| guess.0), Some(OPENFLOW));
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
