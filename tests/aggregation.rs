//! Aggregating the rows of `packets`, as a user would, gives the other tables exactly.

use crate::cells::{Csv, PacketRow, billionths};
use crate::conversing;
use crate::reading::{Cut, Reading, captures_beside, captures_of_testdata, check_each, open, read};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

fn aggregate_each(captures: &[PathBuf]) {
    check_each(captures, |path| {
        let Ok(mut capture) = open(&fs::read(path).expect("a readable capture")) else { return };
        let reading =
            read(&path.display().to_string(), &mut capture, Cut { jobs: 2, range_bytes: 65_536 });
        let packets =
            Csv::parse(reading.table("packets")).rows().map(PacketRow::of).collect::<Vec<_>>();
        numbers(&packets);
        summary(&reading, &packets);
        protocols(&reading, &packets);
        // A time beyond the year 9999 is counted and not shown: such times cannot be derived.
        let report = &reading.report.tallies.totals.time_extent();
        let shown = report.is_none_or(|(least, greatest)| {
            least.seconds >= -62_167_219_200 && greatest.seconds < 253_402_300_800
        });
        if shown {
            intervals(&reading, &packets);
            conversing::conversations(&reading, &packets);
        }
        lengths(&reading, &packets);
        problems(&reading, &packets);
        interfaces(&reading, &packets);
        conversing::endpoints(&reading);
        conversing::ports(&reading);
    });
}

#[test]
fn packets_of_testdata_aggregate_to_the_other_tables() {
    aggregate_each(&captures_of_testdata());
}

#[test]
#[ignore = "needs ../shared/captures"]
fn packets_of_real_captures_aggregate_to_the_other_tables() {
    aggregate_each(&captures_beside());
}

fn numbers(packets: &[PacketRow]) {
    assert!(
        packets.iter().map(|row| row.packet).eq(1..=packets.len() as u64),
        "packet numbers have gaps"
    );
}

/// A mean in units of 10^-9, rounded.
fn per_packet(total: u64, packets: usize) -> Option<i128> {
    let packets = packets as i128;
    (packets > 0).then(|| (i128::from(total) * 1_000_000_000 + packets / 2) / packets)
}

fn summary(reading: &Reading, packets: &[PacketRow]) {
    let table = Csv::parse(reading.table("summary"));
    let row = table.rows().next().expect("a row");
    assert_eq!(table.rows().count(), 1);
    let wire_bytes: u64 = packets.iter().map(|row| row.wire_bytes).sum();
    let times: Vec<i128> = packets.iter().filter_map(|row| row.time).collect();
    let (earliest, latest) = (times.iter().min().copied(), times.iter().max().copied());
    let count = |keep: fn(&&PacketRow) -> bool| packets.iter().filter(keep).count() as u64;

    assert_eq!(row.number("packets"), packets.len() as u64);
    assert_eq!(
        row.number("captured_bytes"),
        packets.iter().map(|row| row.captured_bytes).sum::<u64>()
    );
    assert_eq!(row.number("wire_bytes"), wire_bytes);
    assert_eq!(row.number("truncated_packets"), count(|row| row.captured_bytes < row.wire_bytes));
    assert_eq!(row.number("problem_packets"), count(|row| !row.problem.is_empty()));
    // Rows show no time beyond the year 9999, so the extent cannot be derived from them.
    let timed = row.text("earliest_time").is_empty() == (earliest.is_none())
        && row.text("latest_time").is_empty() == latest.is_none();
    if timed {
        assert_eq!(row.time("earliest_time"), earliest);
        assert_eq!(row.time("latest_time"), latest);
        assert_eq!(row.text("strict_time_order"), if times.is_sorted() { "true" } else { "false" });
    }
    assert_eq!(row.optional("min_wire_bytes"), packets.iter().map(|row| row.wire_bytes).min());
    assert_eq!(row.optional("max_wire_bytes"), packets.iter().map(|row| row.wire_bytes).max());

    assert_eq!(billionths(row.text("mean_wire_bytes")), per_packet(wire_bytes, packets.len()));
    if !timed {
        return;
    }
    let duration = latest.zip(earliest).map(|(latest, earliest)| latest - earliest);
    assert_eq!(billionths(row.text("duration_s")), duration);
    let per = |dividend: u64, divisor: i128, unit: i128| {
        (divisor > 0).then(|| (i128::from(dividend) * unit * 1_000_000_000 + divisor / 2) / divisor)
    };
    let second = 1_000_000_000;
    assert_eq!(
        billionths(row.text("packets_per_s")),
        per(packets.len() as u64, duration.unwrap_or(0), second)
    );
    assert_eq!(
        billionths(row.text("wire_bits_per_s")),
        per(wire_bytes * 8, duration.unwrap_or(0), second)
    );
}

