//! Blocks of commands for many machines run as README and the documentation print them, and make the
//! tables of one run.

use crate::cli::{pcapstat, program};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The first block of shell commands of a page that begins with these words.
fn block(page: &str, begin: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(path).expect("a page").replace('\r', "");
    let mut blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.find(|block| block.starts_with(begin)).expect("a block").to_string()
}

/// Runs commands in a directory with the captures of `testdata`, and returns what a plain run of these
/// options prints there.
fn run(directory: &Path, commands: &str, options: &[&str]) -> Vec<u8> {
    let captures = directory.join("captures");
    fs::create_dir(&captures).expect("a directory");
    for name in ["dns.pcap", "http.pcap", "tls.pcap"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
        fs::copy(from, captures.join(name)).expect("a capture");
    }
    let program = program().get_program().to_os_string();
    let here = Path::new(&program).parent().expect("a directory").display().to_string();
    let path = format!("{here}:{}", std::env::var("PATH").unwrap_or_default());
    let script = format!("set -eu\n{commands}");
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).env("PATH", path).current_dir(directory);
    let done = shell.output().expect("bash");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut plain = pcapstat();
    plain.current_dir(directory).arg("-q").args(options).arg("captures/");
    let plain = plain.output().expect("it runs");
    assert!(plain.status.success(), "{}", String::from_utf8_lossy(&plain.stderr));
    plain.stdout
}

#[test]
fn the_loop_over_shards_makes_the_tables_of_one_run() {
    for page in ["README.md", "docs/many-machines.md"] {
        let directory = tempfile::tempdir().expect("a directory");
        let commands = block(page, "mkdir shards  ");
        run(directory.path(), &commands, &["-t", "all", "-o", "plain"]);
        let mut tables = 0;
        for entry in fs::read_dir(directory.path().join("plain")).expect("tables") {
            let path = entry.expect("an entry").path();
            let other = directory.path().join("stats").join(path.file_name().expect("a name"));
            assert_eq!(fs::read(&path).ok(), fs::read(other).ok(), "{page}: {}", path.display());
            tables += 1;
        }
        assert!(tables > 10, "{page}: only {tables} tables");
    }
}

#[test]
fn the_loop_over_rows_makes_the_table_of_one_run() {
    let directory = tempfile::tempdir().expect("a directory");
    let commands = block("docs/many-machines.md", "mkdir shards packets");
    let plain = run(directory.path(), &commands, &["-t", "packets"]);
    assert!(plain.len() > 1000);
    assert_eq!(fs::read(directory.path().join("packets.csv")).ok(), Some(plain));
}
