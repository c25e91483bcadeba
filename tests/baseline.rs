//! `--baseline`: a run compared with an earlier one.

use crate::cli::run;
use std::fs;
use std::path::Path;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

/// A directory with the tables of a capture under the name `now.pcap`, and the capture beside it.
fn earlier(tables: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    fs::copy(testdata().join("http.pcap"), directory.path().join("now.pcap")).expect("copied");
    let said = run(directory.path(), &["-t", tables, "-o", "base", "now.pcap"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    directory
}

const HEADER: &str = "table,key,column,before,after\n";

#[test]
fn the_same_capture_has_no_differences() {
    let directory = earlier("all,packets,ranges");
    for options in [&["-j", "1"][..], &["-j", "3", "--range-bytes", "200"]] {
        let arguments =
            [&["-t", "all,packets,ranges", "--baseline", "base", "now.pcap"], options].concat();
        let said = run(directory.path(), &arguments);
        assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), HEADER, ""));
    }
}

#[test]
fn another_capture_differs_by_column_and_row() {
    let directory = earlier("summary,protocols");
    fs::copy(testdata().join("dns.pcap"), directory.path().join("now.pcap")).expect("copied");
    let said = run(
        directory.path(),
        &["-t", "summary,protocols", "--baseline", "base", "--tolerance", "5%", "now.pcap"],
    );
    assert_eq!(said.code, Some(1));
    assert_eq!(said.stderr, "pcapstat: 31 differences from the baseline\n");
    assert_eq!(said.stdout.lines().count(), 32);
    assert!(said.stdout.starts_with(HEADER));
    assert!(said.stdout.contains("\nsummary,now.pcap,packets,44,"), "{}", said.stdout);
    assert!(said.stdout.contains("\nprotocols,now.pcap eth:ip:udp,,,present\n"), "{}", said.stdout);
    let written = run(
        directory.path(),
        &[
            "-t",
            "summary,protocols",
            "--baseline",
            "base",
            "-o",
            "now",
            "--tolerance",
            "5",
            "now.pcap",
        ],
    );
    assert_eq!((written.code, written.stdout.as_str()), (Some(1), ""));
    let differences = directory.path().join("now/differences.csv");
    assert_eq!(fs::read_to_string(differences).expect("differences"), said.stdout);
    assert!(directory.path().join("now/protocols.csv").exists());
}

#[test]
fn numbers_may_differ_by_the_tolerance() {
    let directory = earlier("summary");
    let shorter = ["--packets", "..43", "--baseline", "base", "now.pcap"];
    let strict = run(directory.path(), &shorter);
    assert_eq!(strict.code, Some(1));
    assert!(strict.stdout.contains("\nsummary,now.pcap,packets,44,43\n"), "{}", strict.stdout);
    let tolerant = run(directory.path(), &[&["--tolerance", "50%"], &shorter[..]].concat());
    assert!(!tolerant.stdout.contains(",packets,"), "{}", tolerant.stdout);
}

/// A new capture has other times; counts are compared alone.
#[test]
fn columns_may_be_chosen() {
    let directory = earlier("summary");
    let bytes = fs::read(testdata().join("http.pcap")).expect("a capture");
    let mut later = bytes.clone();
    // A second later: the seconds of the first record.
    later[24] = later[24].wrapping_sub(1);
    fs::write(directory.path().join("now.pcap"), later).expect("written");
    let compared = |columns: &[&str]| {
        run(directory.path(), &[&["--baseline", "base", "./now.pcap"], columns].concat())
    };
    let all = compared(&[]);
    assert_eq!(all.code, Some(1));
    assert!(all.stdout.contains("\nsummary,now.pcap,earliest_time,"), "{}", all.stdout);
    let chosen = compared(&["--baseline-columns", "packets, wire_bytes"]);
    assert_eq!((chosen.code, chosen.stdout.as_str()), (Some(0), HEADER));
    let wrong = compared(&["--baseline-columns", "packtes"]);
    assert_eq!(wrong.code, Some(2));
    wrong.assert_message(&["--baseline", "packtes", "did you mean packets?"]);
}

#[test]
fn a_baseline_in_another_format_is_told() {
    let directory = earlier("summary");
    let base = directory.path().join("base");
    fs::rename(base.join("summary.csv"), base.join("summary.json")).expect("renamed");
    let said = run(directory.path(), &["--baseline", "base", "now.pcap"]);
    assert_eq!(said.code, Some(2));
    said.assert_message(&["summary.csv: there is summary.json", "-f csv"]);
}

#[test]
fn a_missing_table_or_other_columns_are_wrong_usage() {
    let directory = earlier("summary");
    let nothing = run(directory.path(), &["--baseline", "none", "now.pcap"]);
    assert_eq!(nothing.code, Some(2));
    nothing.assert_message(&["--baseline: none: no such directory; a run with -o none writes it"]);
    let missing = run(directory.path(), &["-t", "ports", "--baseline", "base", "now.pcap"]);
    assert_eq!(missing.code, Some(2));
    missing.assert_message(&["--baseline", "ports.csv"]);
    fs::write(directory.path().join("base/summary.csv"), "file,packets\n").expect("written");
    let other = run(directory.path(), &["--baseline", "base", "now.pcap"]);
    assert_eq!(other.code, Some(2));
    other.assert_message(&["--baseline", "summary.csv", "not the columns of summary"]);
    for wrong in [
        &["--baseline", "base", "-o", "base", "now.pcap"][..],
        &["--baseline", "base", "--tolerance", "five", "now.pcap"],
        &["--tolerance", "5%", "now.pcap"],
        &["--baseline", "base", "-f", "table", "now.pcap"],
    ] {
        assert_eq!(run(directory.path(), wrong).code, Some(2), "{wrong:?}");
    }
}
