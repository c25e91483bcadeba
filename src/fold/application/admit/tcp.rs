//! Answers to TCP payloads.

use super::super::Shows;
use super::super::http;
use super::super::names::*;
use super::super::upgrade;
use super::{forms, iscsi};
use crate::dissect::application::Application;
use memchr::memmem;

/// Part of a TCP payload that a protocol shows. None if the protocol refuses the payload.
pub fn over_tcp(application: Application, payload: &[u8]) -> Option<Shows> {
    let shown = |accepts: bool| accepts.then_some(Shows::Always);
    let silent_unless = |shown: bool| Some(if shown { Shows::Always } else { Shows::Never });
    match application {
        HTTP => Some(http::read(payload).0),
        TLS => shown(!is_text(payload)),
        RPC | DCERPC | BITCOIN | FIX => shown(true),
        DNP3 => shown(payload.starts_with(&[5, 0x64])),
        XMPP => Some(xmpp(payload)),
        IMAP => Some(imap(payload)),
        LDAP => Some(ldap(payload)),
        SIP => silent_unless(is_sip(payload)),
        AMQP if is_unknown_amqp(payload) => Some(Shows::Never),
        AMS => silent_unless(payload.len() >= 32),
        HL7 => silent_unless(payload.ends_with(&[0x1C, 0x0D])),
        MSMMS => shown(payload.get(4..8) == Some(&[0xCE, 0xFA, 0x0B, 0xB0])),
        SABP => silent_unless(
            payload.len() >= 5
                && matches!(payload, [_, _, _, 0..=0x24 | 0x80 | 0xC0 | 0xC5..=0xFF, ..]),
        ),
        SIR => silent_unless(payload.starts_with(&[0xA0, 0xA2])),
        DICOM => shown(is_dicom(payload)),
        GTP => shown(is_gtp(payload)),
        MBTCP => {
            shown(matches!(payload, [_, _, 0, 0, high, low, _, _, ..] if (*high, *low) >= (0, 2)))
        }
        COTP => shown(is_cotp(payload)),
        ISCSI => shown(iscsi::is_pdu(payload)),
        MGCP => shown(is_mgcp(payload)),
        MSRP => {
            shown(payload.starts_with(b"MSRP ") && memmem::find(payload, b"From-Path:").is_some())
        }
        TIVOCONNECT => {
            shown(payload.get(..11).is_some_and(|text| text.eq_ignore_ascii_case(b"tivoconnect")))
        }
        ISAKMP => shown(is_isakmp(payload)),
        TPLINK | ENTTEC | S101 | CPFI => None,
        _ => shown(forms::admits(application, payload)),
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

/// IMAP shows whole lines, and encrypted bytes in clear text's stead, which it tells by the first
/// five.
fn imap(payload: &[u8]) -> Shows {
    match payload.contains(&b'\n') {
        true => Shows::Always,
        false if upgrade::is_encrypted(payload) => Shows::Early,
        false => Shows::Never,
    }
}

/// LDAP shows a BER sequence, or what comes after four bytes of length (RFC 4511, RFC 4422).
fn ldap(payload: &[u8]) -> Shows {
    let known = match payload.first_chunk() {
        None => true,
        Some(length) if (2..0x1_0000).contains(&u32::from_be_bytes(*length)) => true,
        Some(start) => matches!(start, [0x30, 2..=0xFF, _, _]),
    };
    if known { Shows::Always } else { Shows::Never }
}

/// A header of AMQP whose version Wireshark does not know, that of 0-9-1 among them.
fn is_unknown_amqp(payload: &[u8]) -> bool {
    match payload {
        [b'A', b'M', b'Q', b'P', _, major, minor, revision, ..] => {
            *minor != 0 || !matches!((major, revision), (_, 9 | 10) | (1, 0))
        }
        _ => false,
    }
}

/// SIP begins with a line that is ended and not empty, or with a compressed message.
fn is_sip(payload: &[u8]) -> bool {
    let (line, ended) = http::first_line(payload);
    payload.first().is_some_and(|first| *first >= 0xF8)
        || ended && payload.contains(&b'\n') && !line.is_empty() && !line.contains(&0)
}

/// COTP in a TPKT (RFC 1006).
fn is_cotp(payload: &[u8]) -> bool {
    matches!(*payload, [3, 0, high, low, 1..=0xFF, ref rest @ ..]
        if (high, low) >= (0, 5)
            && rest.first().is_none_or(|kind| matches!(kind >> 4, 4 | 6 | 8 | 0xD | 0xE)))
}

/// A PDU of DICOM's upper layer (PS3.8); the first ones of an association are whole.
fn is_dicom(payload: &[u8]) -> bool {
    let length = payload.get(2..).and_then(|rest| rest.first_chunk());
    let (Some(kind @ 1..=7), Some(length)) = (payload.first(), length) else { return false };
    let (length, rest) = (u32::from_be_bytes(*length) as usize, payload.len().saturating_sub(6));
    length >= 4 && (*kind > 2 || length <= rest)
}

/// GTP version 2, or an earlier one with a known type of message (3GPP TS 29.060, 29.274).
fn is_gtp(payload: &[u8]) -> bool {
    match payload {
        [0x40..=0x5F, ..] => true,
        _ => forms::admits(GTPPRIME, payload),
    }
}

/// A verb or a code of MGCP (RFC 3435).
fn is_mgcp(payload: &[u8]) -> bool {
    const VERBS: [&[u8; 4]; 10] =
        [b"EPCF", b"CRCX", b"MDCX", b"DLCX", b"RQNT", b"NTFY", b"AUEP", b"AUCX", b"RSIP", b"MESG"];
    let Some((start, [next, ..])) = payload.split_first_chunk::<4>() else { return false };
    match start {
        [a, b, c, b' ' | b'\t'] if [a, b, c].iter().all(|digit| digit.is_ascii_digit()) => true,
        [b'X' | b'x', ..] => true,
        verb => {
            VERBS.iter().any(|known| known.eq_ignore_ascii_case(verb))
                && matches!(next, b' ' | b'\t' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z')
        }
    }
}

/// A header of ISAKMP whose length holds it (RFC 2408).
fn is_isakmp(payload: &[u8]) -> bool {
    let length = payload.get(24..).and_then(|rest| rest.first_chunk());
    length.is_some_and(|length| u32::from_be_bytes(*length) >= 28)
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
        for (application, admitted, refused) in [
            (COTP, &[3, 0, 0, 19, 14, 0xE0][..], &[3, 0, 0, 4, 1, 0xE0][..]),
            (MGCP, b"200 1201 OK\r\n", b"RQNX 1201 a@b MGCP 1.0\r\n"),
            (MGCP, b"rqnt 1201 a@b MGCP 1.0\r\n", b"hello world"),
            (MSRP, b"MSRP a SEND\r\nFrom-Path: b\r\n", b"MSRP a SEND\r\n"),
            (DICOM, &[1, 0, 0, 0, 0, 4, 0, 0, 0, 0], &[1, 0, 0, 0, 0, 5, 0, 0, 0, 0]),
            (GTP, &[0x32, 1], &[0x32, 0]),
            (TIVOCONNECT, b"TiVoConnect=1\n", b"GET / HTTP/1.1"),
            (ISAKMP, &[28; 28], &[0; 28]),
        ] {
            assert_eq!(over_tcp(application, admitted), Some(Shows::Always), "{admitted:?}");
            assert_eq!(over_tcp(application, refused), None, "{refused:?}");
        }
    }

    #[test]
    fn protocols_take_silently_what_is_not_shown() {
        assert_eq!(over_tcp(IMAP, &[1, 2, 3, 4, 5]), Some(Shows::Early));
        for (application, shown, silent) in [
            (IMAP, &b"* OK\r\n"[..], &b"* OK"[..]),
            (LDAP, &[0x30, 12, 2, 1], &[0x30, 1, 2, 1]),
            (LDAP, &[0, 0, 0, 2], b"GET / HTTP/1.1"),
            (LDAP, b"abc", &[0, 1, 0, 0]),
            (SIP, b"220 ok\r\n", b"INVITE sip:a SIP/2.0"),
            (HL7, b"\x0bMSH|^~\x1c\r", b"\x0bMSH|^~\r"),
        ] {
            assert_eq!(over_tcp(application, shown), Some(Shows::Always), "{shown:?}");
            assert_eq!(over_tcp(application, silent), Some(Shows::Never), "{silent:?}");
        }
    }
}
