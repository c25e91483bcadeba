//! Paths: good and bad files, directories, standard input, merged inputs, and the exit code of each
//! combination.

mod several;

use crate::builder::{MICROSECONDS, Order, Pcap, Pcapng};
use crate::cells::Csv;
use crate::cli::{Said, directory, pcapstat, run, small_capture};
use std::fs;
use std::path::Path;

/// `file` and `status` of every row of `summary`.
fn statuses(said: &Said) -> Vec<(String, String)> {
    let table = Csv::parse(said.stdout.as_bytes());
    table.rows().map(|row| (row.text("file").to_string(), row.text("status").to_string())).collect()
}

fn rows(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(file, status)| (file.to_string(), status.to_string())).collect()
}

/// Writes files that are no captures, and captures that are cut and damaged.
fn bad_inputs(directory: &Path) {
    fs::write(directory.join("notes.txt"), "no capture at all").expect("a file");
    fs::write(directory.join("nothing"), "").expect("a file");
    fs::write(directory.join("header.pcap"), &small_capture().bytes[..10]).expect("a file");
    let capture = small_capture();
    let end = capture.boundaries[7].0;
    fs::write(directory.join("cut.pcap"), &capture.bytes[..end + 20]).expect("a file");
    let mut damaged = capture.bytes[..end].to_vec();
    damaged.extend([0xFF; 40]);
    fs::write(directory.join("damaged.pcap"), damaged).expect("a file");
}

#[test]
fn unreadable_inputs_have_a_row_a_message_and_exit_code_3() {
    let directory = directory();
    bad_inputs(directory.path());
    for (name, words) in [
        ("missing.pcap", "cannot open"),
        ("notes.txt", "not a capture"),
        ("nothing", "not a capture"),
        ("header.pcap", "not a capture"),
    ] {
        let said = run(directory.path(), &[name]);
        assert_eq!(said.code, Some(3), "{name}");
        assert_eq!(statuses(&said), rows(&[(name, "unreadable")]));
        said.assert_one_message(&[&format!("pcapstat: {name}: "), words]);
        let table = Csv::parse(said.stdout.as_bytes());
        let row = table.rows().next().expect("a row");
        assert!(said.stderr.contains(row.text("error")) && !row.text("error").is_empty(), "{name}");
        assert_eq!(
            (row.text("packets"), row.text("strict_time_order")),
            ("", ""),
            "{name}: unknown is empty"
        );
    }
}

#[test]
fn a_cut_input_keeps_what_came_before_and_exits_with_4() {
    let directory = directory();
    bad_inputs(directory.path());
    let end = small_capture().boundaries[7].0;
    let place = format!("at byte {end} (packet 8)");
    for (name, status, words) in
        [("cut.pcap", "cut_short", "cut short"), ("damaged.pcap", "damaged", "damaged")]
    {
        let said = run(directory.path(), &[name]);
        assert_eq!(said.code, Some(4), "{name}");
        assert_eq!(statuses(&said), rows(&[(name, status)]));
        said.assert_one_message(&[&format!("pcapstat: {name}: "), words, &place, "kept 7 packets"]);
        assert!(
            run(directory.path(), &["-t", "packets", name]).stdout.lines().count() == 8,
            "{name}"
        );
        let problems = run(directory.path(), &["-t", "problems", name]).stdout;
        assert!(problems.contains(&format!(",0,8,{end}\n")), "{problems}");
    }
}

#[test]
fn one_bad_input_stops_no_other_and_3_beats_4() {
    let directory = directory();
    bad_inputs(directory.path());
    let said = run(
        directory.path(),
        &["cut.pcap", "missing.pcap", "a.pcap", "notes.txt", "damaged.pcap", "a.pcap"],
    );
    assert_eq!(said.code, Some(3));
    let expected = [
        ("cut.pcap", "cut_short"),
        ("missing.pcap", "unreadable"),
        ("a.pcap", "ok"),
        ("notes.txt", "unreadable"),
        ("damaged.pcap", "damaged"),
        ("a.pcap", "ok"),
    ];
    assert_eq!(statuses(&said), rows(&expected));
    assert_eq!(said.stderr.lines().count(), 5, "{}", said.stderr);
    said.assert_message(&["6 inputs: 2 ok, 1 cut short, 1 damaged, 2 unreadable; "]);
    assert_eq!(run(directory.path(), &["cut.pcap", "a.pcap"]).code, Some(4));
}

#[test]
fn a_capture_without_packets_is_no_error() {
    let directory = directory();
    fs::write(directory.path().join("empty.pcap"), &small_capture().bytes[..24]).expect("a file");
    fs::write(directory.path().join("empty.pcapng"), Pcapng::ethernet().bytes).expect("a file");
    for name in ["empty.pcap", "empty.pcapng"] {
        let said = run(directory.path(), &[name]);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{name}");
        let table = Csv::parse(said.stdout.as_bytes());
        let row = table.rows().next().expect("a row");
        assert_eq!(
            (row.number("packets"), row.number("interfaces"), row.text("duration_s")),
            (0, 1, ""),
            "{name}"
        );
        for (table, lines) in
            [("packets", 1), ("conversations", 1), ("problems", 1), ("lengths", 11)]
        {
            let said = run(directory.path(), &["-t", table, name]);
            assert_eq!(
                (said.code, said.stdout.lines().count()),
                (Some(0), lines),
                "{table} of {name}"
            );
        }
    }
}

