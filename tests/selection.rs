//! Selections of packets: `--packets`, `--from` and `--to` choose rows and change none of them.

use crate::cli::run;
use std::path::Path;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

/// Data rows of a table of `http.pcap` with these options.
fn rows(table: &str, options: &[&str]) -> Vec<String> {
    let arguments = [&["-f", "csv", "-t", table, "http.pcap"], options].concat();
    let said = run(testdata(), &arguments);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{options:?}");
    said.stdout.lines().skip(1).map(String::from).collect()
}

fn cell(row: &str, column: usize) -> &str {
    row.split(',').nth(column).expect("a cell")
}

#[test]
fn a_slice_is_those_rows_with_their_numbers_in_every_cut() {
    let all = rows("packets", &[]);
    assert!(all.len() > 12, "too few packets to slice");
    for (slice, from, to) in [("3..7", 2, 7), ("..4", 0, 4), ("9..", 8, all.len()), ("5", 4, 5)] {
        for cut in [&["-j", "1"][..], &["-j", "3", "--range-bytes", "200"]] {
            let options = [&["--packets", slice], cut].concat();
            assert_eq!(rows("packets", &options), all[from..to], "{options:?}");
            let summary = rows("summary", &options);
            assert_eq!(cell(&summary[0], 7), (to - from).to_string(), "{options:?}");
        }
    }
    let none = ["-t", "packets", "http.pcap", "--packets", "100000.."];
    assert_eq!(run(testdata(), &none).stdout.lines().count(), 1);
}

/// An empty table is explained; the closing line of several inputs tells how much a run selects.
#[test]
fn packets_that_match_are_told() {
    let packets = rows("packets", &[]).len();
    for options in [
        ["--filter", "port 53"],
        ["--packets", "9999.."],
        ["--from", "2099-01-01"],
        ["--to", "1999-01-01"],
    ] {
        let said = run(testdata(), &[&["-t", "packets", "http.pcap"], &options[..]].concat());
        assert_eq!((said.code, said.stdout.lines().count()), (Some(0), 1), "{options:?}");
        assert_eq!(said.stderr, format!("pcapstat: 0 of {packets} packets match\n"), "{options:?}");
        let quiet =
            run(testdata(), &[&["-q", "-t", "packets", "http.pcap"], &options[..]].concat());
        assert_eq!(quiet.stderr, "");
    }
    let two = run(testdata(), &["http.pcap", "dns.pcap", "--packets", "..5"]);
    two.assert_one_message(&["2 inputs: 2 ok; 10 of 65 packets match; "]);
    let merged = run(testdata(), &["--merge", "http.pcap", "dns.pcap", "--packets", "44..44"]);
    merged.assert_one_message(&["1 of 65 packets matches; "]);
    let total = run(testdata(), &["--total", "http.pcap", "dns.pcap", "--filter", "udp"]);
    total.assert_one_message(&[" of 65 packets match; "]);
    let whole = run(testdata(), &["http.pcap", "dns.pcap"]);
    whole.assert_one_message(&["; 65 packets; "]);
    let some = run(testdata(), &["http.pcap", "--filter", "tcp"]);
    assert_eq!(some.stderr, "");
    run(testdata(), &["-v", "http.pcap", "--filter", "tcp"])
        .assert_message(&["43 of 44 packets match"]);
}

/// Numbers of merged inputs continue, so that a slice may begin in one and end in another.
#[test]
fn a_slice_of_merged_inputs_counts_on() {
    let one = rows("packets", &[]).len();
    let merged = ["-q", "--merge", "http.pcap"];
    let all = rows("packets", &merged);
    for (from, to) in [(one - 1, one + 2), (one + 1, one + 3), (1, 2)] {
        let slice = format!("{from}..{to}");
        let options = [&merged[..], &["--packets", &slice]].concat();
        assert_eq!(rows("packets", &options), all[from - 1..to], "{slice}");
        let summary = rows("summary", &options);
        assert_eq!(cell(&summary[0], 7), (to - from + 1).to_string(), "{slice}");
    }
}

#[test]
fn a_slice_keeps_first_packets_of_conversations_as_in_the_file() {
    let arguments = ["-f", "csv", "-t", "conversations", "--packets", "4..", "http.pcap"];
    let said = run(testdata(), &arguments);
    let mut lines = said.stdout.lines();
    let names: Vec<_> = lines.next().expect("a header").split(',').collect();
    let column = names.iter().position(|name| *name == "first_packet").expect("the column");
    let least = lines.map(|row| cell(row, column).parse::<u64>().expect("a number")).min();
    assert_eq!(least, Some(4));
}

#[test]
fn a_period_includes_its_start_and_excludes_its_end() {
    let all = rows("packets", &[]);
    let (start, end) = (cell(&all[2], 2), cell(&all[9], 2));
    let expected: Vec<_> =
        all.iter().filter(|row| (start..end).contains(&cell(row, 2))).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    assert_eq!(rows("packets", &["--from", start, "--to", end]), expected);
    let both = rows("packets", &["--from", start, "--to", end, "--packets", "..5"]);
    assert_eq!(both, expected.iter().take(both.len()).cloned().collect::<Vec<_>>());
    assert!(both.len() < expected.len());
}

#[test]
fn a_filter_is_those_rows_with_their_numbers_in_every_cut() {
    let all = rows("packets", &[]);
    let sent = |row: &&String| cell(row, 13) == "80";
    let expected: Vec<_> = all.iter().filter(sent).cloned().collect();
    assert!(!expected.is_empty() && expected.len() < all.len());
    for cut in [&["-j", "1"][..], &["-j", "3", "--range-bytes", "200"]] {
        let options = [&["--filter", "tcp dst port 80"], cut].concat();
        assert_eq!(rows("packets", &options), expected, "{options:?}");
        let summary = rows("summary", &options);
        assert_eq!(cell(&summary[0], 7), expected.len().to_string(), "{options:?}");
    }
    let sliced = rows("packets", &["--filter", "dst port 80", "--packets", "5.."]);
    let expected: Vec<_> = all.iter().skip(4).filter(sent).cloned().collect();
    assert_eq!(sliced, expected);
}

#[test]
fn a_wrong_filter_is_a_usage_error_that_points_at_the_word() {
    let said = run(testdata(), &["--filter", "tcp and prot 80", "http.pcap"]);
    assert_eq!(said.code, Some(2));
    let lines: Vec<_> = said.stderr.lines().collect();
    assert_eq!(lines[0], "pcapstat: --filter: unknown word prot (did you mean port?)");
    assert_eq!(lines[1..3], ["  tcp and prot 80", "          ^^^^"]);
}

#[test]
fn wrong_selections_are_usage_errors_that_name_the_option() {
    for (option, value) in [("--packets", "7..3"), ("--packets", "x"), ("--from", "noon")] {
        let said = run(testdata(), &[option, value, "http.pcap"]);
        assert_eq!(said.code, Some(2), "{option} {value}");
        assert!(said.stderr.contains(option) && said.stderr.contains(value), "{}", said.stderr);
    }
}
