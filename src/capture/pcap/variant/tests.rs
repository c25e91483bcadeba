//! Files of each variant, written here, are read as what they are; a pcap is never read as another.

use super::*;
use crate::capture::Capture;
use crate::error::FaultKind;
use crate::source::Source;
use proptest::prelude::*;

/// Layout of a file that a test writes.
#[derive(Clone, Copy, Debug)]
struct Written {
    name: &'static str,
    magic: u32,
    version: (u16, u16),
    network: u32,
    /// Bytes of a record header after the usual 16.
    more: usize,
    nanoseconds: bool,
    wire_first: bool,
}

const WRITTEN: Written = Written {
    name: "pcap",
    magic: 0xA1B2_C3D4,
    version: (2, 4),
    network: 1,
    more: 0,
    nanoseconds: false,
    wire_first: false,
};

const ALL: &[Written] = &[
    WRITTEN,
    Written { version: (2, 3), ..WRITTEN },
    Written { version: (2, 3), wire_first: true, ..WRITTEN },
    Written { version: (2, 0), wire_first: true, ..WRITTEN },
    Written { version: (2, 2), wire_first: true, ..WRITTEN },
    Written { name: "pcap-ns", magic: 0xA1B2_3C4D, nanoseconds: true, ..WRITTEN },
    Written { name: "pcap-modified", magic: 0xA1B2_CD34, more: 8, ..WRITTEN },
    Written { name: "pcap-suse", magic: 0xA1B2_CD34, more: 12, ..WRITTEN },
    Written { name: "pcap-redhat", more: 8, ..WRITTEN },
    Written { name: "pcap-nokia", more: 4, ..WRITTEN },
    Written { name: "pcap-dgux", version: (543, 0), wire_first: true, ..WRITTEN },
    Written { name: "pcap-ixia", magic: 0x1C00_01AC, ..WRITTEN },
    Written { name: "pcap-ixia", magic: 0x1C00_01AB, ..WRITTEN },
    AIX_ETHERNET,
    Written { network: 9, ..AIX_ETHERNET },
    Written { network: 15, ..AIX_ETHERNET },
    Written { network: 24, ..AIX_ETHERNET },
];

const AIX_ETHERNET: Written = Written {
    name: "pcap-aix",
    version: (2, 2),
    network: 6,
    nanoseconds: true,
    wire_first: true,
    ..WRITTEN
};

/// Captured length, length on the wire, and time of a packet.
type Packet = (usize, u32, i64, u32);

fn packets(lengths: &[u8]) -> Vec<Packet> {
    let packet = |(number, length): (usize, &u8)| {
        let captured = usize::from(*length);
        (captured, u32::from(*length) + 4, 1_700_000_000 + number as i64, 7000)
    };
    lengths.iter().enumerate().map(packet).collect()
}

fn file(written: &Written, big_endian: bool, packets: &[Packet]) -> Vec<u8> {
    let word = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let half = |value: u16| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let mut bytes = word(written.magic).to_vec();
    bytes.extend([half(written.version.0), half(written.version.1)].concat());
    bytes.extend([word(0), word(0), word(65535), word(written.network)].concat());
    if written.name == "pcap-ixia" {
        bytes.extend(word(0));
    }
    for &(captured, wire, seconds, nanoseconds) in packets {
        let fraction = if written.nanoseconds { nanoseconds } else { nanoseconds / 1000 };
        let lengths = [word(captured as u32), word(wire)];
        let [one, two] = if written.wire_first { [lengths[1], lengths[0]] } else { lengths };
        bytes.extend([word(seconds as u32), word(fraction), one, two].concat());
        let more = [&word(2)[..], &half(0x0800), &[0, 0, 9, 9, 9, 9]].concat();
        bytes.extend(&more[..written.more]);
        let frame = [&[2; 12][..], &[8, 0, 0x45], &[0xEE; 256]].concat();
        bytes.extend(&frame[..captured]);
    }
    bytes
}

/// Format, packets and fault.
fn read(bytes: Vec<u8>) -> (&'static str, Vec<Packet>, Option<FaultKind>) {
    let capture = Capture::new(Source::from(bytes)).unwrap();
    let mut seen = Vec::new();
    let walk = capture.walk(capture.start(), u64::MAX, |record| {
        let time = record.time.unwrap();
        seen.push((record.data.len(), record.wire_bytes, time.seconds, time.nanoseconds));
    });
    (capture.format(), seen, walk.fault.map(|fault| fault.kind))
}

