//! Checks of protocols that keep networks going: routing, tunnels, neighbours, flows.

use super::super::names::*;
use super::{Datagram, ltp};
use crate::dissect::application::Application;

/// Whether a protocol takes a payload. None if this is not one of its protocols.
pub fn admits(application: Application, datagram: &Datagram<'_>) -> Option<bool> {
    let &Datagram { payload, length, .. } = datagram;
    let least = |least: usize| payload.len() >= least;
    Some(match application {
        AODV => matches!(payload, [1..=4 | 16..=19, ..]),
        BABEL => {
            least(4)
                && matches!(payload, [42, version, high, low, ..]
            if *version != 2 || (*high, *low) != (0, 0))
        }
        BUNDLE => is_bundle(payload),
        CFLOW => matches!(payload, [_] | [0, 1 | 5 | 7..=10, ..]),
        DDTP => {
            length >= 4 && matches!(payload, [0, 0, 0, 0..=2, ..] | [] | [0] | [0, 0] | [0, 0, 0])
        }
        DLSW => matches!(payload, [49..=63 | 75, ..]),
        GTPPRIME => is_gtp(payload),
        HIP => matches!(payload, [0, 0, 0, 0, ..]),
        ISNS => {
            least(12)
                && matches!(payload, [0, 1, 0, 1..=14 | 17..=19, ..]
            | [0, 1, 0x80, 1..=13 | 17..=19, ..])
        }
        LDP => matches!(payload, [0, 1, ..]),
        LTP => ltp::is_segment(payload),
        MACTELNET => is_mactelnet(payload),
        MPLS_ECHO => length >= 32 && least(5) && matches!(payload, [0, 1, ..]),
        MNDP => least(8) && matches!(payload, [_, _, _, _, 0, _, 0, ..]),
        OLSR => matches!(payload, [high, low, _, _, ..]
            if length >= usize::from(u16::from_be_bytes([*high, *low]))),
        PACKETBB => is_packetbb(payload, length),
        PNRP => least(20) && payload.starts_with(&[0, 16, 0, 12, 0x51]),
        PORTCONTROL => matches!(payload, [0..=2, ..]),
        RELOAD_FRAMING => {
            least(12)
                && matches!(payload, [0x80, _, _, _, _, a, b, c, 0xD2, 0x45, 0x4C, 0x4F, ..]
                    if (*a, *b, *c) >= (0, 0, 38))
        }
        SFLOW => match payload {
            [0, 0, 0, 2 | 4 | 5, 0, 0, 0, 0..=2, ..] => true,
            [0, 0, 0, 2 | 4 | 5, rest @ ..] => rest.len() < 4,
            _ => payload.len() < 4,
        },
        TAPA => match *payload {
            [0..=63, 0 | 1, 0, 0, ..] => true,
            [kind @ 1..=5, _, high, low, ref rest @ ..] => {
                (12..=1472).contains(&u16::from_be_bytes([high, low]))
                    && (kind != 1 || matches!(rest, [] | [1 | 2, ..]))
            }
            _ => false,
        },
        WCCP => matches!(payload, [_] | [_, _] | [_, _, _] | [0, 0, 0, 7..=13, ..]),
        WIMAXASNCP => matches!(payload, [1, ..]),
        _ => return None,
    })
}

/// GTP' (3GPP TS 32.295): versions 0 to 2 with a known message.
fn is_gtp(payload: &[u8]) -> bool {
    matches!(
        payload,
        [
            0..=0x5F,
            1..=7
            | 16..=37
            | 48..=62
            | 70
            | 96..=105
            | 112..=121
            | 128
            | 129
            | 240
            | 241
            | 254
            | 255,
            ..,
        ]
    )
}

/// The Bundle Protocol: version 6 (RFC 5050), or arrays of CBOR that begin with 7 (RFC 9171).
fn is_bundle(payload: &[u8]) -> bool {
    let is_array = |byte: &u8| matches!(byte, 0x80..=0x97 | 0x9C..=0x9F);
    match payload {
        [4..=6 | 0x5F | 0x7F, ..] => true,
        [outer] => is_array(outer),
        [outer, 0x5F | 0x7F, ..] => is_array(outer),
        [outer, inner, rest @ ..] => {
            is_array(outer) && is_array(inner) && matches!(rest, [] | [7 | 0x5F | 0x7F, ..])
        }
        [] => false,
    }
}

