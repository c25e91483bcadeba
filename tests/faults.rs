//! Faults of the environment: files that change while they are read, signals, the memory limit, and
//! bugs of pcapstat itself.

use crate::builder::Pcap;
use crate::cli::run;
use crate::frames::{tcp, udp};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::dissect::packet::Packet;
use pcapstat::engine::pass::{Part, Pass, Piece, Shift};
use pcapstat::engine::{self, Options};
use pcapstat::error::FaultKind;
use pcapstat::pass::each::Each;
use pcapstat::source::{ReadOptions, Source};
use std::convert::Infallible;
use std::fs::{self, OpenOptions};
use std::io::Write;

/// Several megabytes of packets: large enough to be mapped.
fn long_capture(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..packets {
        file.frame(number, &tcp(80, number as u16, &[number as u8; 400]));
    }
    file.bytes
}

#[test]
fn a_growing_file_is_read_up_to_its_length_when_opened() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("growing.pcap");
    for (packets, mmap) in [(3000, true), (3000, false), (20, true)] {
        let bytes = long_capture(packets);
        fs::write(&path, &bytes).expect("room");
        let options = ReadOptions { mmap, chunk_bytes: 100_000, ..ReadOptions::default() };
        let source = Source::open(&path, options, is_capture).expect("it opens");
        let mut capture = Capture::new(source).expect("a capture");
        let mut file = OpenOptions::new().append(true).open(&path).expect("it opens");
        file.write_all(&bytes[24..20_000.min(bytes.len())]).expect("room");
        let Ok(walked) = engine::run(&mut capture, &work(false), &mut Each::new(|_, _| ()));
        assert_eq!((walked.packets, walked.fault), (u64::from(packets), None));
    }
}

fn work(salvage: bool) -> Options<'static> {
    Options { range_bytes: 1000, salvage, ..Options::default() }
}

/// Panics at the packet to port 120.
struct Fragile;

/// The pass of such parts.
struct Fragiles(Piece);

impl Part for Fragile {
    type Settings = ();

    fn new((): &(), _: u64) -> Fragile {
        Fragile
    }

    fn observe(&mut self, packet: &Packet<'_>) {
        let ports = packet.address_layers().iter().find_map(|layer| layer.ports);
        let port = ports.map(|ports| ports.destination);
        assert!(port != Some(120), "a bug that this test is made of");
    }
}

impl Pass for Fragiles {
    type Part = Fragile;
    type Error = Infallible;

    fn settings(&self) {}

    fn piece(&self) -> Piece {
        self.0
    }

    fn take(&mut self, _: Fragile, _: Shift) -> Result<(), Infallible> {
        Ok(())
    }
}

#[test]
fn a_panic_is_the_fault_of_its_packet() {
    for piece in [Piece::Long, Piece::Range, Piece::Numbered] {
        let walked = |salvage| {
            let mut capture = Capture::new(Source::from(long_capture(200))).expect("a capture");
            let Ok(walked) = engine::run(&mut capture, &work(salvage), &mut Fragiles(piece));
            walked
        };
        let plain = walked(false);
        let fault = plain.fault.map(|fault| (fault.kind, fault.offset));
        let record = long_capture(1).len() as u64 - 24;
        assert_eq!((plain.packets, fault), (120, Some((FaultKind::Bug, 24 + 120 * record))));
        let salvaged = walked(true);
        let facts = (salvaged.packets, salvaged.gaps.len(), salvaged.fault);
        assert_eq!(facts, (199, 1, None), "{piece:?}");
    }
}

