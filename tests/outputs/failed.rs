//! Outputs that end early: a reader that leaves, a closed or full standard output, limits of the system.

use super::large_capture;
use crate::cli::program;
use std::io::Write;
use std::process::Stdio;
#[cfg(unix)]
use {super::OUTPUT_FAILED, crate::cli::directory, std::fs, std::process::Command};

/// The page and the checks are results of their own: they do not depend on who reads the rows.
#[cfg(unix)]
#[test]
fn a_page_is_written_though_the_reader_of_rows_leaves() {
    for words in [
        r#"{ "$0" -q -t packets --report page.html large.pcap; echo $? >code; } | head -1 >/dev/null; grep -q 20,000 page.html && exit $(cat code)"#,
        r#"{ "$0" -q -t packets --expect 'packets < 5' large.pcap 2>/dev/null; echo $? >code; } | head -1 >/dev/null; test $(cat code) = 1"#,
    ] {
        assert_eq!(in_shell(words), (Some(0), String::new()), "{words}");
    }
}

/// The reader closes the pipe before the program gets its input, so before it can write.
#[test]
fn closing_the_pipe_early_is_no_error() {
    let capture = large_capture();
    for options in [
        &["-t", "packets"][..],
        &["-t", "conversations"],
        &["-t", "packets", "-f", "table"],
        &["-t", "all", "-f", "table"],
    ] {
        let mut command = program();
        command.args(options).args(["-j", "2", "--range-bytes", "10000", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("piped");
        // The program may notice the closed pipe and exit before it has read everything.
        let _ = stdin.write_all(&capture);
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{options:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{options:?}");
    }
}

/// Runs a shell's words with the program as `$0`, in a directory with `a.pcap`; returns the exit
/// code and standard error.
#[cfg(unix)]
pub fn in_shell(words: &str) -> (Option<i32>, String) {
    let directory = directory();
    fs::write(directory.path().join("large.pcap"), large_capture()).expect("a capture");
    let mut command = Command::new("sh");
    command.args(["-c", words]).arg(program().get_program()).current_dir(directory.path());
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Findings from before the reader left are in the exit code.
#[cfg(unix)]
#[test]
fn findings_outlive_a_reader_that_leaves() {
    let base = r#""$0" -q -t packets,streams -o base a.pcap; "#;
    let words = |words: &str| {
        // The status of the program, not of the reader.
        format!(r#"{{ {words}; echo $? >code; }} | true; exit $(cat code)"#)
    };
    let compared = r#""$0" -q -t streams --baseline base --baseline-columns packets large.pcap"#;
    let (code, said) = in_shell(&format!("{base} {}", words(compared)));
    assert_eq!((code, said.as_str()), (Some(1), ""));
    let (code, said) = in_shell(&words(r#""$0" -t packets nofile large.pcap"#));
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let mapped = r#""$0" shard map "$("$0" shard plan large.pcap)""#;
    let (code, said) = in_shell(&words(mapped));
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let (code, said) = in_shell(&format!("{mapped} >/dev/full"));
    assert_eq!((code, said.contains("No space left")), (Some(74), true), "{said}");
    let (code, _) = in_shell(&format!("{base} {compared} >&-"));
    assert_eq!(code, Some(74));
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn a_closed_standard_output_is_told() {
    for words in
        ["a.pcap", "-t packets a.pcap", "--help", "--version", "--schema", "--generate man"]
    {
        let (code, said) = in_shell(&format!(r#""$0" {words} >&-"#));
        assert_eq!(code, Some(OUTPUT_FAILED), "{words}: {said}");
        assert!(said.contains("cannot write: standard output is closed"), "{words}: {said}");
    }
    // Nothing is to be written there.
    assert_eq!(in_shell(r#""$0" -o out a.pcap >&-"#), (Some(0), String::new()));
    assert_eq!(in_shell(r#""$0" a.pcap </dev/null >/dev/null 2>&-"#).0, Some(0));
}

/// A limit of the file size sends a signal that would end the program.
#[cfg(unix)]
#[test]
fn a_limited_file_size_is_a_failed_write() {
    for words in ["-t packets -o out large.pcap", "-t packets large.pcap > rows.csv"] {
        let (code, said) =
            in_shell(&format!(r#"ulimit -f 100; "$0" {words}; c=$?; ls -A out; exit $c"#));
        assert_eq!(code, Some(OUTPUT_FAILED), "{words}: {said}");
        assert!(said.contains("cannot write"), "{words}: {said}");
    }
}

/// A full device is an error on standard output, but not on standard error.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_no_panic() {
    let directory = directory();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let command = |arguments: &[&str]| {
        let mut command = program();
        command.current_dir(directory.path()).args(arguments).stdin(Stdio::null());
        command
    };
    for table in ["summary", "packets"] {
        let output = command(&["-t", table, "a.pcap"]).stdout(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{table}");
        assert!(
            String::from_utf8_lossy(&output.stderr).starts_with("pcapstat: cannot write"),
            "{table}"
        );
    }
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["--schema"]] {
        let output = command(arguments).stdout(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{arguments:?}");
    }
    for (arguments, code) in [
        (&["missing.pcap", "a.pcap"][..], 3),
        (&["-v", "a.pcap"], 0),
        (&["-t", "nonsense", "a.pcap"], 2),
    ] {
        let output = command(arguments).stderr(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(shown.contains("\na.pcap,ok,"), code != 2, "{arguments:?}: {shown}");
    }
}

/// More outputs than this process may open: the message says which limit it is.
#[cfg(unix)]
#[test]
fn too_few_descriptors_for_the_outputs_are_told() {
    let directory = directory();
    let output = Command::new("sh")
        .args(["-c", r#"ulimit -n 10; "$0" -t all -o out a.pcap"#])
        .arg(program().get_program())
        .current_dir(directory.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{said}");
    assert!(said.contains("cannot write: out: Too many open files"), "{said}");
}
