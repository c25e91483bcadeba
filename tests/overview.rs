//! The overview on a terminal: snapshots at 80 and at 200 columns, colours, a terminal of its own, and
//! the traces that progress leaves.
//!
//! To accept what the program shows now, run `PCAPSTAT_BLESS=1 cargo test overview` and look at the
//! difference that git shows.

use crate::builder::Pcap;
use crate::cli::program;
#[cfg(target_os = "linux")]
use crate::cli::run;
use crate::frames::udp;
use crate::reading::{SERIAL, first_difference, open, options, pool};
use pcapstat::overview::{self, Overview};
use pcapstat::reading::{self, Continued, Wanted};
use pcapstat::report::Report;
use pcapstat::terminal::Screen;
use std::fs;
use std::io::Write;
use std::path::Path;
#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// Real traffic, names, notes, damage, many problems, no packets.
const CAPTURES: [&str; 8] = [
    "http.pcap",
    "dns.pcap",
    "tls.pcap",
    "notes.pcapng",
    "malformed.pcap",
    "damaged_block.pcapng",
    "time_order.pcap",
    "empty.pcap",
];

const NARROW: Screen = Screen { columns: 80, rows: 24, color: false };
const WIDE: Screen = Screen { columns: 200, rows: 50, color: false };

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn report(name: &str) -> Report {
    let file = format!("testdata/{name}");
    reported(&file, &fs::read(root().join(&file)).expect("a capture"))
}

fn reported(file: &str, bytes: &[u8]) -> Report {
    let mut capture = open(bytes).expect("it opens");
    let wanted = Wanted::of(overview::needs());
    let read = || {
        let options = options(SERIAL, false);
        reading::read(&mut capture, file, &wanted, &options, Continued::default())
    };
    let mut report = pool(1).install(read).expect("no output");
    // The test reads from memory.
    report.file_bytes = Some(bytes.len() as u64);
    report
}

