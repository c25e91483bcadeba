//! `--salvage`: real captures damaged at known places lose the damaged record and nothing else, and
//! no packet is invented.

pub mod appended;
mod records;

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
