//! Forms that the protocols of TCP ports ask of a payload: its length, and bytes at its front.
//!
//! A payload of another form is refused, and is offered to the heuristics. Derived from tshark 4.0:
//! `tests/ports.py` holds them to it.

use crate::dissect::application::Application;
use std::ops::RangeInclusive;

/// Values that a byte may have.
type Values = &'static [RangeInclusive<u8>];

/// The form of one protocol's payloads.
struct Form {
    application: Application,
    /// Least number of bytes.
    least: usize,
    /// Number of bytes from which on they are looked at.
    looked_at: usize,
    /// Places, and the values there.
    bytes: &'static [(usize, Values)],
}

macro_rules! forms {
    ($($name:literal $least:literal, $looked_at:literal: $($at:literal $values:expr),*;)*) => {
        const FORMS: &[Form] = &[$(Form {
            application: Application::named($name),
            least: $least,
            looked_at: $looked_at,
            bytes: &[$(($at, &$values)),*],
        }),*];
    };
}

forms! {
    "acap" 1, 1: 0 [b' '..=b'~'];
    "amqp" 8, 8: ;
    "aol" 1, 1: 0 [0x5A..=0x5A];
    "ardp" 1, 1: 0 [0..=0, 0x42..=0x42, 0x6C..=0x6C];
    "cast" 1, 8: 4 [0..=0], 5 [0..=0], 6 [0..=0], 7 [0..=0];
    "cmp" 5, 5: 0 [0..=0], 1 [0..=0], 2 [0..=0x26], 4 [0..=6, 0x0A..=0x0A];
    "cmpp" 12, 12: 0 [0..=0], 1 [0..=0], 2 [0..=3], 4 [0..=0, 0x80..=0x80], 5 [0..=0], 6 [0..=0],
        7 [1..=2, 4..=9, 0x10..=0x17];
    "coap" 2, 2: 0 [0..=0xDF];
    "couchbase" 1, 1: 0 [8..=8, 0x18..=0x18, 0x80..=0x83];
    "cql" 1, 1: 0 [3..=4, 0x83..=0x84];
    "diameter" 5, 5: ;
    "djiuav" 8, 8: 0 [0x55..=0x55], 1 [0xBB..=0xBB];
    "dlsw" 1, 1: 0 [0x31..=0x3F, 0x4B..=0x4B];
    "dof" 2, 2: 0 [0..=1, 0x81..=0x81];
    "dpp" 4, 4: ;
    "ecmp" 6, 6: ;
    "edonkey" 5, 5: 0 [0xA4..=0xA5, 0xC5..=0xC5, 0xD4..=0xD4, 0xE3..=0xE5];
    "elcom" 3, 3: 2 [1..=0x0F, 0x11..=0xFF];
    "enip" 2, 2: ;
    "epmd" 3, 3: 2 [b'a'..=b'a', b'n'..=b'n', b'p'..=b'p', b'x'..=b'x', b'z'..=b'z'];
    "gdsdb" 4, 4: 0 [0..=0], 1 [0..=0], 2 [0..=0], 3 [0..=0x5B];
    "gsm_ipa" 4, 4: 2 [0..=0x1F, 0xDD..=0xDD, 0xEE..=0xEE, 0xFC..=0xFF];
    "gtpprime" 2, 2: 0 [0..=0x5F], 1 [1..=7, 0x10..=0x25, 0x30..=0x3E, 0x46..=0x46, 0x60..=0x69,
        0x70..=0x79, 0x80..=0x81, 0xF0..=0xF1, 0xFE..=0xFF];
    "hart_ip" 1, 3: 1 [0..=3, 0x0F..=0x0F], 2 [0..=3];
    "ipdr" 1, 1: 0 [2..=2];
    "isns" 12, 12: 0 [0..=0], 1 [1..=1], 2 [0..=0, 0x80..=0x80], 3 [1..=0x0E, 0x11..=0x13];
    "kismet" 8, 8: 0 [0x20..=0x80], 1 [0x20..=0x80], 2 [0x20..=0x80], 3 [0x20..=0x80],
        4 [0x20..=0x80], 5 [0x20..=0x80], 6 [0x20..=0x80], 7 [0x20..=0x80];
    "knet" 2, 2: 0 [1..=0xFF];
    "kt" 1, 1: 0 [0xB0..=0xB1, 0xB4..=0xB4, 0xB8..=0xBA, 0xBF..=0xBF];
    "ldp" 2, 2: 0 [0..=0], 1 [1..=1];
    "mpeg_dsmcc" 1, 1: 0 [0x11..=0x11];
    "mrcpv2" 10, 10: 0 [b'M'..=b'M'], 1 [b'R'..=b'R'], 2 [b'C'..=b'C'], 3 [b'P'..=b'P'],
        4 [b'/'..=b'/'], 5 [b'2'..=b'2'];
    "ndmp" 1, 4: 0 [0..=0, 0x80..=0x80], 1 [0..=0x0F];
    "omapi" 8, 8: ;
    "omron" 1, 4: 0 [b'F'..=b'F'], 1 [b'I'..=b'I'], 2 [b'N'..=b'N'], 3 [b'S'..=b'S'];
    "pcomtcp" 6, 6: 2 [0x65..=0x66];
    "ptpip" 8, 8: ;
    "pvfs" 24, 24: 0 [0xBF..=0xBF], 1 [0xCA..=0xCA], 2 [0..=0], 3 [0..=0],
        4 [1..=2, 4..=4, 8..=8], 5 [0..=0];
    "rtpproxy" 6, 6: 0 [b' '..=b'~'];
    "s5066sis" 5, 5: 0 [0x90..=0x90], 1 [0xEB..=0xEB], 2 [0..=0];
    "sigcomp" 1, 2: 0 [0xF8..=0xFF];
    "skinny" 8, 8: 4 [0..=0, 0x0A..=0x0B, 0x0F..=0x16], 5 [0..=0], 6 [0..=0], 7 [0..=0];
    "smrse" 1, 4: 0 [0x7E..=0x7E], 3 [1..=0x0B];
    "smux" 1, 2: 0 [0x40..=0x44, 0x60..=0x64, 0x80..=0x88, 0xA0..=0xA8, 0xFF..=0xFF];
    "tns" 1, 5: 4 [1..=0x13];
    "vicp" 8, 8: ;
    "woww" 4, 4: ;
    "xot" 4, 4: 0 [0..=0], 1 [0..=0];
}

