//! Connections that continue in TLS after an agreement (STARTTLS): RFC 3207, RFC 2595, RFC 4217,
//! RFC 4642, RFC 6120, RFC 4511, and those of MySQL and PostgreSQL.

use super::names::*;
use crate::dissect::application::Application;
use serde::{Deserialize, Serialize};

/// Part of an agreement to continue in TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Upgrade {
    /// The client asks for it.
    Asks,
    /// The server agrees, if it was asked: TLS begins with the next segment.
    Agrees,
    /// TLS begins with the next segment.
    Begins,
    /// TLS begins with the next segment, if this is one of the first.
    BeginsEarly,
}

const LDAP_STARTTLS: &[u8] = b"1.3.6.1.4.1.1466.20037";

/// The part of an agreement that a payload of a protocol is.
pub fn of(application: Application, payload: &[u8]) -> Option<Upgrade> {
    let begins = |text: &str| {
        payload.get(..text.len()).is_some_and(|start| start.eq_ignore_ascii_case(text.as_bytes()))
    };
    let either = |asks: bool, agrees: bool| match (asks, agrees) {
        (true, _) => Some(Upgrade::Asks),
        (_, true) => Some(Upgrade::Agrees),
        _ => None,
    };
    let has = |text: &[u8]| memchr::memmem::find(payload, text).is_some();
    match application {
        SMTP => either(begins("STARTTLS"), begins("220")),
        POP => either(begins("STLS"), begins("+OK")),
        IMAP => imap(payload),
        FTP => either(begins("AUTH TLS") || begins("AUTH SSL"), begins("234")),
        NNTP => either(begins("STARTTLS"), begins("382")),
        XMPP => either(has(b"<starttls"), has(b"<proceed")),
        LDAP => either(
            has(LDAP_STARTTLS),
            matches!(
                payload,
                [0x30, _, 2, 1, _, 0x78, ..] | [0x30, 0x84, _, _, _, _, 2, 1, _, 0x78, ..]
            ),
        ),
        MYSQL => match payload {
            [32, 0, 0, 1, _, capabilities, ..] if payload.len() == 36 && capabilities & 8 != 0 => {
                Some(Upgrade::Begins)
            }
            _ => None,
        },
        PGSQL => either(payload == [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F], payload == b"S"),
        _ => None,
    }
}

/// A command `STARTTLS` after its tag, or a tagged `OK`.
fn imap(payload: &[u8]) -> Option<Upgrade> {
    if is_encrypted(payload) {
        return Some(Upgrade::BeginsEarly);
    }
    // A line that continues in the next segment is not read.
    if !payload.contains(&b'\n') {
        return None;
    }
    let mut words = payload.split(|byte| matches!(byte, b' ' | b'\r' | b'\n'));
    let (tag, word) = (words.next()?, words.next()?);
    match tag {
        b"*" | b"+" => None,
        _ if word.eq_ignore_ascii_case(b"STARTTLS") => Some(Upgrade::Asks),
        _ if word.eq_ignore_ascii_case(b"OK") => Some(Upgrade::Agrees),
        _ => None,
    }
}

/// True if five bytes are not those of a text: Wireshark's IMAP takes them for TLS.
pub fn is_encrypted(payload: &[u8]) -> bool {
    payload
        .first_chunk::<5>()
        .is_some_and(|start| !start.iter().all(|byte| (b' '..=b'~').contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreements_are_read_in_each_protocol() {
        use Upgrade::{Agrees, Asks, Begins, BeginsEarly};
        let ssl = [&[32, 0, 0, 1, 0, 8][..], &[0; 30]].concat();
        for (application, payload, upgrade) in [
            (SMTP, &b"starttls\r\n"[..], Asks),
            (SMTP, b"220 go ahead\r\n", Agrees),
            (POP, b"STLS\r\n", Asks),
            (POP, b"+OK\r\n", Agrees),
            (IMAP, b"a1 STARTTLS\r\n", Asks),
            (IMAP, b"a1 OK\r\n", Agrees),
            (IMAP, b"\x16\x03\x01\0\x05", BeginsEarly),
            (FTP, b"AUTH TLS\r\n", Asks),
            (FTP, b"234 ok\r\n", Agrees),
            (NNTP, b"382 ok\r\n", Agrees),
            (XMPP, b"<starttls xmlns='x'/>", Asks),
            (XMPP, b"<proceed/>", Agrees),
            (LDAP, b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037", Asks),
            (LDAP, &[0x30, 12, 2, 1, 1, 0x78, 7], Agrees),
            (MYSQL, &ssl, Begins),
            (PGSQL, &[0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F], Asks),
            (PGSQL, b"S", Agrees),
        ] {
            assert_eq!(of(application, payload), Some(upgrade), "{}", application.name());
            let other: Vec<u8> = payload.iter().map(|byte| byte ^ 0x55).collect();
            let looks_encrypted = application == IMAP && is_encrypted(&other);
            let expected = looks_encrypted.then_some(BeginsEarly);
            assert_eq!(of(application, &other), expected, "{}", application.name());
        }
        assert_eq!(of(IMAP, b"* OK ready\r\n"), None);
        assert_eq!(of(HTTP, b"STARTTLS"), None);
    }
}
