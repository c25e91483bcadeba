//! The columns of a block of rows: which are shown, how wide they are, and the lines that they make.

use super::Row;
use crate::table::Table;
use std::collections::VecDeque;
use std::io::{self, Write};

/// A line of a column's name may be as long as this, however short its cells are.
const NAME_LINE: usize = 10;

/// Characters of a path that are shown at least, however narrow the screen is.
const LEAST_FILE: usize = 16;

/// The columns that are shown, and their widths.
pub(super) struct Layout {
    /// The file of all rows, if it is a heading.
    pub(super) file: Option<String>,
    /// Paths of files are cut to the width of their column.
    pub(super) cuts_file: bool,
    /// Numbers of the columns and their widths.
    pub(super) columns: Vec<(usize, usize)>,
}

impl Layout {
    pub(super) fn of(table: &Table, rows: &VecDeque<Row>, kept: &[usize]) -> Layout {
        let cells = |column| rows.iter().filter_map(move |row| row.get(column)).map(String::as_str);
        let first = cells(0).next();
        let file = first.filter(|file| cells(0).all(|other| other == *file)).map(Into::into);
        let shown = |column: &usize| {
            (*column > 0 || file.is_none())
                && (rows.is_empty()
                    || kept.contains(column)
                    || cells(*column).any(|cell| !cell.is_empty()))
        };
        let columns = (0..table.columns.len()).filter(shown).map(|column| {
            let widest = cells(column).map(width).max().unwrap_or(0);
            let name = wrap(name(table, column), widest.max(NAME_LINE));
            (column, name.iter().map(|line| width(line)).max().unwrap_or(0).max(widest))
        });
        Layout { columns: columns.collect(), file, cuts_file: false }
    }

    /// Cuts paths of files, then leaves out columns from the end, until a line fits into `room`. Gives
    /// the columns that are left out, in order.
    pub(super) fn narrow(&mut self, room: usize) -> Vec<usize> {
        let all: usize = self.columns.iter().map(|(_, width)| width + 2).sum();
        if let Some((0, width)) = self.columns.first_mut().filter(|_| all > room.saturating_add(2))
        {
            *width = (*width).min(LEAST_FILE.max(room / 3));
            self.cuts_file = true;
        }
        let mut end = 0;
        let fits = |(_, width): &&(usize, usize)| {
            end += width + 2;
            end <= room.saturating_add(2)
        };
        let kept = self.columns.iter().take_while(fits).count().max(1);
        self.columns.drain(kept.min(self.columns.len())..).map(|(column, _)| column).collect()
    }

    /// True if the row has nothing that the layout leaves out, but for want of room.
    pub(super) fn fits(&self, row: &Row, left_out: &[usize]) -> bool {
        let mut shown = self.columns.iter().map(|(column, _)| *column).peekable();
        row.iter().enumerate().all(|(column, cell)| {
            let is_shown = shown.next_if_eq(&column).is_some();
            is_shown
                || left_out.contains(&column)
                || match (&self.file, column) {
                    (Some(file), 0) => file == cell,
                    _ => cell.is_empty(),
                }
        })
    }

    pub(super) fn write_header(
        &self,
        table: &Table,
        color: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let (before, after) = if color { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        if let Some(file) = &self.file {
            writeln!(out, "{}: {file}", name(table, 0))?;
        }
        let names: Vec<Vec<String>> =
            self.columns.iter().map(|&(column, width)| wrap(name(table, column), width)).collect();
        let height = names.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let cells = self.columns.iter().zip(&names).map(|(&(column, width), name)| {
                // Names end on the last line.
                let at = (line + name.len()).checked_sub(height);
                let text = at.and_then(|at| name.get(at)).map_or("", String::as_str);
                (text, width, is_right(table, column))
            });
            out.write_all(before.as_bytes())?;
            write_line(cells, out)?;
            out.write_all(after.as_bytes())?;
        }
        Ok(())
    }
}

/// True if the column `file` is the same in all rows: rows of several files are compared line by line.
pub(super) fn are_of_one_file(rows: &[Row]) -> bool {
    rows.iter().all(|row| row.first() == rows.first().and_then(|first| first.first()))
}

/// One line per column: its name, then the value of each row.
pub(super) fn turned(table: &Table, rows: &[Row]) -> Vec<String> {
    let cell = |row: &Row, column: usize| row.get(column).cloned().unwrap_or_default();
    let filled = |column: &usize| rows.iter().any(|row| !cell(row, *column).is_empty());
    let lines: Vec<Row> = (0..table.columns.len())
        .filter(filled)
        .map(|column| {
            let values = rows.iter().map(|row| cell(row, column));
            std::iter::once(name(table, column).to_string()).chain(values).collect()
        })
        .collect();
    let widest = |at: usize| lines.iter().filter_map(|line| line.get(at)).map(|c| width(c)).max();
    let widths: Vec<usize> = (0..=rows.len()).map(|at| widest(at).unwrap_or(0)).collect();
    let beside = |line: &Row| {
        line_of(line.iter().zip(&widths).map(|(cell, width)| (cell.as_str(), *width, false)))
    };
    lines.iter().map(beside).collect()
}

pub(super) fn name(table: &Table, column: usize) -> &'static str {
    table.columns.get(column).map_or("", |column| column.name)
}

/// True for columns that line up on the right.
pub(super) fn is_right(table: &Table, column: usize) -> bool {
    table.columns.get(column).is_some_and(|column| column.kind.is_number())
}

/// Columns of a terminal that a text takes.
pub(super) fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Writes cells side by side, each with its width; true for those that stand on the right.
pub(super) fn write_line<'a>(
    cells: impl Iterator<Item = (&'a str, usize, bool)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "{}", line_of(cells))
}

/// Cells side by side.
fn line_of<'a>(cells: impl Iterator<Item = (&'a str, usize, bool)>) -> String {
    let mut line = String::new();
    for (number, (cell, wide, right)) in cells.enumerate() {
        if number > 0 {
            line.push_str("  ");
        }
        let padding = " ".repeat(wide.saturating_sub(width(cell)));
        let (before, after) = if right { (padding.as_str(), "") } else { ("", padding.as_str()) };
        line.extend([before, cell, after]);
    }
    line.truncate(line.trim_end().len());
    line
}

/// A column's name in lines of a width, broken after underscores.
fn wrap(name: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_inclusive('_') {
        match lines.last_mut() {
            Some(line) if line.len() + word.trim_end_matches('_').len() <= width => {
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}
