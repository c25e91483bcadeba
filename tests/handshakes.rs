//! TLS handshakes: hellos longer than a segment, and those over QUIC beside tshark's.

use crate::builder::Pcap;
use crate::cells::Csv;
use crate::cli::run;
use crate::reading::{Cut, SERIAL, captures_beside, open, read};
use etherparse::PacketBuilder;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const SERVER: ([u8; 4], u16) = ([10, 0, 0, 2], 443);

/// Payload of a ClientHello with a key share of 1,200 bytes, and with its server's name at the end.
fn hello() -> Vec<u8> {
    let mut body = [&[3, 3][..], &[7; 32], &[0, 0, 2, 0x13, 0x01, 1, 0]].concat();
    let share = [&[0, 51, 4, 0xB0][..], &[9; 1200]].concat();
    let name = [&[0, 0, 0, 17, 0, 15, 0, 0, 12][..], b"long.example"].concat();
    body.extend(((share.len() + name.len()) as u16).to_be_bytes());
    body.extend([share, name].concat());
    let length = (body.len() as u16).to_be_bytes();
    let message = [&[1, 0][..], &length, &body].concat();
    [&[22, 3, 1][..], &(message.len() as u16).to_be_bytes(), &message].concat()
}

/// A segment to the server.
fn segment(client_port: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4([10, 0, 0, 1], SERVER.0, 64);
    let mut frame = Vec::new();
    let builder = builder.tcp(client_port, SERVER.1, sequence, 1024).ack(1).psh();
    builder.write(&mut frame, payload).expect("a frame");
    frame
}

/// Segments of a stream, by where they begin and end in its bytes.
fn segments(port: u16, bytes: &[u8], parts: &[(usize, usize)]) -> Vec<Vec<u8>> {
    let part = |(from, to): &(usize, usize)| segment(port, 1 + *from as u32, &bytes[*from..*to]);
    parts.iter().map(part).collect()
}

/// Server names, numbers of handshakes and JA4 of `tls`.
fn rows(frames: &[Vec<u8>], options: &[&str]) -> Vec<(String, String, bool)> {
    let mut capture = Pcap::ethernet();
    (0..).zip(frames).for_each(|(number, frame)| {
        capture.frame(number, frame);
    });
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a"), &capture.bytes).expect("a file");
    let said = run(directory.path(), &[&["-q", "-t", "tls", "-f", "csv", "a"], options].concat());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let table = Csv::parse(said.stdout.as_bytes());
    let row = |row: crate::cells::Row<'_>| {
        let text = |column: &str| row.text(column).to_string();
        (text("server_name"), text("handshakes"), !row.text("ja4").is_empty())
    };
    table.rows().map(row).collect()
}

fn whole() -> Vec<(String, String, bool)> {
    vec![("long.example".into(), "1".into(), true)]
}

fn begun() -> Vec<(String, String, bool)> {
    vec![(String::new(), "1".into(), false)]
}

#[test]
fn a_hello_over_several_segments_is_put_together() {
    let hello = hello();
    let end = hello.len();
    let parts = |parts: &[(usize, usize)]| rows(&segments(50_000, &hello, parts), &[]);
    assert_eq!(parts(&[(0, end)]), whole());
    assert_eq!(parts(&[(0, 900), (900, end)]), whole());
    assert_eq!(parts(&[(0, 6), (6, end)]), whole(), "little of it in the first");
    assert_eq!(parts(&[(0, 400), (800, end), (400, 800)]), whole(), "out of order");
    assert_eq!(parts(&[(0, 400), (0, 400), (400, 900), (900, end)]), whole(), "a repetition");
    assert_eq!(parts(&[(0, 400), (800, end)]), begun(), "a lost segment");
    let small: Vec<_> = (0..end).step_by(100).map(|at| (at, end.min(at + 100))).collect();
    assert_eq!(parts(&small[..8]), begun());
    assert_eq!(parts(&small), begun(), "more segments than are looked at");
}

