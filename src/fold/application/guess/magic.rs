//! Protocols that Wireshark tells by fixed bytes at a fixed place, on any port. Their rules were found
//! by tshark's answers to payloads of which each byte had every value.

use super::{u16_at, u32_at};

/// An operation of the Transport Adapter Layer Interface (RFC 3094).
pub fn is_tali(operation: &[u8]) -> bool {
    const OPERATIONS: [&[u8]; 9] =
        [b"test", b"allo", b"proh", b"proa", b"moni", b"mona", b"mtp3", b"sccp", b"isot"];
    OPERATIONS.iter().any(|known| operation.starts_with(known))
}

/// The addresses and the identifier in a greeting of JXTA, on one line.
pub fn is_jxta_hello(rest: &[u8]) -> bool {
    let Some(words) = rest.strip_prefix(b"HELLO ") else { return false };
    let line = words.split(|byte| matches!(byte, 0 | b'\r' | b'\n')).next().unwrap_or_default();
    line.iter().filter(|byte| **byte == b' ').count() >= 3
}

/// The header of a proxy, whose line ends with CR and LF, as far as they are there.
pub fn is_proxy(payload: &[u8]) -> bool {
    match payload {
        [b'P', b'R', b'O', b'X', b'Y', b' ', rest @ ..] => {
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let end = end.and_then(|end| rest.get(end..)).unwrap_or_default();
            matches!(end, [b'\r'] | [b'\r', b'\n', ..])
        }
        _ => payload.len() >= 16 && payload.starts_with(b"\r\n\r\n\0\r\nQUIT\n"),
    }
}

/// A command of a drone of Parrot.
pub fn is_drone_command(command: &[u8]) -> bool {
    const COMMANDS: [&[u8]; 9] =
        [b"REF", b"PCMD", b"FTRIM", b"CONFIG", b"CONFIG_IDS", b"COMWDG", b"LED", b"ANIM", b"CTRL"];
    let end = command.iter().position(|byte| *byte == b'=');
    let name = end.and_then(|end| command.get(..end)).unwrap_or_default();
    COMMANDS.contains(&name) || name.starts_with(b"PCMD")
}

/// A command of Apple's session protocol for MIDI.
pub fn is_midi_command(rest: &[u8]) -> bool {
    const COMMANDS: [&[u8]; 7] = [b"IN", b"NO", b"OK", b"BY", b"CK", b"RS", b"RL"];
    COMMANDS.iter().any(|known| rest.starts_with(known))
}

/// The header of an overlay's message (RFC 6940 section 6.3.2).
pub fn is_reload(payload: &[u8]) -> bool {
    let length = payload.len();
    length >= 38 && u32_at(payload, 16).is_some_and(|it| it as usize <= length)
}

/// A message of NetPerfMeter that identifies a flow.
pub fn is_netperfmeter(payload: &[u8]) -> bool {
    payload.len() >= 26 && payload.get(8..16) == Some(b"\x4B\xCD\xF3\xAA\x30\x3C\x67\x74")
}

/// A header of 28 bytes of an E100's forwarded frame, with its length.
pub fn is_e100(payload: &[u8], length: usize) -> bool {
    let stated = u32_at(payload, 20);
    stated.is_some_and(|stated| Some(stated as usize) == length.checked_sub(28))
}

/// Messages of OCP.1 (AES70-3): a byte, version 1, a length, a type; another one may begin after it.
pub fn is_ocp1(payload: &[u8]) -> bool {
    const LEAST: usize = 9;
    let Some(stated) = u32_at(payload, 3) else { return false };
    let rest = payload.len().checked_sub(stated as usize + 1);
    let kind = payload.get(7).is_some_and(|kind| *kind <= 4);
    kind && stated as usize >= LEAST
        && rest.is_none_or(|rest| rest == 0 || rest > LEAST + 1)
        && u16_at(payload, 8).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::{Guess, over_tcp, over_udp};

    /// The shortest payload with a magic is told, and a shorter one is not.
    fn check(start: &[u8], length: usize, name: &str, guess: fn(&[u8]) -> Option<Guess>) {
        let mut payload = start.to_vec();
        payload.resize(length, 0);
        let told = |payload: &[u8]| guess(payload).map(|(name, _)| name.name());
        assert_eq!(told(&payload), Some(name));
        assert_eq!(told(&payload[..length - 1]), None, "{name} without its last byte");
    }

    #[test]
    fn every_magic_of_a_stream_is_told() {
        for (start, length, name) in [
            (&b"ZIOP"[..], 12, "ziop"),
            (b"YMSG", 4, "ymsg"),
            (b"\0\x01\0\x08\x7F\x5A\x9B\xC7", 20, "xmcp"),
            (b"xcsl-", 5, "xcsl"),
            (b"TALImtp3", 10, "tali"),
            (b"REDQ", 4, "spice"),
            (b"\xE2\xD4\xC3\xD9", 4, "smc"),
            (b"\0\0\0\x08\xDD\x54\xDD\x55", 8, "rtitcp"),
            (b"\x25\x60\x95\x13\0\0\0\x01", 28, "nbd"),
            (b"\x67\x44\x66\x98", 16, "nbd"),
            (b"TSH ", 28, "mq"),
            (b"MPA ID Req Frame", 20, "iwarp_mpa"),
            (b"JXTAHELLO a b c ", 16, "jxta"),
            (b"\xDE\xAD\xBE\xEF", 4, "etch"),
            (b"\0\0\0\x40CTDB", 8, "ctdb"),
            (b"ceph v027", 178, "ceph"),
            (b"MSRP a SEND\r\nTo-Path: b\r\n\r\n-------", 34, "msrp"),
            (b"\xD2ELO\0\0\0\0", 38, "reload"),
            (b"IceP", 4, "icep"),
            (b"\x3B\0\x01\0\0\0\x09\x04\0\x01", 10, "ocp1"),
            (b"\x04\0\0\x1A\0\0\0\0\x4B\xCD\xF3\xAA\x30\x3C\x67\x74", 26, "netperfmeter"),
        ] {
            check(start, length, name, |payload| over_tcp(payload, 1, 1234));
        }
    }

    #[test]
    fn every_magic_of_a_datagram_is_told() {
        for (start, length, name) in [
            (&b"RFta"[..], 8, "rftap"),
            (b"PROXY UNKNOWN\r", 14, "proxy"),
            (b"\xBE\x9B\xE9\x55", 16, "pktgen"),
            (b"\xED\x01", 24, "pathport"),
            (b"nj200", 6, "njack"),
            (b"ILNK", 4, "interlink"),
            (b"GIOP", 12, "giop"),
            (b"AF\0\0\0\0\0\0\x90T", 11, "dcp-etsi"),
            (b"\0\x01Asphodel\0", 11, "asphodel"),
            (b"Art-Net\0", 8, "artnet"),
            (b"AT*REF=", 7, "ar_drone"),
            (b"\xFF\xFFIN", 4, "applemidi"),
            (b"\x01\x10\x02\0\0", 16, "cigi"),
            (b"\0\0\0\0\x1A\x2B\x3C\x4D", 28, "lanforge"),
            (b"\x01", 28, "e100"),
            (b"\x03\x40\0\0\xA1", 5, "goose"),
            (b"\xD2ELO\0\0\0\0", 38, "reload"),
        ] {
            check(start, length, name, |payload| over_udp(payload, payload.len(), 1, 1234));
        }
    }
}
