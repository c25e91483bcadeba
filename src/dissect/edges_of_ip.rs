//! IP and UDP at their edges: lengths, options and extension headers that state too little. Each case
//! is what Wireshark answers.

use super::dissect;
use super::edges::{MACS, UDP, ipv4, ipv6, whole};
use super::packet::{Addresses, Packet};
use super::problem::Problem;
use super::tests::{hex, record};

#[test]
fn routing_headers_hold_the_addresses_of_their_type() {
    // Next header, units, type, segments left, then what the type says of its addresses.
    for (header, holds) in [
        ("11 00 00 03 00000000", true),
        ("11 00 02 00 00000000", false),
        ("11 02 02 00 00000000", true),
        ("11 00 03 00 00000000", true),
        ("11 01 03 00 00000000", false),
        ("11 01 03 00 08000000", true),
        ("11 01 03 00 00f00000", true),
        ("11 00 04 00 00000000", false),
        ("11 02 04 00 00000000", true),
        ("11 02 04 00 01000000", false),
        ("11 00 05 01 00000000", true),
        ("11 00 05 02 00000000", false),
        ("11 00 06 00 00000000", true),
        ("11 00 06 01 00000000", false),
    ] {
        let addresses = "00".repeat(8 * usize::from(hex(header)[1]));
        let length = 16 + addresses.len() / 2;
        let read = whole(&format!("{} {header} {addresses} {UDP}", ipv6(43, length)));
        let expected = if holds {
            ("eth:ipv6:ipv6.routing:udp".into(), None)
        } else {
            ("eth:ipv6:ipv6.routing".into(), Some(Problem::IPV6_ROUTING_HEADER_INVALID))
        };
        assert_eq!(read, expected, "{header}");
    }
}

#[test]
fn padding_of_one_byte_is_followed_by_another() {
    let padded = |next: &str| whole(&format!("{} 1100 0000 0000 0000 {next}", ipv6(60, 8)));
    let beyond = Some(Problem::IPV6_OPTION_BEYOND_CAPTURE);
    assert_eq!(padded(""), ("eth:ipv6:ipv6.dstopts".into(), beyond));
    assert_eq!(padded(UDP), ("eth:ipv6:ipv6.dstopts".into(), beyond));
    let longer = whole(&format!("{} 1100 0104 0000 0000 {UDP}", ipv6(60, 16)));
    assert_eq!(longer, ("eth:ipv6:ipv6.dstopts:udp".into(), None));
}

#[test]
fn udp_without_a_length_fills_an_ipv6_packet() {
    let tunnel = format!("c000 12b5 0000 0000 0800000000000100 {MACS} 88cc");
    let length = hex(&tunnel).len();
    let over_ipv6 = whole(&format!("{} {tunnel}", ipv6(17, length)));
    assert_eq!(
        over_ipv6,
        ("eth:ipv6:udp:vxlan:eth:lldp".into(), Some(Problem::UDP_LENGTH_INVALID))
    );
    let over_ipv4 = whole(&format!("{} {tunnel}", ipv4(17, 20 + length as u16)));
    assert_eq!(over_ipv4, ("eth:ip:udp".into(), Some(Problem::UDP_LENGTH_INVALID)));
}

#[test]
fn a_source_route_counts_if_all_options_were_captured() {
    let header = "0800 4700 0100 0001 0000 40 11 0000 0a000001 0a000002 830704 0a000009";
    let destination = |rest: &str| {
        let (bytes, mut packet) = (hex(&format!("{MACS}{header}{rest}")), Packet::empty());
        dissect(&record(&bytes, 400, 1), &mut packet);
        packet.innermost_ip().map(|hop| format!("{:?}", hop.addresses))
    };
    let source = format!("{:?}", Addresses::Ipv4Source(&[10, 0, 0, 1]));
    let routed = format!("{:?}", Addresses::Ipv4Routed(&[10, 0, 0, 1], &[10, 0, 0, 9]));
    assert_eq!((destination(""), destination("00")), (Some(source), Some(routed)));
}

#[test]
fn a_segment_in_a_first_fragment_has_no_length() {
    let tcp = "04d2 0050 00000001 00000002 5012 1000 0000 0000 01020304";
    let inner = format!("{} {tcp}", &ipv6(6, 24)[5..]);
    let carried = |flags: &str| {
        let outer = ipv4(41, 84).replacen("0001 0000", &format!("0001 {flags}"), 1);
        let (bytes, mut packet) = (hex(&format!("{MACS}{outer}{inner}")), Packet::empty());
        dissect(&record(&bytes, 0, 1), &mut packet);
        packet.innermost_ip().map(|hop| hop.payload_bytes)
    };
    assert_eq!((carried("0000"), carried("2000")), (Some(Some(4)), Some(None)));
    // An atomic fragment inside a first one.
    let fragments = format!("{} 2c000001 00000007 06000000 00000007 {tcp}", ipv6(44, 40));
    let (bytes, mut packet) = (hex(&format!("{MACS}{fragments}")), Packet::empty());
    dissect(&record(&bytes, 0, 1), &mut packet);
    assert_eq!(packet.innermost_ip().map(|hop| hop.payload_bytes), Some(None));
}

#[test]
fn options_are_as_long_as_the_fields_of_their_kind() {
    let read = |option: &str| {
        let words = 5 + hex(option).len() / 4;
        let header = format!("0800 4{words:x}00 0000 0001 0000 40 11 0000 0a000001 0a000002");
        let (bytes, mut packet) = (hex(&format!("{MACS}{header}{option}{UDP}")), Packet::empty());
        dissect(&record(&bytes, 0, 1), &mut packet);
        let addresses = packet.innermost_ip().map(|hop| format!("{:?}", hop.addresses));
        (packet.path.to_string(), packet.problem, addresses)
    };
    let plain = Some(format!("{:?}", Addresses::Ipv4(&[10, 0, 0, 1, 10, 0, 0, 2])));
    let source = Some(format!("{:?}", Addresses::Ipv4Source(&[10, 0, 0, 1])));
    for option in
        ["07020000", "8302 0000", "4403 0400", "9402 0000", "0b03 0000", "8605 0000 00000000"]
    {
        let invalid = ("eth:ip".into(), Some(Problem::IPV4_OPTION_INVALID), plain.clone());
        assert_eq!(read(option), invalid, "{option}");
    }
    // Unknown kinds, no option after one of no length, and nothing after the end.
    for option in ["ff02 0000", "ff01 8307 040a0000 09000000", "0007 0200", "0107 0304"] {
        assert_eq!(read(option), ("eth:ip:udp".into(), None, plain.clone()), "{option}");
    }
    // A route whose length holds no whole address, and one with an address.
    assert_eq!(read("8308 040a 00000900").2, source);
    let routed = Some(format!("{:?}", Addresses::Ipv4Routed(&[10, 0, 0, 1], &[10, 0, 0, 9])));
    assert_eq!(read("8307 040a 00000900").2, routed);
}
