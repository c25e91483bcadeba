//! Headers at their edges: lengths of nothing or too few, captures that end between two layers.
//! Each case is what Wireshark answers.

use super::dissect;
use super::packet::{Addresses, Packet};
use super::problem::Problem;
use super::tests::{hex, record};

const MACS: &str = "0200000000aa 0200000000bb";
const UDP: &str = "1234 0035 0008 0000";

/// Path and problem of an Ethernet frame of which these bytes after the addresses were captured, of
/// 400 on the wire.
fn cut(rest: &str) -> (String, Option<Problem>) {
    of_wire_bytes(rest, 400)
}

/// The same of a frame that was captured whole.
fn whole(rest: &str) -> (String, Option<Problem>) {
    of_wire_bytes(rest, 0)
}

fn of_wire_bytes(rest: &str, wire_bytes: u32) -> (String, Option<Problem>) {
    let (bytes, mut packet) = (hex(&format!("{MACS}{rest}")), Packet::empty());
    dissect(&record(&bytes, wire_bytes, 1), &mut packet);
    (packet.path.to_string(), packet.problem)
}

/// An EtherType and an IPv4 header of 300 bytes, or what else is stated.
fn ipv4(protocol: u8, length: u16) -> String {
    format!("0800 4500 {length:04x} 0001 0000 40 {protocol:02x} 0000 0a000001 0a000002")
}

fn ipv6(next: u8, length: usize) -> String {
    let addresses = format!("{}{}", "20".repeat(16), "30".repeat(16));
    format!("86dd 60000000 {length:04x} {next:02x} 40 {addresses}")
}

#[test]
fn sessions_and_bundles_have_no_address_bytes() {
    let ip = format!("{} {UDP}", &ipv4(17, 28)[5..]);
    let session = |ppp: &str| whole(&format!("8864 1100 0001 {:04x} {ppp}", hex(ppp).len())).0;
    assert_eq!(session(&format!("0021 {ip}")), "eth:pppoes:ppp:ip:udp");
    assert_eq!(session(&format!("ff03 0021 {ip}")), "eth:pppoes:ppp");
    let bundle =
        |ppp: &str| whole(&format!("{} 0000 880b ff03 003d c0000001 {ppp}", ipv4(47, 0))).0;
    assert_eq!(bundle(&format!("0021 {ip}")), "eth:ip:gre:ppp:mp:ip:udp");
    assert_eq!(bundle(&format!("ff03 0021 {ip}")), "eth:ip:gre:ppp:mp");
}

#[test]
fn osi_carries_ip_by_its_identifier() {
    let ip = format!("{} {UDP}", &ipv4(17, 28)[5..]);
    let length = hex(&ip).len() + 4;
    let over_llc = |osi: &str| whole(&format!("{length:04x} fefe03 {osi}"));
    assert_eq!(over_llc(&format!("cc {ip}")), ("eth:llc:osi:ip:udp".into(), None));
    assert_eq!(over_llc("83 1b0100"), ("eth:llc:osi:isis".into(), None));
    assert_eq!(over_llc("45"), ("eth:llc:osi".into(), None));
    assert_eq!(whole(&format!("{} cf 0021 {ip}", ipv4(80, 0))).0, "eth:ip:osi:ppp:ip:udp");
    let gre = |osi: &str| whole(&format!("{} 0000 00fe {osi}", ipv4(47, 0)));
    assert_eq!(gre(&format!("cc {ip}")), ("eth:ip:gre:osi:ip:udp".into(), None));
    assert_eq!(cut("002f fefe03").1, Some(Problem::LINK_HEADER_TRUNCATED));
    let mut packet = Packet::empty();
    let frame = hex(&format!("0f00 fefe 03cc {ip}"));
    dissect(&record(&frame, 0, 104), &mut packet);
    assert_eq!(packet.path.to_string(), "chdlc:osi:ip:udp");
}

#[test]
fn frame_relay_may_carry_a_bridged_frame() {
    let ip = format!("{} {UDP}", &ipv4(17, 28)[5..]);
    let read = |rest: &str| {
        let (bytes, mut packet) = (hex(rest), Packet::empty());
        dissect(&record(&bytes, 0, 107), &mut packet);
        packet.path.to_string()
    };
    let (destination, source) = ("0011886b6830", "0200000000bb");
    for (frame, path) in [
        (format!("1841 {destination} {source} 0800 {ip}"), "fr:eth:ip:udp"),
        (format!("184041 {destination} {source} 0800 {ip}"), "fr:eth:ip:udp"),
        (format!("1840404041 {destination} {source} 0800 {ip}"), "fr:eth:ip:udp"),
        (format!("1841 {destination} {source} 1234 {ip}"), "fr"),
        // A control field of two bytes, of one, and one after padding, before an identifier.
        (format!("1841 0211 cc {ip}"), "fr:ip:udp"),
        (format!("1841 07 cc {ip}"), "fr:ip:udp"),
        (format!("1841 00 07 cc {ip}"), "fr:ip:udp"),
        (format!("1841 020000000000 {source} 0800 {ip}"), "fr:clnp"),
    ] {
        assert_eq!(read(&frame), path, "{frame}");
    }
}

#[test]
fn the_halves_of_a_family_are_told_apart() {
    let read = |family: &str| {
        let (bytes, mut packet) = (hex(&format!("{family} 4500")), Packet::empty());
        dissect(&record(&bytes, 0, 0), &mut packet);
        packet.path.to_string()
    };
    assert_eq!((read("02000200"), read("00020002")), ("null:ip".into(), "null".into()));
    assert_eq!((read("00000200"), read("00000002")), ("null:ip".into(), "null:ip".into()));
}

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
fn a_service_header_of_nothing_has_no_layer() {
    assert_eq!(whole("894f 0002 0202 00000000").0, "eth:nsh");
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
fn gre_of_nothing_has_a_layer_if_it_is_numbered() {
    assert_eq!(whole(&format!("{} 0000 0800", ipv4(47, 24))).0, "eth:ip:gre");
    assert_eq!(whole(&format!("{} 1000 0800 00000001", ipv4(47, 28))).0, "eth:ip:gre:ip");
}

#[test]
fn tunnels_that_end_after_their_header_have_no_layer() {
    let over_udp = |port: u16, length: u16, header: &str| {
        cut(&format!("{} c000 {port:04x} {length:04x} 0000 {header}", ipv4(17, 300))).0
    };
    assert_eq!(over_udp(1701, 280, "0002 0001 0001"), "eth:ip:udp:l2tp");
    assert_eq!(over_udp(1701, 280, "0002 0001 0001 00"), "eth:ip:udp:l2tp:ppp");
    assert_eq!(over_udp(4790, 280, "0c000001 000000"), "eth:ip:udp");
    assert_eq!(over_udp(4790, 280, "0c000001 00000000"), "eth:ip:udp:ip");
    assert_eq!(over_udp(4341, 15, "00000000 000000"), "eth:ip:udp");
    assert_eq!(over_udp(4341, 280, "00000000 000000"), "eth:ip:udp:lisp-data");
}

#[test]
fn a_pseudowire_is_judged_by_nine_bytes() {
    let truncated = Some(Problem::MPLS_HEADER_TRUNCATED);
    let wire = "8847 00001100 00000000 0200 aabb";
    assert_eq!(cut(wire), ("eth:mpls:pwethheuristic".into(), truncated));
    assert_eq!(cut(&format!("{wire} cc")).0, "eth:mpls:pwethheuristic:pwethcw:eth");
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
