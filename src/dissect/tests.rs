//! One frame for each branch that could lose something.

mod common;
mod network;

use super::dissect;
use super::packet::Packet;
use super::problem::Problem;
use super::protocol::DEEPEST;
use crate::capture::{Framing, LinkType, Options, Record};

/// The bytes that a string of hexadecimal digits and spaces stands for.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let value = |digit: u8| (digit as char).to_digit(16).unwrap() as u8;
    digits.chunks(2).map(|pair| value(pair[0]) << 4 | value(pair[1])).collect()
}

pub fn record(data: &[u8], wire_bytes: u32, link_type: u16) -> Record<'_> {
    Record {
        number: 0,
        offset: 0,
        data,
        wire_bytes,
        time: None,
        interface: 0,
        section: 0,
        link_type: LinkType(link_type),
        framing: Framing::Usual,
        options: Options::NONE,
    }
}

/// Path and problem of a frame.
fn path_of(link_type: u16, frame: &[u8]) -> (String, Option<&'static str>) {
    let mut packet = Packet::empty();
    dissect(&record(frame, frame.len() as u32, link_type), &mut packet);
    (packet.path.to_string(), packet.problem.map(|problem| problem.info().name))
}

const ETHERNET: u16 = 1;
const MACS: &str = "0200000000aa 0200000000bb";

fn ethernet(rest: &str) -> (String, Option<&'static str>) {
    path_of(ETHERNET, &hex(&format!("{MACS}{rest}")))
}

/// An IPv4 header for `length` bytes of payload.
fn ipv4(protocol: u8, length: usize) -> String {
    format!("4500 {:04x} 0001 0000 40 {protocol:02x} 0000 0a000001 0a000002", 20 + length)
}

const UDP: &str = "1234 0035 0008 0000";

#[test]
fn type_fields_are_ethertypes_or_lengths() {
    assert_eq!(
        ethernet("0806 0001 0800 06 04 0001 0200000000aa 0a000001 000000000000 0a000002"),
        ("eth:arp".into(), None)
    );
    assert_eq!(ethernet("88cc"), ("eth:lldp".into(), None));
    assert_eq!(ethernet("1234"), ("eth".into(), None));
    assert_eq!(ethernet("05ff"), ("eth".into(), Some("eth_length_invalid")));
    assert_eq!(ethernet("0004 424203 00"), ("eth:llc:stp".into(), None));
    assert_eq!(
        ethernet("0008 aaaa03 000000 0806"),
        ("eth:llc:arp".into(), Some("arp_header_truncated"))
    );
    assert_eq!(ethernet("00"), ("eth".into(), Some("eth_header_truncated")));
}

#[test]
fn vlan_tags_nest_to_the_depth_limit() {
    assert_eq!(
        ethernet(&format!("8100 0005 88a8 0006 0800 {} {UDP}", ipv4(17, 8))),
        ("eth:vlan:ieee8021ad:ip:udp".into(), None)
    );
    assert_eq!(ethernet("8100 0005"), ("eth:vlan".into(), Some("vlan_header_truncated")));
    let (path, problem) = ethernet(&"8100 0001".repeat(40));
    assert_eq!(path.split(':').count(), DEEPEST);
    assert_eq!(problem, Some("vlan_depth_exceeded"));
}

#[test]
fn vlan_ids_are_kept_in_order() {
    let frame = hex(&format!("{MACS} 8100 e005 8100 0fff 0800 {} {UDP}", ipv4(17, 8)));
    let mut packet = Packet::empty();
    dissect(&record(&frame, frame.len() as u32, ETHERNET), &mut packet);
    assert_eq!(packet.vlans(), [5, 4095]);
}

