//! Aligned columns, blocks and names of columns.

use super::*;
use crate::table::cell::Cell;
use crate::table::named;
use crate::table::row::{CellSink, with_sink};

/// Rows of the table `lengths`, each a file and cells, as they are shown.
fn shown(rows: &[(&str, [Option<u64>; 6])]) -> String {
    let table = named("lengths").unwrap();
    let (mut encoder, mut out) = ((TABLE.encoder)(table), Vec::new());
    encoder.begin(&mut out).unwrap();
    for (file, cells) in rows {
        let mut buffer = (TABLE.rows)(table, file);
        buffer.begin_row();
        for cell in cells {
            with_sink!(&mut buffer, sink => sink.push(Cell::integer(*cell)));
        }
        buffer.end_row();
        encoder.rows(&mut buffer, &mut out).unwrap();
    }
    encoder.finish(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn columns_are_aligned_and_empty_ones_left_out() {
    let text = shown(&[
        ("a", [Some(0), Some(19), Some(7), Some(100), None, None]),
        ("a", [Some(20), Some(39), Some(1234), Some(5), None, None]),
    ]);
    let expected = "\
file: a
from_bytes  to_bytes  packets  wire_bytes
         0        19        7         100
        20        39     1234           5
";
    assert_eq!(text, expected);
}

#[test]
fn a_layout_that_is_decided_early_keeps_its_columns() {
    let table = named("lengths").unwrap();
    let (mut aligned, mut out) = (Aligned::new(table), Vec::new());
    let row = |cells: [&str; 7]| cells.map(String::from).to_vec();
    for cells in [["a", "0", "", "7", "", "", ""], ["a", "0", "19", "", "", "", ""]] {
        aligned.push(row(cells), &mut out).unwrap();
        aligned.write_early(&mut out).unwrap();
    }
    aligned.push(row(["a", "1", "", "8", "", "", ""]), &mut out).unwrap();
    let expected = "\
file: a
from_bytes  packets
         0        7

file: a
from_bytes  to_bytes  packets
         0        19
         1                  8
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

#[test]
fn a_later_value_in_a_column_that_was_left_out_begins_a_new_block() {
    let few = ("a", [Some(0), None, Some(7), Some(100), None, None]);
    let mut rows = vec![few; FIRST_ROWS + 5];
    rows.push(("a", [Some(0), None, Some(7), Some(100), None, Some(9)]));
    rows.push(("b", [Some(1), None, Some(7), Some(100), None, Some(9)]));
    let text = shown(&rows);
    let (before, after) = text.split_once("\n\n").unwrap();
    assert_eq!(before.lines().count(), FIRST_ROWS + 7, "{before}");
    let lines = [
        "                                       max_wire_",
        "file  from_bytes  packets  wire_bytes      bytes",
        "a              0        7         100          9",
        "b              1        7         100          9",
    ];
    assert_eq!(after.lines().collect::<Vec<_>>(), lines);
}

#[cfg(feature = "cli")]
#[test]
fn a_path_yields_to_the_columns_after_it() {
    let table = named("lengths").unwrap();
    let screen = crate::terminal::Screen { columns: 70, rows: 24, color: false };
    let (mut aligned, mut out) = (Aligned::on(table, screen), Vec::new());
    let path = "captures/of/a/directory/that/is/far/away/first.pcap";
    for file in [path, "b.pcap"] {
        let cells = [file, "0", "19", "7", "100", "", ""];
        aligned.push(cells.map(String::from).to_vec(), &mut out).unwrap();
    }
    aligned.finish(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(aligned.left_out().is_empty(), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let first = "…is/far/away/first.pcap           0        19        7         100";
    assert_eq!(lines[1], first);
    assert!(lines.iter().all(|line| line.chars().count() < 70), "{text}");
}
