//! A night of captures: its files, and the steps of a run on many machines over them.

use crate::builder::Pcap;
use crate::cli::{Said, pcapstat};
use crate::frames::{tcp, udp};
use crate::reading::first_difference;
use pcapstat::shard::spec::Spec;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// Files of a run on many machines.
pub struct Night {
    pub folder: TempDir,
}

impl Night {
    pub fn new() -> Night {
        Night { folder: TempDir::new().expect("a directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program.
    pub fn run(&self, arguments: &[&str]) -> std::process::Output {
        pcapstat().args(arguments).current_dir(self.folder.path()).output().expect("it runs")
    }

    pub fn said(&self, arguments: &[&str]) -> Said {
        self.run(arguments).into()
    }

    pub fn plan(&self, arguments: &[&str]) -> Vec<String> {
        let output = self.said(&[&["shard", "plan"], arguments].concat());
        assert_eq!((output.code, output.stderr.as_str()), (Some(0), ""));
        output.stdout.lines().map(String::from).collect()
    }

    pub fn map(&self, line: &str) -> String {
        let spec: Spec = serde_json::from_str(line).expect("a line of a plan");
        let name = format!("{}.part", spec.shard);
        fs::write(self.path("spec"), line).expect("written");
        let output = self.run(&["shard", "map", "@spec", "-j", "2"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        fs::write(self.path(&name), output.stdout).expect("written");
        name
    }

    /// Plans, maps and merges, mapping again until it is done; returns the partial's name and the
    /// number of rounds that mapped again.
    pub fn partial(&self, arguments: &[&str]) -> (&'static str, usize) {
        let lines = self.plan(arguments);
        let mut names: Vec<String> = lines.iter().map(|line| self.map(line)).collect();
        names.reverse();
        let mut rounds = 0;
        loop {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let output = self.run(&[&["shard", "merge"], names.as_slice()].concat());
            if output.status.success() {
                fs::write(self.path("night.partial"), output.stdout).expect("written");
                return ("night.partial", rounds);
            }
            let said = String::from_utf8(output.stdout).expect("lines");
            assert_eq!(
                output.status.code(),
                Some(5),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(!said.is_empty(), "nothing is to be mapped again");
            said.lines().for_each(|line| drop(self.map(line)));
            rounds += 1;
        }
    }

    /// Files of the same names hold the same bytes in both directories.
    pub fn assert_same(&self, one: &str, two: &str) {
        let names = |folder: &str| {
            let entries = fs::read_dir(self.path(folder)).expect("tables");
            let mut names: Vec<_> =
                entries.map(|entry| entry.expect("an entry").file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(one), names(two));
        for name in names(one) {
            let read = |folder| fs::read(self.path(folder).join(&name)).expect("a table");
            let (one, two) = (read(one), read(two));
            assert!(one == two, "{name:?}: {}", first_difference(&one, &two));
        }
    }
}

/// TCP and UDP of a few hosts.
pub fn capture(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..packets {
        let frame = if number % 3 == 0 {
            udp(53, 5000 + number as u16 % 9, b"?")
        } else {
            tcp(80, 4000, b"data")
        };
        file.frame(number, &frame);
    }
    file.bytes
}

/// Four partials of one capture, by name.
pub fn four() -> (Night, Vec<String>) {
    let night = Night::new();
    let bytes = capture(400);
    fs::write(night.path("a.pcap"), &bytes).expect("written");
    let length = bytes.len().div_ceil(4).to_string();
    let lines = night.plan(&["-t", "summary,conversations", "a.pcap", "--shard-bytes", &length]);
    let names = lines.iter().map(|line| night.map(line)).collect();
    (night, names)
}

/// Partials of a plan, by name, in the order of the shards.
pub fn parts_of(night: &Night, arguments: &[&str]) -> Vec<String> {
    night.partial(arguments);
    let entries = fs::read_dir(night.folder.path()).expect("a directory");
    let names = entries.filter_map(|entry| entry.expect("an entry").file_name().into_string().ok());
    let mut parts: Vec<String> = names.filter(|name| name.ends_with(".part")).collect();
    parts.sort_by_key(|name| name.trim_end_matches(".part").parse::<u64>().expect("a number"));
    parts
}
