//! Network and transport layers: malformed, truncated and nested headers.

use super::{ETHERNET, MACS, UDP, ethernet, hex, ipv4, record};
use crate::dissect::dissect;
use crate::dissect::packet::{Addresses, Packet};
use crate::dissect::problem::Problem;
use crate::dissect::protocol::Protocol;

#[test]
fn malformed_ipv4_headers_are_problems() {
    assert_eq!(ethernet("0800"), ("eth:ip".into(), Some("ipv4_header_truncated")));
    assert_eq!(
        ethernet(&format!("0800 {}", ipv4(6, 0).replacen("45", "43", 1))),
        ("eth:ip".into(), Some("ipv4_header_length_invalid"))
    );
    assert_eq!(
        ethernet(&format!("0800 {}", ipv4(6, 0).replacen("45", "55", 1))),
        ("eth:ip".into(), Some("ipv4_version_invalid"))
    );
    assert_eq!(
        ethernet(&format!("0800 {}", ipv4(6, 0).replacen("0014", "0013", 1))),
        ("eth:ip".into(), Some("ipv4_header_length_invalid"))
    );
    assert_eq!(
        ethernet(&format!("0800 {} {UDP}", ipv4(17, 90))),
        ("eth:ip:udp".into(), Some("ip_total_length_beyond_capture"))
    );
    let offloaded = ipv4(17, 8).replacen("001c", "0000", 1);
    assert_eq!(ethernet(&format!("0800 {offloaded} {UDP}")), ("eth:ip:udp".into(), None));
    assert_eq!(ethernet(&format!("0800 {}", ipv4(253, 0))), ("eth:ip".into(), None));
}

#[test]
fn only_first_fragments_have_ports() {
    let fragment = |flags: &str| {
        format!("0800 {} {UDP}", ipv4(17, 8).replacen("0001 0000", &format!("0001 {flags}"), 1))
    };
    assert_eq!(ethernet(&fragment("2000")), ("eth:ip:udp".into(), None));
    assert_eq!(ethernet(&fragment("0001")), ("eth:ip".into(), None));
}

#[test]
fn ipv6_extension_headers_are_followed() {
    let header = |next: &str, length: usize| {
        format!("86dd 60000000 {length:04x} {next} 40 {} {}", "20".repeat(16), "30".repeat(16))
    };
    assert_eq!(ethernet(&format!("{} {UDP}", header("11", 8))), ("eth:ipv6:udp".into(), None));
    assert_eq!(
        ethernet(&format!(
            "{} 3c00010400000000 2b00010400000000 2c00000000000000 11000000000000 07 {UDP}",
            header("00", 40)
        )),
        ("eth:ipv6:ipv6.hopopts:ipv6.dstopts:ipv6.routing:ipv6.fraghdr:udp".into(), None)
    );
    assert_eq!(
        ethernet(&format!("{} 1100000800000007 {UDP}", header("2c", 16))),
        ("eth:ipv6:ipv6.fraghdr".into(), None)
    );
    assert_eq!(ethernet(&header("3b", 0)), ("eth:ipv6".into(), None));
    assert_eq!(
        ethernet(&format!("{} 3c00 01 ff 0000 0000", header("00", 8))),
        ("eth:ipv6:ipv6.hopopts".into(), Some("ipv6_option_beyond_capture"))
    );
    assert_eq!(ethernet("86dd 40"), ("eth".into(), Some("ipv6_version_invalid")));
    assert_eq!(ethernet("86dd 60"), ("eth:ipv6".into(), Some("ipv6_header_truncated")));
}

#[test]
fn tunnels_have_the_layers_they_carry() {
    let inner = format!("{} {UDP}", ipv4(17, 8));
    let ether = format!("{MACS} 0800 {inner}");
    let over_udp = |port: &str, header: &str, carried: &str| {
        let length = hex(header).len() + hex(carried).len() + 8;
        ethernet(&format!(
            "0800 {} c000 {port} {length:04x} 0000 {header} {carried}",
            ipv4(17, length)
        ))
    };
    let over_ip = |protocol: u8, carried: &str| {
        ethernet(&format!("0800 {} {carried}", ipv4(protocol, hex(carried).len())))
    };
    assert_eq!(
        over_udp("12b5", "0800000000000100", &ether),
        ("eth:ip:udp:vxlan:eth:ip:udp".into(), None)
    );
    assert_eq!(
        over_udp("17c1", "0000655800000100", &ether),
        ("eth:ip:udp:geneve:eth:ip:udp".into(), None)
    );
    assert_eq!(
        over_udp("0868", "30ff001c00000001", &inner),
        ("eth:ip:udp:gtp:ip:udp".into(), None)
    );
    assert_eq!(
        over_udp("0868", "34ff002400000001 0000 00 85 01 000000", &inner).0,
        "eth:ip:udp:gtp:ip:udp"
    );
    assert_eq!(over_udp("0868", "3001000000000001", ""), ("eth:ip:udp:gtp".into(), None));
    assert_eq!(over_ip(4, &inner), ("eth:ip:ip:udp".into(), None));
    assert_eq!(over_ip(47, &format!("0000 0800 {inner}")), ("eth:ip:gre:ip:udp".into(), None));
    assert_eq!(
        over_ip(47, &format!("b000 6558 00000000 00000001 00000002 {ether}")),
        ("eth:ip:gre:eth:ip:udp".into(), None)
    );
    assert_eq!(
        over_ip(47, &format!("1000 88be 00000001 1001000000000000 {ether}")),
        ("eth:ip:gre:erspan:eth:ip:udp".into(), None)
    );
    assert_eq!(over_ip(47, "b000"), ("eth:ip:gre".into(), Some("gre_header_truncated")));
}

