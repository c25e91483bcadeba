//! Checks of protocols of plants, buildings, vehicles, stages and instruments.

use super::super::names::*;
use super::Datagram;
use crate::dissect::application::Application;

/// Whether a protocol takes a payload. None if this is not one of its protocols.
pub fn admits(application: Application, datagram: &Datagram<'_>) -> Option<bool> {
    let &Datagram { payload, length, .. } = datagram;
    let least = |least: usize| payload.len() >= least;
    Some(match application {
        ACTRACE => match *payload {
            [_, _, _, _, 0, 0, 0, 0..=2, ..] if length == 48 => true,
            [_, _, _, _, 0x49, 0x44, 0x64, 0x63, ..] | [_, _, _, _, 0x49, 0x64, 0x44, 0x43, ..] => {
                length >= 50
            }
            _ => payload.len() < 8,
        },
        ADWIN => matches!(length, 32 | 52 | 56 | 64 | 412 | 1008 | 1356 | 1408 | 1416),
        ARDP => match payload {
            [0 | b'B' | b'l', ..] => true,
            [flags, header, ..] if flags & 1 == 1 => header & 0x7F == 14,
            [_, header, ..] => header & 0x7F >= 17,
            _ => false,
        },
        BVLC => match payload {
            [0x81, _, high, low, ..] => (*high, *low) >= (0, 4),
            _ => matches!(payload, [0x81, ..]),
        },
        CANETH => {
            length >= 10
                && payload.starts_with(b"ISO11898")
                && matches!(payload.get(8..), Some([] | [1] | [1, 0..=16, ..]))
        }
        // Only the first word is looked at, and over IP it never agrees.
        CPFI => payload.len() < 4,
        CPHA => length >= 4 && (payload.len() < 4 || payload.starts_with(&[0x1A, 0x90])),
        DIS => length >= 12,
        DMP => matches!(payload, [first, ..] if first & 6 == 0),
        DNP3 => payload.starts_with(&[5, 0x64]),
        ECMP => length >= 6,
        EGD => matches!(payload, [_] | [13, 1, ..]),
        ENIP => least(4),
        EPL => {
            length >= 3 && payload.first().is_some_and(|kind| matches!(kind & 0x7F, 1 | 3..=7 | 13))
        }
        ESIO => least(20) && matches!(payload, [b'E', b'S', b'I', b'O', 0, 0..=2, 0, 0, ..]),
        FF => {
            least(12)
                && matches!(payload, [_, _, _, _, _, _, _, _, a, b, c, d, ..]
            if (12..=length).contains(&(u32::from_be_bytes([*a, *b, *c, *d]) as usize)))
        }
        FIVECO => is_fiveco(payload),
        GVCP => {
            least(8)
                && matches!(
                    payload,
                    [0x42, ..]
                        | [_, _, 0, 3 | 5 | 65 | 129 | 131 | 133 | 135 | 137 | 193 | 195, ..]
                        | [_, _, 1, 1, ..]
                )
        }
        HART_IP => {
            !(3..8).contains(&length)
                && matches!(payload, [_] | [_, 0..=3 | 15] | [_, 0..=3 | 15, 0..=3, ..])
        }
        KF => is_kingfisher(payload, length),
        MBUDP => matches!(payload, [_, _, 0, 0, high, low, _, _, ..] if (*high, *low) >= (0, 2)),
        MPEG_DSMCC => matches!(payload, [0x11, ..]),
        NANO => length >= 8,
        NXP_SNIFFER => is_nxp(payload, length),
        OMRON => least(12) && matches!(payload, [_, 0, ..]),
        OPENSAFETY_UDP => least(11),
        PATHPORT => least(24) && payload.starts_with(&[0xED, 1]),
        PTP => true,
        RMCP => matches!(payload, [_, _, _, class, ..] if matches!(class & 31, 6..=8)),
        SBUS => match payload {
            [a, b, c, d, 0 | 1, 0 | 1, _, _, 0..=2, ..] => {
                u32::from_be_bytes([*a, *b, *c, *d]) as usize == length
            }
            _ => false,
        },
        SYNPHASOR => length >= 17 && matches!(payload, [0xAA, ..]),
        TPCP => matches!(payload, [1 | 2, ..]),
        WASSP => least(8) && matches!(payload, [3, ..]),
        ZEP => is_zep(payload, length),
        _ => return None,
    })
}

/// FiveCo's packets, each with a known function and a length that fits.
fn is_fiveco(payload: &[u8]) -> bool {
    let mut rest = payload;
    if rest.len() < 8 {
        return false;
    }
    loop {
        match *rest {
            [] | [_] => return true,
            [0, 1..=9 | 0x21..=0x25 | 0x2A | 0x2B | 0x31..=0x33, ..] => {}
            _ => return false,
        }
        let &[_, _, _, _, high, low, _, _, ref after @ ..] = rest else { return true };
        let Some(next) = after.get(usize::from(u16::from_be_bytes([high, low]))..) else {
            return false;
        };
        rest = next;
    }
}

/// Kingfisher's messages, which end with a checksum.
fn is_kingfisher(payload: &[u8], length: usize) -> bool {
    if payload.len() < 7 && length >= 9 {
        return true;
    }
    let [body @ .., high, low] = payload else { return false };
    let [_, _, stated, _, _, _, _, ..] = body else { return false };
    if usize::from(*stated) + 1 != payload.len() || length != payload.len() {
        return false;
    }
    let mut sum = 0u16;
    for byte in body.iter().skip(1) {
        for bit in (0..8).rev() {
            let carry = sum >> 15;
            sum = sum << 1 | u16::from(byte >> bit & 1);
            if carry == 1 {
                sum ^= 0x1021;
            }
        }
    }
    sum == u16::from_be_bytes([*high, *low])
}

