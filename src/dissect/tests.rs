//! One frame for each branch that could lose something, and the common path held to the general
//! loop's answer.

use super::packet::{Addresses, Packet};
use super::problem::Problem;
use super::protocol::{DEEPEST, Protocol};
use super::{dissect, dissect_layers, dissect_or_judge, fast};
use crate::capture::{Framing, LinkType, Options, Record};
use proptest::prelude::*;

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

/// Frames near the common path: some on it, most a field away from it.
fn near_common() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![
        Just("0800"),
        Just("86dd"),
        Just("8100 0001 0800"),
        Just("8100 0002 86dd"),
        Just("88a8 0001 0800")
    ];
    let transport = prop_oneof![Just(6u8), Just(17), Just(1), Just(47)];
    let port = prop_oneof![Just(80u16), Just(4789), Just(2152), any::<u16>()];
    let header = (kind, transport, port, any::<u16>(), 0u8..16, 0usize..40);
    let change = proptest::option::weighted(0.5, (14usize..80, any::<u8>()));
    (header, change, 0usize..100).prop_map(
        |((kind, transport, port, other, words, payload), change, cut)| {
            let segment = if transport == 17 {
                format!("{other:04x} {port:04x} {:04x} 0000", 8 + payload)
            } else {
                format!("{port:04x} {other:04x} 00000001 00000002 {words:x}012 1000 0000 0000")
            };
            let length = hex(&segment).len() + payload;
            let network = if kind.ends_with("0800") {
                ipv4(transport, length)
            } else {
                format!(
                    "60000000 {length:04x} {transport:02x} 40 {} {}",
                    "20".repeat(16),
                    "30".repeat(16)
                )
            };
            let mut frame =
                hex(&format!("{MACS} {kind} {network} {segment} {}", "00".repeat(payload)));
            if let Some((at, value)) = change
                && let Some(byte) = frame.get_mut(at)
            {
                *byte = value;
            }
            // Half of them whole, the others cut.
            frame.truncate(if cut < 50 { frame.len() } else { cut });
            frame
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_fast_path_equals_the_general_loop(frame in near_common(), more in 0u32..100) {
        let record = record(&frame, frame.len() as u32 + more, ETHERNET);
        let (mut fast, mut general) = (Packet::empty(), Packet::empty());
        fast.reset(&record);
        general.reset(&record);
        dissect_layers(&mut general);
        let mut judged = Packet::empty();
        dissect_or_judge(&record, &mut judged, false);
        prop_assert_eq!(judged.problem, general.problem);
        if fast::dissect(&mut fast) {
            prop_assert_eq!(fast.path, general.path);
            prop_assert_eq!(fast.address_layers(), general.address_layers());
            prop_assert_eq!(fast.vlans(), general.vlans());
            prop_assert_eq!(fast.problem, general.problem);
        } else {
            prop_assert_eq!(fast.address_layers().len(), 0);
            prop_assert_eq!(fast.path.layers().len(), 0);
        }
    }

    #[test]
    fn any_bytes_of_any_link_type_are_dissected(frame in proptest::collection::vec(any::<u8>(), 0..200), link_type in 0u16..300, wire in any::<u32>()) {
        let (mut packet, mut judged) = (Packet::empty(), Packet::empty());
        dissect(&record(&frame, wire, link_type), &mut packet);
        dissect_or_judge(&record(&frame, wire, link_type), &mut judged, false);
        prop_assert_eq!(judged.problem, packet.problem);
        prop_assert!(!packet.path.layers().is_empty() || packet.problem.is_some());
    }
}

#[test]
fn the_fast_path_is_taken() {
    let frame = hex(&format!("{MACS} 8100 0007 0800 {} {UDP}", ipv4(17, 8)));
    let mut packet = Packet::empty();
    packet.reset(&record(&frame, frame.len() as u32, ETHERNET));
    assert!(fast::dissect(&mut packet));
    assert_eq!(packet.path.to_string(), "eth:vlan:ip:udp");
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
