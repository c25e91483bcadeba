//! Bytes that are no capture, and captures that were cut or changed. Nothing panics, packets before
//! the damage are kept, and the damage is reported the same for any cut into ranges.

use crate::builder::{
    Boundary, ETHERNET, MODIFIED, NAME_RESOLUTION, NANOSECONDS, Order, Pcap, Pcapng, RAW, Snoop,
    VARIANTS, Variant,
};
use crate::cells::Csv;
use crate::frames::{raw_tcp, tcp, udp};
use crate::reading::{Cut, Reading, assert_same_in_every_cut, open};
use pcapstat::report::Status;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

const CUTS: &[Cut] = &[Cut { jobs: 1, range_bytes: 50 }, Cut { jobs: 3, range_bytes: 50 }];

/// Reads bytes. None if they are not a capture.
fn read(what: &str, bytes: &[u8]) -> Option<Reading> {
    let mut capture = open(bytes).ok()?;
    Some(assert_same_in_every_cut(what, &mut capture, CUTS).0)
}

fn small_pcap(order: Order, variant: Variant) -> Pcap {
    let mut file = Pcap::of(order, variant);
    for number in 0..4 {
        file.frame(number, &tcp(80, 5000, &[number as u8; 30]));
        file.frame(number, &udp(53, 5000, b"question"));
    }
    file
}

fn small_snoop() -> Snoop {
    let mut file = Snoop::ethernet();
    for number in 0..4 {
        file.record((1_700_000_000, number), &tcp(80, 5000, &[number as u8; 29]), 100);
        file.record((1_700_000_001, number), &udp(53, 5000, b"question"), 50);
    }
    file
}

fn small_pcapng() -> Pcapng {
    let mut file = Pcapng::ethernet();
    file.frame(0, &tcp(80, 5000, b"one"));
    file.interface(RAW, 0, Some(9));
    file.packet(1, 1_700_000_000_000_000_000, &raw_tcp(b"two"), 60);
    file.block(NAME_RESOLUTION, b"somebody");
    file.simple(&udp(53, 5000, b"three"));
    file.obsolete(0, 1_700_000_000_000_000, &udp(53, 5001, b"four"), 90);
    file.section(Order::Big);
    file.interface(ETHERNET, 60, None);
    file.frame(5, &tcp(80, 5000, &[6; 40]));
    file
}

/// Every prefix of a file keeps exactly its complete packets and reports where it was cut.
fn cut_everywhere(bytes: &[u8], boundaries: &[Boundary], file_header: usize) {
    cut_from(0, bytes, boundaries, file_header);
}

fn cut_from(first: usize, bytes: &[u8], boundaries: &[Boundary], file_header: usize) {
    for length in first..bytes.len() {
        let what = format!("the first {length} bytes");
        let Some(reading) = read(&what, &bytes[..length]) else {
            assert!(length < file_header, "{what} are a capture");
            continue;
        };
        assert!(length >= file_header, "{what} are no capture");
        let (whole, packets) =
            boundaries.iter().copied().rfind(|(end, _)| *end <= length).expect("the file header");
        assert_eq!(reading.packets(), packets, "{what}");
        if whole == length {
            assert_eq!(reading.report.status, Status::Ok, "{what}");
            assert_eq!(reading.report.error, None, "{what}");
            continue;
        }
        assert_eq!(reading.report.status, Status::CutShort, "{what}");
        let message = reading.report.error.as_deref().expect("a message");
        let place = format!("at byte {whole} (packet {}); kept {packets} packets", packets + 1);
        assert!(message.ends_with(&place), "{what}: {message}, expected {place}");
        let problems = String::from_utf8(reading.table("problems").to_vec()).expect("UTF-8");
        let rows = ["record_cut", "record_header_truncated", "block_cut"]
            .map(|name| format!(",file,{name},0,{},{whole}\n", packets + 1));
        assert!(rows.iter().any(|row| problems.ends_with(row)), "{what}: {problems}");
    }
}

