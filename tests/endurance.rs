//! Hostile input in quantity: attacks on parsers, every prefix, thousands of mutations. By default
//! a sample of them; all with `PCAPSTAT_LONG=1 cargo test --release --test main endurance`.

use crate::cli::{pcapstat, peak_memory};
use crate::damage::{Dice, KINDS, Original};
use crate::reading::{
    Cut, Reading, SERIAL, captures_beside, captures_of_testdata, check_each, open, read_anew,
};
use pcapstat::report::Status;
use pcapstat::table::TABLES;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn long() -> bool {
    std::env::var_os("PCAPSTAT_LONG").is_some_and(|value| value == "1")
}

/// All items in the long version, one in `quick` in the short one.
fn share<T>(all: Vec<T>, quick: usize) -> Vec<T> {
    let step = if long() { 1 } else { quick };
    all.into_iter().step_by(step).collect()
}

/// Reads bytes serially and in a cut, which must agree, within a time limit. None if they are not a
/// capture.
fn same(what: &str, bytes: &[u8], cut: Cut, salvage: bool) -> Option<Reading> {
    let began = Instant::now();
    open(bytes).ok()?;
    let make = || open(bytes).expect("it was a capture");
    let serial = read_anew("capture", make, SERIAL, salvage);
    if let Some(difference) = serial.difference(&read_anew("capture", make, cut, salvage)) {
        panic!("{what}: serial and {cut:?} differ: {difference}");
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{what}: takes {:?}", began.elapsed());
    Some(serial)
}

/// Runs the program on a capture and returns the tables it wrote, without `ranges`.
fn written(path: &Path, arguments: &[&str]) -> Vec<(String, Vec<u8>)> {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = pcapstat();
    let output = command
        .args(arguments)
        .arg("-v")
        .arg("-o")
        .arg(directory.path())
        .arg(path)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 3 | 4)), "{}: exit code {code:?}: {said}", path.display());
    assert!(!said.contains("panicked"), "{}: {said}", path.display());
    if let Some(memory) = peak_memory(&output.stderr) {
        assert!(memory < 100, "{}: {memory} MiB", path.display());
    }
    // `ranges` measures the run.
    let names = TABLES
        .iter()
        .map(|table| table.name)
        .filter(|name| *name != "ranges")
        .map(|name| format!("{name}.csv"));
    names
        .filter_map(|name| fs::read(directory.path().join(&name)).ok().map(|table| (name, table)))
        .collect()
}

#[test]
#[ignore = "needs ../shared/captures"]
fn attacks_on_parsers_give_the_same_tables_in_any_cut() {
    let attacks: Vec<PathBuf> = captures_beside()
        .into_iter()
        .filter(|path| path.components().any(|part| part.as_os_str() == "tcpdump"))
        .collect();
    check_each(&share(attacks, 20), |path| {
        for tables in ["all", "packets"] {
            let began = Instant::now();
            let cut = written(path, &["-t", tables, "-j", "8", "--range-bytes", "64"]);
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "{}: takes {:?}",
                path.display(),
                began.elapsed()
            );
            assert!(
                !cut.is_empty() && cut == written(path, &["-t", tables, "-j", "1"]),
                "{}",
                path.display()
            );
        }
    });
}

/// Short captures of both formats.
fn short(most_bytes: u64) -> Vec<PathBuf> {
    let is_short =
        |path: &PathBuf| fs::metadata(path).is_ok_and(|metadata| metadata.len() < most_bytes);
    let (ng, classic): (Vec<_>, Vec<_>) = captures_of_testdata()
        .into_iter()
        .filter(is_short)
        .partition(|path| path.extension().is_some_and(|e| e == "pcapng"));
    ng.into_iter().take(10).chain(classic.into_iter().take(10)).collect()
}

#[test]
fn every_prefix_reads_the_same_and_never_loses_packets() {
    check_each(&share(short(4000), 5), |path| {
        let bytes = fs::read(path).expect("a readable capture");
        let whole = read_anew("capture", || open(&bytes).expect("a capture"), SERIAL, false);
        let whole = whole.report.status;
        let (step, mut before) = (if long() { 1 } else { 13 }, 0);
        for length in (0..bytes.len()).step_by(step) {
            let what = format!("{} up to byte {length}", path.display());
            let Some(reading) =
                same(&what, &bytes[..length], Cut { jobs: 3, range_bytes: 64 }, false)
            else {
                continue;
            };
            let status = reading.report.status;
            assert!(status <= whole.max(Status::CutShort), "{what}: {status}");
            let packets = reading.report.tallies.totals.counts.packets;
            assert!(packets >= before, "{what}: {packets} packets after {before}");
            before = packets;
        }
    });
}