/// Protocols whose answer depends on more than a payload shows, and which nearly always refuse.
const REFUSING: [Application; 4] = [
    Application::named("5co_legacy"),
    Application::named("dtpt"),
    Application::named("kf"),
    Application::named("tpncp"),
];

/// True unless the protocol asks for another form.
pub fn admits(application: Application, payload: &[u8]) -> bool {
    let Some(form) = FORMS.iter().find(|form| form.application == application) else {
        return !REFUSING.contains(&application);
    };
    if payload.len() < form.least || payload.len() < form.looked_at {
        return payload.len() >= form.least;
    }
    let has = |(at, values): &(usize, Values)| {
        payload.get(*at).is_none_or(|byte| values.iter().any(|range| range.contains(byte)))
    };
    form.bytes.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_bytes_are_looked_at() {
        let admitted = |name, payload: &[u8]| admits(Application::named(name), payload);
        assert!(admitted("cql", &[4]) && !admitted("cql", &[5, 4]));
        assert!(admitted("amqp", b"AMQP\0\0\x09\x01") && !admitted("amqp", b"AMQP\0\0\x09"));
        assert!(admitted("tns", &[0, 40, 0, 0]) && !admitted("tns", &[0, 40, 0, 0, 0x14]));
        assert!(admitted("mrcpv2", b"MRCP/2.0 83 SPEAK") && !admitted("mrcpv2", b"MRCP/1.0 83"));
        assert!(!admitted("mrcpv2", &[0; 40]) && !admitted("kf", b"KF"));
        assert!(admitted("ssh", b"\0"));
    }

    #[test]
    fn a_place_that_is_looked_at_exists() {
        for form in FORMS {
            assert!(
                form.bytes.iter().all(|(at, _)| *at < form.looked_at),
                "{}",
                form.application.name()
            );
        }
    }
}
