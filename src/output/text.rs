//! Tables for people: aligned columns, or one line per column where a table is wide and has few
//! rows.
//!
//! Columns that are empty in every row are left out, one file for all rows is a heading, and long
//! names of columns are broken.

use crate::table::row::Style;
use crate::table::{ColumnType, Table};

const SEPARATOR: char = '\u{1F}';
const END: char = '\u{1E}';

/// Unit and record separators, which [`layout`] takes apart again.
pub static STYLE: Style = Style { separator: SEPARATOR as u8, end: END as u8, text: write_text };

/// Control characters would move the terminal's cursor.
fn write_text(text: &str, out: &mut Vec<u8>) {
    let shown: String = text
        .chars()
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    out.extend_from_slice(shown.as_bytes());
}

/// More columns than this and up to [`FEW_ROWS`] rows are shown turned around.
const MANY_COLUMNS: usize = 12;
const FEW_ROWS: usize = 3;

/// A line of a column's name may be so long, however short its cells are.
const NAME_LINE: usize = 10;

/// Rows of a table in [`STYLE`] as lines of text.
pub fn layout(table: &Table, rows: &[u8]) -> String {
    let rows = String::from_utf8_lossy(rows);
    let rows: Vec<Vec<&str>> =
        rows.split_terminator(END).map(|row| row.split(SEPARATOR).collect()).collect();
    let cell =
        |row: &[&str], column: usize| row.get(column).map_or(String::new(), ToString::to_string);
    let name = |column: usize| table.columns.get(column).map_or("", |column| column.name);
    let filled = |column: &usize| {
        rows.is_empty() || rows.iter().any(|row| row.get(*column).is_some_and(|c| !c.is_empty()))
    };
    let shown: Vec<usize> = (0..table.columns.len()).filter(filled).collect();
    if table.columns.len() > MANY_COLUMNS && (1..=FEW_ROWS).contains(&rows.len()) {
        let line = |column: usize| {
            std::iter::once(name(column).to_string())
                .chain(rows.iter().map(|row| cell(row, column)))
                .collect()
        };
        let lines: Vec<Vec<String>> = shown.iter().map(|&column| line(column)).collect();
        return aligned(&lines, &vec![false; rows.len() + 1]);
    }
    // One file for all rows is said once.
    let (heading, shown) = match (shown.split_first(), rows.first()) {
        (Some((&0, rest)), Some(first)) if rows.iter().all(|row| row.first() == first.first()) => {
            (format!("{}: {}\n", name(0), cell(first, 0)), rest.to_vec())
        }
        _ => (String::new(), shown),
    };
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
    };
    let names: Vec<Vec<String>> =
        shown.iter().map(|&column| wrap(name(column), width(column).max(NAME_LINE))).collect();
    let height = names.iter().map(Vec::len).max().unwrap_or(0);
    let header = (0..height).map(|line| {
        let bottom = |name: &Vec<String>| {
            (line + name.len()).checked_sub(height).and_then(|at| name.get(at).cloned())
        };
        names.iter().map(|name| bottom(name).unwrap_or_default()).collect()
    });
    let body = rows.iter().map(|row| shown.iter().map(|&column| cell(row, column)).collect());
    let lines: Vec<Vec<String>> = header.chain(body).collect();
    let right = |&column: &usize| {
        table
            .columns
            .get(column)
            .is_some_and(|column| matches!(column.kind, ColumnType::Integer | ColumnType::Decimal))
    };
    heading + &aligned(&lines, &shown.iter().map(right).collect::<Vec<_>>())
}

/// A column's name in lines no longer than its cells, broken behind underscores where it must be.
fn wrap(name: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_inclusive('_') {
        match lines.last_mut() {
            Some(line)
                if line.chars().count() + word.trim_end_matches('_').chars().count() <= width =>
            {
                line.push_str(word)
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// Lines whose cells stand below each other.
fn aligned(lines: &[Vec<String>], right: &[bool]) -> String {
    let width = |column: usize| {
        lines
            .iter()
            .filter_map(|line| line.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..right.len()).map(width).collect();
    let mut text = String::new();
    for line in lines {
        let cells = line.iter().zip(widths.iter().zip(right)).map(|(cell, (&width, &right))| {
            if right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
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
        let rows = "a\u{1F}0\u{1F}19\u{1F}7\u{1F}100\u{1F}\u{1F}\u{1E}a\u{1F}20\u{1F}39\u{1F}1234\u{1F}5\u{1F}\u{1F}\u{1E}";
        let text = layout(named("lengths").unwrap(), rows.as_bytes());
        let expected = "\
file: a
from_bytes  to_bytes  packets  wire_bytes
         0        19        7         100
        20        39     1234           5
";
        assert_eq!(text, expected);
    }

    #[test]
    fn control_characters_are_escaped() {
        let mut out = Vec::new();
        write_text("a\u{1B}[2Jb", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), "a\u{FFFD}[2Jb");
    }
}