/// PacketBB (RFC 5444 section 5.1): the header that the flags state fits.
fn is_packetbb(payload: &[u8], length: usize) -> bool {
    let Some(flags) = payload.first() else { return false };
    let header = if flags & 8 == 0 { 1 } else { 3 };
    if flags & 4 == 0 {
        return length >= header;
    }
    let stated = payload.get(header..).and_then(|rest| rest.first_chunk().copied());
    let stated = stated.map_or(0, |stated| usize::from(u16::from_be_bytes(stated)));
    length >= header + 2 + stated
}

/// MAC-Telnet of MikroTik: a ping, or a message from a client or a server.
fn is_mactelnet(payload: &[u8]) -> bool {
    let is_known = |kind: &[u8]| matches!(kind, [0, 0x15] | [0x0F, 0x90]);
    match payload {
        [_, kind, _, _, _, _, _, _, _, _, _, _, _, _, a, b, c, d, ..] => {
            matches!(kind, 4 | 5) || is_known(&[*a, *b]) || is_known(&[*c, *d])
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, takes};
    use super::*;

    #[test]
    fn types_and_versions_are_asked_for() {
        check(CFLOW, &[&[0], &[0, 5, 0, 1], &[0, 10]], &[&[0, 6], &[5, 0]]);
        check(DLSW, &[&[0x31]], &[&[0x30]]);
        check(GTPPRIME, &[&[0x2E, 240], &[0x0F, 1]], &[&[0x2E, 8], &[0x60, 1], &[0x2E]]);
        check(LDP, &[&[0, 1, 0, 38]], &[&[0, 2], &[0]]);
        check(PORTCONTROL, &[&[0, 0], &[2, 1]], &[&[3, 0]]);
        check(WCCP, &[&[0, 0, 0, 10], &[9]], &[&[0, 0, 0, 6], &[1, 0, 0, 10]]);
        check(
            SFLOW,
            &[&[0, 0, 0, 5, 0, 0, 0, 1], &[0, 0, 0, 4]],
            &[&[0, 0, 0, 3, 0, 0, 0, 1], &[0, 0, 0, 5, 0, 0, 0, 3]],
        );
        check(
            BABEL,
            &[&[42, 2, 0, 4], &[42, 3, 0, 0]],
            &[&[42, 2, 0], &[42, 2, 0, 0], &[41, 2, 0, 4]],
        );
        check(MNDP, &[&[0, 4, 9, 9, 0, 1, 0, 6]], &[&[0, 4, 9, 9, 1, 1, 0, 6], &[0; 7]]);
        check(
            RELOAD_FRAMING,
            &[b"\x80\0\0\0\x01\0\0\x26\xD2ELO"],
            &[b"\x80\0\0\0\x01\0\0\x25\xD2ELO", b"\x81\0\0\0\x01\0\0\x26\xD2ELO"],
        );
        check(
            TAPA,
            &[&[2, 0, 0, 12], &[1, 0, 0, 12, 1], &[63, 1, 0, 0]],
            &[&[2, 0, 0, 11], &[1, 0, 0, 12, 3], &[64, 0, 0, 0], &[2, 0, 0]],
        );
    }

    #[test]
    fn lengths_count_as_the_packet_states_them() {
        let olsr = [0, 8, 1, 2, 3, 4, 5, 6];
        check(OLSR, &[&olsr], &[&olsr[..7], &[0, 2, 0]]);
        assert!(takes(OLSR, &olsr[..4], 8));
        let echo = [&[0, 1][..], &[0; 30]].concat();
        check(MPLS_ECHO, &[&echo], &[&echo[..31], &[0; 32]]);
        check(PACKETBB, &[&[0], &[8, 0, 1], &[4, 0, 1, 9]], &[&[8, 0], &[4, 0, 2, 9], &[4]]);
    }

    #[test]
    fn bundles_are_of_version_6_or_arrays() {
        check(
            BUNDLE,
            &[&[6, 0], &[0x9F, 0x88, 7, 0], &[0x82, 0x88]],
            &[&[7, 0], &[0x9F, 0x88, 6], &[0x9F, 0x20, 7], &[0x20]],
        );
    }

    #[test]
    fn mac_telnet_is_a_ping_or_has_a_client() {
        let of = |kind, client| [&[1, kind][..], &[0; 12], &[0, client, 0, 0]].concat();
        check(MACTELNET, &[&of(4, 0), &of(0, 0x15)], &[&of(0, 0), &of(4, 0)[..17]]);
    }
}
