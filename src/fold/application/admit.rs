//! Answers of Wireshark's protocols to a payload that a port or the stream gives them: refuse it,
//! take it and show something, or take it silently.

use super::Shows;
use super::guess::{self, is_wireguard};
use super::http;
use super::names::*;
use super::stun::{is_channel_data, is_stun};
use super::text::is_sip;
use crate::dissect::application::Application;

/// Part of a TCP payload that a protocol shows. None if the protocol refuses the payload.
pub fn over_tcp(application: Application, payload: &[u8]) -> Option<Shows> {
    let shown = |accepts: bool| accepts.then_some(Shows::Always);
    match application {
        HTTP => Some(http::read(payload).0),
        TLS => shown(!is_text(payload)),
        RPC => shown(is_rpc(payload.get(4..).unwrap_or_default())),
        DCERPC | BITCOIN | FIX => shown(true),
        DNP3 => shown(payload.starts_with(&[5, 0x64])),
        XMPP => Some(xmpp(payload)),
        MBTCP => {
            shown(matches!(payload, [_, _, 0, 0, high, low, _, _, ..] if (*high, *low) >= (0, 2)))
        }
        TPLINK | ENTTEC | S101 | GSM_IPA | CPFI => None,
        _ => shown(true),
    }
}

/// True if Wireshark's TLS refuses a payload: more than four bytes that begin with text.
pub fn is_text(payload: &[u8]) -> bool {
    payload.len() > 4 && payload.iter().take(4).all(|byte| byte.is_ascii_graphic() || *byte == b' ')
}

fn is_rpc(message: &[u8]) -> bool {
    guess::rpc(message).is_some()
}

/// XMPP shows only payloads whose last character is the end of a tag.
fn xmpp(payload: &[u8]) -> Shows {
    match payload.iter().rev().find(|byte| **byte > b' ') {
        Some(b'>') => Shows::Always,
        _ => Shows::Never,
    }
}

/// Part of a UDP payload that a protocol shows. None if the protocol refuses the payload.
pub fn over_udp(application: Application, payload: &[u8]) -> Option<(Application, Shows)> {
    let accepts = match application {
        STUN => is_stun(payload) || is_channel_data(payload),
        WG => is_wireguard(payload),
        RPC => is_rpc(payload),
        SIP => {
            if payload.first().is_some_and(|first| *first >= 0xF8) {
                return Some((SIGCOMP, Shows::Always));
            }
            is_sip(payload)
        }
        RADIUS => is_radius(payload),
        OICQ => matches!(payload, [2, _, _, _, _, ..]),
        ICQ => matches!(payload, [2..=5, 0, ..]),
        DNP3 => payload.starts_with(&[5, 0x64]),
        BT_DHT => payload.starts_with(b"d1:") || payload.starts_with(b"d2:"),
        ENTTEC | S101 | GSM_IPA | CPFI => false,
        RTP => payload.first().is_some_and(|first| first >> 6 == 2),
        application => !TUNNELS.contains(&application),
    };
    accepts.then_some((application, Shows::Always))
}

/// RADIUS (RFC 2865 section 3).
fn is_radius(payload: &[u8]) -> bool {
    matches!(*payload, [1..=5 | 11..=13 | 21..=24 | 26..=34 | 40..=45 | 50..=52, _, high, low, ..]
        if (20..=4096).contains(&u16::from_be_bytes([high, low])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_refuse_what_is_not_theirs() {
        assert_eq!(over_tcp(TLS, b"HELO a"), None);
        assert_eq!(over_tcp(TLS, b"HELO"), Some(Shows::Always));
        assert_eq!(over_tcp(TLS, &[23, 3, 3, 0, 9]), Some(Shows::Always));
        assert_eq!(over_tcp(XMPP, b"<a> "), Some(Shows::Always));
        assert_eq!(over_tcp(XMPP, b"<a"), Some(Shows::Never));
        assert_eq!(over_tcp(DNP3, &[5, 0x64, 5]), Some(Shows::Always));
        assert_eq!(over_tcp(DNP3, &[5, 0x65, 5]), None);
        assert_eq!(over_tcp(TPLINK, b"x"), None);
        assert_eq!(over_tcp(FTP, b"x"), Some(Shows::Always));
        assert_eq!(over_udp(SIP, &[0xF8, 0]).map(|(name, _)| name), Some(SIGCOMP));
        assert_eq!(over_udp(SIP, b"\r\n"), None);
        assert_eq!(over_udp(RADIUS, &[1, 0, 0, 20]).map(|(name, _)| name), Some(RADIUS));
        assert_eq!(over_udp(RADIUS, &[1, 0, 0, 19]), None);
        assert_eq!(over_udp(STUN, &[0; 20]), None);
        assert_eq!(over_udp(DNS, &[0]).map(|(name, _)| name), Some(DNS));
    }
}
