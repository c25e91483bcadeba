//! Link layers and tunnels at their edges: lengths of nothing or too few, captures that end between
//! two layers. Each case is what Wireshark answers.

use super::dissect;
use super::packet::Packet;
use super::problem::Problem;
use super::tests::{hex, record};

pub const MACS: &str = "0200000000aa 0200000000bb";
pub const UDP: &str = "1234 0035 0008 0000";

/// Path and problem of an Ethernet frame of which these bytes after the addresses were captured, of
/// 400 on the wire.
pub fn cut(rest: &str) -> (String, Option<Problem>) {
    of_wire_bytes(rest, 400)
}

/// The same of a frame that was captured whole.
pub fn whole(rest: &str) -> (String, Option<Problem>) {
    of_wire_bytes(rest, 0)
}

fn of_wire_bytes(rest: &str, wire_bytes: u32) -> (String, Option<Problem>) {
    let (bytes, mut packet) = (hex(&format!("{MACS}{rest}")), Packet::empty());
    dissect(&record(&bytes, wire_bytes, 1), &mut packet);
    (packet.path.to_string(), packet.problem)
}

/// An EtherType and an IPv4 header of 300 bytes, or what else is stated.
pub fn ipv4(protocol: u8, length: u16) -> String {
    format!("0800 4500 {length:04x} 0001 0000 40 {protocol:02x} 0000 0a000001 0a000002")
}

pub fn ipv6(next: u8, length: usize) -> String {
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
fn a_service_header_of_nothing_has_no_layer() {
    assert_eq!(whole("894f 0002 0202 00000000").0, "eth:nsh");
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
fn snap_follows_information_alone() {
    let read = |control: &str| whole(&format!("000a aaaa {control} 000000 88cc")).0;
    assert_eq!((read("03"), read("13")), ("eth:llc:lldp".into(), "eth:llc".into()));
    assert_eq!((read("0000"), read("0100")), ("eth:llc:lldp".into(), "eth:llc".into()));
}

#[test]
fn acknowledgements_are_those_of_pptp() {
    let lldp = "0000000000000000";
    let gre = |header: &str| whole(&format!("{} {header} {lldp}", ipv4(47, 0)));
    assert_eq!(gre("0081 88cc").0, "eth:ip:gre");
    assert_eq!(gre("0081 880b 00000001 c021").0, "eth:ip:gre:ppp:lcp");
    assert_eq!(gre("0080 880b c021").0, "eth:ip:gre:ppp:lcp");
    assert_eq!(gre("4000 880b 00000000 00000000 c021").0, "eth:ip:gre:ppp:lcp");
    let routes = cut(&format!("{} 4000 880b 00000000 0001", ipv4(47, 300)));
    assert_eq!(routes, ("eth:ip:gre".into(), Some(Problem::GRE_HEADER_TRUNCATED)));
}

#[test]
fn service_headers_hold_their_metadata() {
    let nsh = |header: &str| whole(&format!("894f {header} 0200000000aa 0200000000bb 88cc"));
    let lldp = ("eth:nsh:eth:lldp".into(), None);
    assert_eq!(nsh("0003 0203 00000000 00010100"), lldp);
    assert_eq!(nsh("0004 0203 00000000 00010104 00000000"), lldp);
    assert_eq!(nsh("0000 0203 00000000"), lldp);
    assert_eq!(nsh("0000 0003"), lldp);
    let beyond = ("eth:nsh".into(), Some(Problem::TAG_HEADER_TRUNCATED));
    assert_eq!(nsh("0003 0203 00000000 0001017f"), beyond);
}

#[test]
fn snoops_infiniband_has_no_route_and_ipnets_packet_is_last() {
    let ip = format!("{} {UDP}", &ipv4(17, 28)[5..]);
    for (link_type, frame, path) in [
        (0x7F1A, format!("0800 0000 {ip}"), "ipoib:ip:udp"),
        (242, format!("{} 0800 0000 {ip}", "00".repeat(40)), "ipoib:ip:udp"),
        (226, format!("0102 0000 0000001c {} {ip}", "00".repeat(16)), "ipnet:ip:udp"),
        (226, format!("0102 0000 0000001c {} {ip}", "00".repeat(20)), "ipnet:ip:udp"),
    ] {
        let (bytes, mut packet) = (hex(&frame), Packet::empty());
        dissect(&record(&bytes, 0, link_type), &mut packet);
        assert_eq!((packet.path.to_string(), packet.problem), (path.into(), None), "{frame}");
    }
}

#[test]
fn families_of_bsd_are_no_ethertypes() {
    let read = |link_type: u16, family: &str| {
        let (bytes, mut packet) = (hex(&format!("{family} 6000")), Packet::empty());
        dissect(&record(&bytes, 0, link_type), &mut packet);
        packet.path.to_string()
    };
    for (link_type, family, path) in [
        (0, "1e000000", "null:ipv6"),
        (0, "1a000000", "null"),
        (0, "59000000", "null"),
        (0, "000088cc", "null:lldp"),
        (108, "00000018", "null:ipv6"),
        (108, "00000010", "null:ddp"),
        (108, "10000000", "null"),
    ] {
        assert_eq!(read(link_type, family), path, "{link_type} {family}");
    }
}

#[test]
fn a_capture_may_end_inside_a_header_of_its_link_type() {
    let macs = MACS.replace(' ', "");
    for (link_type, captured, path) in [
        (6, format!("1040 {macs}"), "tr"),
        (6, format!("1040 {macs} aa"), "tr:llc"),
        (7, "0102d4 0000".into(), "arcnet"),
        (7, "0102d4 000000".into(), "arcnet:ip"),
        (258, format!("6c000000 01000000 01000000 {}", "00".repeat(95)), "pktap"),
        (119, format!("44000000 90000000 {}", "00".repeat(135)), "prism"),
        (239, "02000000 20000900 4500".into(), "nflog"),
        (131, "4d474300 4700000000000000 45".into(), "juniper"),
        (178, "4d474380 0006 0204".into(), "juniper"),
        (184, "0104 00000000 ff00 0200000000aa 0200000000".into(), "juniper"),
        (1, format!("{macs} 88e5"), "eth:macsec"),
        (1, format!("{macs} 8903 00"), "eth:cfp"),
    ] {
        let (bytes, mut packet) = (hex(&captured), Packet::empty());
        dissect(&record(&bytes, 400, link_type), &mut packet);
        let read = (packet.path.to_string(), packet.problem.is_some());
        assert_eq!(read, (path.into(), true), "{captured}");
    }
}
