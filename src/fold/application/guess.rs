//! Heuristics: payloads that Wireshark takes for a protocol on any port, in the order in which it
//! tries them at the start of a capture.

mod magic;
mod rules;
mod tcp;
mod udp;

use crate::dissect::application::Application;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
pub use tcp::over_tcp;
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

/// True if a message of Bitcoin begins anywhere in a payload.
pub fn has_bitcoin(payload: &[u8]) -> bool {
    memchr::memmem::find(payload, &[0xF9, 0xBE, 0xB4, 0xD9]).is_some()
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

/// True for the group at which BitTorrent's clients look for each other (BEP 14): Wireshark does not
/// read what they send.
pub fn is_local_search(to: IpAddr, destination: u16) -> bool {
    const GROUP_V4: Ipv4Addr = Ipv4Addr::new(239, 192, 152, 143);
    const GROUP_V6: Ipv6Addr = Ipv6Addr::new(0xFF15, 0, 0, 0, 0, 0, 0xEFC0, 0x988F);
    destination == 6771 && (to == GROUP_V4 || to == GROUP_V6)
}
