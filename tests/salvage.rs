//! `--salvage`: real captures damaged at known places lose the damaged record and nothing else, and
//! no packet is invented.

use crate::builder::{ETHERNET, Order, Pcap, Pcapng};
use crate::frames::{tcp, udp};
use crate::reading::{
    Cut, Reading, SERIAL, captures_beside, captures_of_testdata, check_each, open, read_anew,
};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::report::Status;
use pcapstat::source::{ReadOptions, Source};
use std::collections::HashMap;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

/// Salvages serially, in parallel and as a stream, which must all agree.
pub fn salvage(what: &str, bytes: &[u8]) -> Reading {
    let whole = || open(bytes).expect("a capture");
    let serial = read_anew("capture", whole, SERIAL, true);
    let parallel = read_anew("capture", whole, Cut { jobs: 3, range_bytes: 100 }, true);
    if let Some(difference) = serial.difference(&parallel) {
        panic!("{what}: small ranges salvage something else: {difference}");
    }
    let mut options = ReadOptions::default();
    options.chunk_bytes = 777;
    let stream = || -> Capture {
        let source =
            Source::read(Cursor::new(bytes.to_vec()), options, is_capture).expect("memory");
        Capture::new(source).expect("a capture")
    };
    let streamed = read_anew("capture", stream, Cut { jobs: 2, range_bytes: 500 }, true);
    if let Some(difference) = serial.difference(&streamed) {
        panic!("{what}: a stream salvages something else: {difference}");
    }
    serial
}

/// Rows of packets without their numbers, and how often each occurs.
fn packets(reading: &Reading) -> HashMap<String, usize> {
    let mut packets = HashMap::new();
    for row in String::from_utf8_lossy(reading.table("packets")).lines().skip(1) {
        let row = row.splitn(3, ',').nth(2).expect("a row of packets");
        *packets.entry(without_application(row)).or_default() += 1;
    }
    packets
}

/// A row whose path ends at the transport: the application may depend on the packet that is lost.
fn without_application(row: &str) -> String {
    let mut cells: Vec<&str> = row.split(',').collect();
    const PATH: usize = 4;
    let end = ["tcp", "udp", "sctp"].iter().filter_map(|transport| {
        let place = cells[PATH].rfind(&format!(":{transport}:"))?;
        Some(place + 1 + transport.len())
    });
    if let Some(end) = end.max() {
        cells[PATH] = &cells[PATH][..end];
    }
    cells.join(",")
}

/// Offset of every record, and of the end.
fn offsets(bytes: &[u8]) -> Vec<u64> {
    let capture = open(bytes).expect("a capture");
    let mut offsets = Vec::new();
    let walk = capture.walk(capture.start(), u64::MAX, |record| offsets.push(record.offset));
    offsets.push(walk.end.offset);
    offsets
}

/// Gives one record impossible lengths. All other records must be kept, with one gap in its place.
fn lose_one_record(captures: &[PathBuf]) {
    check_each(captures, |path| {
        let bytes = fs::read(path).expect("a readable capture");
        let plain = read_anew("capture", || open(&bytes).expect("a capture"), SERIAL, false);
        let offsets = offsets(&bytes);
        let count = offsets.len() - 1;
        if plain.report.status != Status::Ok
            || plain.report.formats == ["snoop"]
            || !(24..3000).contains(&count)
        {
            return;
        }
        let lengths_at = if plain.report.formats == ["pcapng"] { 4 } else { 8 };
        for number in [0, count / 3, count / 2, count - 17] {
            let what = format!("{} without record {}", path.display(), number + 1);
            let (offset, next) = (offsets[number], offsets[number + 1]);
            let mut damaged = bytes.clone();
            let at = offset as usize + lengths_at;
            damaged[at..at + 4].copy_from_slice(&[0xFF; 4]);
            let salvaged = salvage(&what, &damaged);
            let (report, original) = (&salvaged.report, packets(&plain));
            assert_eq!(report.status, Status::Damaged, "{what}");
            let found = packets(&salvaged);
            let invented = found
                .iter()
                .find(|(row, times)| original.get(*row).is_none_or(|known| known < *times));
            assert_eq!(invented, None, "{what}");
            assert_eq!(
                report.tallies.totals.counts.packets,
                count as u64 - 1,
                "{what}: {:?}",
                report.walked.gaps
            );
            let gaps: Vec<_> = report
                .walked
                .gaps
                .iter()
                .map(|gap| (gap.packets, gap.fault.offset, gap.end()))
                .collect();
            // Blocks other than packets may be between two records.
            assert!(
                matches!(gaps[..], [(before, begins, ends)] if before == number as u64 && begins == offset && ends <= next),
                "{what}: {gaps:?}"
            );
        }
    });
}