#[test]
fn every_prefix_of_a_pcap_keeps_its_complete_records() {
    for (number, variant) in VARIANTS.into_iter().enumerate() {
        let order = if number % 2 == 0 { Order::Little } else { Order::Big };
        let file = small_pcap(order, variant);
        // Two records tell a variant from the one whose magic number it has.
        let ambiguous = ["pcap-suse", "pcap-redhat", "pcap-nokia"].contains(&variant.name);
        let first = if ambiguous { file.boundaries[2].0 } else { 0 };
        cut_from(first, &file.bytes, &file.boundaries, file.boundaries[0].0);
    }
}

#[test]
fn every_prefix_of_a_pcapng_keeps_its_complete_blocks() {
    let file = small_pcapng();
    cut_everywhere(&file.bytes, &file.boundaries, 28);
}

#[test]
fn every_prefix_of_a_snoop_file_keeps_its_complete_records() {
    let file = small_snoop();
    cut_everywhere(&file.bytes, &file.boundaries, 16);
}

/// Changes every byte of a file in a few ways. All cuts must agree on the result.
fn change_every_byte(bytes: &[u8]) {
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xFF] {
            let mut changed = bytes.to_vec();
            changed[at] ^= mask;
            read(&format!("byte {at} changed by {mask:#x}"), &changed);
        }
    }
}

#[test]
fn a_changed_byte_in_a_pcap_does_no_harm() {
    change_every_byte(&small_pcap(Order::Little, VARIANTS[1]).bytes);
}

#[test]
fn a_changed_byte_in_a_snoop_file_does_no_harm() {
    change_every_byte(&small_snoop().bytes);
}

#[test]
fn a_changed_byte_in_a_pcapng_does_no_harm() {
    change_every_byte(&small_pcapng().bytes);
}

/// Puts numbers that may overflow in place of every aligned word.
#[test]
fn extreme_lengths_in_a_pcapng_do_no_harm() {
    let bytes = small_pcapng().bytes;
    for at in (0..bytes.len()).step_by(4) {
        for value in [0u32, 1, 4, 11, 12, 16, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF] {
            for value in [value.to_le_bytes(), value.to_be_bytes()] {
                let mut changed = bytes.clone();
                changed[at..at + 4].copy_from_slice(&value);
                read(&format!("word at {at} is {value:02x?}"), &changed);
            }
        }
    }
}

/// Name in `problems` of the last block of a pcapng file, after three good packets.
fn damage_behind_three_packets(append: impl FnOnce(&mut Pcapng)) -> String {
    let mut file = Pcapng::ethernet();
    for number in 0..3 {
        file.frame(number, &udp(53, 5000, b"question"));
    }
    let end = file.bytes.len();
    append(&mut file);
    let reading = read("damage", &file.bytes).expect("a capture");
    assert_eq!((reading.report.status, reading.packets()), (Status::Damaged, 3));
    let message = reading.report.error.as_deref().expect("a message");
    assert!(message.ends_with(&format!("at byte {end} (packet 4); kept 3 packets")), "{message}");
    let problems = Csv::parse(reading.table("problems"));
    let row = problems.rows().last().expect("a row");
    assert_eq!(
        (row.text("layer"), row.number("first_packet"), row.number("first_offset")),
        ("file", 4, end as u64)
    );
    row.text("problem").to_string()
}

#[test]
fn damage_in_a_pcapng_is_named_and_located() {
    type Append = fn(&mut Pcapng);
    let kinds: [(&str, Append); 7] = [
        ("block_lengths_differ", |file| {
            file.frame(3, b"good");
            *file.bytes.last_mut().expect("bytes") = 1;
        }),
        ("block_length_impossible", |file| file.bytes.extend([4, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0])),
        ("block_lengths_differ", |file| {
            file.bytes.extend([4, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0])
        }),
        ("section_unknown", |file| {
            let at = file.bytes.len();
            file.section(Order::Little);
            file.bytes[at + 8] = 0;
        }),
        ("section_unknown", |file| {
            let at = file.bytes.len();
            file.section(Order::Little);
            file.bytes[at + 12] = 2;
        }),
        ("interface_unknown", |file| {
            file.packet(1, 0, b"nobody's", 8);
        }),
        ("block_contents_too_long", |file| {
            let at = file.bytes.len();
            file.packet(0, 0, b"short", 5);
            file.bytes[at + 20] = 100;
        }),
    ];
    for (name, append) in kinds {
        assert_eq!(damage_behind_three_packets(append), name);
    }
}

