//! Memory of a run: at most a multiple of the file's length, for any contents and any number of
//! workers.

pub mod growing;

use crate::builder::{ETHERNET, Pcapng};
#[cfg(unix)]
use crate::cli::program;
use crate::cli::{pcapstat, peak_memory, run};
use std::fs;
#[cfg(unix)]
use std::process::Command;
#[cfg(target_os = "linux")]
use {
    crate::streams::compressed,
    pcapstat::source::Compression,
    pcapstat::table::{TABLES, Table},
    std::path::Path,
};

/// A worker must not copy all interfaces that a file describes.
#[test]
fn memory_stays_in_proportion_to_the_file() {
    let mut only_interfaces = Pcapng::ethernet();
    let mut more_in_the_middle = Pcapng::ethernet();
    for _ in 0..400_000 {
        only_interfaces.interface(ETHERNET, 0, None);
    }
    for _ in 0..200_000 {
        more_in_the_middle.interface(ETHERNET, 0, None);
    }
    for _ in 0..80_000 {
        more_in_the_middle.packet(0, 0, &[], 0).interface(ETHERNET, 0, None);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("interfaces.pcapng");
    for (what, file) in
        [("only interfaces", only_interfaces), ("more in the middle", more_in_the_middle)]
    {
        fs::write(&path, &file.bytes).expect("a capture");
        let of_file = file.bytes.len() >> 20;
        for (jobs, table) in
            [("1", "summary"), ("8", "summary"), ("1", "packets"), ("8", "packets")]
        {
            let cut = ["-v", "-j", jobs, "-t", table, "--range-bytes", "256k"];
            let output = pcapstat().args(cut).arg(&path).output().expect("it runs");
            let Some(memory) = peak_memory(&output.stderr) else { continue };
            assert!(
                memory < 64 + 20 * of_file,
                "{what}, -j {jobs}, {table}: {memory} MiB for a file of {of_file} MiB"
            );
        }
    }
}

/// Mapped pages are released after use, even with small ranges.
#[cfg(target_os = "linux")]
#[test]
fn pages_of_a_large_file_are_released() {
    let mut file = crate::builder::Pcap::ethernet();
    for number in 0..400 {
        file.frame(number, &vec![0; 250_000]);
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("large.pcap");
    std::fs::write(&path, &file.bytes).expect("a capture");
    for table in ["summary", "packets"] {
        let mut command = pcapstat();
        let output = command
            .args(["-v", "-j", "2", "--range-bytes", "64k", "-t", table])
            .arg(&path)
            .output();
        let memory = peak_memory(&output.expect("it runs").stderr).expect("Linux tells");
        assert!(
            memory < 50,
            "-t {table}: {memory} MiB for a file of {} MiB",
            file.bytes.len() >> 20
        );
    }
}

/// Memory of the program that is not part of `--max-memory`, in MiB.
#[cfg(target_os = "linux")]
const BESIDE: usize = 64;

/// Runs the program with `--max-memory` on a capture: it succeeds, or ends with 71 and writes
/// nothing, and takes no more memory.
#[cfg(target_os = "linux")]
pub fn assert_bounded(path: &Path, what: &str, bound: usize, table: &Table, options: [&str; 2]) {
    let [jobs, format] = options;
    let output = pcapstat()
        .args(["-v", "--salvage", "--interval", "1ns", "-t", table.name, "-j", jobs, "-f", format])
        .args(["--max-memory", &format!("{bound}M")])
        .arg(path)
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let what = format!("{what} -t {} -f {format} -j {jobs}: {said}", table.name);
    match output.status.code() {
        Some(0 | 4) => {}
        Some(71) => assert!(output.stdout.is_empty() || table.is_export(), "{what}"),
        code => panic!("{code:?}: {what}"),
    }
    // A run that is not ended by the bound, but by a refusal, does not tell.
    let memory = peak_memory(&output.stderr).expect("Linux tells");
    assert!(memory <= bound + BESIDE, "{memory} MiB: {what}");
}

/// Whatever grows in an input, no table takes more memory than is allowed.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_whatever_grows() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("growing");
    for (number, kind) in growing::KINDS.iter().enumerate() {
        fs::write(&path, growing::capture(kind, number % 2 == 0)).expect("room");
        for (number, table) in TABLES.iter().enumerate() {
            let options = [["1", "csv"], ["3", "table"], ["64", "json"]][number % 3];
            assert_bounded(&path, kind.0, 20, table, options);
        }
    }
}

/// When the system refuses memory, the run ends as if the bound had been exceeded.
#[cfg(target_os = "linux")]
#[test]
fn a_system_that_refuses_memory_is_no_crash() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    for (number, kind) in growing::KINDS.iter().enumerate() {
        fs::write(directory.path().join("growing"), growing::capture(kind, true)).expect("room");
        for limit in ["ulimit -v 200000", "ulimit -d 100000"] {
            let table = TABLES[number % TABLES.len()].name;
            for tables in [table, "all"] {
                let words = format!(
                    r#"{limit}; "$0" -q --salvage -j 4 -t {tables} -f json growing > out.json"#
                );
                let output = Command::new("sh")
                    .args(["-c", &words])
                    .arg(program().get_program())
                    .current_dir(directory.path())
                    .output()
                    .expect("it runs");
                let said = String::from_utf8_lossy(&output.stderr);
                let written =
                    fs::metadata(directory.path().join("out.json")).expect("a file").len();
                let what = format!("{}: {words}: {said}", kind.0);
                match output.status.code() {
                    Some(0 | 4) => assert!(written > 0, "{what}"),
                    Some(71) => assert_eq!(written, 0, "{what}"),
                    code => panic!("{code:?}: {what}"),
                }
                assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 2);
            }
        }
    }
}

