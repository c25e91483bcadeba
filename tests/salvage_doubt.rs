//! `--salvage` in doubt: what looks like records but may be none is skipped. Each test states the
//! evidence against it.

use crate::builder::{ETHERNET, IF_TSRESOL, Order, Pcap, Pcapng};
use crate::frames::tcp;
use crate::reading::Reading;
use crate::salvage::salvage;

const GARBAGE: [u8; 90] = [0xA7; 90];

/// Half a year in the numbers of [`Pcap::frame`], of 10 ms each.
const HALF_A_YEAR: u32 = 182 * 8_640_000;

/// Records of so many numbers from the first on.
fn records(first: u32, count: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in first..first + count {
        file.frame(number, &tcp(80, number as u16, &[7; 40]));
    }
    file.bytes.split_off(24)
}

/// A record whose packet carries `inside`.
fn carrying(number: u32, inside: &[u8]) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    file.frame(number, &tcp(80, 80, inside));
    file.bytes.split_off(24)
}

fn with_damaged_header(mut record: Vec<u8>) -> Vec<u8> {
    record[..16].fill(0xEE);
    record
}

fn salvaged(what: &str, parts: &[&[u8]]) -> Reading {
    salvage(what, &[&Pcap::ethernet().bytes[..], &parts.concat()].concat())
}

#[track_caller]
fn assert_packets(what: &str, parts: &[&[u8]], packets: u64) {
    let reading = salvaged(what, parts);
    assert_eq!(reading.packets(), packets, "{what}: {:?}", reading.report.walked.gaps);
}

/// The packet of the damaged record states that it is the last one.
#[test]
fn nothing_follows_a_packet_that_ends_where_the_file_ends() {
    let last = carrying(20, &[&records(21, 2)[..], &GARBAGE].concat());
    assert_packets("a last record", &[&records(0, 20), &with_damaged_header(last)], 20);
}

/// It lies between garbage on both sides, as bytes of a frame do.
#[test]
fn a_single_record_that_leads_nowhere_is_no_packet() {
    let parts: [&[u8]; 4] = [&records(0, 20), &GARBAGE, &records(20, 1), &GARBAGE];
    assert_packets("one record", &parts, 20);
    assert_packets("two records", &[parts[0], &GARBAGE, &records(20, 2), &GARBAGE], 22);
}

/// Its time may be damaged, unless the packet before it ends where it begins.
#[test]
fn a_last_record_of_another_time_needs_the_packet_before_it() {
    let (own, last) = (records(0, 20), records(HALF_A_YEAR, 1));
    assert_packets("after garbage", &[&own, &GARBAGE, &last], 20);
    assert_packets("beside the damage", &[&own, &GARBAGE[..9], &last], 20);
    let damaged = with_damaged_header(records(20, 1));
    assert_packets("after a packet", &[&own, &damaged, &last], 21);
}

/// A record of another time that states its length and leads to the next one holds what it carries.
#[test]
fn records_inside_a_record_that_is_not_believed_are_no_packets() {
    let inside = [&[0; 30], &records(HALF_A_YEAR, 2)[..]].concat();
    let parts: [&[u8]; 3] = [&GARBAGE, &carrying(0, &inside), &records(HALF_A_YEAR + 2, 5)];
    assert_packets("a first record of another time", &parts, 5);
}

/// A capture of the same day, whose last time is after the first one of the capture that carries it.
#[test]
fn a_carried_capture_ends_no_earlier_than_at_a_time_that_goes_back() {
    let carried = [&Pcap::ethernet().bytes[..], &records(0, 1), &records(60_000, 3)].concat();
    let parts: [&[u8]; 3] = [&GARBAGE[..70], &carried, &records(58_000, 20)];
    assert_packets("no time before it", &parts, 20);
}

/// Records of another time that lead back to the right one are in place where carried ones are.
#[test]
fn records_of_another_time_before_those_of_the_right_one_are_carried() {
    let before = 1_700_000_000_u32.to_le_bytes();
    // The only record of the right time looks like one whose time is damaged.
    let mut carrier = with_damaged_header(carrying(20, &records(HALF_A_YEAR, 20)));
    carrier[..3].copy_from_slice(&before[..3]);
    carrier[30..34].fill(0xEE);
    let last = records(5 * 8_640_000, 1);
    let reading = salvaged("carried", &[&records(0, 20), &carrier, &last]);
    assert!((20..22).contains(&reading.packets()), "{:?}", reading.report.walked.gaps);
}

