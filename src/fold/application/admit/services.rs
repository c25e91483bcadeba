//! Checks of protocols that users and their programs talk: printing, files, games, media.

use super::super::names::*;
use super::Datagram;
use crate::dissect::application::Application;

/// Whether a protocol takes a payload. None if this is not one of its protocols.
pub fn admits(application: Application, datagram: &Datagram<'_>) -> Option<bool> {
    let &Datagram { payload, length, .. } = datagram;
    let least = |least: usize| payload.len() >= least;
    let printable = || payload.first().is_some_and(|first| matches!(first, 32..=126));
    Some(match application {
        ARMAGETRONAD => is_armagetronad(payload),
        ATH => payload.starts_with(b"TRIBES-B"),
        BJNP => printable(),
        CUPS => is_cups(payload),
        EDONKEY => least(2) && matches!(payload, [0xA4 | 0xA5 | 0xC5 | 0xD4 | 0xE3..=0xE5, ..]),
        ICQ => matches!(payload, [_] | [2..=5, 0, ..]),
        JMIRROR => least(12) && payload.get(8).is_some_and(|ip| matches!(ip, 0x45 | 0x60..=0x6F)),
        LAPLINK => payload.starts_with(&[15, 1, 0, 0]),
        MGCP => is_mgcp(payload),
        MSMMS => least(8),
        NJACK => least(6) && payload.starts_with(b"NJ200"),
        OICQ => match *payload {
            [2, _, _, high, low, ..] => is_oicq_command(u16::from_be_bytes([high, low])),
            [first, ..] => first == 2,
            [] => false,
        },
        PAPI => matches!(payload, [_] | [0x49, 0x72, ..]),
        PULSE => matches!(
            payload,
            [0xBD, 0xAD, 0xDB, 0xDA, ..]
                | [0xDA, 0xDB, 0xAD, 0xBD, ..]
                | [0xAD, 0xBD, 0xDA, 0xBD, ..]
                | [0xBD, 0xDA, 0xBD, 0xAD, ..]
        ),
        ROON_DISCO => {
            length >= 98 && (payload.starts_with(b"SOOD\x02Q") || payload.starts_with(b"SOOD\x02R"))
        }
        // Bytes that are no message are shown as the rest of one.
        RPC => true,
        RTPPROXY => printable() && least(4) && payload.contains(&b' '),
        RX => least(28) && payload.get(20).is_some_and(|kind| matches!(kind, 1..=9 | 13)),
        SEBEK => least(6) && matches!(payload, [_, _, _, _, 0, 2 | 3, ..]),
        SIGCOMP => matches!(payload, [0xF8..=0xFF, ..]),
        SLIMP3 => matches!(
            payload,
            [b'2' | b'D' | b'a' | b'd' | b'h' | b'i' | b'l' | b'm' | b'r' | b's', ..]
        ),
        SSYNCP => {
            length >= 38 && (payload.len() < 8 || matches!(payload, [0 | 0x80, 0, 0, 0..=8, ..]))
        }
        STEAM => is_steam(payload),
        TIVOCONNECT => {
            payload.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"TiVoConnect"))
        }
        TPLINK => matches!(payload, [0xD0, 0xAD | 0xF2, ..]),
        UFTP => matches!(payload, [0x40 | 0x50, ..]),
        XDMCP => matches!(payload, [_] | [0, 1, ..]),
        _ => return None,
    })
}

/// Commands of OICQ.
fn is_oicq_command(command: u16) -> bool {
    matches!(command, 1 | 2 | 4..=6 | 9..=11 | 13 | 18 | 22..=24 | 26 | 28 | 29 | 33 | 34 | 38
        | 39 | 41 | 48 | 49 | 60..=62 | 88 | 92 | 98 | 101 | 103 | 128 | 129 | 181 | 1015)
}

/// Messages of Armagetron, then the sender's number.
fn is_armagetronad(payload: &[u8]) -> bool {
    let mut rest = payload;
    while rest.len() > 2 {
        let [_, _, _, _, high, low, after @ ..] = rest else { return true };
        let words = u16::from_be_bytes([*high, *low]);
        let Some(next) = after.get(usize::from(words) * 2..) else { return false };
        rest = next;
    }
    rest.len() == 2
}

/// The announcement of a printer: numbers, spaces and an address that ends.
fn is_cups(payload: &[u8]) -> bool {
    let digits = payload.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let spaces = payload.iter().skip(digits).take_while(|byte| **byte == b' ').count();
    match payload.get(digits + spaces) {
        None => true,
        Some(b'\r' | b'\n') => digits > 0,
        Some(_) if digits + spaces > 0 => true,
        Some(b'\t') => false,
        Some(_) => payload.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')),
    }
}

