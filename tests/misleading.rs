//! Captures built to mislead a worker that searches for the first record of its range: their
//! payloads look like records. The result must be that of the serial walk, and some guesses must
//! have been wrong, or the test tests nothing.

use crate::builder::{ETHERNET, MICROSECONDS, Order, Pcap, Pcapng, RAW};
use crate::cells::Csv;
use crate::frames::{raw_tcp, tcp, udp};
use crate::reading::{Cut, SERIAL, assert_same_in_every_cut, open, read};

const CUTS: &[Cut] = &[
    Cut { jobs: 2, range_bytes: 100 },
    Cut { jobs: 3, range_bytes: 1_000 },
    Cut { jobs: 8, range_bytes: 10_000 },
    Cut { jobs: 2, range_bytes: 100_000 },
    Cut { jobs: 3, range_bytes: 250_000 },
];

/// Reads the file in every cut and returns the number of segments that were walked again because
/// their start was guessed wrong.
fn rewalked(what: &str, bytes: &[u8], packets: u64) -> u64 {
    let (serial, rewalked) =
        assert_same_in_every_cut(what, &mut open(bytes).expect("a capture"), CUTS);
    assert_eq!(serial.packets(), packets, "{what}");
    assert_eq!(serial.report.error, None, "{what}");
    rewalked
}

/// The packets of every interface, section by section.
fn of_interfaces(bytes: &[u8]) -> Vec<u64> {
    let reading = read("capture", &mut open(bytes).expect("a capture"), SERIAL);
    let table = Csv::parse(reading.table("interfaces"));
    let packets: Vec<u64> = table.rows().map(|row| row.number("packets")).collect();
    let summary = Csv::parse(reading.table("summary"));
    assert!(summary.rows().map(|row| row.number("interfaces")).eq([packets.len() as u64]));
    packets
}

/// A pcap file of many small packets.
fn inner_pcap(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..packets {
        file.frame(number, &udp(53, number as u16, b"inner"));
    }
    file.bytes
}

fn inner_pcapng(packets: u32) -> Vec<u8> {
    let mut file = Pcapng::ethernet();
    for number in 0..packets {
        file.frame(number, &udp(53, number as u16, b"inner"));
    }
    file.bytes
}

#[test]
fn a_pcap_carried_in_segments_of_another_misleads_no_worker() {
    for segment in [500, 1460] {
        let mut file = Pcap::ethernet();
        let stream = inner_pcap(2000);
        for (number, part) in stream.chunks(segment).enumerate() {
            file.frame(number as u32, &tcp(80, 40_000, part));
        }
        rewalked("pcap in pcap", &file.bytes, stream.len().div_ceil(segment) as u64);
    }
}

#[test]
fn a_pcap_carried_in_large_frames_of_another_misleads_no_worker() {
    let mut file = Pcap::ethernet();
    let stream = inner_pcap(8000);
    let mut packets = 0;
    for part in stream.chunks(60_000) {
        // A small frame first, so that large frames are not at regular distances.
        file.frame(packets, &udp(1, 2, &vec![7; packets as usize * 13]));
        file.frame(packets + 1, &tcp(80, 40_000, part));
        packets += 2;
    }
    assert!(
        rewalked("pcap in large frames", &file.bytes, u64::from(packets)) > 0,
        "no guess was wrong: this tests nothing"
    );
}

#[test]
fn whole_pcaps_in_large_frames_mislead_no_worker() {
    let mut file = Pcap::ethernet();
    for number in 0..40 {
        file.frame(number, &tcp(80, 40_000, &inner_pcap(850)));
    }
    assert!(
        rewalked("whole pcaps in frames", &file.bytes, 40) > 0,
        "no guess was wrong: this tests nothing"
    );
}

#[test]
fn payloads_like_record_headers_mislead_no_worker() {
    for claims in [1u32, 16, 48] {
        let header: Vec<u8> =
            [1_700_000_000, 0, claims, claims].into_iter().flat_map(u32::to_le_bytes).collect();
        let mut file = Pcap::ethernet();
        for number in 0..30 {
            file.frame(number, &tcp(80, 40_000, &header.repeat(1000 + number as usize % 7)));
        }
        rewalked("headers as payload", &file.bytes, 30);
    }
}

