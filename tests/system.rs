//! Promises to the system: signals of others keep their actions, and a table is on the disk before it
//! has its name. Seen from outside, where the system shows it.
#![cfg(target_os = "linux")]

use crate::builder::Pcap;
use crate::cli::program;
use crate::frames::udp;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const SIGBUS: i32 = 7;

fn capture(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..packets {
        file.frame(number, &udp(53, number as u16, &[0; 400]));
    }
    file.bytes
}

/// A run that has read a long file and waits for standard input. `before` are words of a shell.
fn waiting(directory: &Path, before: &str, options: &str) -> Child {
    fs::write(directory.join("long.pcap"), capture(1000)).expect("room");
    let mut child = Command::new("sh")
        .args(["-c", &format!(r#"{before} exec "$0" {options} -j 1 long.pcap -"#)])
        .arg(program().get_program())
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    // Inputs are read in order: the pipe is read after the file.
    let stdin = child.stdin.as_mut().expect("a pipe");
    stdin.write_all(&capture(1000)).expect("it reads");
    child
}

/// True if the process has a handler for SIGBUS, which it may have yet to install.
fn has_handler(child: &Child, wait: Duration) -> bool {
    let began = Instant::now();
    let is_caught = || {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("Linux");
        u64::from_str_radix(caught.trim(), 16).expect("a mask") >> (SIGBUS - 1) & 1 == 1
    };
    while !is_caught() {
        if began.elapsed() > wait {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}

fn send_sigbus(child: &Child) {
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-BUS", &id]).status().expect("kill").success());
}

/// A signal that another process sent is no lost page. The handler of Rust's own runtime gives way at the
/// first one.
#[test]
fn a_sigbus_of_others_ends_the_run() {
    let directory = tempfile::tempdir().expect("a directory");
    let child = waiting(directory.path(), "", "");
    for _ in 0..2 {
        std::thread::sleep(Duration::from_millis(300));
        send_sigbus(&child);
    }
    std::thread::sleep(Duration::from_millis(100));
    let status = child.wait_with_output().expect("it ends").status;
    assert_eq!(status.signal(), Some(SIGBUS), "{status}");
}

#[test]
fn a_sigbus_that_was_ignored_stays_ignored() {
    let directory = tempfile::tempdir().expect("a directory");
    let child = waiting(directory.path(), r#"trap "" BUS;"#, "");
    assert!(has_handler(&child, Duration::from_secs(10)));
    send_sigbus(&child);
    std::thread::sleep(Duration::from_millis(100));
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stdout).matches(",ok,").count(), 2);
}

/// Only maps need the handler. Rust's own runtime has none for a signal that is ignored.
#[test]
fn a_run_without_maps_leaves_sigbus_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let child = waiting(directory.path(), r#"trap "" BUS;"#, "--no-mmap");
    assert!(!has_handler(&child, Duration::from_millis(300)));
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(0));
}

/// No crash of the system leaves a table's name with an empty file.
#[test]
fn a_table_is_on_the_disk_before_it_has_its_name() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("a.pcap"), capture(10)).expect("room");
    let strace = |command: &[&str]| {
        let mut strace = Command::new("strace");
        let calls = "trace=fsync,fdatasync,link,linkat,rename,renameat,renameat2";
        strace.args(["-f", "-o", "calls", "-e", calls]).args(command);
        strace.current_dir(directory.path()).output()
    };
    if !strace(&["true"]).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace is missing, or may not trace here");
        return;
    }
    let program = program();
    let program = program.get_program().to_str().expect("a path");
    // New names, then replaced ones.
    for _ in 0..2 {
        let options = ["-t", "summary,lengths", "-o", "out", "a.pcap"];
        let output = strace(&[&[program][..], &options].concat()).expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let calls = fs::read_to_string(directory.path().join("calls")).expect("calls");
        let lines: Vec<&str> = calls.lines().collect();
        for table in ["summary.csv\"", "lengths.csv\""] {
            let named = lines.iter().position(|line| line.contains(table)).expect("a name");
            let written = lines[..named].iter().rev().find(|line| line.contains("sync(")).copied();
            // The file that is named by its descriptor is the one that was synced.
            let descriptor = |line: &str, before: &str| -> String {
                let rest = line.split(before).nth(1).unwrap_or_default();
                rest.chars().take_while(char::is_ascii_digit).collect()
            };
            let synced = written.map(|line| descriptor(line, "sync("));
            let linked = descriptor(lines[named], "/proc/self/fd/");
            assert!(synced.is_some(), "{calls}");
            assert!(linked.is_empty() || synced == Some(linked), "{calls}");
        }
    }
}