fn shown(screen: Screen, reports: &[Report]) -> String {
    let mut out = Vec::new();
    let mut overview = Overview::new(screen, reports.len() == 1);
    reports.iter().for_each(|report| overview.add(report, &mut out).expect("memory"));
    overview.finish(&mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

fn assert_snapshot(name: &str, text: &str) {
    let path = root().join("tests/snapshots").join(name);
    if std::env::var_os("PCAPSTAT_BLESS").is_some_and(|value| value == "1") {
        fs::write(&path, text).expect("a snapshot to write");
    }
    let expected = fs::read(&path).expect("a snapshot");
    let difference = || first_difference(&expected, text.as_bytes());
    assert!(expected == text.as_bytes(), "{name}: {}", difference());
}

/// A rate that one damaged length makes says nothing of the network.
#[test]
fn a_length_that_no_link_carries_is_told() {
    let mut file = Pcap::ethernet();
    file.frame(0, &udp(53, 5000, b"short")).frame(10, &udp(53, 5000, b"short"));
    let lines = |file: &Pcap| shown(WIDE, &[reported("a.pcap", &file.bytes)]);
    assert!(!lines(&file).contains("not to be trusted"));
    file.record((1_700_000_001, 0), &udp(53, 5000, b"long"), 4_093_509_168);
    assert!(lines(&file).contains("bit/s · not to be trusted"));
}

#[test]
fn overviews_look_as_before() {
    for (width, screen) in [("80", NARROW), ("200", WIDE)] {
        let mut text = String::new();
        for name in CAPTURES {
            text += &shown(screen, &[report(name)]);
            text += "\n";
        }
        assert_snapshot(&format!("overview-{width}.txt"), &text);
        let reports = CAPTURES.map(report);
        assert_snapshot(&format!("overviews-{width}.txt"), &shown(screen, &reports));
    }
}

#[test]
fn an_overview_fits_the_screen_and_depends_on_no_cut() {
    for name in CAPTURES {
        let report = report(name);
        for columns in [40, 60, 80, 139, 140, 141, 200] {
            for rows in [20, 24, 30, 60] {
                let text = shown(Screen { columns, rows, color: false }, &[report_of(&report)]);
                let widest = text.lines().map(unicode_width).max().unwrap_or(0);
                assert!(widest < columns, "{name}: {widest} of {columns} columns: {text}");
                let lines = text.lines().count();
                assert!(lines < rows, "{name}: {lines} of {rows} rows: {text}");
            }
        }
    }
}

/// The report again: a screen shows it once.
fn report_of(report: &Report) -> Report {
    self::report(report.file.trim_start_matches("testdata/"))
}

/// All characters of an overview of these captures are one column wide.
fn unicode_width(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn colours_change_nothing_but_colours() {
    for name in CAPTURES {
        let colored = shown(Screen { color: true, ..NARROW }, &[report(name)]);
        assert!(colored.contains("\x1b[1;36m"), "{colored}");
        let mut plain = String::new();
        let mut rest = colored.as_str();
        while let Some((before, after)) = rest.split_once("\x1b[") {
            plain += before;
            rest = after.split_once('m').expect("an end of the sequence").1;
        }
        plain += rest;
        let trimmed: Vec<_> = plain.lines().map(str::trim_end).collect();
        assert_eq!(trimmed, shown(NARROW, &[report(name)]).lines().collect::<Vec<_>>());
    }
}

/// A terminal of this size runs the program; what it shows, without what is drawn and removed.
#[cfg(target_os = "linux")]
fn on_a_terminal(columns: usize, rows: usize, arguments: &str) -> Option<String> {
    let program = program().get_program().to_string_lossy().into_owned();
    let command = format!("stty cols {columns} rows {rows}; {program} {arguments}");
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).current_dir(root()).stdin(Stdio::null());
    script.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env("TERM", "xterm");
    let output = script.output().ok()?;
    Some(String::from_utf8(output.stdout).expect("UTF-8").replace("\r\n", "\n"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_an_overview_and_tables_only_if_they_are_asked_for() {
    let Some(text) = on_a_terminal(80, 24, "testdata/http.pcap --color never") else { return };
    assert_eq!(text, shown(NARROW, &[report("http.pcap")]));
    let text = on_a_terminal(80, 24, "testdata/http.pcap").expect("it runs");
    assert_eq!(text, shown(Screen { color: true, ..NARROW }, &[report("http.pcap")]));
    for table in ["-t summary", "-f table", "-f csv", "--top 3"] {
        let text = on_a_terminal(80, 24, &format!("testdata/http.pcap {table}")).expect("it runs");
        assert!(text.contains("wire_bits_per_s"), "{table}: {text}");
    }
    let text = on_a_terminal(80, 24, "testdata/http.pcap testdata/dns.pcap -q").expect("it runs");
    assert!(text.contains("2 captures"), "{text}");
    let piped = run(root(), &["testdata/http.pcap"]).stdout;
    assert!(piped.starts_with("file,status,"), "{piped}");
}

/// Trees, pairs and human units; a screenful of rows, with the number of those that are left; columns
/// for which there is no room.
#[cfg(target_os = "linux")]
#[test]
fn tables_on_a_terminal_look_as_before() {
    let tables = "protocols,conversations,endpoints,streams,dns,problems,packets,gaps";
    let arguments = format!("testdata/malformed.pcap --color never -t {tables}");
    for (columns, rows) in [(80, 24), (200, 50)] {
        let Some(text) = on_a_terminal(columns, rows, &arguments) else { return };
        assert_snapshot(&format!("terminal-{columns}.txt"), &text);
        // The line before a table says what it is about.
        let about =
            |line: &str| tables.split(',').any(|table| line.starts_with(&format!("{table}: ")));
        let mut lines = text.lines().filter(|line| !about(line));
        let wide = lines.find(|line| line.chars().count() >= columns);
        assert_eq!(wide, None);
    }
    let rows = |arguments: &str| {
        let arguments = format!("testdata/malformed.pcap -f table -t packets {arguments}");
        on_a_terminal(80, 20, &arguments).expect("it runs").lines().count()
    };
    let none = "testdata/http.pcap -t summary --color never --rows 'packets > 100'";
    assert_eq!(on_a_terminal(80, 24, none).expect("it runs"), "no rows\n");
    // Rows of several files stand below each other, one file's columns do.
    let several = "testdata/http.pcap testdata/dns.pcap -q --color never --rows 'packets > 9'";
    let text = on_a_terminal(80, 24, several).expect("it runs");
    assert!(text.lines().any(|line| line.starts_with("testdata/http.pcap  ok")), "{text}");
    assert!(text.contains("no room for"), "{text}");
    let one = "testdata/http.pcap --color never --rows 'packets > 9'";
    let text = on_a_terminal(80, 24, one).expect("it runs");
    assert!(
        text.lines().any(|line| line.starts_with("packets ") && line.ends_with(" 44")),
        "{text}"
    );
    let (limited, all) = (rows(""), rows("--top 21"));
    assert!(limited < 21 && all > 21, "{limited} {all}");
    let piped = run(root(), &["testdata/malformed.pcap", "-f", "table", "-t", "packets"]).stdout;
    assert!(piped.lines().count() > 21 && !piped.contains("more row"), "{piped}");
}

/// A stream whose length nobody knows, open for a second: a line with what was read, and no line in
/// the first half second.
#[test]
fn progress_begins_after_half_a_second_and_is_never_in_the_output() {
    let bytes = fs::read(root().join("testdata/http.pcap")).expect("a capture");
    let said = |progress: &str, wait: Duration| {
        let mut child = program();
        child.args(["--progress", progress, "-t", "summary", "-f", "csv", "-"]);
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("it runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(&bytes).expect("it reads");
        sleep(wait);
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        (text(output.stdout), text(output.stderr))
    };
    let (expected, silent) = said("never", Duration::ZERO);
    assert_eq!(silent, "");
    let (stdout, stderr) = said("always", Duration::from_millis(1500));
    assert_eq!(stdout, expected);
    let drawn = |line: &str| line.contains("B/s") && line.ends_with("standard input");
    assert!(!stderr.is_empty() && stderr.lines().all(drawn), "{stderr:?}");
    // Packets that came are told though no range of it is full.
    assert!(stderr.lines().next().is_some_and(|line| !line.contains(" 0 B ")), "{stderr:?}");
}
