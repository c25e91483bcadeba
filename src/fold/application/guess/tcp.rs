//! Heuristics for TCP payloads, in the order in which Wireshark tries them.

use super::super::http;
use super::super::names::*;
use super::super::stun::is_classic_stun;
use super::super::text::is_sip_datagram;
use super::magic::*;
use super::rules::*;
use super::{Guess, STAYS, is_rpc_call, is_thrift, u16_at, u32_at};

/// The protocol of a TCP payload by its first bytes. `destination` is the receiver's port.
pub fn over_tcp(payload: &[u8], source: u16, destination: u16) -> Option<Guess> {
    let length = payload.len();
    Some(match payload {
        [b'Z', b'I', b'O', b'P', ..] if length >= 12 => (ZIOP, false),
        [b'Y', b'M', b'S', b'G', ..] => (YMSG, false),
        [b'Y', b'P', b'N', b'S', ..] | [b'Y', b'H', b'O', b'O', ..]
            if length >= 105 && [source, destination].contains(&5050) =>
        {
            (YHOO, false)
        }
        [0..=0x3F, _, _, _, 0x7F, 0x5A, 0x9B, 0xC7, ..] if length >= 20 => (XMCP, false),
        [b'x', b'c', b's', b'l', b'-' | b';', ..] => (XCSL, false),
        [b'R' | b'r', b'F' | b'f', b'B' | b'b', b' ', _, _, _, b'.', _, _, _, b'\n' | 0] => {
            (VNC, STAYS)
        }
        [2, _, _, b'/', _, _, _, _, _, b'/', b'O' | b'R', b'/', _, _, b'/', ..] => (UCP, STAYS),
        _ if is_thrift(payload) => (THRIFT, false),
        [2 | 15 | 16, 0..=3 | 5 | 9 | 17 | 33, ..] if is_tds_login(payload) => (TDS, false),
        _ if is_encapsulated(payload) => (TCPENCAP, false),
        [b'T', b'A', b'L', b'I', operation @ ..] if length >= 10 && is_tali(operation) => {
            (TALI, false)
        }
        _ if is_stun_frame(payload, 0) || is_stun_frame(payload, 2) => (STUN, STAYS),
        _ if is_tls(payload) => (TLS, STAYS),
        [b'R', b'E', b'D', b'Q', ..] => (SPICE, STAYS),
        _ if is_smpp(payload) => (SMPP, false),
        [0xE2, 0xD4, 0xC3, 0xC4 | 0xD9, ..] => (SMC, false),
        _ if is_sip_datagram(payload, length) => (SIP, false),
        [_, _, _, _, 0xDD, 0x54, 0xDD, 0x55, ..] => (RTITCP, false),
        [0, 1..=11 | 0x82..=0x8B, ..] if is_rpcap(payload) => (RPCAP, STAYS),
        _ if is_rpc_call(payload.get(4..).unwrap_or_default()) => (RPC, STAYS),
        [0xD2, b'E', b'L', b'O', ..] if is_reload(payload) => (RELOAD, false),
        [3, 0, high, low] | [3, 0, high, low, 3 | 8, _, _, ..]
            if u16::from_be_bytes([*high, *low]) >= 7 =>
        {
            (Q931, false)
        }
        [0xBF, 0xCA, 0, 0, 1 | 2 | 4 | 8, 0, 0, 0, ..] if is_pvfs(payload) => (PVFS, false),
        [b'P' | b'\r', ..] if is_proxy(payload) => (PROXY, false),
        [_, _, _, _, 1, rest @ ..] if rest.starts_with(b"ActiveMQ") => (OPENWIRE, STAYS),
        _ if matches!(destination, 6633 | 6634 | 6653) && length >= 8 => (OPENFLOW, STAYS),
        [0x3B, 0, 1, ..] if is_ocp1(payload) => (OCP1, false),
        [4, ..] if is_netperfmeter(payload) => (NETPERFMETER, STAYS),
        [0x25, 0x60, 0x95, 0x13, 0, 0, 0, 0..=2, ..] if length >= 28 => (NBD, false),
        [0x67, 0x44, 0x66, 0x98, ..] if length >= 16 => (NBD, false),
        [b'M', b'S', b'R', b'P', b' ', ..]
            if memchr::memmem::find(payload, b"\r\n-------").is_some() =>
        {
            (MSRP, false)
        }
        [b'T', b'S', b'H', ..] | [0xE3, 0xE2, 0xC8, ..] if length >= 28 => (MQ, STAYS),
        [b'M', b'P', b'A', b' ', rest @ ..]
            if length >= 20 && rest.starts_with(b"ID Req Frame") =>
        {
            (IWARP_MPA, false)
        }
        _ if http::is_certain(payload) => (HTTP, STAYS),
        [_, _, _, _, 0x1A, 0x2B, 0x3C, 0x4D, ..] if length >= 28 => (LANFORGE, false),
        [b'J', b'X', b'T', b'A', rest @ ..] if is_jxta_hello(rest) => (JXTA, false),
        [b'I', b'c', b'e', b'P', ..] => (ICEP, false),
        [0x0B, b'M', b'S', b'H', b'|', ..] => (HL7, STAYS),
        [b'S', b'5', ..] => (H1, false),
        [b'G', b'I', b'O', b'P', ..] if length >= 12 => (GIOP, STAYS),
        [2, 0, high, low, 1..=4, ..]
            if (5..=10_245).contains(&u16::from_be_bytes([*high, *low])) =>
        {
            (FMTP, false)
        }
        [b'8', b'=', b'F', b'I', b'X', ..] => (FIX, STAYS),
        [0xDE, 0xAD, 0xBE, 0xEF, ..] => (ETCH, false),
        [_, _, 0xD0, ..] if is_drda(payload) => (DRDA, STAYS),
        _ if is_direct_play(payload) => (DPLAY, false),
        [1, _, _, _, _, _, 0, 1, ..]
            if length >= 10
                && u32_at(payload, 2).map(|it| it as usize) == length.checked_sub(6) =>
        {
            (DICOM, false)
        }
        [5, 0 | 1, 0..=20, _, order, characters, ..]
            if order & 0xEE == 0 && *characters <= 3 && is_dcerpc(payload) =>
        {
            (DCERPC, false)
        }
        [_, _, _, _, b'C', b'T', b'D', b'B', ..] | [_, _, _, _, b'B', b'D', b'T', b'C', ..] => {
            (CTDB, false)
        }
        _ if is_classic_stun(payload, length) => (CLASSICSTUN, false),
        [2, tens @ b'0'..=b'9', ones @ b'0'..=b'9', b':', _, _, _, b'\t', rest @ ..]
            if rest.contains(&3) && is_cimd((tens - b'0') * 10 + ones - b'0') =>
        {
            (CIMD, false)
        }
        [b'c', b'e', b'p', b'h', b' ', b'v', ..] if length >= 178 => (CEPH, STAYS),
        [0x13, rest @ ..] if rest.starts_with(b"BitTorrent protocol") => (BITTORRENT, STAYS),
        [0xF9, 0xBE, 0xB4, 0xD9, ..]
        | [0xFA, 0xBF, 0xB5, 0xDA, ..]
        | [0x0B, 0x11, 0x09, 0x07, ..] => (BITCOIN, STAYS),
        _ => return None,
    })
}

