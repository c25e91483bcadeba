//! Golden tables: the expected bytes of each table for every capture in `testdata/`, in every cut.
//!
//! `testdata/NAME.pcap` has its tables in `testdata/NAME/TABLE.csv`. `PCAPSTAT_BLESS=1 cargo test
//! golden` accepts the present output; review it with `git diff`.

use crate::reading::{
    Cut, Reading, SERIAL, captures_of_testdata, check_each, first_difference, open, read,
};
use pcapstat::table::TABLES;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CUTS: &[Cut] = &[
    Cut { jobs: 1, range_bytes: 64 },
    Cut { jobs: 1, range_bytes: 2 << 20 },
    Cut { jobs: 2, range_bytes: 64 },
    Cut { jobs: 2, range_bytes: 1000 },
    Cut { jobs: 3, range_bytes: 64 },
    Cut { jobs: 3, range_bytes: 1000 },
    Cut { jobs: 8, range_bytes: 1000 },
    Cut { jobs: 8, range_bytes: 2 << 20 },
];

/// Larger golden tables are not kept: they would be most of the repository.
const LARGEST_GOLDEN: usize = 200_000;

const AS_LONG_AS_THE_CAPTURE: [&str; 2] = ["packets", "segments"];

#[test]
fn every_capture_has_its_tables_in_every_cut() {
    let captures = captures_of_testdata();
    let directories: BTreeSet<_> = captures.iter().map(|path| golden_directory(path)).collect();
    assert_eq!(
        directories.len(),
        captures.len(),
        "two captures differ in their extension only and share their tables"
    );
    check_each(&captures, |path| {
        let capture = open(&fs::read(path).expect("a readable capture"));
        let mut capture = capture.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = name_of(path);
        let reading = read(&file, &mut capture, SERIAL);
        if blessing() {
            bless(path, &reading);
        }
        compare(path, &reading);
        for &cut in CUTS {
            if let Some(difference) = reading.difference(&read(&file, &mut capture, cut)) {
                panic!("{file}: serial and {cut:?} differ: {difference}");
            }
        }
    });
}

fn blessing() -> bool {
    std::env::var_os("PCAPSTAT_BLESS").is_some_and(|value| value == "1")
}

/// The program, with its options and output files, agrees with the library.
#[test]
fn the_command_writes_the_golden_tables() {
    if blessing() {
        return;
    }
    check_each(&captures_of_testdata(), |path| {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = name_of(path);
        let mut command = crate::cli::pcapstat();
        command
            .args(["-t", "all,packets,segments", "-j", "3", "--range-bytes", "1000", "-q", "-o"])
            .arg(directory.path());
        let status = command
            .arg(&file)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("it runs")
            .status;
        assert!(matches!(status.code(), Some(0 | 4)), "{file}: {status}");
        let tables = golden_names(path);
        assert!(!tables.is_empty(), "{file} has no golden tables");
        for table in tables {
            let written =
                fs::read(directory.path().join(&table)).expect("a table that was asked for");
            assert_same(&golden_directory(path).join(&table), &written);
        }
    });
}

/// The path relative to the root of the crate, as given on the command line.
fn name_of(path: &Path) -> String {
    let relative = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("a path in the crate");
    relative.to_str().expect("a name in UTF-8").replace('\\', "/")
}

fn golden_directory(capture: &Path) -> PathBuf {
    let directory = capture.with_extension("");
    assert_ne!(directory, capture, "a capture without an extension leaves no name for its tables");
    directory
}

fn golden_names(capture: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(golden_directory(capture)) else { return BTreeSet::new() };
    entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name in UTF-8"))
        .collect()
}

/// The tables that are kept, by file name.
fn kept(reading: &Reading) -> impl Iterator<Item = (String, &[u8])> {
    let kept = reading.tables.iter().filter(|(name, text)| {
        !AS_LONG_AS_THE_CAPTURE.contains(name) || text.len() <= LARGEST_GOLDEN
    });
    kept.map(|(name, text)| (format!("{name}.csv"), &text[..]))
}

fn compare(capture: &Path, reading: &Reading) {
    let expected: BTreeSet<String> = kept(reading).map(|(name, _)| name).collect();
    assert!(expected.len() >= TABLES.len() - 3, "{}: tables are missing", capture.display());
    let found = golden_names(capture);
    assert_eq!(
        found,
        expected,
        "{}: accept with PCAPSTAT_BLESS=1 cargo test golden",
        capture.display()
    );
    for (name, text) in kept(reading) {
        assert_same(&golden_directory(capture).join(name), text);
    }
}

fn assert_same(golden: &Path, text: &[u8]) {
    let expected = fs::read(golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    let difference = || first_difference(&expected, text);
    assert!(
        expected == text,
        "{}: {}; accept with PCAPSTAT_BLESS=1 cargo test golden",
        golden.display(),
        difference()
    );
}

fn bless(capture: &Path, reading: &Reading) {
    let directory = golden_directory(capture);
    fs::create_dir_all(&directory).expect("a directory for golden tables");
    for stale in golden_names(capture) {
        fs::remove_file(directory.join(stale)).expect("a golden table that can be replaced");
    }
    for (name, text) in kept(reading) {
        fs::write(directory.join(name), text).expect("a golden table that can be written");
    }
}
