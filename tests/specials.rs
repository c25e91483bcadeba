//! Files that are no captures because of their kind: standard output, and pipes in a directory.

use crate::cli::{directory, program, run};
use std::fs;
use std::process::Command;

/// `pcapstat a.pcap >> a.pcap` would put rows into the capture.
#[test]
fn standard_output_is_no_input() {
    let directory = directory();
    let path = directory.path().join("a.pcap");
    let before = fs::read(&path).expect("a capture");
    let shell = |words: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", words]).arg(program().get_program()).current_dir(directory.path());
        shell.output().expect("it runs")
    };
    let refused = shell(r#""$0" a.pcap >> a.pcap"#);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(74), "{said}");
    assert!(said.contains("standard output: it is an input of this run"), "{said}");
    assert_eq!(fs::read(&path).expect("a capture"), before);
    // A new file in the directory that is walked is no capture.
    fs::create_dir(directory.path().join("in")).expect("a directory");
    fs::copy(&path, directory.path().join("in/a.pcap")).expect("a capture");
    assert_eq!(shell(r#""$0" in > in/out.csv"#).status.code(), Some(0));
    let written = fs::read_to_string(directory.path().join("in/out.csv")).expect("a table");
    assert_eq!(written.lines().count(), 2, "{written}");
}

/// Reading a pipe might never end; it is told like other files that are skipped.
#[test]
fn a_pipe_in_a_directory_is_skipped_and_told() {
    let directory = directory();
    fs::create_dir(directory.path().join("in")).expect("a directory");
    fs::copy(directory.path().join("a.pcap"), directory.path().join("in/a.pcap")).expect("room");
    let pipe = directory.path().join("in/live.pcap");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("it runs").success());
    let said = run(directory.path(), &["in"]);
    assert_eq!(said.code, Some(0));
    assert!(said.stderr.contains("1 file skipped"), "{}", said.stderr);
    let said = run(directory.path(), &["-v", "in"]);
    assert!(
        said.stderr.contains("live.pcap: skipped: a pipe, socket or device"),
        "{}",
        said.stderr
    );
}

#[test]
fn differences_from_a_baseline_are_counted_in_a_message() {
    let directory = directory();
    run(directory.path(), &["-o", "base", "a.pcap"]);
    let again = ["--baseline", "base", "a.pcap"];
    assert_eq!(run(directory.path(), &again).stderr, "");
    let fewer = run(directory.path(), &[&["--packets", "..5"], &again[..]].concat());
    assert_eq!(fewer.code, Some(1));
    assert!(fewer.stderr.contains("differences from the baseline"), "{}", fewer.stderr);
    let quiet = run(directory.path(), &[&["-q", "--packets", "..5"], &again[..]].concat());
    assert_eq!(quiet.stderr, "");
}
