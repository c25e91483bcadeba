//! Live streams: rows come while a slow pipe is open, and the output is that of the whole capture,
//! byte for byte.

use crate::builder::{Pcap, Pcapng};
use crate::cli::{Said, pcapstat, program};
use crate::frames::{tcp, udp};
#[cfg(target_os = "linux")]
use std::io::Read;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Longer than any machine takes to write a row that it has.
const LONG: Duration = Duration::from_secs(30);

/// A run that reads a pipe: the pipe, and its lines as they come.
fn begin(options: &[&str]) -> (Child, ChildStdin, Receiver<String>) {
    let mut command: Command = program();
    command.args(options).arg("-").stdin(Stdio::piped());
    let (mut child, lines) = lines_of(command);
    let stdin = child.stdin.take().expect("piped");
    (child, stdin, lines)
}

/// A run and its lines as they come.
fn lines_of(mut command: Command) -> (Child, Receiver<String>) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
    let stdout = child.stdout.take().expect("piped");
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let _ = sender.send(std::mem::take(&mut line));
        }
    });
    (child, lines)
}

/// Lengths of the prefixes of a capture of four packets that end after the third packet, and inside
/// the fourth.
fn captures() -> [(Vec<u8>, usize, usize); 2] {
    let frames = [tcp(80, 5000, b"one"), udp(53, 5000, b"two"), tcp(5000, 80, b"three")];
    let mut pcap = Pcap::ethernet();
    let mut pcapng = Pcapng::ethernet();
    for (number, frame) in frames.iter().enumerate() {
        pcap.frame(number as u32, frame);
        pcapng.frame(number as u32, frame);
    }
    let ends = (pcap.bytes.len(), pcapng.bytes.len());
    pcap.frame(9, &frames[0]);
    pcapng.frame(9, &frames[0]);
    [(pcap.bytes, ends.0, ends.0 + 20), (pcapng.bytes, ends.1, ends.1 + 30)]
}

#[test]
fn rows_come_while_a_slow_pipe_is_open() {
    thread::scope(|scope| {
        for capture in captures() {
            for options in [
                ["-t", "packets", "-f", "csv", "-j", "1"],
                ["-t", "packets", "-f", "tsv", "-j", "2"],
                ["-t", "packets", "-f", "ndjson", "-j", "3"],
                ["-t", "segments", "-f", "csv", "-j", "1"],
                ["-t", "segments", "-f", "ndjson", "-j", "2"],
            ] {
                let capture = capture.clone();
                scope.spawn(move || rows_come(&options, &capture));
            }
        }
    });
}

fn rows_come(options: &[&str], (bytes, third, cut): &(Vec<u8>, usize, usize)) {
    let mut command = pcapstat();
    command.args(options).arg("-").write_stdin(bytes.clone());
    let whole = Said::from(command.output().expect("it runs")).stdout;
    let (mut child, mut stdin, lines) = begin(options);
    stdin.write_all(&bytes[..*third]).expect("it reads");
    let mut said = String::new();
    while said.lines().count() + 1 < whole.lines().count() {
        let line = lines.recv_timeout(LONG);
        said += &line.unwrap_or_else(|_| panic!("no more than {said}: {options:?}"));
    }
    stdin.write_all(&bytes[*third..*cut]).expect("it reads");
    thread::sleep(Duration::from_millis(700));
    assert!(lines.try_recv().is_err(), "a row of half a packet: {options:?}");
    stdin.write_all(&bytes[*cut..]).expect("it reads");
    said += &lines.recv_timeout(LONG).expect("a row of the last packet");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    assert_eq!(said, whole, "{options:?}");
}

/// A header that comes byte by byte is a header.
#[test]
fn a_capture_may_come_in_any_pieces() {
    let (bytes, third, _) = captures()[0].clone();
    let (mut child, mut stdin, lines) = begin(&["-t", "packets"]);
    for (number, byte) in bytes.iter().enumerate() {
        stdin.write_all(&[*byte]).expect("it reads");
        if [2, 6, 30, third - 1].contains(&number) {
            thread::sleep(Duration::from_millis(700));
        }
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    assert_eq!(lines.iter().count(), 5);
}

/// A pipe may have a name, as in `pcapstat -t packets <(tcpdump -w -)`.
#[cfg(unix)]
#[test]
fn rows_come_while_a_named_pipe_is_open() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().expect("it runs").success());
    let (bytes, third, _) = captures()[0].clone();
    let mut command: Command = program();
    command.args(["-t", "packets"]).arg(&path);
    let (mut child, lines) = lines_of(command);
    let mut pipe = std::fs::File::options().write(true).open(&path).expect("a reader");
    pipe.write_all(&bytes[..third]).expect("it reads");
    let said: Vec<_> = (0..4).filter_map(|_| lines.recv_timeout(LONG).ok()).collect();
    assert_eq!(said.len(), 4, "{said:?}");
    pipe.write_all(&bytes[third..]).expect("it reads");
    drop(pipe);
    assert!(child.wait().expect("it ends").success());
    assert_eq!(lines.iter().count(), 1);
}

/// A terminal shows the rows of a live stream as they come, and all of them.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_rows_as_they_come() {
    let (bytes, third, _) = captures()[0].clone();
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &bytes).expect("written");
    let program = program().get_program().to_string_lossy().into_owned();
    let path = file.path().display();
    let (rest, program) = (third + 1, format!("{program} -t packets --color never -"));
    let slow = format!("head -c {third} {path}; sleep 2; tail -c +{rest} {path}; sleep 60");
    let command = format!("({slow}) | {program}");
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else { return };
    let mut stdout = child.stdout.take().expect("piped");
    let (sender, pieces) = channel();
    thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stdout.read(&mut piece) {
            let _ = sender.send(String::from_utf8_lossy(&piece[..count]).into_owned());
        }
    });
    let mut said = String::new();
    for time in ["22:13:20.020000 ", "22:13:20.090000 "] {
        while !said.contains(time) {
            said += &pieces.recv_timeout(LONG).unwrap_or_else(|_| panic!("no row: {said}"));
        }
    }
    assert_eq!(said.matches("source → destination").count(), 1, "{said}");
    child.kill().expect("it runs");
    let _ = child.wait();
}
