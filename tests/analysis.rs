//! TCP analysis and names beside tshark's. Captures beside the project are compared by the tools in
//! ../shared; `analysis-differences.txt` has one line for each capture and column that differs,
//! `capture: column: reason`, and the test fails on a line without its difference as well.
//! `analysis.py` and `naming.py` make random conversations, `ports.py` tries every port, `pdus.py`
//! where PDUs end, `guessing.py` the heuristics, `questions.py` DNS messages; they need python3 and tshark.

use crate::dispatch::beside_tshark;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

const EXPLAINED: &str = include_str!("analysis-differences.txt");
const PROGRAM: &str = env!("CARGO_BIN_EXE_pcapstat");

#[test]
#[ignore = "needs tshark and a minute: PCAPSTAT_LONG=1, --include-ignored"]
fn random_conversations_are_analysed_as_by_tshark() {
    beside_tshark("analysis.py", &["1", "300"]);
}

#[test]
#[ignore = "needs tshark and a minute: PCAPSTAT_LONG=1, --include-ignored"]
fn random_dialogues_and_every_port_have_the_names_of_tshark() {
    beside_tshark("naming.py", &["1", "100"]);
    beside_tshark("ports.py", &[]);
    beside_tshark("pdus.py", &[]);
    beside_tshark("guessing.py", &["1", "10"]);
    beside_tshark("questions.py", &["1", "30"]);
}

/// The differences that a tool finds, as `capture: column`. Paths are left to the share that
/// `.ci/run` asks for.
fn differences(tool: &str, expected: &str) -> BTreeSet<String> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let mut command = Command::new("python3");
    command.arg("-B").arg(shared.join("tools").join(tool)).arg(PROGRAM);
    command.arg(shared.join("captures")).arg(shared.join(expected)).args(["--show", "1000000"]);
    let text = String::from_utf8_lossy(&command.output().unwrap().stdout).into_owned();
    assert!(text.contains(" captures equal"), "{tool}: {text}");
    let difference = |line: &str| {
        let (before, _) = line.rsplit_once(": tshark ")?;
        let (place, column) = before.rsplit_once(": ")?;
        let (capture, _) = place.split_once(' ')?;
        Some(format!("{capture}: {column}")).filter(|_| column != "path")
    };
    text.lines().filter_map(difference).collect()
}

#[test]
#[ignore = "needs ../shared/captures, ../shared/expected-streams and ../shared/expected-names"]
fn every_difference_from_the_analysis_of_wireshark_is_explained() {
    let lines = EXPLAINED.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let explained: BTreeSet<String> = lines
        .map(|line| {
            let mut parts = line.splitn(3, ": ");
            let (capture, column) = (parts.next().unwrap(), parts.next().unwrap());
            assert!(parts.next().is_some(), "a line is capture: column: reason: {line}");
            format!("{capture}: {column}")
        })
        .collect();
    let mut found = differences("compare_streams.py", "expected-streams");
    found.extend(differences("compare_names.py", "expected-names"));
    let unexplained: Vec<_> = found.difference(&explained).collect();
    let needless: Vec<_> = explained.difference(&found).collect();
    assert!(unexplained.is_empty() && needless.is_empty(), "{unexplained:#?} {needless:#?}");
}