#[test]
fn shims_announce_the_next_protocol() {
    let inner = format!("{} {UDP}", ipv4(17, 8));
    assert_eq!(
        ethernet(&format!("8847 00001000 00002100 {inner}")),
        ("eth:mpls:ip:udp".into(), None)
    );
    assert_eq!(ethernet("8847 00001000"), ("eth:mpls".into(), Some("mpls_header_truncated")));
    assert_eq!(
        ethernet(&format!("8864 1100 0001 001e 0021 {inner}")),
        ("eth:pppoes:ppp:ip:udp".into(), None)
    );
    assert_eq!(ethernet("8864 1100 0001 0002 c021"), ("eth:pppoes:ppp:lcp".into(), None));
    assert_eq!(path_of(9, &hex(&format!("ff03 0021 {inner}"))), ("ppp:ip:udp".into(), None));
    assert_eq!(path_of(50, &hex(&format!("0f00 0800 {inner}"))), ("ppp:chdlc:ip:udp".into(), None));
}

#[test]
fn link_types_have_their_first_protocol() {
    let inner = format!("{} {UDP}", ipv4(17, 8));
    assert_eq!(path_of(0, &hex(&format!("02000000 {inner}"))), ("null:ip:udp".into(), None));
    assert_eq!(path_of(108, &hex(&format!("00000002 {inner}"))), ("null:ip:udp".into(), None));
    assert_eq!(path_of(101, &hex(&inner)), ("raw:ip:udp".into(), None));
    assert_eq!(path_of(228, &hex(&inner)), ("ip:udp".into(), None));
    assert_eq!(path_of(101, &hex("0011223344556677")), ("raw".into(), Some("raw_version_unknown")));
    assert_eq!(path_of(101, &hex("45112233")), ("raw".into(), Some("raw_header_truncated")));
    assert_eq!(
        path_of(113, &hex(&format!("0000 0304 0006 000000000000 0000 0800 {inner}"))),
        ("sll:ip:udp".into(), None)
    );
    assert_eq!(
        path_of(276, &hex(&format!("0800 0000 00000001 0304 00 06 0000000000000000 {inner}"))),
        ("sll:ip:udp".into(), None)
    );
    assert_eq!(path_of(113, &hex("0000")), ("sll".into(), Some("sll_header_truncated")));
    assert_eq!(path_of(104, &hex(&format!("0f00 0800 {inner}"))), ("chdlc:ip:udp".into(), None));
    assert_eq!(path_of(300, &hex(&inner)), ("dlt-300".into(), Some("link_type_unknown")));
}

#[test]
fn what_is_not_dissected_has_wiresharks_name() {
    let unknown = Some("link_type_unknown");
    assert_eq!(path_of(147, &[0; 9]), ("user_dlt".into(), unknown));
    assert_eq!(path_of(187, &[]), ("bluetooth:hci_h4".into(), unknown));
    assert_eq!(path_of(274, &[0; 90]), ("fpp:eth".into(), unknown));
    assert_eq!(path_of(192, &hex("00000800 ba000000 00")).0, "ppi:pcap_pktdata:usb");
    for (rest, path) in [
        ("88f7 00", "eth:ptp"),
        ("88f8", "eth:ncsi"),
        ("08ff 00", "eth:bpq:ax25"),
        ("0004 f0f003 00", "eth:llc:netbios"),
        ("0003 ffff00", "eth:ipx"),
        ("0009 aaaa03 00000c 2000 00", "eth:llc:cdp"),
        ("8864 1100 0001 0003 c223 00", "eth:pppoes:ppp:chap"),
    ] {
        assert_eq!(ethernet(rest), (path.into(), None));
    }
    for (protocol, bytes, path) in [
        (253, 9, "eth:ip"),
        (36, 31, "eth:ip"),
        (36, 32, "eth:ip:xtp"),
        (83, 1, "eth:ip:vines_frp:vines_ip"),
    ] {
        let rest = format!("0800 {} {}", ipv4(protocol, bytes), "00".repeat(bytes));
        assert_eq!(ethernet(&rest), (path.into(), None));
    }
    assert_eq!(path_of(0, &hex("07000000 81")), ("null:osi:clnp".into(), None));
    assert_eq!(path_of(104, &hex("8f00 8035 00")), ("chdlc:slarp".into(), None));
}