#[test]
fn a_damaged_record_of_testdata_is_all_that_is_lost() {
    lose_one_record(&captures_of_testdata());
}

#[test]
#[ignore = "needs ../shared/captures"]
fn a_damaged_record_of_real_captures_is_all_that_is_lost() {
    lose_one_record(&captures_beside().into_iter().step_by(9).collect::<Vec<_>>());
}

fn many(first: u32, count: u32) -> Pcap {
    let mut file = Pcap::ethernet();
    for number in first..first + count {
        file.frame(number, &tcp(80, number as u16, &[7; 40]));
    }
    file
}

#[test]
fn every_damaged_region_is_a_gap() {
    let mut bytes = many(0, 200).bytes;
    let offsets = offsets(&bytes);
    // Fewer records than a chain follow the last gap, but they reach the end of the file.
    for (number, length) in [(20, 30), (90, 300), (190, 10)] {
        let at = offsets[number] as usize;
        bytes[at..at + length].fill(0xEE);
    }
    let salvaged = salvage("three gaps", &bytes).report;
    let record = offsets[1] - offsets[0];
    let expected = [
        (20, 20, 1),
        (89, 90, 300u64.div_ceil(record)),
        (198 - 300u64.div_ceil(record) - 9, 190, 1),
    ];
    let gaps: Vec<_> =
        salvaged.walked.gaps.iter().map(|gap| (gap.packets, gap.fault.offset, gap.bytes)).collect();
    assert_eq!(
        gaps,
        expected.map(|(packets, at, records)| (packets, offsets[at], records * record))
    );
    let error = salvaged.error.expect("a message");
    assert!(error.contains("skipped") && error.contains("in 3 gaps; kept"), "{error}");
    assert!(salvaged.faults.iter().all(|damage| damage.packets < 200));
}

#[test]
fn without_salvage_reading_stops_at_the_damage() {
    let mut bytes = many(0, 50).bytes;
    let at = offsets(&bytes)[10] as usize;
    bytes[at..at + 16].fill(0xEE);
    let plain = read_anew("capture", || open(&bytes).expect("a capture"), SERIAL, false).report;
    assert_eq!((plain.tallies.totals.counts.packets, plain.walked.gaps.len()), (10, 0));
}

/// Fifty packets. The damaged one carries another capture without its last `left_out` bytes.
fn carrying(inner: &Pcap, left_out: usize) -> Vec<u8> {
    let (mut file, carried) = (many(0, 10), &inner.bytes[24..inner.bytes.len() - left_out]);
    let at = file.bytes.len();
    file.frame(10, &udp(9, 9, carried));
    let mut bytes = file.bytes;
    bytes.extend_from_slice(&many(11, 40).bytes[24..]);
    bytes[at + 8..at + 16].fill(0xFF);
    bytes
}

#[test]
fn a_capture_carried_in_the_damaged_packet_gives_no_packets() {
    // More than a week later than the capture that carries it.
    let later = 100_000_000;
    for (what, bytes, packets) in [
        ("cut by the packet's end", carrying(&many(1000, 20), 5), 50),
        ("of another time", carrying(&many(later, 20), 0), 50),
        // Its records join the real ones, which are earlier.
        ("without a seam", carrying(&many(1000, 20), 0), 50),
    ] {
        let report = salvage(what, &bytes).report;
        assert_eq!(
            (report.tallies.totals.counts.packets, report.walked.gaps.len()),
            (packets, 1),
            "{what}: {:?}",
            report.walked.gaps
        );
    }
}

#[test]
fn garbage_up_to_the_end_is_a_gap() {
    let mut bytes = many(0, 30).bytes;
    let end = bytes.len() as u64;
    bytes.extend([0xEE; 5000]);
    let salvaged = salvage("garbage behind", &bytes).report;
    assert_eq!((salvaged.status, salvaged.tallies.totals.counts.packets), (Status::Damaged, 30));
    let gaps: Vec<_> =
        salvaged.walked.gaps.iter().map(|gap| (gap.packets, gap.fault.offset, gap.bytes)).collect();
    assert_eq!(gaps, [(30, end, 5000)]);
}

#[test]
fn a_capture_that_is_only_cut_short_has_no_gap() {
    let bytes = many(0, 30).bytes;
    let salvaged = salvage("cut", &bytes[..bytes.len() - 5]).report;
    assert_eq!(
        (salvaged.status, salvaged.tallies.totals.counts.packets, salvaged.walked.gaps.len()),
        (Status::CutShort, 29, 0)
    );
}

