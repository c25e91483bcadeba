//! Heuristics: payloads that Wireshark takes for a protocol on any port, in the order in which it
//! tries them at the start of a capture.

mod magic;
mod rules;
mod udp;

use super::http;
use super::names::*;
use super::stun::is_classic_stun;
use super::text::is_sip_datagram;
use crate::dissect::application::Application;
pub use udp::{is_wireguard, over_udp};

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
        [b'R' | b'r', b'F' | b'f', b'B' | b'b', b' ', _, _, _, b'.', _, _, _, b'\n' | 0] => {
            (VNC, STAYS)
        }
        _ if is_stun_frame(0) || is_stun_frame(2) => (STUN, STAYS),
        _ if is_tls(payload) => (TLS, STAYS),
        _ if is_thrift(payload) => (THRIFT, false),
        _ if is_smpp(payload) => (SMPP, false),
        [b'P' | b'\r', ..] if magic::is_proxy(payload) => (PROXY, false),
        _ if is_sip_datagram(payload, payload.len()) => (SIP, false),
        _ if is_rpc_call(payload.get(4..).unwrap_or_default()) => (RPC, STAYS),
        [3, 0, high, low] | [3, 0, high, low, 3 | 8, _, _, ..]
            if u16::from_be_bytes([*high, *low]) >= 7 =>
        {
            (Q931, false)
        }
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
        _ => {
            let classic =
                || is_classic_stun(payload, payload.len()).then_some((CLASSICSTUN, false));
            return magic::over_tcp(payload).or_else(|| rules::over_tcp(payload)).or_else(classic);
        }
    };
    Some(guess)
}

/// A message of Thrift, alone or in a frame: of the strict binary protocol, or of the compact one.
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
    let framed = u32_at(payload, 0).is_some_and(|length| (8..1 << 31).contains(&length));
    strict(0)
        || strict(4)
        || is_compact_thrift(payload, 0)
        || framed && is_compact_thrift(payload, 4)
}

/// A message of Thrift's compact protocol: its type, a sequence number, a name.
fn is_compact_thrift(payload: &[u8], at: usize) -> bool {
    let Some([0x82, kind, rest @ ..]) = payload.get(at..) else { return false };
    let number = |rest: &[u8]| rest.iter().take(5).position(|byte| *byte < 0x80);
    let (true, Some(end)) = (matches!(kind, 0x21 | 0x41 | 0x61 | 0x81), number(rest)) else {
        return false;
    };
    let Some([length @ 0..=0x7F, rest @ ..]) = rest.get(end + 1..) else { return false };
    let name = rest.get(..usize::from(*length)).filter(|name| name.len() < rest.len());
    name.is_some_and(|name| name.iter().all(|byte| matches!(byte, b' '..=b'~')))
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
        && (16..=0x1_0000).contains(&length)
        && known
        && !(is_response && matches!(command & 0x7FFF_FFFF, 0x0B | 0x102))
        && command != 0
        // Numbers of errors that are reserved.
        && !matches!(status, 0x4A..=0x4F | 0x113..=0x3FF)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(payload: &[u8]) -> Option<&'static str> {
        over_tcp(payload, 1234).map(|(application, _)| application.name())
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
            (b"\x82\x81\xB2\x81\x01\x04ping\0", "thrift"),
            (b"\0\0\0\x20\x82\x21\x02\x04ping\0", "thrift"),
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
}