#[test]
fn wireless_data_frames_carry_llc() {
    let header = "08 01 0000 020000000001 020000000002 020000000003 0000";
    let llc = format!("aaaa03 000000 0800 {} {UDP}", ipv4(17, 8));
    assert_eq!(path_of(105, &hex(&format!("{header}{llc}"))), ("wlan:llc:ip:udp".into(), None));
    let behind_radiotap = format!("00 00 0800 00000000 {header}{llc}");
    assert_eq!(
        path_of(127, &hex(&behind_radiotap)),
        ("radiotap:wlan_radio:wlan:llc:ip:udp".into(), None)
    );
    let encrypted = header.replacen("08 01", "08 41", 1);
    assert_eq!(path_of(105, &hex(&format!("{encrypted}{llc}"))), ("wlan".into(), None));
    assert_eq!(path_of(105, &hex(&header[..10])), ("wlan".into(), Some("wlan_header_truncated")));
}

#[test]
fn data_frames_may_have_padding_mesh_control_and_aggregates() {
    const MAC: &str = "0200000000aa 0200000000bb 0200000000cc 1000";
    const FOURTH: &str = "0200000000dd";
    let ip = format!("aaaa03 000000 0800 {} {UDP}", ipv4(17, 8));
    let whole = "wlan:llc:ip:udp";
    for (frame, path) in [
        (format!("0801 0000 {MAC} {ip}"), whole),
        // A type without LLC, padding without meaning, IPX.
        (format!("0801 0000 {MAC} {}", &ip[14..]), whole),
        (format!("0801 0000 {MAC} 1000 {ip}"), whole),
        (format!("0801 0000 {MAC} ffff 0022"), "wlan:ipx"),
        (format!("0801 0000 {MAC} 0600 0000 45"), "wlan:llc:ip"),
        (format!("0801 0000 {MAC} 2065 00 00 00"), "wlan:llc"),
        // Mesh control with and without addresses, announced or not, and no such field.
        (format!("8803 0000 {MAC} {FOURTH} 0001 00 1f 00000001 {ip}"), whole),
        (format!("8802 0000 {MAC} 0000 01 1f 00000001 {FOURTH} {ip}"), whole),
        (format!("0802 0000 {MAC} 00 1f 00000001 {ip}"), whole),
        (format!("8803 0000 {MAC} {FOURTH} 0001 {ip}"), whole),
        // An aggregate's first part.
        (format!("8801 0000 {MAC} 8000 0200000000aa 0200000000bb 0024 {ip}"), whole),
        // A fragment that others follow, and a last one.
        (format!("0805 0000 {MAC} {ip}"), "wlan"),
        (format!("0801 0000 {} 1100 {ip}", &MAC[..38]), whole),
    ] {
        assert_eq!(path_of(105, &hex(&frame)).0, path, "{frame}");
    }
    let padded = format!("0000 0900 02000000 20 8801 0000 {MAC} 0000 0000 {ip}");
    assert_eq!(path_of(127, &hex(&padded)).0, "radiotap:wlan_radio:wlan:llc:ip:udp");
    // The capture ends in the padding, and in a mesh control field.
    for (link_type, frame) in [
        (127, format!("0000 0900 02000000 20 8801 0000 {MAC} 0000 00")),
        (105, format!("8802 0000 {MAC} 0001 00 1f")),
    ] {
        let (bytes, mut packet) = (hex(&frame), Packet::empty());
        dissect(&record(&bytes, 200, link_type), &mut packet);
        assert_eq!(packet.problem, Some(Problem::WLAN_HEADER_TRUNCATED), "{frame}");
    }
}

#[test]
fn a_time_beyond_the_year_9999_is_a_problem() {
    let problem = |seconds| {
        let mut record = Packet::empty().record;
        record.time = Some(crate::capture::time::Timestamp { seconds, nanoseconds: 0 });
        record.link_type = LinkType(1);
        let frame = [0; 60];
        record.data = &frame;
        let mut packet = Packet::empty();
        dissect(&record, &mut packet);
        packet.problem.map(|problem| problem.info().name)
    };
    assert_eq!(problem(253_402_300_800), Some("timestamp_out_of_range"));
    assert_eq!(problem(253_402_300_799), None);
}