/// Inserted zeros may stand where the time was, also after a clock was set back.
#[test]
fn a_record_whose_time_is_zeros_is_no_packet() {
    let mut file = Pcap::ethernet();
    for number in 0..40 {
        let frame = tcp(80, number as u16, &[7; 40]);
        let seconds = if number < 20 { 60 + number } else { number };
        file.record((seconds, 0), &frame, frame.len() as u32);
    }
    let mut bytes = file.bytes;
    let at = 24 + (bytes.len() - 24) / 40 * 20 + 8;
    bytes.splice(at..at, [0; 99]);
    let reading = salvage("a time before zeros", &bytes);
    assert_eq!(reading.packets(), 39, "{:?}", reading.report.walked.gaps);
}

/// A cut record's packet ends four bytes after a header of the capture that follows it: each header that
/// is read late leads to the next one.
#[test]
fn a_capture_after_a_cut_record_is_not_read_late() {
    let own = records(0, 20);
    let cut = own.len() - 28;
    let mut second = Pcap::ethernet();
    for number in 0..6 {
        let mut frame = tcp(80, number as u16, &[7; 40]);
        frame[..4].copy_from_slice(&[0, 0, 1, 0]);
        let length = frame.len() as u32;
        second.record((1_800_000_000, 900_000 * (number % 2) + number), &frame, length);
    }
    let reading = salvaged("appended", &[&own[..cut], &second.bytes]);
    assert_eq!(reading.packets(), 25, "{:?}", reading.report.walked.gaps);
}

/// Packets of a section are not read by the interfaces and the byte order of the one before it.
#[test]
fn a_section_whose_header_is_damaged_is_one_of_its_own() {
    let packets = |file: &mut Pcapng, unit: u64| {
        for number in 0..10 {
            let frame = tcp(80, number, &[7; 40]);
            let time = (1_700_000_000_000_000 + u64::from(number)) * unit;
            file.packet(0, time, &frame, frame.len() as u32);
        }
    };
    for order in [Order::Little, Order::Big] {
        let mut file = Pcapng::ethernet();
        packets(&mut file, 1);
        let header = file.bytes.len();
        file.section(order);
        let description = file.bytes.len();
        file.interface(ETHERNET, 0, Some(9));
        let described = file.bytes.len();
        packets(&mut file, 1000);
        let plain = salvage("two sections", &file.bytes);
        let mut damaged = file.bytes.clone();
        damaged[header + 4..header + 8].fill(0xEE);
        let reading = salvage("a section header", &damaged);
        assert_eq!(reading.table("packets"), plain.table("packets"), "{order:?}");
        assert_eq!(reading.report.walked.sections, 2);
        damaged[description..described].fill(0xEE);
        assert_eq!(salvage("and its interface", &damaged).packets(), 10, "{order:?}");
    }
}

/// The times of the packets before it tell the resolution of an interface sooner than the year does.
#[test]
fn a_lost_resolution_is_one_that_gives_times_near_those_before() {
    const EARLY: u64 = 1_340_954;
    let mut file = Pcapng::ethernet();
    let frame = tcp(80, 80, &[7; 40]);
    for number in 0..5 {
        file.packet(0, (EARLY + number) * 1_000_000, &frame, frame.len() as u32);
    }
    let description = file.bytes.len();
    file.interface_with(ETHERNET, 0, &[(IF_TSRESOL, &[9])]);
    let described = file.bytes.len();
    for number in 5..10 {
        file.packet(1, (EARLY + number) * 1_000_000_000, &frame, frame.len() as u32);
    }
    let plain = salvage("two interfaces", &file.bytes);
    let mut damaged = file.bytes;
    damaged[description + 16..described].fill(0xEE);
    let reading = salvage("a description without its resolution", &damaged);
    assert_eq!(reading.table("packets"), plain.table("packets"));
}
