//! Outputs: complete files or none, text tables, and a pipe whose reader has closed it.

use crate::builder::Pcap;
use crate::cli::{directory, program, run};
use crate::frames::tcp;
use crate::reading::{SERIAL, first_difference, open, read};
use pcapstat::table::TABLES;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// `EX_IOERR` of sysexits.h.
const OUTPUT_FAILED: i32 = 74;

/// All files in a directory, hidden ones included.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries =
        fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry"));
    let named = entries
        .map(|entry| (entry.file_name().into_string().expect("UTF-8"), fs::read(entry.path())));
    named.map(|(name, bytes)| (name, bytes.expect("a file"))).collect()
}

fn names(extension: &str) -> Vec<String> {
    let mut names: Vec<_> =
        TABLES.iter().map(|table| format!("{}.{extension}", table.name)).collect();
    names.sort();
    names
}

#[test]
fn each_table_has_its_own_file() {
    let directory = directory();
    let said =
        run(directory.path(), &["-t", "all,packets,segments,ranges", "-o", "out/deep", "a.pcap"]);
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
    let written = files(&directory.path().join("out/deep"));
    assert_eq!(
        written.keys().cloned().collect::<Vec<_>>(),
        names("csv"),
        "no more and no temporary ones"
    );
    for table in TABLES.iter().filter(|table| table.name != "ranges") {
        let shown = run(directory.path(), &["-t", table.name, "a.pcap"]);
        assert_eq!(
            shown.stdout.as_bytes(),
            written[&format!("{}.csv", table.name)],
            "{}",
            table.name
        );
        let header: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(shown.stdout.lines().next(), Some(header.join(",").as_str()), "{}", table.name);
    }
}

#[test]
fn all_is_every_table_but_those_as_long_as_the_capture_and_ranges() {
    let directory = directory();
    assert_eq!(run(directory.path(), &["-t", "all", "-o", "out", "a.pcap"]).code, Some(0));
    let expected: Vec<_> = names("csv")
        .into_iter()
        .filter(|name| !["packets.csv", "ranges.csv", "segments.csv"].contains(&name.as_str()))
        .collect();
    assert_eq!(files(&directory.path().join("out")).into_keys().collect::<Vec<_>>(), expected);
}

#[test]
fn text_tables_are_aligned_files() {
    let directory = directory();
    let said = run(
        directory.path(),
        &["-t", "all,packets,segments,ranges", "-f", "table", "-o", "out", "a.pcap"],
    );
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""));
    let written = files(&directory.path().join("out"));
    assert_eq!(written.keys().cloned().collect::<Vec<_>>(), names("txt"));
    assert!(
        written
            .values()
            .all(|text| text.is_ascii() && text.ends_with(b"\n") && !text.contains(&b','))
    );
}

#[test]
fn files_do_not_depend_on_the_workers() {
    let directory = directory();
    fs::create_dir(directory.path().join("captures")).expect("a directory");
    for number in 0..5 {
        let mut file = Pcap::ethernet();
        for packet in 0..number * 300 {
            file.frame(packet, &tcp(80, packet as u16, &vec![number as u8; packet as usize % 100]));
        }
        fs::write(directory.path().join(format!("captures/{number}.pcap")), file.bytes)
            .expect("a capture");
    }
    for options in [&["--merge"][..], &["-f", "table"], &[]] {
        let written = |jobs, range_bytes, out| {
            let cut = [
                "-t",
                "all,packets",
                "-j",
                jobs,
                "--range-bytes",
                range_bytes,
                "-o",
                out,
                "captures",
            ];
            assert_eq!(run(directory.path(), &[options, &cut].concat()).code, Some(0));
            let mut files = files(&directory.path().join(out));
            files.retain(|name, _| !name.starts_with("ranges."));
            files
        };
        let serial = written("1", "1G", "one");
        for (jobs, range_bytes) in [("8", "100"), ("3", "5000"), ("8", "2M")] {
            assert!(
                serial == written(jobs, range_bytes, "other"),
                "{options:?} -j {jobs} --range-bytes {range_bytes}"
            );
        }
    }
}