#[test]
fn pcapng_resumes_at_the_next_intact_block() {
    let mut file = Pcapng::new(Order::Big);
    file.interface(ETHERNET, 0, None);
    for number in 0..60 {
        file.frame(number, &udp(53, number as u16, b"question"));
    }
    let offsets = offsets(&file.bytes);
    let mut bytes = file.bytes;
    bytes[offsets[20] as usize..offsets[22] as usize + 4].fill(0x11);
    let salvaged = salvage("pcapng", &bytes).report;
    assert_eq!(salvaged.tallies.totals.counts.packets, 57);
    assert_eq!(
        salvaged.walked.gaps.iter().map(|gap| (gap.fault.offset, gap.end())).collect::<Vec<_>>(),
        [(offsets[20], offsets[23])]
    );
}

fn salvaging_changes_nothing(captures: &[PathBuf]) {
    check_each(captures, |path| {
        let bytes = fs::read(path).expect("a readable capture");
        let Ok(mut capture) = open(&bytes) else { return };
        let plain = crate::reading::read("capture", &mut capture, SERIAL);
        if plain.report.status == Status::Ok {
            let salvaged = read_anew("capture", || open(&bytes).expect("a capture"), SERIAL, true);
            assert_eq!(plain.difference(&salvaged), None, "{}", path.display());
        }
    });
}

#[test]
fn salvaging_an_intact_capture_of_testdata_changes_nothing() {
    salvaging_changes_nothing(&captures_of_testdata());
}

#[test]
#[ignore = "needs ../shared/captures"]
fn salvaging_an_intact_real_capture_changes_nothing() {
    salvaging_changes_nothing(&captures_beside());
}

#[test]
fn a_wrong_but_plausible_length_loses_only_its_packet() {
    for (number, captured) in [(10, 500), (20, 70), (30, 200_000), (0, 93)] {
        let mut bytes = many(0, 200).bytes;
        let offsets = offsets(&bytes);
        let at = offsets[number] as usize + 8;
        bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(captured));
        let salvaged = salvage("a wrong length", &bytes);
        let report = &salvaged.report;
        let before = packets(&read_anew(
            "capture",
            || open(&many(0, 200).bytes).expect("a capture"),
            SERIAL,
            false,
        ));
        let invented: Vec<_> =
            packets(&salvaged).into_keys().filter(|row| !before.contains_key(row)).collect();
        // A shorter length turns the damaged packet into a truncated one, which cannot be detected.
        assert!(invented.len() <= usize::from(captured < 94), "{captured}: {invented:?}");
        assert!(report.tallies.totals.counts.packets >= 199, "{captured}: {:?}", report.error);
        assert_eq!(report.status, Status::Damaged);
    }
}

#[test]
fn reading_resumes_at_any_byte_after_bytes_were_inserted_or_lost() {
    let mut file = Pcapng::new(Order::Little);
    file.interface(ETHERNET, 0, None);
    for number in 0..60 {
        file.frame(number, &udp(53, number as u16, b"question"));
    }
    for whole in [file.bytes, many(0, 60).bytes] {
        let offsets = offsets(&whole);
        let at = offsets[20] as usize + 40;
        let inserted = [&whole[..at], &b"x"[..], &whole[at..]].concat();
        let lost = [&whole[..at], &whole[at + 1..]].concat();
        for (what, bytes) in [("a byte inserted", inserted), ("a byte lost", lost)] {
            let report = salvage(what, &bytes).report;
            let gaps = &report.walked.gaps;
            assert!(report.tallies.totals.counts.packets >= 59, "{what}: {gaps:?}");
            assert_eq!(report.status, Status::Damaged, "{what}");
        }
    }
}

/// After four lost bytes, the length on the wire stands where the captured one was, and the first
/// bytes of raw IPv6 look like another: each header that is read late leads to the next one.
#[test]
fn headers_that_are_read_late_give_no_packets() {
    let record = |number: u32| {
        let mut data = [&[0x60, 0, 0, 0, 0, 8, 17, 64][..], &[0; 40]].concat();
        data[23] = 1;
        let header = [1_700_000_000 + number, 1000 * number, 48, 48];
        [header.map(u32::to_le_bytes).concat(), data].concat()
    };
    let header = [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 262_144, 101];
    let mut bytes = header.map(u32::to_le_bytes).concat();
    (0..40).for_each(|number| bytes.extend(record(number)));
    let whole = packets(&read_anew("c", || open(&bytes).expect("a capture"), SERIAL, false));
    let at = 24 + 20 * 64 - 10;
    bytes.drain(at..at + 4);
    let salvaged = salvage("four bytes lost", &bytes);
    let found = packets(&salvaged);
    assert!(found.keys().all(|row| whole.contains_key(row)), "{found:?}");
    assert!(found.len() >= 38, "{}", found.len());
}