#[test]
fn payloads_of_one_byte_value_mislead_no_worker() {
    for byte in [0u8, 1, 0xFF] {
        let mut file = Pcap::ethernet();
        for number in 0..60 {
            file.frame(number, &udp(1, 2, &vec![byte; number as usize * 40]));
        }
        rewalked("constant payload", &file.bytes, 60);
        let mut file = Pcapng::ethernet();
        for number in 0..60 {
            file.frame(number, &udp(1, 2, &vec![byte; number as usize * 40]));
        }
        rewalked("constant payload", &file.bytes, 60);
    }
}

/// Records without data: the file is only headers.
#[test]
fn empty_records_mislead_no_worker() {
    let mut file = Pcap::ethernet();
    for number in 0..3000 {
        file.record((number, 0), &[], 0);
    }
    rewalked("empty records", &file.bytes, 3000);
}

/// The payload of raw IP and TCP in an Enhanced Packet Block is aligned to four bytes, as blocks
/// are.
#[test]
fn an_aligned_pcapng_carried_in_another_misleads_no_worker() {
    let mut file = Pcapng::new(Order::Little);
    file.interface(RAW, 0, None);
    let stream = inner_pcapng(6000);
    for (number, part) in stream.chunks(60_000).enumerate() {
        file.frame(number as u32, &raw_tcp(part));
    }
    let packets = stream.len().div_ceil(60_000) as u64;
    assert!(
        rewalked("pcapng in pcapng", &file.bytes, packets) > 0,
        "no guess was wrong: this tests nothing"
    );
}

/// The inner file's interfaces have another link type than the outer file's.
#[test]
fn pcapngs_of_another_link_type_in_large_frames_mislead_no_worker() {
    let mut file = Pcapng::new(Order::Little);
    file.interface(RAW, 0, None);
    for number in 0..20 {
        file.frame(number, &raw_tcp(&inner_pcapng(500)));
    }
    assert!(
        rewalked("whole pcapngs in frames", &file.bytes, 20) > 0,
        "no guess was wrong: this tests nothing"
    );
}

/// A worker in the middle assumes the interfaces before the first packet, which is wrong after
/// every later description.
#[test]
fn interfaces_described_in_the_middle_are_known_to_later_workers() {
    for (between, interfaces) in [(400, 2), (20, 100)] {
        let mut file = Pcapng::new(Order::Big);
        for interface in 0..interfaces {
            let link_type = if interface % 2 == 0 { ETHERNET } else { RAW };
            let tsresol = if interface % 3 == 0 { None } else { Some(9) };
            file.interface(link_type, 0, tsresol);
            for number in 0..between {
                let frame = if number % 2 == 0 { udp(1, 2, &[3; 30]) } else { raw_tcp(&[4; 50]) };
                let of = if number % 5 == 0 { interface } else { number % (interface + 1) };
                file.packet(
                    of,
                    1_700_000_000_000_000 + u64::from(number),
                    &frame,
                    frame.len() as u32,
                );
            }
        }
        let packets = u64::from(between * interfaces);
        assert!(
            rewalked("interfaces in the middle", &file.bytes, packets) > 0,
            "every guess of interfaces was right"
        );
    }
}

#[test]
fn sections_in_the_middle_are_known_to_later_workers() {
    let mut file = Pcapng::new(Order::Little);
    for section in 0..12 {
        if section > 0 {
            file.section(if section % 3 == 1 { Order::Big } else { Order::Little });
        }
        for interface in 0..=section % 3 {
            file.interface(
                if section % 2 == 0 { ETHERNET } else { RAW },
                0,
                Some(6 + interface as u8),
            );
        }
        for number in 0..200 {
            file.packet(number % (section % 3 + 1), u64::from(number), &raw_tcp(&[5; 20]), 100);
        }
    }
    assert!(rewalked("sections", &file.bytes, 12 * 200) > 0, "every guess of sections was right");
    let of_three_sections = [200, 100, 100, 67, 67, 66];
    assert_eq!(of_interfaces(&file.bytes), of_three_sections.repeat(4));
}

#[test]
fn ranges_smaller_than_a_packet_change_nothing() {
    let mut file = Pcap::new(Order::Big, MICROSECONDS, ETHERNET);
    for number in 0..40 {
        file.frame(number, &udp(1, 2, &vec![number as u8; 500]));
    }
    let mut capture = open(&file.bytes).expect("a capture");
    let cuts: Vec<Cut> = (1..8)
        .flat_map(|jobs| [1, 3, 16, 17].map(|range_bytes| Cut { jobs, range_bytes }))
        .collect();
    let (serial, _) = assert_same_in_every_cut("small ranges", &mut capture, &cuts);
    assert_eq!(serial.packets(), 40);
}