/// The frame of a sniffer of NXP: time, its name, channel, quality and a length that fits.
fn is_nxp(payload: &[u8], length: usize) -> bool {
    let after_time = payload.get(5..).unwrap_or_default();
    let name = after_time.iter().position(|byte| *byte == 0);
    let frame = name.and_then(|name| after_time.get(name + 1..)).unwrap_or_default();
    let [channel, _, stated, rest @ ..] = frame else { return false };
    let header = payload.len().saturating_sub(rest.len());
    matches!(channel, 11..=26) && header + usize::from(*stated) == length
}

/// The encapsulation of ZigBee, whose length covers the rest.
fn is_zep(payload: &[u8], length: usize) -> bool {
    let (header, kind) = match payload {
        [b'E', b'X', 1, ..] => (16, 1),
        [b'E', b'X', _, kind, ..] => (32, *kind),
        [] | [b'E'] | [b'E', b'X'] | [b'E', b'X', _] => (32, 1),
        _ => return false,
    };
    if header == 32 && kind == 2 {
        return length == 8;
    }
    let stated = payload.get(header - 1).map_or(0x7F, |stated| usize::from(stated & 0x7F));
    (header..=header + stated).contains(&length)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, takes};
    use super::*;

    #[test]
    fn types_and_lengths_are_asked_for() {
        check(ADWIN, &[&[0; 32], &[0; 56]], &[&[0; 33]]);
        check(ARDP, &[&[0], b"l\x01", &[1, 14], &[2, 17]], &[&[1, 15], &[2, 16], &[2]]);
        check(BVLC, &[&[0x81, 10, 0, 4], &[0x81]], &[&[0x81, 10, 0, 3], &[0x82, 10, 0, 4]]);
        check(CANETH, &[b"ISO11898\x01\x10"], &[b"ISO11898\x01\x11", b"ISO11898\x01"]);
        check(CPFI, &[&[0; 3]], &[&[0; 4]]);
        check(DMP, &[&[0x41]], &[&[0x42]]);
        check(EPL, &[&[0x81, 0, 0]], &[&[2, 0, 0], &[1, 0]]);
        check(ESIO, &[b"ESIO\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0"], &[&[0; 20], b"ESIO\0\x01\0\0"]);
        check(
            FF,
            &[&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12]],
            &[&[0; 12], &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13]],
        );
        check(
            GVCP,
            &[&[0x42, 0, 0, 0, 0, 0, 0, 0], &[0, 0, 1, 1, 0, 0, 0, 0]],
            &[&[0; 8], &[0x42; 7]],
        );
        check(
            HART_IP,
            &[&[1, 0, 0, 0, 0, 0, 0, 8], &[1]],
            &[&[1, 4, 0, 0, 0, 0, 0, 8], &[1, 0, 0]],
        );
        check(
            MBUDP,
            &[&[0, 1, 0, 0, 0, 2, 1, 3]],
            &[&[0, 1, 0, 0, 0, 1, 1, 3], &[0, 1, 1, 0, 0, 2, 1, 3]],
        );
        check(RMCP, &[&[6, 0, 255, 0x87]], &[&[6, 0, 255, 5], &[6, 0, 255]]);
        let mut trunk = [0; 50];
        check(ACTRACE, &[&trunk[..48], &[9; 7]], &[&trunk, &[0; 8]]);
        trunk[4..8].copy_from_slice(b"IDdc");
        check(ACTRACE, &[&trunk], &[&trunk[..49]]);
        let telegram = [0, 0, 0, 13, 1, 0, 0, 1, 0, 10, 32, 83, 24];
        check(SBUS, &[&telegram], &[&telegram[..12], &[0; 13]]);
        assert!(takes(SBUS, &telegram[..9], 13), "cut by the capture");
        assert!(takes(DIS, &[0; 4], 12) && !takes(DIS, &[0; 4], 11));
    }

    #[test]
    fn packets_of_fiveco_follow_each_other() {
        let one = [0, 1, 0, 1, 0, 1, 9, 0, 0];
        let two = [&one[..], &[0, 0x21, 0, 2, 0, 0, 0, 0]].concat();
        check(
            FIVECO,
            &[&one, &two, &two[..10]],
            &[&one[..8], &[0, 10, 0, 0, 0, 0, 0, 0], &[&one[..], &[9, 9]].concat()],
        );
    }

    #[test]
    fn kingfisher_has_a_checksum() {
        let mut message = *b"\x01\x02\x0B\x03\x04\x11\x03abc\xB8\x86";
        check(KF, &[&message], &[&message[..11]]);
        message[8] ^= 1;
        check(KF, &[], &[&message]);
    }

    #[test]
    fn sniffers_state_the_length_of_frames() {
        let nxp = |channel| [&[0; 5][..], b"ab\0", &[channel, 9, 2], b"xy"].concat();
        check(NXP_SNIFFER, &[&nxp(11)], &[&nxp(27), &nxp(11)[..12], &[0; 40]]);
        let zep =
            |version, length| [&[b'E', b'X', version][..], &[0; 12], &[length], b"xyz"].concat();
        check(
            ZEP,
            &[&zep(1, 3), b"EX\x02\x02\0\0\0\0"],
            &[&zep(1, 2), &zep(2, 3), b"EX\x02\x02\0", b"AX"],
        );
    }
}