/// The first bytes of the time stay before the inserted ones, whose last bytes are then part of it.
#[test]
fn a_header_into_which_bytes_were_inserted_gives_no_packet_of_another_time() {
    let whole = many(0, 40).bytes;
    let (offsets, known) = (
        offsets(&whole),
        packets(&read_anew("c", || open(&whole).expect("a capture"), SERIAL, false)),
    );
    // A last record is as late as it likes: its seconds alone tell nothing.
    for (record, first) in [(20, 1), (39, 2)] {
        for place in first..8 {
            for inserted in [1, 3, 30] {
                let at = offsets[record] as usize + place;
                let inserted = vec![0x7B; inserted];
                let bytes = [&whole[..at], &inserted, &whole[at..]].concat();
                let what = format!("{} bytes at {place} in record {record}", inserted.len());
                let found = packets(&salvage(&what, &bytes));
                assert!(found.keys().all(|row| known.contains_key(row)), "{what}");
                assert!(found.values().sum::<usize>() >= 39, "{what}");
            }
        }
    }
}

/// A damaged block ends at its second length, whatever it holds and whenever the next one is.
#[test]
fn a_block_ends_at_its_second_length() {
    let blocks = |first: u32, count: u32| {
        let mut file = Pcapng::new(Order::Little);
        file.interface(ETHERNET, 0, None);
        let header = file.bytes.len();
        for number in first..first + count {
            file.frame(number, &udp(53, number as u16, b"question"));
        }
        (file.bytes, header)
    };
    let ((mut bytes, _), (carried, header), year) = (blocks(0, 3), blocks(1000, 30), 3_153_600_000);
    let mut file = Pcapng::new(Order::Little);
    file.frame(3, &udp(9, 9, &carried[header..]));
    let at = bytes.len();
    bytes.extend_from_slice(&file.bytes[28..]);
    let carrying = bytes.len();
    let (after, header) = blocks(year, 4);
    bytes.extend_from_slice(&after[header..]);
    let mut destroyed = bytes.clone();
    destroyed[at..at + 28].fill(0xEE);
    let (before, after) = (blocks(0, 4).0, &bytes[carrying..]);
    let (start, rest) = before.split_at(before.len() - 20);
    let inserted = [start, b"abcde", rest, after].concat();
    for (what, bytes) in [("header destroyed", destroyed), ("bytes inserted", inserted)] {
        let report = salvage(what, &bytes).report;
        let gaps = &report.walked.gaps;
        assert_eq!((report.tallies.totals.counts.packets, gaps.len()), (7, 1), "{what}: {gaps:?}");
    }
}

/// Small numbers look like times soon after 1970, as those of a clock that was not set do.
#[test]
fn a_clock_that_is_set_loses_nothing() {
    let record = |seconds: u32, data: &[u8]| {
        let length = data.len() as u32;
        [&[seconds, 0, length, length].map(u32::to_le_bytes).concat()[..], data].concat()
    };
    let small = [record(9, &[0x45; 30]), record(10, &[0x45; 30]), vec![0xEE; 20]].concat();
    let header = [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 262_144, 101].map(u32::to_le_bytes).concat();
    let early = (0..3).flat_map(|second| record(100 + second, &[0x45; 60]));
    let late = (0..20_000).flat_map(|second| record(1_700_000_000 + second, &small));
    let bytes: Vec<u8> = header.into_iter().chain(early).chain(late).collect();
    // Its end is too far to be looked at.
    let report = salvage("a clock that is set", &bytes).report;
    assert_eq!((report.status, report.tallies.totals.counts.packets), (Status::Ok, 20_003));
}

#[test]
fn a_jump_of_the_clock_after_damage_loses_nothing() {
    // Each number is 10 ms.
    let (mut file, week) = (many(0, 20), 8 * 86_400 * 100);
    let at = file.bytes.len();
    file.bytes.extend_from_slice(&many(20, 5).bytes[24..]);
    file.bytes.extend_from_slice(&many(week, 30).bytes[24..]);
    file.bytes[at..at + 16].fill(0xEE);
    let report = salvage("a jump", &file.bytes).report;
    assert_eq!(report.tallies.totals.counts.packets, 54, "{:?}", report.walked.gaps);
}

