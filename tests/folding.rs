//! Folds: tables that depend on the order of packets are the same for every cut, every way of
//! reading, and for inputs merged in order.

use crate::builder::Pcap;
use crate::cli::run;
use crate::reading::{Cut, SERIAL, open, read};
use crate::streams::compressed;
use etherparse::PacketBuilder;
use pcapstat::source::Compression;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Tables that folds make.
const TABLES: &str =
    "streams,segments,dns,tls,http,echo,flows,health,packets,protocols,conversations";

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

/// The tables that a run writes, one after another.
fn tables(directory: &Path, options: &[&str]) -> String {
    let out = tempfile::tempdir().expect("a temporary directory");
    let path = out.path().to_str().expect("UTF-8");
    let said = run(directory, &[&["-q", "-t", TABLES, "-o", path], options].concat());
    assert_eq!(said.code, Some(0), "{options:?}: {}", said.stderr);
    let text =
        |name: &str| fs::read_to_string(out.path().join(format!("{name}.csv"))).expect("a table");
    TABLES.split(',').map(text).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_way_of_reading_gives_the_same_tables() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let bytes = fs::read(testdata().join("http.pcap")).expect("a capture");
    fs::write(directory.path().join("a"), &bytes).expect("a file");
    let expected = tables(directory.path(), &["a"]);
    assert!(expected.contains("SYN+SYNACK+ACK+DATA"), "no stream: {expected}");
    assert!(expected.contains(",eth:ip:tcp:http,"), "no application: {expected}");
    for options in [
        &["-j", "1", "a"][..],
        &["-j", "5", "--range-bytes", "64", "a"],
        &["-j", "2", "--range-bytes", "1k", "--no-mmap", "a"],
        &["--filter", "ip or not ip", "a"],
        &["--packets", "1..", "a"],
    ] {
        assert_eq!(tables(directory.path(), options), expected, "{options:?}");
    }
    fs::write(directory.path().join("a"), compressed(Compression::Gzip, &bytes)).expect("a file");
    assert_eq!(tables(directory.path(), &["-j", "2", "--range-bytes", "100", "a"]), expected);
}

/// A capture cut in two is one capture again with `--merge`.
#[test]
fn a_fold_continues_from_input_to_input() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let bytes = fs::read(testdata().join("http.pcap")).expect("a capture");
    let mut ends = vec![24];
    while let Some(length) =
        bytes.get(ends[ends.len() - 1] + 8..).and_then(|rest| rest.first_chunk())
    {
        let last = ends[ends.len() - 1];
        ends.push(last + 16 + u32::from_le_bytes(*length) as usize);
    }
    fs::write(directory.path().join("whole"), &bytes).expect("a file");
    let expected = tables(directory.path(), &["--merge", "whole"]);
    for middle in [ends[1], ends[ends.len() / 2], ends[ends.len() - 2]] {
        fs::write(directory.path().join("one"), &bytes[..middle]).expect("a file");
        let two = [&bytes[..24], &bytes[middle..]].concat();
        fs::write(directory.path().join("two"), two).expect("a file");
        assert_eq!(tables(directory.path(), &["--merge", "one", "two"]), expected, "at {middle}");
    }
}

#[test]
fn flows_end_by_the_timeouts_that_are_asked_for() {
    let flows = |options: &[&str]| {
        let said = run(testdata(), &[&["-q", "-t", "flows", "http.pcap"], options].concat());
        (said.code, said.stdout.lines().count())
    };
    let (code, few) = flows(&[]);
    assert_eq!(code, Some(0));
    let (_, many) = flows(&["--flow-idle", "1ns"]);
    assert!(many > few, "{many} flows, and {few} with the usual timeout");
    assert_eq!(flows(&["--flow-idle", "soon"]).0, Some(2));
}

/// `--depth transport` ends paths at the transport and names no application.
#[test]
fn the_depth_of_paths_is_chosen() {
    let said = |table: &str, depth: &str| {
        let said = run(testdata(), &["-q", "-t", table, "--depth", depth, "http.pcap"]);
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        said.stdout
    };
    for table in ["packets", "protocols", "conversations", "streams", "flows"] {
        assert!(said(table, "application").contains("http,"), "{table}");
        assert!(!said(table, "transport").replace("http.pcap", "").contains("http"), "{table}");
    }
    let without = |table: &str| said(table, "application").replace(":http,", ",");
    assert_eq!(without("packets"), said("packets", "transport"));
}

/// Payloads that ports or heuristics take, that change what later ones are, or that are cut.
const PAYLOADS: [&[u8]; 16] = [
    b"",
    b"text",
    b"\0\x01binary",
    b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"\x16\x03\x01\0\x05hello",
    b"\0\x40\x12\x34\x01\0",
    b"\0\0\0\x20\xFESMB",
    b"STARTTLS\r\n",
    b"220 go\r\n",
    b"227 (10,0,0,2,4,51)\r\n",
    b"RFB 003.008\n",
    b"d1:ad2:id",
    b"\xC0\0\0\0\x01\x04aaaa\0\0\0\0",
    b"INVITE sip:a@b SIP/2.0\r\n\r\nv=0\r\nc=IN IP4 10.0.0.2\r\nm=audio 1075 RTP/AVP 0\r\n",
    b"\xF9\xBE\xB4\xD9verack\0\0\0\0\0\0\x40\0\0\0aaaa",
];

/// Ports of protocols with rules of their own, and two of none.
const PORTS: [u16; 10] = [80, 443, 53, 445, 25, 21, 69, 5060, 1075, 50_000];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn applications_do_not_depend_on_cuts(
        packets in prop::collection::vec(
            (0..PAYLOADS.len(), 0..PORTS.len(), any::<(bool, bool)>(), 0_u32..8, 0_u8..8),
            1..40,
        ),
        range_bytes in 1_u64..400,
    ) {
        let mut capture = Pcap::ethernet();
        for (number, (payload, port, (is_tcp, back), step, flags)) in (0..).zip(&packets) {
            let (client, server) = ([10, 0, 0, 1], [10, 0, 0, 2]);
            let ports = (50_001, PORTS[*port]);
            let ((from, source), (to, destination)) = if *back {
                ((server, ports.1), (client, ports.0))
            } else {
                ((client, ports.0), (server, ports.1))
            };
            let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from, to, 64);
            let mut frame = Vec::new();
            if *is_tcp {
                let mut builder = builder.tcp(source, destination, step * 8, 1024).ack(step * 4);
                if *flags == 1 {
                    builder = builder.syn();
                }
                builder.write(&mut frame, PAYLOADS[*payload]).unwrap();
            } else {
                builder.udp(source, destination).write(&mut frame, PAYLOADS[*payload]).unwrap();
            }
            capture.frame(number, &frame);
        }
        let made = |cut| read("a", &mut open(&capture.bytes).unwrap(), cut);
        let serial = made(SERIAL);
        let cut = made(Cut { jobs: 3, range_bytes });
        prop_assert_eq!(serial.difference(&cut), None);
    }
}
