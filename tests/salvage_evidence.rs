//! `--salvage`: evidence other than the time before the damage brings back what is certain, and nothing
//! else.

use crate::builder::{ETHERNET, IF_NAME, IF_TSRESOL, Order, Pcap, Pcapng};
use crate::frames::{tcp, udp};
use crate::salvage::salvage;

/// Packets of ten milliseconds each from the numbers on, so many of each.
fn sessions(parts: &[(u32, u32)]) -> Vec<Vec<u8>> {
    let part = |(first, count): &(u32, u32)| {
        let mut file = Pcap::ethernet();
        for number in *first..first + count {
            file.frame(number, &tcp(80, number as u16, &[7; 40]));
        }
        file.bytes.split_off(24)
    };
    parts.iter().map(part).collect()
}

fn after_header(parts: &[&[u8]]) -> Vec<u8> {
    [&Pcap::ethernet().bytes[..], &parts.concat()].concat()
}

/// Captures of several times in one file, whose sessions are too short to be believed by themselves.
#[test]
fn sessions_of_other_times_beside_the_damage_are_kept() {
    const TWELVE_DAYS: u32 = 12 * 8_640_000;
    let garbage = [0xA7; 16];
    let later = sessions(&[(0, 15), (TWELVE_DAYS, 15), (2 * TWELVE_DAYS, 15)]);
    let bytes = after_header(&[&later[0], &garbage, &later[1], &later[2]]);
    let report = salvage("sessions that go on", &bytes).report;
    assert_eq!(report.tallies.totals.counts.packets, 45, "{:?}", report.walked.gaps);
    let back = sessions(&[(0, 15), (TWELVE_DAYS, 20), (20, 15)]);
    let bytes = after_header(&[&back[0], &garbage, &back[1], &back[2]]);
    let report = salvage("a session before one of the right time", &bytes).report;
    assert_eq!(report.tallies.totals.counts.packets, 50, "{:?}", report.walked.gaps);
}

/// Records of an earlier time may be carried, but not after the end of the damaged packet.
#[test]
fn the_packet_tells_where_its_damaged_record_ends() {
    let mut parts = sessions(&[(700_000, 15), (0, 3), (800_000, 20)]);
    let at = parts[0].len() - 16 - tcp(80, 0, &[7; 40]).len();
    parts[0][at..at + 16].fill(0);
    let bytes = after_header(&[&parts[0], &parts[1], &parts[2]]);
    let report = salvage("a header without its lengths", &bytes).report;
    assert_eq!(report.tallies.totals.counts.packets, 37, "{:?}", report.walked.gaps);
}

/// Captures of several years that were joined, whose sessions are short: a header is destroyed anywhere.
#[test]
fn sessions_of_other_years_follow_a_destroyed_header() {
    const YEAR: u32 = 365 * 8_640_000 / 2;
    let parts = sessions(&[(0, 3), (YEAR, 3), (2 * YEAR, 3), (YEAR / 2, 3), (YEAR / 2 * 3, 3)]);
    let bytes = after_header(&[&parts.concat()]);
    let record = (bytes.len() - 24) / 15;
    // A first record of another time with none after it is as good as one whose time is damaged.
    for number in (1..15).filter(|number| number % 3 != 1) {
        let mut damaged = bytes.clone();
        damaged[24 + number * record..][..16].fill(0xA7);
        let reading = salvage("sessions of other years", &damaged);
        assert_eq!(reading.packets(), 14, "{number}: {:?}", reading.report.walked.gaps);
    }
}

/// A packet that states another length than up to them carries records of another year.
#[test]
fn records_in_a_damaged_packet_begin_no_session() {
    const YEAR: u32 = 365 * 8_640_000 / 2;
    let parts = sessions(&[(0, 20), (YEAR, 17), (2 * YEAR, 20)]);
    let carrier = [&[0xFE; 16], &[2; 12][..], &[8, 0, 0x45], &[0; 27]].concat();
    let bytes = after_header(&[&parts[0], &carrier, &parts[1], &parts[2]]);
    let reading = salvage("carried records", &bytes);
    assert_eq!(reading.packets(), 40, "{:?}", reading.report.walked.gaps);
}

