//! `--junit` and `--github`: the checks of a run for a CI server.

use crate::cli::{Said, pcapstat, run};
use std::fs;
use std::path::Path;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

#[test]
fn junit_has_a_case_for_each_input_and_condition() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("report.xml");
    let said = run(
        testdata(),
        &[
            "--junit",
            file.to_str().expect("a path in UTF-8"),
            "--expect",
            "packets < 40",
            "http.pcap",
            "dns.pcap",
            "cut_in_record.pcap",
            "missing.pcap",
        ],
    );
    assert_eq!(said.code, Some(3));
    let text = fs::read_to_string(&file).expect("a report");
    assert_eq!(text.matches("<testsuite ").count(), 4, "{text}");
    assert_eq!(text.matches("<testcase ").count(), 8, "{text}");
    assert_eq!(text.matches("<failure ").count(), 2, "{text}");
    assert_eq!(text.matches("<error ").count(), 2, "{text}");
    assert!(text.contains("message=\"expected packets &lt; 40, found 44\""), "{text}");
    assert!(text.contains("name=\"dns.pcap\""), "{text}");
}

#[test]
fn github_gets_annotations_and_a_summary_after_that_of_earlier_steps() {
    let directory = tempfile::tempdir().expect("a directory");
    let summary = directory.path().join("summary.md");
    fs::write(&summary, "earlier\n").expect("written");
    let mut command = pcapstat();
    command.current_dir(testdata()).env("GITHUB_STEP_SUMMARY", &summary);
    command.args(["--github", "--expect", "status == ok", "http.pcap", "cut_in_record.pcap"]);
    let said = Said::from(command.output().expect("it runs"));
    assert_eq!(said.code, Some(4));
    let annotations: Vec<_> =
        said.stderr.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(annotations.len(), 2, "{}", said.stderr);
    assert!(annotations[0].starts_with("::error file=cut_in_record.pcap,title=pcapstat%3A read::"));
    assert!(!said.stdout.contains("::error"), "annotations are no data");
    let text = fs::read_to_string(&summary).expect("a summary");
    assert!(text.starts_with("earlier\n### pcapstat: 2 of 4 checks passed\n"), "{text}");
}

#[test]
fn a_report_that_cannot_be_written_is_exit_code_74() {
    let said = run(testdata(), &["--junit", "missing/report.xml", "http.pcap"]);
    assert_eq!(said.code, Some(74));
}