/// A login of TDS, or a query of version 5, outside of its ports ([MS-TDS] section 2.2).
fn is_tds_login(payload: &[u8]) -> bool {
    let version = |at: usize| payload.get(at).copied().unwrap_or_default();
    u16_at(payload, 2).is_some_and(|length| length >= 8)
        && match payload.first() {
            Some(2) => {
                let short = |at: usize| version(at) <= 30;
                matches!(version(466), 4 | 5) && [38, 69, 100, 131].into_iter().all(short)
            }
            Some(15) => version(8) == 0x21,
            _ => matches!(version(15), 0x70 | 0x80),
        }
}

/// A datagram of ESP or UDP in Cisco's encapsulation, which its last 16 bytes tell.
fn is_encapsulated(payload: &[u8]) -> bool {
    matches!(payload, [_, .., 0, 0, 0, 0, _, _, kind, 0, _, _, _, _, _, 17 | 50, _, _]
        if kind & 15 == 0)
}

fn is_stun_frame(payload: &[u8], at: usize) -> bool {
    let frame = payload.get(at..).unwrap_or_default();
    u32_at(frame, 4) == Some(0x2112_A442)
        && u16_at(frame, 2).is_some_and(|length| frame.len() >= usize::from(length) + 20)
        && frame.first().is_some_and(|first| first & 0xC0 == 0)
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
mod tests;
