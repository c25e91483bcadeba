//! Datagrams that tshark takes, and near misses that it does not.

use super::*;

fn udp(payload: &[u8]) -> Option<&'static str> {
    over_udp(payload, payload.len(), 1, 1234).map(|(application, _)| application.name())
}

#[test]
fn udp_payloads_are_recognised_and_near_misses_are_not() {
    let stun = [&[0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42][..], &[7; 12]].concat();
    let classic = [&[0, 1, 0, 0][..], &[7; 16]].concat();
    let query = [&[7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], b"\x01a\0\0\x01\0\x01"].concat();
    let mojito = [&[7; 16][..], &[0x44, 0, 0, 38, 0, 0, 0], &[7; 38]].concat();
    let quic = [&[0xC0, 0, 0, 0, 1, 4][..], &[7, 7, 7, 7, 0, 0, 0, 0]].concat();
    for (payload, name) in [
        (&[&[1, 0, 0, 0][..], &[9; 144]].concat()[..], "wg"),
        (&stun, "stun"),
        (&classic, "classicstun"),
        (&query, "dns"),
        (&quic, "quic"),
        (b"RTPS\x02\x01\x01\x01aaaabbbb", "rtps"),
        (&[0x80, 200, 0, 1, 0, 0, 0, 1], "rtcp"),
        (&[22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 7], "dtls"),
        (b"d1:ad2:id", "bt-dht"),
        (&mojito, "mojito"),
        (b"ISO11898\x01\x10", "caneth"),
        (b"\x09aaaaaaaaQ043\0", "gquic"),
        (&[&[0xFF; 6][..], &b"abcdef".repeat(16)].concat(), "wol"),
        (&[&[0x47][..], &[0xFF; 187]].concat(), "mp2t"),
    ] {
        assert_eq!(udp(payload), Some(name));
        let other: Vec<u8> = payload.iter().map(|byte| byte ^ 0xA5).collect();
        assert_ne!(udp(&other), Some(name), "{other:?}");
    }
    for other in [&b""[..], &[22, 0xFE, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 7], &[0xC0; 13]] {
        assert_eq!(udp(other), None, "{other:?}");
    }
}

#[test]
fn cut_payloads_belong_to_what_reads_over_their_end() {
    let name = |payload: &[u8]| over_udp(payload, 200, 1, 1234).map(|(name, _)| name.name());
    assert_eq!(name(&[5; 5]), Some("wol"));
    assert_eq!(over_udp(&[5; 3], 20, 1, 1234), Some((WG, false)));
    assert_eq!(name(&[5; 9]), Some("dns"));
    assert_eq!(name(&[5; 10]), None);
    assert_eq!(name(&[0x47; 12]), None);
    assert_eq!(name(&[22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0]), Some("dtls"));
}

#[test]
fn addresses_and_ports_tell_some() {
    let group = "239.192.152.143".parse().unwrap();
    assert!(super::super::is_local_search(group, 6771));
    assert!(!super::super::is_local_search(group, 6772));
    assert!(!super::super::is_local_search("239.192.152.144".parse().unwrap(), 6771));
    let name = |payload: &[u8], from, to| {
        over_udp(payload, payload.len(), from, to).map(|(application, _)| application.name())
    };
    assert_eq!(name(&[9; 24], 6277, 1), Some("dcc"));
    assert_eq!((name(&[9; 23], 6277, 1), name(&[9; 24], 1, 2)), (None, None));
    assert_eq!(name(&[0, 10, 9, 9, 9, 9, 9, 9, 9, 9], 1, 8002), Some("fortinet_sso"));
}
