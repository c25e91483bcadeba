//! A frame of every encapsulation, truncated at every byte and with every wrong number of two
//! bytes: nothing panics, a path only gets shorter, and a problem tells why.

use super::tests::{hex, record};
use super::{dissect, packet::Packet};

const MACS: &str = "0200000000aa 0200000000bb";
/// IPv4 and UDP with a byte of payload: 29 bytes.
const IP: &str = "4500001d 00010000 40110000 0a000001 0a000002 82351235 00090000 78";
const WLAN: &str = "08010000 020000000002 020000000001 020000000002 1000 aaaa03 000000 0800";

/// Link type, bytes before [`IP`] and the path that the whole frame has before it; `E` stands for
/// [`MACS`] and `W` for [`WLAN`].
const ENCAPSULATIONS: &[(u16, &str, &str)] = &[
    (0, "02000000", "null"),
    (1, "E 0800", "eth"),
    (1, "E 8100 0005 0800", "eth:vlan"),
    (1, "E 88a8 0005 8100 0005 0800", "eth:ieee8021ad:vlan"),
    (1, "E 88a8 0005 88a8 0005 0800", "eth:ieee8021ad"),
    (1, "E 88e7 00000000 E 0800", "eth:ieee8021ah"),
    (1, "E 0025 aaaa03 000000 0800", "eth:llc"),
    (1, "E 8847 00001000 00002100", "eth:mpls"),
    (1, "E 8864 1100 0001 001f 0021", "eth:pppoes:ppp"),
    (1, "E 894f 0006 0101 00000000 00000000 00000000 00000000 00000000", "eth:nsh"),
    (1, "E 8909 0101 0001 0005 0800", "eth:cmd"),
    (1, "E 8926 00000000 0800", "eth:vntag"),
    (1, "E 893f 000000000000 0800", "eth:etag"),
    (1, "E 892f 0023 0000 0800", "eth:hsr"),
    (1, "E f1c1 00000000 0800", "eth:ieee8021cb"),
    (1, "E 22f3 0000 0000 0000 E 0800", "eth:trill:eth"),
    (1, "E d28b 0001 0010 0000000000000000 0800", "eth:avsp"),
    (1, "E 4305 400f 0000000000000000 E 0800", "eth:batadv:eth"),
    (6, "10 40 E aaaa03 000000 0800", "tr:llc"),
    (7, "01 02 f0", "arcnet"),
    (9, "0021", "ppp"),
    (10, "50 E aaaa03 000000 0800", "fddi:llc"),
    (50, "ff03 0021", "ppp"),
    (51, "1100 0001 001f 0021", "pppoes:ppp"),
    (100, "aaaa03 000000 0800", "llc"),
    (101, "", "raw"),
    (104, "0f00 0800", "chdlc"),
    (105, WLAN, "wlan:llc"),
    (106, "", "clip"),
    (107, "1841 03cc", "fr"),
    (108, "00000002", "null"),
    (113, "0000 0304 0006 000000000000 0000 0800", "sll"),
    (127, "00000800 00000000 W", "radiotap:wlan_radio:wlan:llc"),
    (192, "00000800 01000000 E 0800", "ppi:pcap_pktdata:eth"),
    (228, "", ""),
    (
        242,
        "0000000000000000000000000000000000000000 0000000000000000000000000000000000000000 0800 0000",
        "ipoib",
    ),
    (276, "0800 0000 00000001 0304 00 06 0000000000000000", "sll"),
    (1, "E 0800 45000031 00010000 40040000 0a000003 0a000004", "eth:ip"),
    (1, "E 0800 45000035 00010000 402f0000 0a000003 0a000004 0000 0800", "eth:ip:gre"),
    (
        1,
        "E 0800 45000041 00010000 402f0000 0a000003 0a000004 b000 0800 00000000 00000000 00000000",
        "eth:ip:gre",
    ),
    (
        1,
        "E 0800 4500004f 00010000 402f0000 0a000003 0a000004 1000 88be 00000000 1000000000000000 E 0800",
        "eth:ip:gre:erspan:eth",
    ),
    (
        1,
        "E 0800 45000049 00010000 40330000 0a000003 0a000004 04040000 00000000 00000000 00000000 00000000 00000000",
        "eth:ip:ah",
    ),
    (1, "E 0800 45000041 00010000 40610000 0a000003 0a000004 3000 E 0800", "eth:ip:etherip:eth"),
    (1, "E 0800 45000039 00010000 40670000 0a000003 0a000004 2100000000000000", "eth:ip:pim"),
    (
        1,
        "E 0800 4500004f 00010000 40110000 0a000003 0a000004 8235 12b5 003b 0000 0800000000000100 E 0800",
        "eth:ip:udp:vxlan:eth",
    ),
    (
        1,
        "E 0800 45000053 00010000 40110000 0a000003 0a000004 8235 17c1 003f 0000 0100655800000000 00000000 E 0800",
        "eth:ip:udp:geneve:eth",
    ),
    (
        1,
        "E 0800 45000045 00010000 40110000 0a000003 0a000004 8235 0868 0031 0000 32ff0021 00000000 00000000",
        "eth:ip:udp:gtp",
    ),
    (
        1,
        "E 0800 4500004c 00010000 40110000 0a000003 0a000004 8235 9090 0038 0000 01000001 01 E 0800",
        "eth:ip:udp:tzsp:eth",
    ),
    (
        1,
        "E 0800 45000041 00010000 40110000 0a000003 0a000004 8235 06a5 002d 0000 0002 0001 0001 0021",
        "eth:ip:udp:l2tp:ppp",
    ),
    (
        1,
        "E 0800 45000041 00010000 40110000 0a000003 0a000004 8235 10f5 002d 0000 0000000000000000",
        "eth:ip:udp:lisp-data",
    ),
];

