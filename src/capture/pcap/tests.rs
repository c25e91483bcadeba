//! Records of pcap files, beside those of pcap-parser.

use super::super::walk::walk;
use super::*;

/// A record of five bytes captured of nine, as a file of this version writes it.
fn lengths_of(minor: u8, first: u8, second: u8) -> Vec<(usize, u32)> {
    let mut bytes = vec![
        0xd4, 0xc3, 0xb2, 0xa1, 2, 0, minor, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
    ];
    bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, first, 0, 0, 0, second, 0, 0, 0, 1, 2, 3, 4, 5]);
    let pcap = Pcap::<false>::open(&bytes).unwrap();
    let mut seen = Vec::new();
    let start = Position { offset: 24, section: None, before: Before::Unknown, appended: None };
    let walk = walk(
        &pcap,
        &bytes[24..],
        start,
        0,
        u64::MAX,
        |_, _| None,
        |record| seen.push((record.data.len(), record.wire_bytes)),
    );
    assert_eq!(walk.fault, None);
    seen
}

#[test]
fn old_versions_store_the_two_lengths_in_reverse_order() {
    assert_eq!(lengths_of(4, 5, 9), [(5, 9)]);
    assert_eq!(lengths_of(2, 9, 5), [(5, 9)]);
    assert_eq!(lengths_of(3, 9, 5), [(5, 9)]);
    assert_eq!(lengths_of(3, 5, 9), [(5, 9)]);
}

#[test]
fn records_equal_those_of_pcap_parser() {
    let mut bytes =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for length in 0..50u8 {
        bytes.extend([length, 0, 0, 0, 1, 2, 0, 0, length, 0, 0, 0, 60, 0, 0, 0]);
        bytes.resize(bytes.len() + usize::from(length), length);
    }
    let pcap = Pcap::<false>::open(&bytes).unwrap();
    let mut rest = &bytes[24..];
    let start = Position { offset: 24, section: None, before: Before::Unknown, appended: None };
    walk(
        &pcap,
        &bytes[24..],
        start,
        0,
        u64::MAX,
        |_, _| None,
        |record| {
            let (next, expected) = pcap_parser::parse_pcap_frame(rest).unwrap();
            assert_eq!((record.data, record.wire_bytes), (expected.data, expected.origlen));
            let time = record.time.unwrap();
            assert_eq!(
                (time.seconds, time.nanoseconds),
                (i64::from(expected.ts_sec), expected.ts_usec * 1000)
            );
            rest = next;
        },
    );
    assert!(rest.is_empty());
}