/// `a-b/` comes before `a/` in byte order of paths, but not by name.
#[cfg(unix)]
#[test]
fn a_directory_is_walked_in_byte_order_of_paths() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let captures = directory.path().join("captures");
    let capture = small_capture().bytes;
    for name in ["b.pcap", "a/x.pcap", "a/deep/er/y.any", "a-b/z.pcap", "Z.pcap"] {
        let path = captures.join(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::write(path, &capture).expect("a capture");
    }
    fs::write(captures.join("a/notes.pcap"), "not a capture in spite of its name").expect("a file");
    fs::write(captures.join("a/empty.pcap"), "").expect("a file");
    std::os::unix::fs::symlink("..", captures.join("a/loop")).expect("a link");
    std::os::unix::fs::symlink("nowhere", captures.join("b.pcap.old")).expect("a link");
    let expected = [
        "captures/Z.pcap",
        "captures/a-b/z.pcap",
        "captures/a/deep/er/y.any",
        "captures/a/x.pcap",
        "captures/b.pcap",
    ];
    fs::write(captures.join("readme.txt"), "text").expect("a file");
    fs::write(captures.join(".hidden.pcap"), &capture).expect("a capture");
    let said = run(directory.path(), &["captures"]);
    let names: Vec<_> = statuses(&said)
        .into_iter()
        .filter(|(_, status)| status == "ok")
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, expected, "{}", said.stderr);
    // A name that claims a capture and holds none is a row; another file is skipped and counted.
    let unreadable = statuses(&said).into_iter().filter(|(_, status)| status == "unreadable");
    let unreadable: Vec<_> = unreadable.map(|(name, _)| name).collect();
    assert_eq!(
        unreadable,
        ["captures/a/empty.pcap", "captures/a/notes.pcap", "captures/b.pcap.old"]
    );
    assert!(!said.stdout.contains("hidden") && !said.stdout.contains("readme.txt"));
    let closing = said.stderr.lines().last().expect("a closing line");
    assert!(
        closing
            .starts_with("pcapstat: 8 inputs: 5 ok, 3 unreadable; 1 file skipped; 200 packets; "),
        "{closing}"
    );
    assert!(!said.stderr.contains("readme.txt"), "{}", said.stderr);
    let verbose = run(directory.path(), &["-v", "captures"]);
    assert!(verbose.stderr.contains("captures/readme.txt: skipped"), "{}", verbose.stderr);
    assert!(!said.stderr.contains("loop"), "{}", said.stderr);
    assert!(!said.stderr.contains("os error"), "{}", said.stderr);
    let quiet = run(directory.path(), &["-q", "captures"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(3), ""));
}

#[test]
fn a_directory_without_captures_is_exit_code_3() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    fs::write(directory.path().join("notes.txt"), "text").expect("a file");
    let said = run(directory.path(), &["."]);
    assert_eq!((said.code, said.stdout.lines().count()), (Some(3), 1));
    said.assert_one_message(&["no capture found; 1 file skipped; 0 packets"]);
    // A server that reads the checks alone is told as well.
    assert_eq!(run(directory.path(), &["-q", "--junit", "checks.xml", "."]).code, Some(3));
    let checks = fs::read_to_string(directory.path().join("checks.xml")).expect("checks");
    assert!(checks.contains("<error") && checks.contains("no capture found"), "{checks}");
    fs::remove_file(directory.path().join("checks.xml")).expect("checks");
    fs::create_dir(directory.path().join("empty")).expect("a directory");
    let said = run(directory.path(), &["shard", "plan", "empty"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    said.assert_one_message(&["no capture found"]);
}

#[test]
fn standard_input_gives_the_tables_of_the_file() {
    let directory = directory();
    for table in ["summary", "packets", "conversations"] {
        let file = run(directory.path(), &["-t", table, "a.pcap"]).stdout;
        let mut command = pcapstat();
        command.args(["-t", table, "-"]).write_stdin(small_capture().bytes);
        let said: Said = command.output().expect("it runs").into();
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
        assert_eq!(said.stdout, file.replace("\na.pcap,", "\n-,"));
    }
    if cfg!(target_os = "linux") {
        let piped: Said = pcapstat()
            .arg("/dev/stdin")
            .write_stdin(small_capture().bytes)
            .output()
            .expect("it runs")
            .into();
        assert_eq!(
            piped.stdout,
            run(directory.path(), &["a.pcap"]).stdout.replace("\na.pcap,", "\n/dev/stdin,")
        );
    }
    let said: Said = pcapstat().arg("-").write_stdin("").output().expect("it runs").into();
    assert_eq!(said.code, Some(3));
    said.assert_one_message(&["pcapstat: -: not a capture"]);
}

#[test]
fn quotes_and_commas_in_a_file_name_are_quoted() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let name = "a, \"b\"\u{e9}.pcap";
    fs::write(directory.path().join(name), &small_capture().bytes).expect("a capture");
    let said = run(directory.path(), &["-t", "packets", name]);
    let table = Csv::parse(said.stdout.as_bytes());
    assert_eq!(table.rows().count(), 40);
    assert!(table.rows().all(|row| row.text("file") == name));
}

#[test]
fn the_closing_line_tells_link_types_that_are_not_dissected() {
    let folder = directory();
    let mut user = Pcap::new(Order::Little, MICROSECONDS, 147);
    fs::write(folder.path().join("a.pcap"), &user.frame(1, &[0; 60]).bytes).unwrap();
    fs::write(folder.path().join("b.pcap"), &small_capture().bytes).unwrap();
    let said = run(folder.path(), &["a.pcap", "b.pcap"]);
    assert!(
        said.stderr.contains("2 inputs: 2 ok; 1 with a link type that is not dissected; "),
        "{}",
        said.stderr
    );
    assert!(!run(folder.path(), &["b.pcap", "b.pcap"]).stderr.contains("link type"));
}