fn frames() -> impl Iterator<Item = (u16, Vec<u8>, String)> {
    ENCAPSULATIONS.iter().map(|(link_type, before, path)| {
        let bytes = hex(&format!("{before}{IP}").replace('E', MACS).replace('W', WLAN));
        (*link_type, bytes, format!("{path}:ip:udp").trim_start_matches(':').to_owned())
    })
}

fn path_of(link_type: u16, frame: &[u8], wire_bytes: usize) -> (String, Option<&'static str>) {
    let mut packet = Packet::empty();
    dissect(&record(frame, wire_bytes as u32, link_type), &mut packet);
    (packet.path.to_string(), packet.problem.map(|problem| problem.info().name))
}

#[test]
fn a_truncated_frame_has_the_beginning_of_the_path_and_a_problem() {
    let mut wrong = Vec::new();
    for (link_type, frame, whole) in frames() {
        let read = path_of(link_type, &frame, frame.len());
        if read != (whole.clone(), None) {
            wrong.push(format!("{link_type} {whole}: {read:?}"));
        }
        for cut in 0..frame.len() {
            let (path, problem) = path_of(link_type, &frame[..cut], frame.len());
            let begins = path.is_empty() || format!("{whole}:").starts_with(&format!("{path}:"));
            if !begins || (path != whole && problem.is_none()) {
                wrong.push(format!("{link_type} {whole} cut at {cut}: {path} {problem:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn wrong_numbers_anywhere_are_dissected() {
    for (link_type, frame, whole) in frames() {
        for at in 0..frame.len() - 1 {
            for number in [[0, 0], [0, 1], [0xFF, 0xFF]] {
                let mut wrong = frame.clone();
                wrong[at..at + 2].copy_from_slice(&number);
                let (path, _) = path_of(link_type, &wrong, frame.len());
                assert!(path.split(':').count() <= 31, "{whole} at {at}");
            }
        }
    }
}
