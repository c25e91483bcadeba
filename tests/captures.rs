//! Captures give the same tables when read serially and when three workers read ranges smaller than
//! most packets: testdata, and real captures, many of them attacks on parsers.

use crate::cells::Csv;
use crate::reading::{Cut, SERIAL, captures_beside, captures_of_testdata, check_each, open, read};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn same_in_small_ranges(captures: &[PathBuf]) {
    check_each(captures, |path| {
        let Ok(mut capture) = open(&fs::read(path).expect("a readable capture")) else { return };
        let file = path.display().to_string();
        let small = Cut { jobs: 3, range_bytes: 64 };
        if let Some(difference) =
            read(&file, &mut capture, SERIAL).difference(&read(&file, &mut capture, small))
        {
            panic!("{file}: serial and {small:?} differ: {difference}");
        }
    });
}

#[test]
fn testdata_reads_the_same_in_small_ranges() {
    same_in_small_ranges(&captures_of_testdata());
}

#[test]
#[ignore = "needs ../shared/captures"]
fn real_captures_read_the_same_in_small_ranges() {
    same_in_small_ranges(&captures_beside());
}

#[test]
#[ignore = "needs ../shared/captures and ../shared/expected"]
fn real_captures_have_the_format_that_capinfos_names() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let table = fs::read(shared.join("expected/capinfos.csv")).expect("capinfos.csv");
    let names: HashMap<String, String> = Csv::parse(&table)
        .rows()
        .map(|row| (row.text("capture").to_string(), row.text("File type").to_string()))
        .collect();
    check_each(&captures_beside(), |path| {
        let Ok(capture) = open(&fs::read(path).expect("a readable capture")) else { return };
        let name = path.strip_prefix(shared.join("captures")).expect("a capture beside");
        let Some(name) = names.get(name.to_str().expect("UTF-8")) else { return };
        let format = match name.as_str() {
            "nsecpcap" => "pcap-ns",
            "modpcap" => "pcap-modified",
            "suse6_3pcap" => "pcap-suse",
            "rh6_1pcap" => "pcap-redhat",
            "nokiapcap" => "pcap-nokia",
            "aixpcap" => "pcap-aix",
            name => name,
        };
        assert!(format.is_empty() || capture.format() == format, "{}", path.display());
    });
}
