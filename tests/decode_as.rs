//! `-d`: protocols that the user assigns to values. `dispatch.py` compares every layer with
//! tshark's `-d`; here are the usage errors, and one capture in every cut.

use crate::builder::Pcap;
use crate::cli::{directory, run};
use std::fs;

/// Frames of VXLAN to these UDP ports.
fn vxlan(ports: &[u16]) -> Vec<u8> {
    let udp = |port: u16, payload: &[u8]| {
        let length = 8 + payload.len() as u16;
        [&49111_u16.to_be_bytes()[..], &port.to_be_bytes(), &length.to_be_bytes(), &[0, 0], payload]
            .concat()
    };
    let ip = |payload: &[u8]| {
        let length = (20 + payload.len() as u16).to_be_bytes();
        let start = [0x45, 0, length[0], length[1], 0, 1, 0, 0, 64, 17, 0, 0];
        [&start[..], &[192, 0, 2, 1, 192, 0, 2, 2], payload].concat()
    };
    let eth = |payload: &[u8]| [&[2; 12][..], &[8, 0], payload].concat();
    let inner = eth(&ip(&udp(3333, &[0; 20])));
    let mut capture = Pcap::ethernet();
    for (number, port) in ports.iter().enumerate() {
        let carried = [&[8, 0, 0, 0, 0, 0, 1, 0][..], &inner].concat();
        capture.frame(number as u32 + 1, &eth(&ip(&udp(*port, &carried))));
    }
    capture.bytes.clone()
}

const PACKETS: &[&str] = &["-t", "packets", "-f", "csv", "--depth", "transport", "a.pcap"];

/// The paths of a capture's packets with these options.
fn paths(options: &[&str]) -> Vec<String> {
    let folder = directory();
    fs::write(folder.path().join("a.pcap"), vxlan(&[8471, 8472, 8475, 8476, 4789])).unwrap();
    let said = run(folder.path(), &[PACKETS, options].concat());
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{options:?}");
    let path = |line: &str| line.split(',').nth(6).unwrap().to_owned();
    said.stdout.lines().skip(1).map(path).collect()
}

#[test]
fn assigned_ports_are_tunnels_in_every_cut() {
    let (plain, inside) = ("eth:ip:udp", "eth:ip:udp:vxlan:eth:ip:udp");
    assert_eq!(paths(&[]), [plain, plain, plain, plain, inside]);
    for cut in [&["-j", "1"][..], &["-j", "4", "--range-bytes", "64"]] {
        let with = |row| paths(&[&["-d", row], cut].concat());
        assert_eq!(with("udp.port==8472,vxlan"), [plain, inside, plain, plain, inside]);
        assert_eq!(with("udp.port==8472-8475,vxlan"), [plain, inside, inside, plain, inside]);
        assert_eq!(with("udp.port==8472:4,vxlan"), [plain, inside, inside, plain, inside]);
        assert_eq!(with("ip.proto==17,esp"), ["eth:ip:esp"; 5]);
        assert_eq!(with("ethertype==0x800,arp"), ["eth:arp"; 5]);
    }
    let two = ["-d", "udp.port==8471,vxlan", "--decode-as", "udp.port==8476,vxlan"];
    assert_eq!(paths(&two), [inside, plain, plain, inside, inside]);
}

#[test]
fn a_wrong_assignment_is_wrong_usage_that_suggests_the_nearest() {
    let folder = directory();
    for (row, words) in [
        ("udp.prt==8472,vxlan", "udp.port"),
        ("udp.port==8472,vxlam", "vxlan"),
        ("udp.port==70000,vxlan", "65535"),
        ("udp.port,vxlan", "LAYER==VALUE,PROTOCOL"),
    ] {
        let said = run(folder.path(), &["-d", row, "a.pcap"]);
        assert_eq!(said.code, Some(2), "{row}");
        assert!(said.stderr.contains("--decode-as") && said.stderr.contains(words), "{row}");
    }
}