/// A command or an answer of MGCP (RFC 3435 section 3.2).
fn is_mgcp(payload: &[u8]) -> bool {
    const VERBS: [&[u8; 4]; 10] =
        [b"EPCF", b"CRCX", b"MDCX", b"DLCX", b"RQNT", b"NTFY", b"AUEP", b"AUCX", b"RSIP", b"MESG"];
    match payload {
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b' ' | b'\t', ..] => true,
        [verb @ .., b' ' | b'\t'] if verb.len() == 4 => {
            VERBS.iter().any(|known| verb.eq_ignore_ascii_case(*known))
        }
        [a, b, c, d, b' ' | b'\t', ..] => {
            VERBS.iter().any(|known| [*a, *b, *c, *d].eq_ignore_ascii_case(*known))
        }
        _ => false,
    }
}

/// The discovery of Steam: a signature, a header and a body that ends with the payload.
fn is_steam(payload: &[u8]) -> bool {
    const SIGNATURE: [u8; 8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x21, 0x4C, 0x5F, 0xA0];
    let Some(&[a, b, c, d, ref rest @ ..]) = payload.strip_prefix(&SIGNATURE) else { return false };
    let header = u32::from_le_bytes([a, b, c, d]) as usize;
    match rest.get(header..) {
        Some(&[a, b, c, d, ref body @ ..]) => {
            u32::from_le_bytes([a, b, c, d]) as usize == body.len()
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn signatures_are_asked_for() {
        check(ATH, &[b"TRIBES-B\0"], &[b"TRIBES-A\0"]);
        check(BJNP, &[b"BJNP"], &[&[0x1F], &[0x7F]]);
        check(EDONKEY, &[&[0xE3, 0x96]], &[&[0xE3], &[0xE2, 0x96]]);
        check(ICQ, &[&[2, 0], &[9]], &[&[2, 1], &[6, 0]]);
        check(JMIRROR, &[b"aaaaaaaa\x45aaa"], &[b"aaaaaaaa\x46aaa", b"aaaaaaaa\x45aa"]);
        check(NJACK, &[b"NJ2000"], &[b"NJ200", b"NJ1000"]);
        check(OICQ, &[&[2, 59, 11, 0, 1], &[2, 59]], &[&[2, 59, 11, 0, 3], &[3]]);
        check(PULSE, &[&[0xDA, 0xDB, 0xAD, 0xBD]], &[&[0xDA, 0xDB, 0xAD]]);
        check(RPC, &[&[0]], &[]);
        check(RTPPROXY, &[b"20 VF"], &[b"20", b"\0 VF", b"word"]);
        check(SEBEK, &[&[0, 0, 0, 0, 0, 3]], &[&[0, 0, 0, 0, 0, 1]]);
        check(TIVOCONNECT, &[b"tivoCONNECT=1"], &[b"tivo"]);
        check(TPLINK, &[&[0xD0, 0xF2]], &[&[0xD0], &[0xD0, 0xF3]]);
        let mut rx = [0; 28];
        check(RX, &[], &[&rx]);
        rx[20] = 13;
        check(RX, &[&rx], &[&rx[..27]]);
        let shell = [&[0x80, 0, 0, 8][..], &[7; 34]].concat();
        check(SSYNCP, &[&shell], &[&shell[..37], &[7; 38]]);
        let sood = [&b"SOOD\x02Q"[..], &[0; 92]].concat();
        check(ROON_DISCO, &[&sood], &[&sood[..97], &[0; 98]]);
    }

    #[test]
    fn armagetron_ends_with_a_number() {
        check(
            ARMAGETRONAD,
            &[&[0, 7], &[0, 1, 0, 2, 0, 1, 9, 9, 0, 7]],
            &[&[7], &[0, 1, 0, 2, 0, 1, 9, 9], &[0, 1, 0, 2, 0, 9, 9, 9, 0, 7]],
        );
    }

    #[test]
    fn printers_are_announced_by_numbers_and_an_address() {
        check(
            CUPS,
            &[b"9046 3 ipp://a/b \"c\"\n", b"GET /", b"3\n", b"A"],
            &[b"hello", b"\r\n", b" \n", b"\ta", b"x\0y"],
        );
    }

    #[test]
    fn mgcp_has_a_verb_or_a_code() {
        check(
            MGCP,
            &[b"RQNT 1 *@g MGCP 1.0\r\n", b"auep\t1", b"200 1 OK"],
            &[b"XQNT 1 ", b"RQNT", b"20a 1", b"2000 1"],
        );
    }

    #[test]
    fn steam_states_the_length_of_its_body() {
        let of = |body: u8| {
            [
                &[0xFF, 0xFF, 0xFF, 0xFF, 0x21, 0x4C, 0x5F, 0xA0, 1, 0, 0, 0, 9][..],
                &[body, 0, 0, 0, 7],
            ]
            .concat()
        };
        check(STEAM, &[&of(1), &of(1)[..15]], &[&of(2), &of(1)[..11], &[0; 40]]);
    }
}
