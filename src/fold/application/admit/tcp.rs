//! Answers to TCP payloads.

use super::super::Shows;
use super::super::http;
use super::super::names::*;
use super::is_rpc;
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

/// XMPP shows only payloads whose last character is the end of a tag.
fn xmpp(payload: &[u8]) -> Shows {
    match payload.iter().rev().find(|byte| **byte > b' ') {
        Some(b'>') => Shows::Always,
        _ => Shows::Never,
    }
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
    }
}
