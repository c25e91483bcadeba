//! Payloads that tshark takes, and near misses that it does not.

use super::*;

fn tcp(payload: &[u8]) -> Option<&'static str> {
    over_tcp(payload, 4321, 1234).map(|(application, _)| application.name())
}

#[test]
fn tcp_payloads_are_recognised_and_near_misses_are_not() {
    let hello = [&[0x80, 44, 1, 3, 1, 0, 3, 0, 0, 0, 32][..], &[7; 35]].concat();
    let call = [&[0x80, 0, 0, 40, 1, 2, 3, 4][..], &[0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xA0]];
    let bind = [5, 0, 11, 3, 0x10, 0, 0, 0, 72, 0, 0, 0, 1, 0, 0, 0];
    let smpp = [0, 0, 0, 16, 0, 0, 0, 0x15, 0, 0, 0, 0, 0, 0, 0, 2];
    let drda = [0, 20, 0xD0, 1, 0, 1, 0, 14, 0x10, 0x41];
    for (payload, name) in [
        (&b"RFB 003.008\n"[..], "vnc"),
        (&[22, 3, 1, 0, 5], "tls"),
        (&hello, "tls"),
        (&call.concat(), "rpc"),
        (b"\0\0\0\x20\x01ActiveMQ", "openwire"),
        (b"GET / HTTP/1.1\r\n", "http"),
        (b"GIOP\x01\x02\0\0\0\0\0\0", "giop"),
        (b"8=FIX.4.2", "fix"),
        (&drda, "drda"),
        (&smpp, "smpp"),
        (b"\x80\x01\0\x01\0\0\0\x04ping", "thrift"),
        (b"\0\0\0\x20\x80\x01\0\x01\0\0\0\x04ping", "thrift"),
        (b"\x82\x81\xB2\x81\x01\x04ping\0", "thrift"),
        (b"\0\0\0\x20\x82\x21\x02\x04ping\0", "thrift"),
        (&bind, "dcerpc"),
        (b"\x13BitTorrent protocol", "bittorrent"),
        (&[0xF9, 0xBE, 0xB4, 0xD9], "bitcoin"),
    ] {
        assert_eq!(tcp(payload), Some(name));
        let other: Vec<u8> = payload.iter().map(|byte| byte ^ 0x48).collect();
        assert_ne!(tcp(&other), Some(name), "{other:?}");
    }
    for other in [&b""[..], &[22, 3, 1, 0, 0], &[22, 3, 9, 0, 5], b"RFB 003.008\n\n", &[5; 16]] {
        assert_eq!(tcp(other), None, "{other:?}");
    }
    assert_eq!(
        over_tcp(&[4, 0, 0, 8, 0, 0, 0, 1], 4321, 6653).map(|guess| guess.0),
        Some(OPENFLOW)
    );
}

#[test]
fn logins_of_tds_are_told_by_their_version() {
    let login = |kind: u8, at: usize, version: u8| {
        let mut payload = vec![0; 480];
        (payload[0], payload[1], payload[3], payload[at]) = (kind, 1, 200, version);
        payload
    };
    for (kind, at, version) in [(2, 466, 5), (15, 8, 0x21), (16, 15, 0x70)] {
        let payload = login(kind, at, version);
        assert_eq!(tcp(&payload), Some("tds"), "{kind}");
        assert_eq!(tcp(&payload[..at]), None, "{kind}");
        assert_eq!(tcp(&login(kind, at, version ^ 0x0F)), None, "{kind}");
    }
    let mut long = login(2, 466, 5);
    long[38] = 31;
    assert_eq!(tcp(&long), None);
}

#[test]
fn the_end_of_a_segment_tells_encapsulated_datagrams() {
    let mut payload = vec![0; 20];
    payload[17] = 50;
    assert_eq!(tcp(&payload), Some("tcpencap"));
    payload[17] = 6;
    assert_eq!(tcp(&payload), None);
}
