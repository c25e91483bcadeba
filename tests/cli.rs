//! The command line: help, wrong usage, and messages on standard error.

use crate::builder::Pcap;
use crate::frames::{tcp, udp};
use assert_cmd::Command;
use pcapstat::table::TABLES;
use std::fs;
use std::path::Path;
use std::process::Output;

pub fn pcapstat() -> Command {
    assert_cmd::cargo_bin_cmd!("pcapstat")
}

/// The program, for a test that needs its process.
pub fn program() -> std::process::Command {
    std::process::Command::new(pcapstat().get_program())
}

/// Exit code and output of a run.
pub struct Said {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Said {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

impl Said {
    /// Asserts that standard error is one line that begins with the program's name and has these
    /// words.
    pub fn assert_one_message(&self, words: &[&str]) {
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        self.assert_message(words);
    }

    pub fn assert_message(&self, words: &[&str]) {
        let said = self.stderr.lines().any(|line| {
            line.starts_with("pcapstat: ") && words.iter().all(|word| line.contains(word))
        });
        assert!(said, "no message with {words:?}: {}", self.stderr);
    }
}

/// Peak memory reported by `-v`, in MiB. None except on Linux.
pub fn peak_memory(stderr: &[u8]) -> Option<usize> {
    let said = String::from_utf8_lossy(stderr);
    let memory =
        said.split("peak memory ").nth(1).unwrap_or_else(|| panic!("no peak memory: {said}"));
    memory.split_whitespace().next().expect("a number").parse().ok()
}

/// Runs the program in a directory.
pub fn run(directory: &Path, arguments: &[&str]) -> Said {
    pcapstat().current_dir(directory).args(arguments).output().expect("it runs").into()
}

/// A few packets of two conversations.
pub fn small_capture() -> Pcap {
    let mut file = Pcap::ethernet();
    for number in 0..20 {
        file.frame(number, &tcp(80, 5000, &[1; 30]));
        file.frame(number, &udp(53, 5000, b"question"));
    }
    file
}

/// A directory that holds `a.pcap`, the small capture.
pub fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a.pcap"), &small_capture().bytes).expect("a capture");
    directory
}

#[test]
fn help_begins_with_examples_and_lists_every_table() {
    for help in ["-h", "--help"] {
        let said = run(directory().path(), &[help]);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
        let first = said.stdout.lines().find(|line| !line.trim().is_empty());
        assert_eq!(first, Some("Examples:"), "{help}");
        assert!(said.stdout.contains("pcapstat capture.pcap -j 8"), "{help}");
    }
    // A screen of 80 columns shows it whole.
    let short = run(directory().path(), &["-h"]).stdout;
    let lines = short.lines().count();
    assert!(lines <= 40, "the short help has {lines} lines");
    assert!(short.lines().all(|line| line.chars().count() < 80), "{short}");
    for option in ["--filter", "--from", "--to", "--total", "--merge", "--baseline", "--expect"] {
        assert!(
            short.contains(&format!(" {option} ")) || short.contains(&format!(" {option}\n")),
            "{option}: {short}"
        );
    }
    let said = run(directory().path(), &["--help"]);
    assert!(said.stdout.lines().all(|line| line.len() <= 100), "{}", said.stdout);
    let words = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for table in TABLES {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let line = format!("{} {}", table.about, columns.join(", "));
        assert!(words.contains(&line), "the help lacks {line}");
        assert!(
            said.stdout.contains(&format!("  {} ", table.name)),
            "{} is not in the help",
            table.name
        );
    }
    for code in [0, 2, 3, 4, 74] {
        assert!(
            said.stdout.contains(&format!("{code:>4}  ")),
            "exit code {code} is not in the help"
        );
    }
}

#[test]
fn version_is_that_of_the_crate() {
    let said = run(directory().path(), &["--version"]);
    assert_eq!(
        (said.code, said.stdout.as_str()),
        (Some(0), concat!("pcapstat ", env!("CARGO_PKG_VERSION"), "\n"))
    );
}

#[test]
fn wrong_usage_is_exit_code_2_and_says_what_is_right() {
    let directory = directory();
    for (arguments, words) in [
        (&["--nonsense", "a.pcap"][..], &["--nonsense", "--help"][..]),
        (&[], &["Usage: pcapstat", "PATH"]),
        (&["-t", "summry", "a.pcap"], &["summry", "did you mean summary?"]),
        (&["-t", "xyz", "a.pcap"], &["xyz", "conversations"]),
        (&["-t", "", "a.pcap"], &["summary"]),
        (&["-j", "0", "a.pcap"], &["-j"]),
        (&["-j", "many", "a.pcap"], &["many"]),
        (&["-f", "xml", "a.pcap"], &["xml", "csv", "table"]),
        (&["--interval", "0s", "a.pcap"], &["--interval", "0s", "no time at all", "100ms"]),
        (&["--interval", "1 fortnight", "a.pcap"], &["--interval", "fortnight"]),
        (&["--range-bytes", "0", "a.pcap"], &["--range-bytes", "0", "64k"]),
        (&["--progress", "maybe", "a.pcap"], &["maybe", "always"]),
        (&["-q", "-v", "a.pcap"], &["-q", "-v"]),
        (&["-o", "/dev/null", "a.pcap"], &["-o /dev/null: is no directory"]),
        (&["--filter", "ip.addr == 1.2.3.4", "a.pcap"], &["--filter", "here it is host 1.2.3.4"]),
        (&["--filter", "dns", "a.pcap"], &["--filter", "port 53", "protocols ~ dns"]),
        (&["-t", "summary,ports", "a.pcap"], &["-o DIR"]),
        (&["-t", "all", "-f", "csv", "a.pcap"], &["-o DIR"]),
    ] {
        let said = run(directory.path(), arguments);
        assert_eq!(
            (said.code, said.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            said.stderr
        );
        for word in words {
            assert!(
                said.stderr.contains(word),
                "{arguments:?}: {word:?} is not in {}",
                said.stderr
            );
        }
    }
}

#[test]
fn wrong_usage_beats_a_missing_file() {
    let said = run(directory().path(), &["-t", "nonsense", "missing.pcap"]);
    assert_eq!(said.code, Some(2));
}

/// Options and paths may be in any order, and a table named twice is written once.
#[test]
fn options_may_follow_paths() {
    let directory = directory();
    let one = run(directory.path(), &["-t", "ports", "-j", "2", "a.pcap"]);
    let two = run(directory.path(), &["a.pcap", "-j2", "--tables=ports,ports", "-t", "ports"]);
    assert_eq!((one.code, one.stderr.as_str()), (Some(0), ""));
    assert!(one.stdout.starts_with("file,transport,port,packets,"));
    assert_eq!(one.stdout, two.stdout);
}

#[test]
fn quiet_prints_no_messages() {
    let directory = directory();
    fs::write(directory.path().join("cut.pcap"), &small_capture().bytes[..100]).expect("a capture");
    let said = run(directory.path(), &["-q", "missing.pcap", "cut.pcap", "a.pcap"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(3), ""));
    assert_eq!(said.stdout.lines().count(), 4);
}

#[test]
fn verbose_reports_threads_ranges_and_memory() {
    let directory = directory();
    let said = run(directory.path(), &["-v", "-j", "3", "--range-bytes", "500", "a.pcap"]);
    assert_eq!(said.code, Some(0));
    let ranges = (small_capture().bytes.len() - 24).div_ceil(500);
    for words in [
        "1 inputs",
        "40 packets",
        "3 workers",
        &format!("{ranges} ranges of up to 500 bytes"),
        "memory",
    ] {
        said.assert_message(&[words]);
    }
    let silent = run(directory.path(), &["-j", "3", "--range-bytes", "500", "a.pcap"]);
    assert_eq!((silent.stderr.as_str(), silent.stdout), ("", said.stdout));
}

/// A run that ends at once draws nothing. Standard output is the same.
#[test]
fn short_runs_draw_no_progress() {
    let directory = directory();
    let always = run(directory.path(), &["--progress", "always", "a.pcap"]);
    assert_eq!((always.code, always.stderr.as_str()), (Some(0), ""));
    for quiet in
        [&["a.pcap"][..], &["--progress", "auto", "a.pcap"], &["--progress", "never", "a.pcap"]]
    {
        let said = run(directory.path(), quiet);
        assert_eq!((said.stderr.as_str(), &said.stdout), ("", &always.stdout), "{quiet:?}");
    }
}
