//! Captures give the same tables when read serially and when three workers read ranges smaller than
//! most packets: testdata, and real captures, many of them attacks on parsers.

use crate::reading::{Cut, SERIAL, captures_beside, captures_of_testdata, check_each, open, read};
use std::fs;
use std::path::PathBuf;

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