/// A packet counts once at every prefix of its path. Rows are in tree order: by path, component by
/// component.
fn protocols(reading: &Reading, packets: &[PacketRow]) {
    let mut expected: BTreeMap<Vec<&str>, [u64; 3]> = BTreeMap::new();
    for row in packets {
        let layers: Vec<&str> = row.layers().collect();
        for depth in 1..=layers.len() {
            add(
                expected.entry(layers[..depth].to_vec()).or_default(),
                [1, row.captured_bytes, row.wire_bytes],
            );
        }
    }
    let table = Csv::parse(reading.table("protocols"));
    let found: Vec<_> = table
        .rows()
        .map(|row| {
            let layers: Vec<&str> = row.text("protocols").split(':').collect();
            assert_eq!(layers.last().copied(), Some(row.text("protocol")));
            assert_eq!(layers.len() as u64, row.number("depth"));
            (layers, row.numbers(["packets", "captured_bytes", "wire_bytes"]))
        })
        .collect();
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
}

fn add<const N: usize>(sums: &mut [u64; N], values: [u64; N]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

fn intervals(reading: &Reading, packets: &[PacketRow]) {
    const SECOND: i128 = 1_000_000_000;
    let mut expected: BTreeMap<(bool, Option<i128>), [u64; 6]> = BTreeMap::new();
    for row in packets {
        let start = row.time.map(|time| time.div_euclid(SECOND) * SECOND);
        let (tcp, udp) = (row.transport() == Some("tcp"), row.transport() == Some("udp"));
        let kinds = [tcp, udp, !tcp && !udp].map(u64::from);
        let sums = expected.entry((start.is_none(), start)).or_default();
        add(sums, [1, row.captured_bytes, row.wire_bytes, kinds[0], kinds[1], kinds[2]]);
    }
    let columns =
        ["packets", "captured_bytes", "wire_bytes", "tcp_packets", "udp_packets", "other_packets"];
    let table = Csv::parse(reading.table("intervals"));
    let found: Vec<_> =
        table.rows().map(|row| (row.time("start_time"), row.numbers(columns))).collect();
    assert_eq!(
        found,
        expected.into_iter().map(|((_, start), sums)| (start, sums)).collect::<Vec<_>>()
    );
}

fn lengths(reading: &Reading, packets: &[PacketRow]) {
    const FROM: [u64; 10] = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];
    let expected: Vec<_> = FROM
        .iter()
        .enumerate()
        .map(|(number, &from)| {
            let to = FROM.get(number + 1).map(|next| next - 1);
            let fits = |length: &u64| *length >= from && to.is_none_or(|to| *length <= to);
            let lengths: Vec<u64> = packets.iter().map(|row| row.wire_bytes).filter(fits).collect();
            let (count, bytes) = (lengths.len() as u64, lengths.iter().sum::<u64>());
            (
                Some(from),
                to,
                Some(count),
                Some(bytes),
                lengths.iter().min().copied(),
                lengths.iter().max().copied(),
            )
        })
        .collect();
    let table = Csv::parse(reading.table("lengths"));
    let columns =
        ["from_bytes", "to_bytes", "packets", "wire_bytes", "min_wire_bytes", "max_wire_bytes"];
    let found = table.rows().map(|row| columns.map(|column| row.optional(column)).into());
    assert_eq!(found.collect::<Vec<(_, _, _, _, _, _)>>(), expected);
}

/// Problems of the file itself are not problems of a packet.
fn problems(reading: &Reading, packets: &[PacketRow]) {
    let mut expected: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for row in packets.iter().filter(|row| !row.problem.is_empty()) {
        expected.entry(&row.problem).or_insert([0, row.packet])[0] += 1;
    }
    let table = Csv::parse(reading.table("problems"));
    let of_packets = table.rows().filter(|row| row.text("layer") != "file");
    let found: Vec<_> = of_packets
        .map(|row| (row.text("problem"), row.numbers(["packets", "first_packet"])))
        .collect();
    let names: BTreeMap<_, _> = found.iter().copied().collect();
    assert_eq!(names.len(), found.len(), "a problem has two rows");
    assert_eq!(names, expected);
    let of_file: Vec<_> = table.rows().filter(|row| row.text("layer") == "file").collect();
    assert_eq!(of_file.len(), usize::from(reading.report.error.is_some()));
    assert!(
        of_file
            .iter()
            .all(|row| row.numbers(["packets", "first_packet"]) == [0, packets.len() as u64 + 1])
    );
}

/// A row of `packets` has no section, so interfaces of the same number are counted together.
fn interfaces(reading: &Reading, packets: &[PacketRow]) {
    let mut made: BTreeMap<u64, [u64; 3]> = BTreeMap::new();
    for row in packets {
        add(made.entry(row.interface).or_default(), [1, row.captured_bytes, row.wire_bytes]);
    }
    let table = Csv::parse(reading.table("interfaces"));
    let mut found: BTreeMap<u64, [u64; 3]> = BTreeMap::new();
    for row in table.rows() {
        let counts = row.numbers(["packets", "captured_bytes", "wire_bytes"]);
        add(found.entry(row.number("interface")).or_default(), counts);
    }
    found.retain(|_, counts| counts[0] > 0);
    assert_eq!(found, made);
    let ids: Vec<_> = table.rows().map(|row| row.numbers(["section", "interface"])).collect();
    assert!(ids.is_sorted_by(|one, two| one < two), "interfaces out of order or twice: {ids:?}");
}
