//! Tables for people: aligned columns, or one line per column where a table is wide and has few rows.
//!
//! Columns that are empty in every row are left out.

use crate::table::row::Style;
use crate::table::{Kind, Table};

const SEPARATOR: char = '\u{1F}';
const END: char = '\u{1E}';

/// Unit and record separators, which [`layout`] takes apart again.
pub static STYLE: Style = Style { separator: SEPARATOR as u8, end: END as u8, text: write_text };

/// Control characters would move the terminal's cursor.
fn write_text(text: &str, out: &mut Vec<u8>) {
    let shown: String = text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect();
    out.extend_from_slice(shown.as_bytes());
}

/// More columns than this and up to [`FEW_ROWS`] rows are shown turned around.
const MANY_COLUMNS: usize = 12;
const FEW_ROWS: usize = 3;

/// Rows of a table in [`STYLE`] as lines of text.
pub fn layout(table: &Table, rows: &[u8]) -> String {
    let rows = String::from_utf8_lossy(rows);
    let rows: Vec<Vec<&str>> = rows.split_terminator(END).map(|row| row.split(SEPARATOR).collect()).collect();
    let shown: Vec<usize> = (0..table.columns.len())
        .filter(|&column| {
            rows.is_empty() || rows.iter().any(|row| row.get(column).is_some_and(|cell| !cell.is_empty()))
        })
        .collect();
    let cell = |row: &[&str], column: usize| row.get(column).map_or(String::new(), ToString::to_string);
    let name = |column: usize| table.columns.get(column).map_or(String::new(), |column| column.name.to_string());
    let right = |column: usize| {
        table.columns.get(column).is_some_and(|column| matches!(column.kind, Kind::Integer | Kind::Decimal))
    };
    if table.columns.len() > MANY_COLUMNS && (1..=FEW_ROWS).contains(&rows.len()) {
        let lines: Vec<Vec<String>> = shown
            .iter()
            .map(|&column| std::iter::once(name(column)).chain(rows.iter().map(|row| cell(row, column))).collect())
            .collect();
        return aligned(&lines, &vec![false; rows.len() + 1]);
    }
    let header = shown.iter().map(|&column| name(column)).collect();
    let body = rows.iter().map(|row| shown.iter().map(|&column| cell(row, column)).collect());
    let lines: Vec<Vec<String>> = std::iter::once(header).chain(body).collect();
    aligned(&lines, &shown.iter().map(|&column| right(column)).collect::<Vec<_>>())
}

/// Lines whose cells stand below each other.
fn aligned(lines: &[Vec<String>], right: &[bool]) -> String {
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..right.len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line
            .iter()
            .zip(widths.iter().zip(right))
            .map(|(cell, (&width, &right))| if right { format!("{cell:>width$}") } else { format!("{cell:<width$}") });
        text += cells.collect::<Vec<_>>().join("  ").trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::named;

    #[test]
    fn columns_are_aligned() {
        let rows =
            "a\u{1F}0\u{1F}19\u{1F}7\u{1F}100\u{1F}\u{1F}\u{1E}a\u{1F}20\u{1F}39\u{1F}1234\u{1F}5\u{1F}\u{1F}\u{1E}";
        let text = layout(named("lengths").unwrap(), rows.as_bytes());
        let expected = "\
file  from_bytes  to_bytes  packets  wire_bytes
a              0        19        7         100
a             20        39     1234           5
";
        assert_eq!(text, expected);
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        let mut out = Vec::new();
        write_text("a\u{1B}[2Jb", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a\u{FFFD}[2Jb");
    }
}