/// A TCP segment captured up to `captured` bytes of it, with 4 bytes of payload on the wire.
fn cut_tcp(captured: usize) -> (Option<u16>, Option<u32>, bool, Option<Problem>) {
    let whole = hex(&format!(
        "{MACS} 0800 {} 04d2 0050 00000001 00000002 5012 1000 0000 0000 01020304",
        ipv4(6, 24)
    ));
    let frame = &whole[..34 + captured];
    let mut packet = Packet::empty();
    dissect(&record(frame, whole.len() as u32, ETHERNET), &mut packet);
    assert_eq!(packet.path.to_string(), "eth:ip:tcp");
    let hop = packet.innermost_ip().unwrap();
    (
        hop.ports.map(|ports| ports.destination),
        hop.payload_bytes,
        hop.segment == &frame[34..],
        packet.problem,
    )
}

#[test]
fn truncated_tcp_headers_give_the_captured_fields() {
    assert_eq!(cut_tcp(3), (None, None, true, Some(Problem::TCP_HEADER_TRUNCATED)));
    assert_eq!(cut_tcp(4), (Some(80), None, true, Some(Problem::TCP_HEADER_TRUNCATED)));
    assert_eq!(cut_tcp(16), (Some(80), Some(4), true, Some(Problem::TCP_HEADER_TRUNCATED)));
    assert_eq!(cut_tcp(20), (Some(80), Some(4), true, None));
    assert_eq!(cut_tcp(24), (Some(80), Some(4), true, None));
}

#[test]
fn truncated_addresses_give_the_source() {
    let whole = hex(&format!("{MACS} 0800 {}", ipv4(6, 24)));
    let mut packet = Packet::empty();
    dissect(&record(&whole[..14 + 18], 64, ETHERNET), &mut packet);
    assert_eq!(
        packet.innermost_ip().map(|hop| hop.addresses),
        Some(Addresses::Ipv4Source(&[10, 0, 0, 1]))
    );
}

#[test]
fn a_source_route_ends_at_its_last_address() {
    let routed = ipv4(17, 8).replacen("4500 001c", "4700 0024", 1);
    let frame = hex(&format!("{MACS} 0800 {routed} 8307 04 0a000009 00 {UDP}"));
    let mut packet = Packet::empty();
    dissect(&record(&frame, frame.len() as u32, ETHERNET), &mut packet);
    let addresses = packet.innermost_ip().map(|hop| hop.addresses);
    assert_eq!(addresses, Some(Addresses::Ipv4Routed(&[10, 0, 0, 1], &[10, 0, 0, 9])));
    assert_eq!(packet.path.last(), Some(Protocol::UDP));
}

#[test]
fn a_completed_or_malformed_source_route_is_ignored() {
    for option in ["8307 08 0a000009 00", "83ef 04 0a000009 00", "8307 06 0a000009 00"] {
        let routed = ipv4(17, 8).replacen("4500 001c", "4700 0024", 1);
        let frame = hex(&format!("{MACS} 0800 {routed} {option} {UDP}"));
        let mut packet = Packet::empty();
        dissect(&record(&frame, frame.len() as u32, ETHERNET), &mut packet);
        let addresses = packet.innermost_ip().map(|hop| hop.addresses);
        assert_eq!(addresses, Some(Addresses::Ipv4(&[10, 0, 0, 1, 10, 0, 0, 2])), "{option}");
    }
}

/// The protocol number of the first IP layer of a frame.
fn ip_protocol_of(rest: &str) -> Option<u8> {
    let frame = hex(&format!("{MACS}{rest}"));
    let mut packet = Packet::empty();
    dissect(&record(&frame, frame.len() as u32, ETHERNET), &mut packet);
    packet.address_layers().iter().find(|layer| layer.is_ip())?.protocol
}

#[test]
fn later_fragments_and_extension_headers_have_a_protocol_number() {
    assert_eq!(ip_protocol_of(&format!("0800 {} {UDP}", ipv4(17, 8))), Some(17));
    let later = ipv4(17, 8).replace("0001 0000 40", "0001 0010 40");
    assert_eq!(ip_protocol_of(&format!("0800 {later} {UDP}")), Some(17));
    let addresses = format!("{:032x} {:032x}", 1, 2);
    let ipv6 = |next: &str, rest: &str| format!("86dd 60000000 0018 {next} 40 {addresses} {rest}");
    let fragment = format!("11 00 0010 00000001 {UDP} {UDP}");
    assert_eq!(ip_protocol_of(&ipv6("2c", &fragment)), Some(17));
    let hop_by_hop = "3a 00 0000 00000000 0000 0000 0000 0000 0000 0000 0000 0000";
    assert_eq!(ip_protocol_of(&ipv6("00", hop_by_hop)), Some(58));
    assert_eq!(ip_protocol_of("0800 4500"), None);
}

#[test]
fn a_datagram_ends_where_its_length_says() {
    let payload = |length: u16| {
        let udp = format!("1234 0035 {length:04x} 0000 0102 0304");
        let frame = hex(&format!("{MACS} 0800 {} {udp}", ipv4(17, 12)));
        let mut packet = Packet::empty();
        dissect(&record(&frame, frame.len() as u32, ETHERNET), &mut packet);
        packet.innermost_ip()?.datagram().map(|(payload, length)| (payload.to_vec(), length))
    };
    assert_eq!(payload(12), Some((vec![1, 2, 3, 4], 4)));
    assert_eq!(payload(10), Some((vec![1, 2], 2)));
    assert_eq!(payload(20), Some((vec![1, 2, 3, 4], 12)));
    assert_eq!(payload(8), None);
    assert_eq!(payload(3), None);
}
