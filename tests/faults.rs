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
        let mut options = ReadOptions::default();
        options.mmap = mmap;
        options.chunk_bytes = 100_000;
        let source = Source::open(&path, options, is_capture).expect("it opens");
        let mut capture = Capture::new(source).expect("a capture");
        let mut file = OpenOptions::new().append(true).open(&path).expect("it opens");
        file.write_all(&bytes[24..20_000.min(bytes.len())]).expect("room");
        let Ok(walked) = engine::run(&mut capture, &work(false), &mut Each::new(|_, _| ()));
        assert_eq!((walked.packets, walked.fault), (u64::from(packets), None));
    }
}

fn work(salvage: bool) -> Options<'static> {
    let mut options = Options::default();
    options.range_bytes = 1000;
    options.salvage = salvage;
    options
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
    use crate::cli::program;
    use crate::reading::{Cut, SERIAL, read};
    use pcapstat::capture::{Capture, is_capture};
    use pcapstat::report::Status;
    use pcapstat::source::{ReadOptions, Source};
    use std::fs::{self, OpenOptions};
    use std::io::Write;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    fn mapped(path: &Path) -> Capture {
        let mut options = ReadOptions::default();
        options.mmap = true;
        Capture::new(Source::open(path, options, is_capture).expect("it opens")).expect("a capture")
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

    /// A run that reads an input of which the first packets are there, and writes into `out`.
    struct Waiting {
        directory: tempfile::TempDir,
        child: Child,
        input: fs::File,
    }

    impl Waiting {
        /// The input is standard input, or a named pipe.
        fn for_more_of(input: &str) -> Waiting {
            let directory = tempfile::tempdir().expect("a directory");
            let pipe = directory.path().join("pipe");
            assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
            // Opened for both, so that nobody waits for the other end.
            let both = || {
                let mut options = OpenOptions::new();
                options.read(true).write(true).open(&pipe).expect("a pipe")
            };
            let child = program()
                .args(["-t", "all,packets", "-o", "out", input])
                .current_dir(directory.path())
                .stdin(both())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("it runs");
            let mut input = both();
            input.write_all(&long_capture(10)).expect("room");
            let began = Instant::now();
            let reads = || fs::read_dir(directory.path().join("out")).is_ok();
            while !reads() && began.elapsed() < Duration::from_secs(10) {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(500));
            Waiting { directory, child, input }
        }

        fn send(&self, signal: &str) {
            let id = self.child.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
        }

        /// Exit code, messages and files in `out`.
        fn end(self) -> (Option<i32>, String, Vec<String>) {
            let output = self.child.wait_with_output().expect("it ends");
            drop(self.input);
            let files = fs::read_dir(self.directory.path().join("out")).expect("a directory");
            let name = |file: fs::DirEntry| file.file_name().to_string_lossy().into_owned();
            let files = files.map(|file| name(file.expect("a file"))).collect();
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), files)
        }
    }

    /// True if a signal is ignored here and so by the program: SIGHUP under nohup, SIGINT and SIGQUIT
    /// in the background of a script. Says that it skips it. Unknown, and so false, without `/proc`.
    fn skips(signal: &str) -> bool {
        let number = match signal {
            "-HUP" => 1,
            "-INT" => 2,
            "-QUIT" => 3,
            _ => return false,
        };
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        let skips = ignored.unwrap_or(0) >> (number - 1) & 1 == 1;
        if skips {
            eprintln!("skipped: {signal}, which is ignored here");
        }
        skips
    }

    #[test]
    fn a_signal_ends_it_with_130_and_leaves_nothing_unfinished() {
        for (signal, input) in [("-TERM", "-"), ("-HUP", "-"), ("-TERM", "pipe"), ("-INT", "pipe")]
        {
            if skips(signal) {
                continue;
            }
            let run = Waiting::for_more_of(input);
            run.send(signal);
            let (code, messages, files) = run.end();
            assert_eq!((code, files), (Some(130), vec![]), "{signal} {input}: {messages}");
            assert_eq!(messages.lines().count(), 1, "{messages}");
        }
    }

    /// Not even SIGKILL leaves a file behind where files need no name.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_signal_leaves_a_temporary_file() {
        for signal in ["-KILL", "-ABRT", "-QUIT"] {
            if skips(signal) {
                continue;
            }
            let run = Waiting::for_more_of("-");
            run.send(signal);
            let (code, _, files) = run.end();
            assert_eq!((code, files), (None, vec![]), "{signal}");
        }
    }

    #[test]
    fn the_first_ctrl_c_ends_standard_input() {
        if skips("-INT") {
            return;
        }
        let run = Waiting::for_more_of("-");
        run.send("-INT");
        let rows = run.directory.path().join("out/packets.csv");
        let began = Instant::now();
        while !rows.exists() && began.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let rows = fs::read_to_string(rows).expect("a table");
        assert_eq!(rows.lines().count(), 11);
        let (code, messages, files) = run.end();
        assert_eq!((code, messages.as_str()), (Some(0), ""));
        assert!(files.len() > 5 && files.iter().all(|name| !name.starts_with('.')), "{files:?}");
    }

    /// The same Ctrl-C ends a writer that holds a part of a record back.
    #[test]
    fn the_last_bytes_of_a_writer_are_read_after_ctrl_c() {
        if skips("-INT") {
            return;
        }
        let mut run = Waiting::for_more_of("-");
        let (shorter, longer) = (long_capture(10), long_capture(11));
        let (now, later) = longer[shorter.len()..].split_at(30);
        run.input.write_all(now).expect("room");
        std::thread::sleep(Duration::from_millis(200));
        run.send("-INT");
        std::thread::sleep(Duration::from_millis(200));
        run.input.write_all(later).expect("room");
        let rows = run.directory.path().join("out/packets.csv");
        let (code, messages, _) = {
            let Waiting { directory, child, input } = run;
            let output = child.wait_with_output().expect("it ends");
            drop(input);
            let rows = fs::read_to_string(rows).expect("a table");
            assert_eq!(rows.lines().count(), 12);
            (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), directory)
        };
        assert_eq!((code, messages.as_str()), (Some(0), ""));
    }

    #[test]
    fn ignored_signals_stay_ignored() {
        let mut child = Command::new("sh")
            .args(["-c", r#"trap "" INT TERM HUP; exec "$0" -"#])
            .arg(program().get_program())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(&long_capture(5)).expect("it reads");
        std::thread::sleep(Duration::from_millis(500));
        for signal in ["-INT", "-TERM", "-HUP"] {
            let id = child.id().to_string();
            assert!(Command::new("kill").args([signal, &id]).status().expect("kill").success());
        }
        std::thread::sleep(Duration::from_millis(200));
        stdin.write_all(&long_capture(3)[24..]).expect("it still reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0));
        let table = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(table.contains("-,ok,pcap,,ether,1,3784,8,"), "{table}");
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
        let said = crate::cli::run(directory.path(), &["."]);
        let mut names: Vec<_> = csv::Reader::from_reader(said.stdout.as_bytes())
            .records()
            .map(|row| row.expect("CSV").get(0).unwrap_or_default().to_string())
            .collect();
        names.sort();
        assert_eq!(names, ["./a\\xFE.pcap", "./a\\xFF.pcap", "./with,comma \"and\"\nline.pcap"]);
    }
}
