//! Checks of protocols that admit users and hosts and manage them: keys, accounts, objects.

use super::super::names::*;
use super::Datagram;
use crate::dissect::application::Application;

/// Whether a protocol takes a payload. None if this is not one of its protocols.
pub fn admits(application: Application, datagram: &Datagram<'_>) -> Option<bool> {
    let &Datagram { payload, length, .. } = datagram;
    Some(match application {
        A11 => matches!(payload, [1 | 3 | 20..=25 | 176..=181, ..]),
        ISAKMP => {
            let stated = payload.get(24..).and_then(|rest| rest.first_chunk().copied());
            length >= 28 && stated.is_none_or(|stated| u32::from_be_bytes(stated) >= 28)
        }
        KERBEROS => is_kerberos(payload) || is_kerberos_4(payload),
        KRB4 => is_kerberos_4(payload),
        RADIUS => is_radius(payload),
        SNMP => is_snmp(payload, length),
        _ => return None,
    })
}

/// RADIUS (RFC 2865 section 3).
fn is_radius(payload: &[u8]) -> bool {
    let known =
        |code: u8| matches!(code, 1..=13 | 21..=27 | 29..=34 | 40..=45 | 50 | 51 | 129..=132);
    match *payload {
        [code, _, high, low, ..] => {
            known(code) && (20..=4096).contains(&u16::from_be_bytes([high, low]))
        }
        [code, ..] => known(code),
        [] => false,
    }
}

/// SNMP (RFC 3417 section 8): a sequence that fits and begins with an integer.
fn is_snmp(payload: &[u8], length: usize) -> bool {
    let [first, rest @ ..] = payload else { return false };
    if first & 0xDF != 0x10 {
        return false;
    }
    let (stated, content) = match rest {
        [] => return true,
        [stated @ 0..=0x7F, content @ ..] => (u32::from(*stated), content),
        [0x80, content @ ..] => (0, content),
        [count, content @ ..] => match content.split_at_checked(usize::from(count & 0x7F)) {
            Some((stated, content)) => {
                let stated = stated.iter().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
                (stated, content)
            }
            None => return true,
        },
    };
    let header = payload.len().saturating_sub(content.len());
    length.saturating_sub(header) >= stated as usize
        && content.first().is_none_or(|version| version & 0xDF == 2)
}

/// Kerberos version 5 (RFC 4120 section 5.10): the tag of a message.
fn is_kerberos(payload: &[u8]) -> bool {
    let tags = |first: &u8| matches!(first & 31, 1..=3 | 10..=15 | 20 | 21 | 25..=30);
    payload.first().is_some_and(|first| matches!(first >> 5, 2 | 3) && tags(first))
}

/// Kerberos version 4, and that of Transarc.
fn is_kerberos_4(payload: &[u8]) -> bool {
    matches!(payload, [4 | 0x63] | [4 | 0x63, 2..=17 | 126 | 127, ..])
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, takes};
    use super::*;

    #[test]
    fn radius_has_a_known_code_and_a_length() {
        check(
            RADIUS,
            &[&[1, 0, 0, 20], &[50, 0, 16, 0], &[1]],
            &[&[1, 0, 0, 19], &[52, 0, 0, 20], &[1, 0, 16, 1], &[0]],
        );
    }

    #[test]
    fn snmp_is_a_sequence_that_fits() {
        let short = [0x30, 5, 2, 1, 0, 4, 0];
        check(
            SNMP,
            &[&short, &[0x30, 0x82, 0, 3, 2, 1, 0], &[0x30]],
            &[&short[..6], &[0x30, 3, 4, 1, 0], &[0x31, 3, 2, 1, 0], &[0x30, 0x81, 4, 2, 1, 0]],
        );
        assert!(takes(SNMP, &short[..4], 7), "cut by the capture");
    }

    #[test]
    fn kerberos_is_of_version_5_or_4() {
        check(KERBEROS, &[&[0x6A, 0x81], &[0x7E], &[4, 2]], &[&[0x30], &[0x64], &[4, 1], &[0x2A]]);
        check(KRB4, &[&[4, 2], &[0x63, 126]], &[&[4, 18], &[0x6A, 0x81]]);
    }

    #[test]
    fn isakmp_states_its_length() {
        let key = [&[7; 24][..], &[0, 0, 0, 28]].concat();
        check(ISAKMP, &[&key], &[&key[..27], &[0; 28]]);
        assert!(takes(ISAKMP, &key[..8], 28), "cut by the capture");
    }

    #[test]
    fn mobile_hosts_register() {
        check(A11, &[&[1], &[176, 0]], &[&[2], &[26]]);
    }
}