/// A limit of data is known beforehand, so that a message can say what to do.
#[cfg(target_os = "linux")]
#[test]
fn the_default_bound_knows_the_limit_of_data() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let kind = growing::KINDS.iter().find(|kind| kind.0 == "conversations").expect("it is there");
    fs::write(directory.path().join("growing"), growing::capture(kind, false)).expect("room");
    let output = Command::new("sh")
        .args(["-c", r#"ulimit -d 120000; exec "$0" -j 1 -t conversations growing"#])
        .arg(program().get_program())
        .current_dir(directory.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let leaves = said.split("than the ").nth(1).and_then(|rest| rest.split(' ').next());
    let leaves = leaves.and_then(|number| number.parse().ok()).unwrap_or(u32::MAX);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(71), 0), "{said}");
    assert!(leaves < 120, "{said}");
}

/// Threads and allocators need few addresses of their own.
#[cfg(target_os = "linux")]
#[test]
fn captures_are_read_with_few_addresses() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    // Long enough for every thread to have work.
    let kind = growing::KINDS.iter().find(|kind| kind.0 == "packets").expect("it is there");
    fs::write(directory.path().join("growing"), growing::capture(kind, false)).expect("room");
    for tables in ["summary", "conversations"] {
        let words =
            format!(r#"ulimit -v 300000; exec "$0" -q -j 2 -t {tables} -f csv growing > out.csv"#);
        let mut command = Command::new("sh");
        command.args(["-c", &words]).arg(program().get_program());
        let output = command.current_dir(directory.path()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// One input that needs too much memory stops no other, and its row says so.
#[test]
fn an_input_without_enough_memory_stops_no_other() {
    let directory = crate::cli::directory();
    let kind = growing::KINDS.iter().find(|kind| kind.0 == "conversations").expect("it is there");
    fs::write(directory.path().join("b.pcap"), growing::capture(kind, false)).expect("room");
    fs::copy(directory.path().join("a.pcap"), directory.path().join("c.pcap")).expect("room");
    for jobs in ["1", "4"] {
        let bounded = |table| {
            let arguments = ["--max-memory", "5M", "-j", jobs, "-t", table];
            run(directory.path(), &[&arguments[..], &["a.pcap", "b.pcap", "c.pcap"]].concat())
        };
        let said = bounded("conversations");
        assert_eq!(said.code, Some(71), "{}", said.stderr);
        said.assert_message(&["b.pcap: out of memory", "conversations", "--max-memory"]);
        said.assert_message(&["3 inputs: 2 ok, 1 not counted"]);
        let files = |name: &str| said.stdout.lines().filter(|row| row.starts_with(name)).count();
        assert!(files("a.pcap") > 1 && files("a.pcap") == files("c.pcap"), "{}", said.stdout);
        assert_eq!(files("b.pcap"), 0);
        // The same tables of one capture are nothing.
        let merged = ["--merge", "--max-memory", "5M", "-j", jobs, "-t", "conversations"];
        let said = run(directory.path(), &[&merged[..], &["a.pcap", "b.pcap"]].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(71), ""), "{}", said.stderr);
    }
    let both = ["-t", "conversations,summary", "-f", "json", "--max-memory", "5M"];
    let said = run(directory.path(), &[&both[..], &["a.pcap", "b.pcap", "c.pcap"]].concat());
    assert_eq!(said.code, Some(71));
    assert!(said.stdout.contains(r#"{"file":"b.pcap","status":null,"#), "{}", said.stdout);
}

/// A shortage of descriptors or memory is no property of an input.
#[cfg(unix)]
#[test]
fn few_descriptors_and_many_workers_read_every_input() {
    let directory = crate::cli::directory();
    fs::create_dir(directory.path().join("captures")).expect("a directory");
    let kind = growing::KINDS.iter().find(|kind| kind.0 == "packets").expect("it is there");
    let mut long = growing::capture(kind, false);
    // Long enough to be mapped.
    long.truncate(24 + 10_000 * 30);
    for number in 0..100 {
        fs::write(directory.path().join(format!("captures/{number}.pcap")), &long).expect("room");
    }
    for jobs in ["1", "64"] {
        let words = format!(r#"ulimit -n 20; "$0" -j {jobs} captures"#);
        let output = Command::new("sh")
            .args(["-c", &words])
            .arg(program().get_program())
            .current_dir(directory.path())
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "-j {jobs}: {said}");
        assert!(said.contains("100 inputs: 100 ok; 1000000 packets"), "-j {jobs}: {said}");
    }
}

/// Workers that decompress side by side share the memory.
#[cfg(target_os = "linux")]
#[test]
fn many_compressed_inputs_share_the_memory() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let kind = growing::KINDS.iter().find(|kind| kind.0 == "packets").expect("it is there");
    let capture = growing::capture(kind, false);
    let files = [Compression::Gzip, Compression::Zstd, Compression::Xz, Compression::Bzip2]
        .map(|compression| compressed(compression, &capture[..24 + 30 * 200_000]));
    for number in 0..64 {
        fs::write(directory.path().join(number.to_string()), &files[number % 4]).expect("room");
    }
    let paths: Vec<String> = (0..64).map(|number| number.to_string()).collect();
    let output = pcapstat()
        .args(["-v", "-j", "64", "--max-memory", "100M"])
        .args(&paths)
        .current_dir(directory.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("64 inputs: 64 ok; 12800000 packets"), "{said}");
    let memory = peak_memory(&output.stderr).expect("Linux tells");
    assert!(memory <= 100 + BESIDE, "{memory} MiB");
}
