//! Memory of a run: at most a multiple of the file's length, for any contents and any number of
//! workers.

use crate::builder::{ETHERNET, Pcapng};
use crate::cli::{pcapstat, peak_memory};
use std::fs;

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