#[test]
fn tables_above_the_memory_limit_end_the_run() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut file = Pcap::ethernet();
    for number in 0..60_000 {
        file.frame(number, &udp(number as u16, (number >> 8) as u16, b"flow"));
    }
    fs::write(directory.path().join("scan.pcap"), &file.bytes).expect("room");
    for jobs in ["1", "3"] {
        let arguments =
            ["-j", jobs, "-t", "conversations", "--max-memory", "2M", "-o", "out", "scan.pcap"];
        let said = run(directory.path(), &arguments);
        assert_eq!(said.code, Some(71), "{}", said.stderr);
        said.assert_one_message(&["conversations", "--max-memory", "editcap"]);
        assert_eq!(fs::read_dir(directory.path().join("out")).expect("a directory").count(), 0);
    }
    let enough = run(directory.path(), &["-t", "conversations", "--max-memory", "1G", "scan.pcap"]);
    assert_eq!((enough.code, enough.stderr.as_str()), (Some(0), ""));
    // Tables that are not asked for take no memory.
    assert_eq!(run(directory.path(), &["--max-memory", "1k", "scan.pcap"]).code, Some(0));
    let buckets = ["-t", "intervals", "--interval", "1ns", "--max-memory", "1M", "scan.pcap"];
    run(directory.path(), &buckets)
        .assert_one_message(&["intervals need more", "a longer --interval"]);
}

#[cfg(unix)]
mod unix {
    use super::long_capture;
    use crate::cli::{program, run};
    use crate::reading::{Cut, SERIAL, read};
    use pcapstat::capture::{Capture, is_capture};
    use pcapstat::report::Status;
    use pcapstat::source::{ReadOptions, Source};
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    fn mapped(path: &Path) -> Capture {
        Capture::new(Source::open(path, ReadOptions::default(), is_capture).expect("it opens"))
            .expect("a capture")
    }

    #[test]
    fn a_file_truncated_while_mapped_is_damaged() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("shrinking.pcap");
        let bytes = long_capture(5000);
        let record = (bytes.len() as u64 - 24) / 5000;
        for (length, cut) in
            [(1_000_000, SERIAL), (777_777, Cut { jobs: 3, range_bytes: 10_000 }), (24, SERIAL)]
        {
            fs::write(&path, &bytes).expect("room");
            let mut capture = mapped(&path);
            OpenOptions::new()
                .write(true)
                .open(&path)
                .and_then(|file| file.set_len(length))
                .expect("it shrinks");
            let report = read("shrinking.pcap", &mut capture, cut).report;
            assert_eq!(report.status, Status::Damaged);
            assert_eq!(report.tallies.totals.counts.packets, (length - 24) / record);
            let error = report.error.expect("a message");
            assert!(error.contains("became shorter while it was read at byte "), "{error}");
        }
    }

    #[test]
    fn a_signal_ends_it_with_130_and_leaves_nothing_unfinished() {
        for signal in ["-INT", "-TERM"] {
            let directory = tempfile::tempdir().expect("a directory");
            let mut child = program()
                .args(["-t", "all", "-o", "out", "-"])
                .current_dir(directory.path())
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it runs");
            let mut stdin = child.stdin.take().expect("a pipe");
            stdin.write_all(&long_capture(10)).and_then(|()| stdin.flush()).expect("it reads");
            let unfinished =
                || fs::read_dir(directory.path().join("out")).map_or(0, |files| files.count());
            let began = Instant::now();
            while unfinished() == 0 && began.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(5));
            }
            assert!(unfinished() > 0, "no output was begun");
            let sent = Command::new("kill")
                .args([signal, &child.id().to_string()])
                .status()
                .expect("kill");
            assert!(sent.success());
            let output = child.wait_with_output().expect("it ends");
            drop(stdin);
            assert_eq!(output.status.code(), Some(130));
            assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
            assert_eq!(unfinished(), 0);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn file_names_that_are_not_utf8_stay_distinct() {
        use std::os::unix::ffi::OsStrExt;
        let directory = tempfile::tempdir().expect("a directory");
        for name in [&b"a\xFF.pcap"[..], b"a\xFE.pcap", b"with,comma \"and\"\nline.pcap"] {
            fs::write(directory.path().join(std::ffi::OsStr::from_bytes(name)), long_capture(1))
                .expect("room");
        }
        let said = run(directory.path(), &["."]);
        let mut names: Vec<_> = csv::Reader::from_reader(said.stdout.as_bytes())
            .records()
            .map(|row| row.expect("CSV").get(0).unwrap_or_default().to_string())
            .collect();
        names.sort();
        assert_eq!(names, ["./a\\xFE.pcap", "./a\\xFF.pcap", "./with,comma \"and\"\nline.pcap"]);
    }
}