/// Bytes between two damages that look like one record, but are of none.
#[test]
fn a_copy_of_a_record_between_two_damages_is_no_packet() {
    let parts = sessions(&[(0, 40)]);
    let (record, garbage) = (parts[0].len() / 40, [0xA7; 90]);
    let (before, after) = parts[0].split_at(20 * record);
    let bytes = after_header(&[before, &garbage, &after[..record], &garbage, after]);
    assert_eq!(salvage("a copy of the next one", &bytes).packets(), 40);
}

/// Four lost bytes make a time of the fraction, and a fraction of the length.
#[test]
fn records_read_four_bytes_late_are_no_packets() {
    let record = |number: u32| {
        let frame = [&[0, 0, 1, 0, 0, 1], &tcp(80, number as u16, &[7; 40])[6..]].concat();
        let length = frame.len() as u32;
        let header = [489_265, 544_158 + 9 * number, length, length].map(u32::to_le_bytes);
        [header.concat(), frame].concat()
    };
    let records: Vec<Vec<u8>> = (0..20).map(record).collect();
    let shifted = [&records[10][4..], &records[11], &records[12]].concat();
    let bytes = after_header(&[&records[..10].concat(), &[0xA7; 60], &shifted, &[0xA7; 99]]);
    let reading = salvage("times soon after 1970", &bytes);
    assert_eq!(reading.packets(), 12, "{:?}", reading.report.walked.gaps);
    let table = String::from_utf8_lossy(reading.table("packets")).into_owned();
    assert!(table.lines().skip(1).all(|row| row.contains("T15:54:25.")), "{table}");
}

/// Bytes that are lost of a time make no packet of another time of it.
#[test]
fn a_time_that_lost_a_byte_is_not_read_with_one_of_the_packet_before() {
    let parts = sessions(&[(0, 60)]);
    let record = parts[0].len() / 60;
    for number in [1, 30] {
        let mut bytes = after_header(&[&parts[0]]);
        bytes[24 + number * record - 1] = 0;
        bytes.remove(24 + number * record);
        let reading = salvage("a time without its first byte", &bytes);
        assert_eq!(reading.packets(), 59, "{:?}", reading.report.walked.gaps);
    }
}

/// A damaged description of an interface is read by what stands of it.
#[test]
fn packets_of_a_damaged_interface_description_are_read() {
    const NANOSECONDS: u64 = 1_700_000_000_000_000_000;
    for order in [Order::Little, Order::Big] {
        let mut file = Pcapng::new(order);
        let begins = file.bytes.len();
        let options: [(u16, &[u8]); 2] = [(IF_NAME, b"en0"), (IF_TSRESOL, &[9])];
        file.interface_with(ETHERNET, 1500, &options);
        let ends = file.bytes.len();
        for number in 0..20_u32 {
            let frame = udp(53, number as u16, b"question");
            let time = NANOSECONDS + u64::from(number);
            file.packet(0, time, &frame, frame.len() as u32);
        }
        let plain = salvage("an intact description", &file.bytes);
        let resolution = ends - 16;
        let damages: [(&str, std::ops::Range<usize>); 5] = [
            ("its first length", begins + 4..begins + 8),
            ("its last length", ends - 4..ends),
            ("the length of an option", begins + 18..begins + 20),
            ("its resolution", resolution..resolution + 8),
            ("all after its fields", begins + 16..ends),
        ];
        for (what, damage) in damages {
            let mut bytes = file.bytes.clone();
            bytes[damage].fill(0xEE);
            let reading = salvage(what, &bytes);
            assert_eq!(reading.packets(), 20, "{what}: {:?}", reading.report.walked.gaps);
            assert_eq!(reading.table("packets"), plain.table("packets"), "{what}");
            let interfaces = String::from_utf8_lossy(reading.table("interfaces"));
            assert_eq!(interfaces.lines().count(), 2, "{what}: {interfaces}");
        }
        let mut bytes = file.bytes.clone();
        bytes[begins..begins + 8].fill(0xEE);
        assert_eq!(salvage("its type", &bytes).packets(), 0);
    }
}