#[test]
fn the_rest_is_looked_for_in_so_many_packets() {
    let hello = hello();
    let [first, last] = [(0, 900), (900, hello.len())];
    for (between, expected) in [(100, whole()), (126, whole()), (128, begun())] {
        let mut frames = segments(50_000, &hello, &[first]);
        frames.extend((0..between).map(|number| segment(40_000, number, b"x")));
        frames.extend(segments(50_000, &hello, &[last]));
        for options in [&["-j", "1"][..], &["-j", "3", "--range-bytes", "5k"]] {
            assert_eq!(rows(&frames, options), expected, "{between} packets, {options:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn hellos_do_not_depend_on_cuts(
        cuts in prop::collection::vec(1_usize..1200, 0..6),
        order in prop::collection::vec((0_usize..12, 0_u16..3), 1..24),
        range_bytes in 1_u64..4000,
    ) {
        let hello = hello();
        let mut ends = [&[0, hello.len()], &cuts[..]].concat();
        ends.sort_unstable();
        let parts: Vec<_> = ends.windows(2).map(|pair| (pair[0], pair[1])).collect();
        let mut capture = Pcap::ethernet();
        for (number, (part, port)) in (0..).zip(&order) {
            let part = parts[part % parts.len()];
            capture.frame(number, &segments(50_000 + port, &hello, &[part])[0]);
        }
        let made = |cut| read("a", &mut open(&capture.bytes).unwrap(), cut);
        let serial = made(SERIAL);
        prop_assert_eq!(serial.difference(&made(Cut { jobs: 3, range_bytes })), None);
    }
}

/// ClientHellos over QUIC that tshark does not decrypt: after it has failed once on a connection.
const NOT_BY_TSHARK: [&str; 2] =
    ["ndpi/default__pcap__quic-forcing-vn-with-data.pcapng", "tcpdump/quic_vn.pcap"];

/// A ServerHello whose client's packet is truncated: tshark shows it, and no row counts it.
const TRUNCATED: [&str; 1] = ["tcpdump/quic_handshake_truncated.pcap"];

#[test]
#[ignore = "needs ../shared/captures and ../shared/expected-names"]
fn names_over_quic_are_those_of_tshark() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let (mut compared, mut unequal, mut unanswered) = (0, Vec::new(), Vec::new());
    for path in captures_beside() {
        let name = path.strip_prefix(shared.join("captures")).expect("a capture beside");
        let name = name.to_str().expect("UTF-8");
        let Ok(expected) = fs::read(shared.join(format!("expected-names/{name}.csv"))) else {
            continue;
        };
        if !String::from_utf8_lossy(&expected).contains(":quic:tls") {
            continue;
        }
        let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
        let mut wanted_answers = 0;
        for row in Csv::parse(&expected).rows() {
            if !row.text("protocols").contains(":quic:tls") {
                continue;
            }
            let is = |wanted| {
                row.text("tls_handshake_type").split([',', ';']).any(|kind| kind == wanted)
            };
            wanted_answers += u64::from(is("2"));
            if is("1") {
                let name = row.text("tls_sni").split([',', ';']).next().unwrap_or_default();
                *wanted.entry(name.to_string()).or_default() += 1;
            }
        }
        let said = run(&shared.join("captures"), &["-q", "-t", "tls", "-f", "csv", name]);
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        let mut answers = 0;
        for row in Csv::parse(said.stdout.as_bytes()).rows() {
            if row.text("transport") == "quic" {
                let count: u64 = row.text("handshakes").parse().expect("a number");
                *found.entry(row.text("server_name").to_string()).or_default() += count;
                answers += row.text("completed").parse::<u64>().expect("a number");
            }
        }
        compared += wanted.values().sum::<u64>();
        if wanted != found {
            unequal.push(name.to_string());
        }
        if answers != wanted_answers {
            unanswered.push(name.to_string());
        }
    }
    assert!(compared > 200, "{compared} hellos");
    assert_eq!(unequal, NOT_BY_TSHARK);
    assert_eq!(unanswered, TRUNCATED);
}