/// Wireshark rounds such a length up, too.
#[test]
fn a_block_length_without_its_padding_is_no_damage() {
    let mut file = Pcapng::ethernet();
    file.frame(0, b"before");
    file.bytes.extend([4, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0]);
    file.frame(1, b"behind");
    let reading = read("an odd length", &file.bytes).expect("a capture");
    assert_eq!((reading.report.status, reading.packets()), (Status::Ok, 2));
}

/// An option that exceeds its block may hide the options after it.
#[test]
fn an_option_that_overruns_its_block_is_damage() {
    let mut file = Pcapng::ethernet();
    file.frame(0, b"before");
    // Interface description: Ethernet, no snaplen, if_name of 500 bytes in a block of 28.
    for word in [1, 28, 1, 0, 500 << 16 | 2, 0, 28u32] {
        file.bytes.extend(word.to_le_bytes());
    }
    let reading = read("an option", &file.bytes).expect("a capture");
    assert_eq!((reading.report.status, reading.packets()), (Status::Damaged, 1));
}

#[test]
fn a_record_above_the_length_limit_is_damage() {
    let mut file = small_pcap(Order::Little, VARIANTS[1]);
    let (end, packets) = *file.boundaries.last().expect("records");
    for value in [1, 2, 262_145u32, 262_145] {
        file.bytes.extend(value.to_le_bytes());
    }
    file.bytes.extend(vec![0; 300_000]);
    let reading = read("a long record", &file.bytes).expect("a capture");
    assert_eq!((reading.report.status, reading.packets()), (Status::Damaged, packets));
    let message = reading.report.error.expect("a message");
    assert!(
        message.contains(&format!("claims 262145 bytes, the limit is 262144 at byte {end}")),
        "{message}"
    );
}

fn magic() -> impl Strategy<Value = Vec<u8>> {
    let pcap = [0xA1B2_C3D4u32, NANOSECONDS, MODIFIED]
        .map(|magic| [magic.to_le_bytes().to_vec(), magic.to_be_bytes().to_vec()]);
    let section = Pcapng::new(Order::Big).bytes;
    let mut beginnings = pcap.concat();
    beginnings.extend([
        section[..4].to_vec(),
        section,
        Pcapng::ethernet().bytes,
        Pcap::ethernet().bytes,
        Snoop::ethernet().bytes,
        Vec::new(),
    ]);
    select(beginnings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn random_bytes_after_a_magic_number_do_no_harm(magic in magic(), noise in vec(any::<u8>(), 0..400)) {
        read("noise", &[magic, noise].concat());
    }

    /// Small numbers resemble a capture more than noise does.
    #[test]
    fn random_words_after_a_magic_number_do_no_harm(magic in magic(), words in vec(prop_oneof![0..64u32, any::<u32>()], 0..100)) {
        let words: Vec<u8> = words.into_iter().flat_map(u32::to_le_bytes).collect();
        read("words", &[magic, words].concat());
    }

    #[test]
    fn spliced_files_do_no_harm(cut in any::<Index>(), from in any::<Index>(), swapped in any::<bool>()) {
        let (one, two) = (small_pcap(Order::Little, VARIANTS[1]).bytes, small_pcapng().bytes);
        let (one, two) = if swapped { (two, one) } else { (one, two) };
        read("spliced", &[&one[..cut.index(one.len())], &two[from.index(two.len())..]].concat());
    }
}
