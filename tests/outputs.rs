//! Outputs: complete files or none, text tables, rows in order.

mod failed;
mod replaced;

use crate::builder::Pcap;
use crate::cli::{directory, run};
use crate::frames::tcp;
use crate::reading::{SERIAL, first_difference, open, read};
use pcapstat::table::TABLES;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