/// A second capture after the first one, file header and all, is a section of its own.
#[test]
fn an_appended_capture_is_read_as_a_section_of_its_own() {
    let first = many(0, 20).bytes;
    let ip = udp(53, 53, b"question").split_off(14);
    let mut raw = [0xA1B2_C3D4_u32, 0x0002_0004, 0, 0, 262_144, 101].map(u32::to_be_bytes).concat();
    for number in 0..20 {
        let length = ip.len() as u32;
        raw.extend([1_700_000_100 + number, number, length, length].map(u32::to_be_bytes).concat());
        raw.extend(&ip);
    }
    let mut blocks = Pcapng::new(Order::Big);
    blocks.interface(ETHERNET, 0, None);
    (0..20).for_each(|number| {
        blocks.frame(number, &udp(53, number as u16, b"question"));
    });
    for (what, second, format, link_types) in [
        ("alike", many(100, 20).bytes, "pcap", "ether"),
        ("of another byte order and link type", raw, "pcap", "ether+rawip"),
        ("of another format", blocks.bytes, "pcap+pcapng", "ether"),
    ] {
        for cut in [0, 5] {
            let bytes = [&first[..first.len() - cut], &second].concat();
            let salvaged = salvage(what, &bytes);
            let count = 40 - u64::from(cut > 0);
            assert_eq!(salvaged.packets(), count, "{what}: {:?}", salvaged.report.walked.gaps);
            assert_eq!(salvaged.report.walked.sections, 2, "{what}");
            let summary = String::from_utf8_lossy(salvaged.table("summary"));
            assert!(summary.contains(&format!(",{format},,{link_types},2,")), "{what}: {summary}");
            let alone = packets(&read_anew("c", || open(&second).expect("c"), SERIAL, false));
            let found = packets(&salvaged);
            let is_found = |(row, times): (&String, &usize)| found.get(row) >= Some(times);
            assert!(alone.iter().all(is_found), "{what}");
        }
    }
}

/// Notes of a section, an interface and a packet, of a system that calls itself `name`.
pub fn with_notes(name: &str) -> Vec<u8> {
    let mut file = Pcapng::new(Order::Big);
    file.section_with(Order::Big, &[(3, name.as_bytes())]);
    file.interface_with(ETHERNET, 0, &[(2, b"eth0"), (3, b"inside")]);
    for number in 0..20 {
        let (time, frame) =
            (1_700_000_200_000_000 + u64::from(number), udp(53, number, b"question"));
        file.packet_with(0, time, &frame, &[(1, format!("packet {number}").as_bytes())]);
    }
    file.bytes[28..].to_vec()
}

#[test]
fn an_appended_capture_says_of_itself_what_it_says_alone() {
    let says = |bytes: &[u8], sections: u64, packets: u64| -> Vec<String> {
        let reading = salvage("notes", bytes);
        let table = String::from_utf8_lossy(reading.table("metadata")).into_owned();
        let rows = table.lines().skip(1).map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let [_, section, scope, number, key, value] = cells[..] else { panic!("{row}") };
            let number = number.parse().map(|number: u64| match scope {
                "packet" => number + packets,
                _ => number,
            });
            let section: u64 = section.parse().expect("a number");
            format!("{} {scope} {:?} {key} {value}", section + sections, number.ok())
        });
        rows.collect()
    };
    let pcap = many(100, 20).bytes;
    for (first, second) in [
        (many(0, 20).bytes, with_notes("second")),
        (many(0, 20).bytes, pcap.clone()),
        (with_notes("first"), with_notes("second")),
        (with_notes("first"), pcap),
    ] {
        let both = [says(&first, 0, 0), says(&second, 1, 20)].concat();
        assert!(both.len() > 1, "nothing is said");
        let damaged = [&first[..], &[0xEE; 7], &second].concat();
        assert_eq!(says(&[first, second].concat(), 0, 0), both);
        assert_eq!(says(&damaged, 0, 0), both);
    }
}

/// The pages of a map in which no record is found do not stay in memory.
#[cfg(target_os = "linux")]
#[test]
fn a_long_damaged_region_takes_no_memory() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("hole.pcap");
    fs::write(&path, [many(0, 50).bytes, vec![0xFF; 16]].concat()).expect("room");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("it is there");
    file.set_len(300 << 20).expect("a sparse file");
    let output = crate::cli::pcapstat()
        .args(["-v", "--salvage", "-t", "gaps"])
        .arg(&path)
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 2);
    let memory = crate::cli::peak_memory(&output.stderr).expect("Linux tells");
    assert!(memory < 100, "{memory} MiB");
}
