//! Answers to UDP payloads.

use super::super::Shows;
use super::super::guess::is_wireguard;
use super::super::names::*;
use super::super::stun::{is_channel_data, is_stun};
use super::super::text::is_sip;
use super::is_rpc;
use crate::dissect::application::Application;

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
        assert_eq!(over_udp(SIP, &[0xF8, 0]).map(|(name, _)| name), Some(SIGCOMP));
        assert_eq!(over_udp(SIP, b"\r\n"), None);
        assert_eq!(over_udp(RADIUS, &[1, 0, 0, 20]).map(|(name, _)| name), Some(RADIUS));
        assert_eq!(over_udp(RADIUS, &[1, 0, 0, 19]), None);
        assert_eq!(over_udp(STUN, &[0; 20]), None);
        assert_eq!(over_udp(DNS, &[0]).map(|(name, _)| name), Some(DNS));
    }
}
