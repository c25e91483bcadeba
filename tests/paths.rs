//! Unusual paths: standard input twice, streams that are no capture, line breaks in names, and
//! permissions of new files.

use crate::cells::Csv;
use crate::cli::{pcapstat, run, small_capture};
use std::fs;

/// Two readers of one stream would race.
#[test]
fn standard_input_is_accepted_once() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let said = run(directory.path(), &["-", "-"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
    said.assert_message(&["standard input"]);
}

#[test]
fn a_dash_means_standard_input_even_beside_a_directory_of_that_name() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(directory.path().join("-")).expect("a directory");
    let output = pcapstat()
        .current_dir(directory.path())
        .arg("-")
        .write_stdin(small_capture().bytes)
        .output();
    let output = output.expect("it runs");
    let table = Csv::parse(&output.stdout);
    let row = table.rows().next().expect("a row");
    assert_eq!((row.text("file"), row.text("status"), row.number("packets")), ("-", "ok", 40));
}

/// The first bytes decide; reading on would never end.
#[cfg(target_os = "linux")]
#[test]
fn an_endless_stream_that_is_no_capture_is_refused_at_once() {
    let output = pcapstat()
        .arg("/dev/zero")
        .timeout(std::time::Duration::from_secs(20))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(3));
}

#[cfg(unix)]
#[test]
fn a_line_break_in_a_name_is_escaped_in_messages() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let name = "two\nlines\u{1B}[31m.pcap";
    fs::write(directory.path().join(name), &small_capture().bytes[..100]).expect("a file");
    let said = run(directory.path(), &[name]);
    said.assert_one_message(&["two\\nlines\\u{1b}[31m.pcap: cut short"]);
}

#[cfg(unix)]
#[test]
fn new_files_have_the_permissions_that_the_umask_leaves() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a.pcap"), &small_capture().bytes).expect("a capture");
    let program = crate::cli::program();
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "umask 027; exec \"$0\" \"$@\" -o out a.pcap"])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(directory.path());
    assert!(shell.stdout(std::process::Stdio::null()).status().expect("it runs").success());
    let mode = fs::metadata(directory.path().join("out/summary.csv"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

/// An output that cannot get its name does not affect the others.
#[test]
fn a_directory_in_the_place_of_an_output_stops_no_other_output() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("a.pcap"), &small_capture().bytes).expect("a capture");
    fs::create_dir_all(directory.path().join("out/summary.csv/in the way")).expect("a directory");
    let said = run(directory.path(), &["-t", "summary,lengths", "-o", "out", "a.pcap"]);
    assert_eq!(said.code, Some(74));
    said.assert_message(&["cannot write", "summary.csv"]);
    assert!(directory.path().join("out/lengths.csv").exists());
}

#[test]
fn the_ranges_of_a_merge_are_gapless() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let capture = small_capture().bytes;
    fs::write(directory.path().join("a.pcap"), &capture).expect("a capture");
    fs::write(directory.path().join("cut.pcap"), &capture[..capture.len() - 5]).expect("a capture");
    let said = run(
        directory.path(),
        &["--merge", "-t", "ranges", "--range-bytes", "500", "a.pcap", "cut.pcap", "a.pcap"],
    );
    let table = Csv::parse(said.stdout.as_bytes());
    let rows: Vec<[u64; 4]> = table
        .rows()
        .map(|row| row.numbers(["offset", "bytes", "first_packet", "packets"]))
        .collect();
    for pair in rows.windows(2) {
        let ([offset, bytes, first, packets], [next_offset, _, next_first, _]) = (pair[0], pair[1]);
        assert_eq!((offset + bytes, first + packets), (next_offset, next_first));
    }
    assert!(rows.len() > 10);
}