/// Expected frames, without AIX's padding of FDDI frames.
fn expected(written: &Written, packets: &[Packet]) -> Vec<Packet> {
    let padding = if written.name == "pcap-aix" && written.network == 15 { 3 } else { 0 };
    let packet = |&(captured, wire, seconds, nanoseconds): &Packet| {
        (captured - padding, wire - padding as u32, seconds, nanoseconds)
    };
    packets.iter().map(packet).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_variant_is_read_as_it_was_written(lengths in proptest::collection::vec(20u8.., 2..9)) {
        let packets = packets(&lengths);
        for written in ALL {
            for big_endian in [false, true] {
                let (format, seen, fault) = read(file(written, big_endian, &packets));
                prop_assert_eq!(format, written.name);
                prop_assert_eq!(seen, expected(written, &packets));
                prop_assert_eq!(fault, None);
            }
        }
    }

    #[test]
    fn a_truncated_pcap_is_never_another_variant(
        frame in prop_oneof![Just(vec![0; 60]), proptest::collection::vec(0u8..9, 20..80)],
        cut in 24usize..400,
        big_endian: bool,
    ) {
        let mut bytes = file(&WRITTEN, big_endian, &[]);
        for _ in 0..4 {
            let word = |value: u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
            let length = word(frame.len() as u32);
            bytes.extend([word(1_700_000_000), word(5), length, length].concat());
            bytes.extend(&frame);
        }
        bytes.truncate(cut);
        let (format, seen, _) = read(bytes.clone());
        prop_assert_eq!(format, "pcap");
        prop_assert_eq!(seen.len(), (bytes.len() - 24) / (16 + frame.len()));
    }
}

#[test]
fn a_truncated_variant_keeps_its_whole_records() {
    let packets = packets(&[60, 60, 60, 60]);
    for written in ALL {
        let bytes = file(written, true, &packets);
        let record = 16 + written.more + 60;
        for cut in bytes.len() - 2 * record..=bytes.len() {
            let (format, seen, _) = read(bytes[..cut].to_vec());
            assert_eq!(format, written.name);
            assert_eq!(seen.len(), 4 - (bytes.len() - cut).div_ceil(record));
        }
    }
}

#[test]
fn one_record_is_enough() {
    for written in ALL {
        for big_endian in [false, true] {
            assert_eq!(read(file(written, big_endian, &packets(&[61]))).0, written.name);
        }
    }
}

#[test]
fn damage_in_a_pcap_does_not_make_it_another_variant() {
    let bytes = file(&WRITTEN, false, &packets(&[60, 90, 60, 61, 62]));
    for at in 24..bytes.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] = value;
            assert_eq!(read(damaged).0, "pcap", "byte {at} is {value}");
        }
    }
}

/// A first record that seems as much longer as the header of a variant is, before records that go on.
#[test]
fn a_first_length_changed_a_little_does_not_make_it_another_variant() {
    for length in [66, 74, 90] {
        let bytes = file(&WRITTEN, false, &packets(&[length; 9]));
        for (less, zeros) in [(4, 0), (8, 0), (12, 0), (0, 4), (0, 8), (0, 16), (8, 16)] {
            let mut damaged = bytes.clone();
            damaged[32] -= less;
            let second = 24 + 16 + usize::from(length);
            damaged.splice(second..second, vec![0; zeros]);
            assert_eq!(read(damaged).0, "pcap", "{less} bytes less, {zeros} zeros");
        }
        let mut zeroed = bytes;
        zeroed[40 + usize::from(length)..][..16].fill(0);
        assert_eq!(read(zeroed).0, "pcap", "a second header of zeros");
    }
}

#[test]
fn a_stream_is_read_no_further_than_the_records_that_decide() {
    let bytes = file(&WRITTEN, false, &packets(&[60; 9]));
    let (mut have, mut asked) = (4, 0);
    while let Some(needed) = needed_bytes(&bytes[..have]) {
        assert!(needed > have as u64);
        (have, asked) = (needed as usize, asked + 1);
    }
    assert_eq!((have, asked), (24 + 3 * 76, 7));
}

#[test]
fn nokia_and_aix_link_types_are_translated() {
    let link_type = |written: &Written| {
        let bytes = file(written, true, &packets(&[60, 61, 62]));
        detect::<true>(&bytes, true).unwrap().link_type.0
    };
    let nokia = Written { more: 4, network: 13, ..WRITTEN };
    assert_eq!(link_type(&nokia), 123);
    // Wireshark guesses the traffic of Nokia's channels, of which the header states nothing else.
    let bytes = file(&nokia, true, &packets(&[60, 61, 62]));
    let framing = detect::<true>(&bytes, true).unwrap().framing;
    assert_eq!(framing, Framing::Atm(AtmTraffic::Guessed));
    let aix = [6, 9, 15, 24, 1].map(|network| link_type(&Written { network, ..AIX_ETHERNET }));
    assert_eq!(aix, [1, 6, 10, 0, 1]);
}