/// A deterministic generator of numbers: SplitMix64 (Steele and others).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % limit.max(1) as u64) as usize
    }
}

/// Changes one byte, or overwrites, removes, repeats or fills a block.
fn mutated(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = numbers.below(bytes.len());
    let end = (at + 1 + numbers.below(64)).min(bytes.len());
    match numbers.below(6) {
        0 | 1 => bytes[at] = numbers.below(256) as u8,
        2 => bytes[at..end].iter_mut().for_each(|byte| *byte = numbers.below(256) as u8),
        3 => drop(bytes.drain(at..end)),
        4 => bytes = [&bytes[..end], &bytes[at..]].concat(),
        _ => bytes[at..end].fill(if numbers.below(2) == 0 { 0 } else { 0xFF }),
    }
    bytes
}

#[test]
fn mutated_captures_read_the_same_in_any_cut() {
    let captures: Vec<PathBuf> = short(10_000).into_iter().step_by(2).take(10).collect();
    let each = if long() { 1000 } else { 20 };
    check_each(&captures, |path| {
        let bytes = fs::read(path).expect("a readable capture");
        for seed in 0..each {
            let changed = mutated(&bytes, &mut Numbers(seed));
            let what = format!("{}, mutation {seed}", path.display());
            same(&what, &changed, Cut { jobs: 3, range_bytes: 64 }, seed % 2 == 1);
        }
    });
}

#[test]
fn mutated_captures_are_salvaged_the_same_in_any_cut() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut paths = Vec::new();
    for (number, capture) in short(10_000).into_iter().enumerate() {
        let bytes = fs::read(&capture).expect("a readable capture");
        let path = directory.path().join(format!("{number}.pcap"));
        fs::write(&path, mutated(&bytes, &mut Numbers(number as u64))).expect("room");
        paths.push(path);
    }
    check_each(&share(paths, 4), |path| {
        let cut = written(path, &["-t", "all", "--salvage", "-j", "3", "--range-bytes", "64"]);
        assert_eq!(
            cut,
            written(path, &["-t", "all", "--salvage", "-j", "1", "--no-mmap"]),
            "{}",
            path.display()
        );
    });
}

/// Every table of whatever grows, in every format and with few and many workers, stays within its
/// memory.
#[cfg(target_os = "linux")]
#[test]
fn no_table_takes_more_memory_than_allowed() {
    use crate::memory::{assert_bounded, growing};
    let directory = tempfile::tempdir().expect("a directory");
    let runs = TABLES.iter().flat_map(|table| {
        let formats = ["csv", "table", "json"].into_iter();
        formats.flat_map(move |format| ["1", "2", "64"].map(|jobs| (table, jobs, format)))
    });
    for (number, kind) in share(growing::KINDS.iter().collect(), 4).into_iter().enumerate() {
        let path = directory.path().join(number.to_string());
        fs::write(&path, growing::capture(kind, number % 2 == 1)).expect("room");
        for (table, jobs, format) in share(runs.clone().collect(), 25) {
            assert_bounded(&path, kind.0, 100, table, [jobs, format]);
        }
        fs::remove_file(path).expect("a file");
    }
}

#[test]
fn damage_of_every_kind_is_salvaged_the_same_in_any_cut() {
    let originals: Vec<Original> = captures_of_testdata()
        .iter()
        .filter_map(|path| {
            let capture = open(&fs::read(path).ok()?).ok()?;
            Original::new(path.display().to_string(), &capture)
        })
        .filter(|one| one.bytes.len() < 20_000 && one.rows.len() > 2)
        .collect();
    assert!(originals.len() > 5);
    let numbered: Vec<(usize, &Original)> = originals.iter().enumerate().collect();
    for (at, one) in share(numbered, 4) {
        for (number, (kind, make)) in KINDS.iter().enumerate() {
            let other = &originals[(at + number) % originals.len()];
            let mut numbers = Dice((at * 64 + number) as u64);
            let Some(damaged) = make(one, other, &mut numbers) else { continue };
            let what = format!("{}: {kind}", one.name);
            same(&what, &damaged.bytes, Cut { jobs: 3, range_bytes: 200 }, true);
        }
    }
}
