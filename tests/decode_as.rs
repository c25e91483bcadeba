//! `-d`: protocols that the user assigns to values. `dispatch.py` compares every layer with
//! tshark's `-d`; here are the usage errors, and one capture in every cut.

use crate::builder::Pcap;
use crate::cli::{directory, run};
use crate::frames::{tcp, udp};
use std::fs;
use std::path::Path;

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

const DNS: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\x01b\0\0\x01\0\x01";

/// Payloads of applications at ports of their own and of others.
fn applications() -> Vec<u8> {
    let http = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let long = [&(DNS.len() as u16).to_be_bytes()[..], DNS].concat();
    let rtp = b"\x80\x60\0\x01\0\0\0\x01\0\0\0\x01abcd";
    let mut capture = Pcap::ethernet();
    for (number, frame) in [
        tcp(50000, 80, http),
        tcp(50001, 9999, b"220 hello\r\n"),
        udp(50002, 53, DNS),
        udp(123, 9997, DNS),
        tcp(50004, 8080, http),
        tcp(50005, 9996, &[0, 1, 2, 3]),
        tcp(50007, 9995, &long),
        udp(50008, 9994, rtp),
    ]
    .iter()
    .enumerate()
    {
        capture.frame(number as u32, frame);
    }
    let mut bytes = capture.bytes.clone();
    // A tunnel's port that is to be an application's.
    bytes.extend(&vxlan(&[4789])[24..]);
    bytes
}

/// Applications come before those that the ports usually have: the paths are those of tshark.
#[test]
fn assigned_ports_are_applications() {
    let folder = directory();
    fs::write(folder.path().join("a.pcap"), applications()).unwrap();
    let paths = |rule: &str| {
        let options = ["-t", "packets", "-f", "csv", "-d", rule, "-j", "2", "--range-bytes", "100"];
        let said = run(folder.path(), &[&options[..], &["a.pcap"]].concat());
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{rule}");
        let path = |line: &str| line.split(',').nth(6).unwrap().to_owned();
        said.stdout.lines().skip(1).map(path).collect::<Vec<_>>()
    };
    let plain = paths("ip.proto==253,gre");
    assert_eq!(plain[0], "eth:ip:tcp:http");
    for (rule, packet, path) in [
        ("tcp.port==50000,dns", 1, "eth:ip:tcp:dns"),
        ("tcp.port==80,dns", 1, "eth:ip:tcp:dns"),
        ("tcp.port==9999,ftp", 2, "eth:ip:tcp:ftp"),
        ("udp.port==50002,ntp", 3, "eth:ip:udp:ntp"),
        ("udp.port==53,ntp", 3, "eth:ip:udp:ntp"),
        ("udp.port==9997,dns", 4, "eth:ip:udp:dns"),
        ("udp.port==123,dns", 4, "eth:ip:udp:dns"),
        ("tcp.port==8080,ftp", 5, "eth:ip:tcp:ftp"),
        ("tcp.port==9990-9996,tls", 6, "eth:ip:tcp:tls"),
        ("tcp.port==9996,http", 6, "eth:ip:tcp"),
        ("tcp.port==9995,dns", 7, "eth:ip:tcp:dns"),
        ("udp.port==9994,rtp", 8, "eth:ip:udp:rtp"),
        ("udp.port==4789,dns", 9, "eth:ip:udp:dns"),
    ] {
        let mut expected = plain.clone();
        expected[packet - 1] = path.to_string();
        let changed = paths(rule);
        if rule.starts_with("tcp.port==9990") {
            // The range has the port of packet 7, too.
            expected[6] = changed[6].clone();
        }
        assert_eq!(changed, expected, "{rule}");
        let Some(tshark) = tshark(&folder.path().join("a.pcap"), rule) else { continue };
        assert_eq!(changed, tshark, "{rule}");
    }
    let dns = |rule: &str| run(folder.path(), &["-t", "dns", "-d", rule, "a.pcap"]).stdout;
    let queries = |text: &str| text.lines().nth(1).unwrap().split(',').nth(6).unwrap().to_string();
    assert_eq!(queries(&dns("ip.proto==253,gre")), "2");
    assert_eq!(queries(&dns("tcp.port==9995,dns")), "3");
}

/// Paths by tshark with a rule, without `ethertype` and `data`. None if there is no tshark.
fn tshark(file: &Path, rule: &str) -> Option<Vec<String>> {
    let mut command = std::process::Command::new("tshark");
    command.args([
        "-o",
        "tcp.desegment_tcp_streams:FALSE",
        "-T",
        "fields",
        "-e",
        "frame.protocols",
    ]);
    let output = command.args(["-d", rule, "-r"]).arg(file).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let plain = |line: &str| line.replace(":ethertype", "").replace(":data", "");
    Some(text.lines().map(plain).collect())
}

#[test]
fn a_wrong_assignment_is_wrong_usage_that_suggests_the_nearest() {
    let folder = directory();
    for (row, words) in [
        ("udp.prt==8472,vxlan", "udp.port"),
        ("udp.port==8472,vxlam", "vxlan"),
        ("udp.port==70000,vxlan", "65535"),
        ("udp.port,vxlan", "LAYER==VALUE,PROTOCOL"),
        ("udp.port==1,tls", "tls is not over this layer"),
        ("tcp.port==1,htpp", "did you mean http?"),
    ] {
        let said = run(folder.path(), &["-d", row, "a.pcap"]);
        assert_eq!(said.code, Some(2), "{row}");
        assert!(said.stderr.contains("--decode-as") && said.stderr.contains(words), "{row}");
    }
}
