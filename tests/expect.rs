//! `--expect` as a gate: exit code 1 and one line for each condition that an input does not meet.

use crate::cli::run;
use std::path::Path;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

#[test]
fn conditions_that_hold_change_nothing() {
    let plain = run(testdata(), &["http.pcap"]);
    let conditions = ["--expect", "packets >= 2", "--expect", "status == ok"];
    let said = run(testdata(), &[&conditions[..], &["http.pcap"]].concat());
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    assert_eq!(said.stdout, plain.stdout);
}

#[test]
fn a_condition_that_does_not_hold_is_a_line_and_exit_code_1() {
    let arguments =
        ["--expect", "packets>=1000", "--expect", "format ~ ng$", "http.pcap", "dns.pcap"];
    let said = run(testdata(), &arguments);
    assert_eq!(said.code, Some(1));
    let lines: Vec<_> = said.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{}", said.stderr);
    assert!(lines[4].starts_with("pcapstat: 2 inputs: 2 ok; "), "{}", lines[4]);
    assert!(lines[0].starts_with("pcapstat: http.pcap: expected packets >= 1000, found "));
    assert_eq!(lines[1], "pcapstat: http.pcap: expected format ~ ng$, found pcap");
    assert!(lines[2].starts_with("pcapstat: dns.pcap: expected packets >= 1000, found "));
    assert_eq!(said.stdout.lines().count(), 3, "the table is written all the same");
    let quiet = run(testdata(), &[&["-q"], &arguments[..]].concat());
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(1), ""));
}

#[test]
fn damage_and_unreadable_inputs_take_precedence() {
    let damaged = run(testdata(), &["--expect", "status == ok", "cut_in_record.pcap"]);
    assert_eq!(damaged.code, Some(4));
    damaged.assert_message(&["cut_in_record.pcap", "expected status == ok, found cut_short"]);
    let unreadable = run(testdata(), &["--expect", "packets >= 1", "missing.pcap"]);
    assert_eq!(unreadable.code, Some(3));
    unreadable.assert_message(&["missing.pcap", "expected packets >= 1, found nothing"]);
}

#[test]
fn merged_inputs_are_one() {
    let both = ["http.pcap", "dns.pcap"];
    let least = |file: &str| {
        let said = run(testdata(), &["-f", "csv", file]);
        let row = said.stdout.lines().nth(1).expect("a row").to_string();
        row.split(',').nth(7).expect("packets").parse::<u64>().expect("a number")
    };
    let condition = format!("packets == {}", least(both[0]) + least(both[1]));
    let said = run(testdata(), &[&["--merge", "--expect", &condition], &both[..]].concat());
    assert_eq!(said.code, Some(0));
    said.assert_one_message(&["2 inputs: 2 ok; "]);
}

#[test]
fn a_wrong_condition_is_a_usage_error_that_suggests_the_right_one() {
    let said = run(testdata(), &["--expect", "packtes > 1", "http.pcap"]);
    assert_eq!(said.code, Some(2));
    said.assert_message(&["--expect", "packtes", "did you mean packets?"]);
    assert_eq!(said.stdout, "");
}