/// A file of an earlier run is replaced, but stays if the run cannot begin.
#[test]
fn a_file_is_whole_or_not_at_all() {
    let directory = directory();
    let out = directory.path().join("out");
    fs::create_dir(&out).expect("a directory");
    fs::write(out.join("summary.csv"), "from before").expect("a file");
    assert_eq!(run(directory.path(), &["-t", "nonsense", "-o", "out", "a.pcap"]).code, Some(2));
    assert_eq!(files(&out).values().collect::<Vec<_>>(), [b"from before"]);
    assert_eq!(run(directory.path(), &["-o", "out", "a.pcap"]).code, Some(0));
    assert!(files(&out)["summary.csv"].starts_with(b"file,status,"));

    // A directory has the name of the file: no temporary file remains.
    fs::create_dir(out.join("ports.csv")).expect("a directory");
    let said = run(directory.path(), &["-q", "-t", "ports", "-o", "out", "a.pcap"]);
    assert_eq!(said.code, Some(OUTPUT_FAILED));
    said.assert_one_message(&["cannot write"]);
    let left: Vec<_> = fs::read_dir(&out)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn an_impossible_output_directory_is_reported() {
    let directory = directory();
    let said = run(directory.path(), &["-o", "a.pcap/out", "a.pcap"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(OUTPUT_FAILED), ""));
    said.assert_one_message(&["cannot write"]);
    assert_eq!(said.stderr.matches("a.pcap/out").count(), 1, "{}", said.stderr);
}

/// A missing directory is named, not the temporary file that cannot be in it.
#[test]
fn a_missing_directory_is_named() {
    let directory = directory();
    for option in ["--report", "--junit"] {
        let said = run(directory.path(), &[option, "none/x", "a.pcap"]);
        assert_eq!(said.code, Some(OUTPUT_FAILED), "{option}");
        said.assert_one_message(&["cannot write: none: No such file or directory"]);
        assert!(!said.stderr.contains(".pcapstat") && !said.stderr.contains("os error"));
    }
}

#[test]
fn several_text_tables_follow_each_other() {
    let directory = directory();
    let said = run(directory.path(), &["-f", "table", "-t", "lengths,summary,ports", "a.pcap"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let at = |text: &str| {
        said.stdout.find(text).unwrap_or_else(|| panic!("no {text:?} in {}", said.stdout))
    };
    assert!(
        at("from_bytes") < at("strict_time_order") && at("strict_time_order") < at("transport")
    );
    let alone = run(directory.path(), &["-f", "table", "-t", "ports", "a.pcap"]);
    assert!(said.stdout.ends_with(&alone.stdout), "{}", said.stdout);
}

/// The input is also `out/summary.csv`, by a link.
#[test]
fn an_input_is_never_overwritten() {
    let directory = directory();
    let (capture, out) = (directory.path().join("a.pcap"), directory.path().join("out"));
    let before = fs::read(&capture).expect("a capture");
    fs::create_dir(&out).expect("a directory");
    fs::hard_link(&capture, out.join("summary.csv")).expect("a link");
    let said = run(directory.path(), &["-o", "out", "a.pcap"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(OUTPUT_FAILED), ""));
    said.assert_one_message(&["summary.csv", "is an input"]);
    assert_eq!(fs::read(&capture).expect("a capture"), before);
    assert_eq!(fs::read_dir(&out).expect("a directory").count(), 1);
}

/// Whatever option names the file, and by whatever path.
#[test]
fn no_option_writes_over_an_input() {
    let directory = directory();
    let capture = directory.path().join("a.pcap");
    let before = fs::read(&capture).expect("a capture");
    fs::create_dir(directory.path().join("base")).expect("a directory");
    assert_eq!(run(directory.path(), &["-o", "base", "a.pcap"]).code, Some(0));
    for name in ["differences.csv", "a.html"] {
        fs::hard_link(&capture, directory.path().join(name)).expect("a link");
    }
    for options in [
        &["--junit", "a.pcap"][..],
        &["--junit", "./base/../a.pcap"],
        &["--report", "a.html"],
        &["--baseline", "base", "-o", "."],
    ] {
        let said = run(directory.path(), &[options, &["-q", "a.pcap"]].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(OUTPUT_FAILED), ""), "{options:?}");
        assert!(said.stderr.contains("is an input"), "{options:?}: {}", said.stderr);
        assert_eq!(fs::read(&capture).expect("a capture"), before, "{options:?}");
    }
}

#[test]
fn outputs_do_not_replace_each_other() {
    let directory = directory();
    fs::create_dir(directory.path().join("out")).expect("a directory");
    for options in [
        &["--report", "same", "--junit", "same"][..],
        &["-o", "out", "--junit", "out/summary.csv"],
        &["--report", "out/page.html", "--junit", "./out/../out/page.html"],
    ] {
        let said = run(directory.path(), &[options, &["a.pcap"]].concat());
        assert_eq!(said.code, Some(2), "{options:?}: {}", said.stderr);
        assert!(said.stderr.contains("have this name"), "{options:?}: {}", said.stderr);
    }
    fs::write(directory.path().join("list"), "a.pcap\n").expect("a list");
    assert_eq!(run(directory.path(), &["-o", "base", "a.pcap"]).code, Some(0));
    let earlier = ["--baseline", "base", "--junit", "base/summary.csv", "a.pcap"];
    assert_eq!(run(directory.path(), &earlier).code, Some(2));
    let said = run(directory.path(), &["--files-from", "list", "--report", "list"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    assert_eq!(fs::read(directory.path().join("list")).expect("a list"), b"a.pcap\n");
}

/// Files of the run before in the walked directory are replaced, not read; captures stay inputs.
#[test]
fn outputs_may_stand_among_the_captures() {
    let directory = directory();
    let options = [".", "-o", ".", "--report", "page.html", "--junit", "checks.xml"];
    let (first, second) = (run(directory.path(), &options), run(directory.path(), &options));
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{}", second.stderr);
    let without_time = |said: &str| said.rsplit_once(';').map(|(line, _)| line.to_string());
    assert_eq!(without_time(&second.stderr), without_time(&first.stderr));
    fs::rename(directory.path().join("a.pcap"), directory.path().join("page.html")).expect("named");
    let said = run(directory.path(), &options);
    assert_eq!(said.code, Some(OUTPUT_FAILED));
    said.assert_one_message(&["page.html", "is an input"]);
}

/// As a shell's redirection does: a link leads to its file, a pipe stays a pipe.
#[cfg(unix)]
#[test]
fn links_are_followed_and_pipes_are_written() {
    let directory = directory();
    fs::create_dir(directory.path().join("real")).expect("a directory");
    fs::write(directory.path().join("real/page.html"), "from before").expect("a file");
    std::os::unix::fs::symlink("real/page.html", directory.path().join("page.html"))
        .expect("a link");
    assert_eq!(run(directory.path(), &["--report", "page.html", "a.pcap"]).code, Some(0));
    assert!(directory.path().join("page.html").is_symlink());
    let page = fs::read_to_string(directory.path().join("real/page.html")).expect("a page");
    assert!(
        page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"),
        "{page:.40}"
    );
    let (code, said) = in_shell(
        r#"mkfifo pipe && { timeout 20 cat pipe >xml & "$0" -q --junit pipe a.pcap >/dev/null; wait; } && grep -q testsuite xml"#,
    );
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

/// The page and the checks are results of their own: they do not depend on who reads the rows.
#[cfg(unix)]
#[test]
fn a_page_is_written_though_the_reader_of_rows_leaves() {
    for words in [
        r#"{ "$0" -q -t packets --report page.html large.pcap; echo $? >code; } | head -1 >/dev/null; grep -q 20,000 page.html && exit $(cat code)"#,
        r#"{ "$0" -q -t packets --expect 'packets < 5' large.pcap 2>/dev/null; echo $? >code; } | head -1 >/dev/null; test $(cat code) = 1"#,
    ] {
        assert_eq!(in_shell(words), (Some(0), String::new()), "{words}");
    }
}

#[cfg(unix)]
#[test]
fn a_replaced_table_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let directory = directory();
    let table = directory.path().join("out/summary.csv");
    fs::create_dir(directory.path().join("out")).expect("a directory");
    fs::write(&table, "from before").expect("a file");
    fs::set_permissions(&table, fs::Permissions::from_mode(0o640)).expect("its mode");
    assert_eq!(run(directory.path(), &["-o", "out", "a.pcap"]).code, Some(0));
    assert!(fs::read(&table).expect("a table").starts_with(b"file,status,"));
    let mode = fs::metadata(&table).expect("a table").permissions().mode();
    assert_eq!(mode & 0o7777, 0o640);
}

#[test]
fn tables_of_an_earlier_run_are_named() {
    let directory = directory();
    let ports = ["-t", "ports,summary", "-o", "out", "a.pcap"];
    assert_eq!(run(directory.path(), &ports).stderr, "");
    let said = run(directory.path(), &["-f", "json", "-o", "out", "a.pcap"]);
    assert_eq!(said.code, Some(0));
    said.assert_one_message(&["earlier run", "summary.csv, ports.csv"]);
    assert_eq!(files(&directory.path().join("out")).len(), 3);
}

#[test]
fn the_schema_describes_every_column() {
    let directory = directory();
    let said = run(directory.path(), &["--schema"]);
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    let rows: usize = TABLES.iter().map(|table| table.columns.len()).sum();
    assert_eq!(said.stdout.lines().count(), rows + 1);
    assert!(said.stdout.starts_with("table,column,type,unit,meaning\nsummary,file,text,,"));
    let json = run(directory.path(), &["--schema", "-f", "ndjson"]).stdout;
    let wire_bytes = r#"{"table":"packets","column":"wire_bytes","type":"integer","unit":"bytes","#;
    assert!(json.contains(wire_bytes), "{json}");
}

/// More rows than a pipe buffers.
fn large_capture() -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..20_000 {
        file.frame(number, &tcp(80, number as u16, b""));
    }
    file.bytes
}

/// Rows are made in chunks by several workers and written in order.
#[test]
fn many_rows_are_written_in_order() {
    let directory = directory();
    let capture = large_capture();
    fs::write(directory.path().join("large.pcap"), &capture).expect("a capture");
    let reading = read("large.pcap", &mut open(&capture).expect("a capture"), SERIAL);
    for table in ["conversations", "endpoints", "packets"] {
        let said = run(directory.path(), &["-j", "2", "-t", table, "large.pcap"]);
        assert!(said.stdout.lines().count() > 20_000, "{table} has few rows");
        let (shown, expected) = (said.stdout.as_bytes(), reading.table(table));
        assert!(shown == expected, "{table}: {}", first_difference(shown, expected));
    }
}

/// The reader closes the pipe before the program gets its input, so before it can write.
#[test]
fn closing_the_pipe_early_is_no_error() {
    let capture = large_capture();
    for options in [
        &["-t", "packets"][..],
        &["-t", "conversations"],
        &["-t", "packets", "-f", "table"],
        &["-t", "all", "-f", "table"],
    ] {
        let mut command = program();
        command.args(options).args(["-j", "2", "--range-bytes", "10000", "-"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("piped");
        // The program may notice the closed pipe and exit before it has read everything.
        let _ = stdin.write_all(&capture);
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{options:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{options:?}");
    }
}

/// Runs a shell's words with the program as `$0`, in a directory with `a.pcap`; returns the exit
/// code and standard error.
#[cfg(unix)]
fn in_shell(words: &str) -> (Option<i32>, String) {
    let directory = directory();
    fs::write(directory.path().join("large.pcap"), large_capture()).expect("a capture");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", words]).arg(program().get_program()).current_dir(directory.path());
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Findings from before the reader left are in the exit code.
#[cfg(unix)]
#[test]
fn findings_outlive_a_reader_that_leaves() {
    let base = r#""$0" -q -t packets,streams -o base a.pcap; "#;
    let words = |words: &str| {
        // The status of the program, not of the reader.
        format!(r#"{{ {words}; echo $? >code; }} | true; exit $(cat code)"#)
    };
    let compared = r#""$0" -q -t streams --baseline base --baseline-columns packets large.pcap"#;
    let (code, said) = in_shell(&format!("{base} {}", words(compared)));
    assert_eq!((code, said.as_str()), (Some(1), ""));
    let (code, said) = in_shell(&words(r#""$0" -t packets nofile large.pcap"#));
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let mapped = r#""$0" shard map "$("$0" shard plan large.pcap)""#;
    let (code, said) = in_shell(&words(mapped));
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let (code, said) = in_shell(&format!("{mapped} >/dev/full"));
    assert_eq!((code, said.contains("No space left")), (Some(74), true), "{said}");
    let (code, _) = in_shell(&format!("{base} {compared} >&-"));
    assert_eq!(code, Some(74));
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
#[test]
fn a_closed_standard_output_is_told() {
    for words in
        ["a.pcap", "-t packets a.pcap", "--help", "--version", "--schema", "--generate man"]
    {
        let (code, said) = in_shell(&format!(r#""$0" {words} >&-"#));
        assert_eq!(code, Some(OUTPUT_FAILED), "{words}: {said}");
        assert!(said.contains("cannot write: standard output is closed"), "{words}: {said}");
    }
    // Nothing is to be written there.
    assert_eq!(in_shell(r#""$0" -o out a.pcap >&-"#), (Some(0), String::new()));
    assert_eq!(in_shell(r#""$0" a.pcap </dev/null >/dev/null 2>&-"#).0, Some(0));
}

/// A limit of the file size sends a signal that would end the program.
#[cfg(unix)]
#[test]
fn a_limited_file_size_is_a_failed_write() {
    for words in ["-t packets -o out large.pcap", "-t packets large.pcap > rows.csv"] {
        let (code, said) =
            in_shell(&format!(r#"ulimit -f 100; "$0" {words}; c=$?; ls -A out; exit $c"#));
        assert_eq!(code, Some(OUTPUT_FAILED), "{words}: {said}");
        assert!(said.contains("cannot write"), "{words}: {said}");
    }
}

/// A full device is an error on standard output, but not on standard error.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_no_panic() {
    let directory = directory();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
    let command = |arguments: &[&str]| {
        let mut command = program();
        command.current_dir(directory.path()).args(arguments).stdin(Stdio::null());
        command
    };
    for table in ["summary", "packets"] {
        let output = command(&["-t", table, "a.pcap"]).stdout(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{table}");
        assert!(
            String::from_utf8_lossy(&output.stderr).starts_with("pcapstat: cannot write"),
            "{table}"
        );
    }
    for arguments in [&["--help"][..], &["-h"], &["--version"], &["--schema"]] {
        let output = command(arguments).stdout(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{arguments:?}");
    }
    for (arguments, code) in [
        (&["missing.pcap", "a.pcap"][..], 3),
        (&["-v", "a.pcap"], 0),
        (&["-t", "nonsense", "a.pcap"], 2),
    ] {
        let output = command(arguments).stderr(full()).output().expect("it runs");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        let shown = String::from_utf8_lossy(&output.stdout);
        assert_eq!(shown.contains("\na.pcap,ok,"), code != 2, "{arguments:?}: {shown}");
    }
}

/// More outputs than this process may open: the message says which limit it is.
#[cfg(unix)]
#[test]
fn too_few_descriptors_for_the_outputs_are_told() {
    let directory = directory();
    let output = Command::new("sh")
        .args(["-c", r#"ulimit -n 10; "$0" -t all -o out a.pcap"#])
        .arg(program().get_program())
        .current_dir(directory.path())
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(OUTPUT_FAILED), "{said}");
    assert!(said.contains("cannot write: out: Too many open files"), "{said}");
}

#[cfg(not(feature = "columnar"))]
#[test]
fn a_format_that_this_build_lacks_names_its_feature() {
    let directory = tempfile::tempdir().expect("a directory");
    for format in ["parquet", "arrow"] {
        let said = run(directory.path(), &["-f", format, "any.pcap"]);
        assert_eq!(said.code, Some(2));
        assert!(said.stderr.contains("feature columnar"), "{}", said.stderr);
    }
}
