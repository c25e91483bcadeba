//! `table`: aligned columns for people, or one line per column if a table is wide and has few rows.
//!
//! The layout is decided from the first rows, so that nothing is held whole: columns that are empty
//! in all of them are left out, one file for all of them is a heading, long names of columns are
//! broken. A later row that does not fit this layout, because it has a value in a column that was
//! left out or another file, begins a new block with its own header.

use super::format::{Encoder, Format, Several};
use crate::table::Table;
use crate::table::row::{Encoded, RowBuffer};
use std::collections::VecDeque;
use std::io::{self, Write};

/// For people.
pub static TABLE: Format = Format {
    name: "table",
    about: "aligned columns, for people",
    extension: "txt",
    binary: false,
    several: Some(Several {
        before: |table, first, alone| match (first, alone) {
            (_, true) => String::new(),
            (true, _) => format!("{}: {}\n", table.name, table.about),
            (false, _) => format!("\n{}: {}\n", table.name, table.about),
        },
        after: "",
    }),
    rows: RowBuffer::cells,
    encoder: |table| Box::new(Aligned::new(table)),
};

/// Number of rows that decide the layout.
const FIRST_ROWS: usize = 100;

/// Tables with more columns and at most [`FEW_ROWS`] rows are turned around.
const MANY_COLUMNS: usize = 12;
const FEW_ROWS: usize = 3;

/// A line of a column's name may be as long as this, however short its cells are.
const NAME_LINE: usize = 10;

type Row = Vec<String>;

/// Lines up the rows of one table.
pub struct Aligned {
    table: &'static Table,
    /// Characters that a line may have; columns at the end give way.
    room: usize,
    color: bool,
    /// Columns for which there was no room.
    left_out: Vec<usize>,
    /// Rows that wait for the layout.
    waiting: VecDeque<Row>,
    layout: Option<Layout>,
    /// Columns of the layouts so far, which later ones keep. Only noted if rows are written early.
    shown: Vec<usize>,
    is_early: bool,
    /// Number of headers written.
    blocks: usize,
}

/// The columns that are shown, and their widths.
struct Layout {
    /// The file of all rows, if it is a heading.
    file: Option<String>,
    /// Numbers of the columns and their widths.
    columns: Vec<(usize, usize)>,
}

impl Encoder for Aligned {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        let Encoded::Cells(cells) = rows.encoded() else { return Ok(()) };
        cells.rows(self.table.columns.len()).try_for_each(|row| self.push(row, out))
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.blocks == 0 && self.table.columns.len() > MANY_COLUMNS {
            let rows = self.waiting.make_contiguous();
            if (1..=FEW_ROWS).contains(&rows.len()) {
                return turned(self.table, rows, out);
            }
        }
        if self.blocks == 0 || !self.waiting.is_empty() { self.write_waiting(out) } else { Ok(()) }
    }
}

impl Aligned {
    fn new(table: &'static Table) -> Aligned {
        let (waiting, left_out) = (VecDeque::new(), Vec::new());
        let (room, color, shown) = (usize::MAX, false, Vec::new());
        let (layout, is_early, blocks) = (None, false, 0);
        Aligned { table, room, color, left_out, waiting, layout, shown, is_early, blocks }
    }

    /// For a screen.
    #[cfg(feature = "cli")]
    pub fn on(table: &'static Table, screen: crate::terminal::Screen) -> Aligned {
        let room = screen.columns.saturating_sub(1);
        Aligned { room, color: screen.color, ..Aligned::new(table) }
    }

    /// Names of the columns for which there was no room.
    #[cfg(feature = "cli")]
    pub fn left_out(&self) -> Vec<&'static str> {
        self.left_out.iter().map(|column| name(self.table, *column)).collect()
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn push(&mut self, row: Row, out: &mut dyn Write) -> io::Result<()> {
        match &self.layout {
            Some(layout) if layout.fits(&row, &self.left_out) => return self.write(&row, out),
            _ => self.layout = None,
        }
        self.waiting.push_back(row);
        if self.waiting.len() >= FIRST_ROWS { self.write_waiting(out) } else { Ok(()) }
    }

    /// Writes the rows that wait, for somebody who watches. When this is done decides the layout.
    ///
    /// # Errors
    /// Those of `out`.
    #[cfg(feature = "cli")]
    pub fn write_early(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.is_early = true;
        if self.waiting.is_empty() { Ok(()) } else { self.write_waiting(out) }
    }

    /// Decides the layout, writes the header and the waiting rows.
    fn write_waiting(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.waiting);
        let mut layout = Layout::of(self.table, &rows, &self.shown);
        let too_wide = layout.narrow(self.room);
        for column in too_wide {
            if !rows.is_empty() && !self.left_out.contains(&column) {
                self.left_out.push(column);
            }
        }
        if self.blocks > 0 {
            out.write_all(b"\n")?;
        }
        self.blocks += 1;
        layout.write_header(self.table, self.color, out)?;
        if self.is_early {
            self.shown = layout.columns.iter().map(|(column, _)| *column).collect();
        }
        self.layout = Some(layout);
        rows.iter().try_for_each(|row| self.write(row, out))
    }

    fn write(&self, row: &Row, out: &mut dyn Write) -> io::Result<()> {
        let Some(layout) = &self.layout else { return Ok(()) };
        let cells = layout.columns.iter().map(|&(column, width)| {
            (row.get(column).map_or("", String::as_str), width, is_right(self.table, column))
        });
        write_line(cells, out)
    }
}

impl Layout {
    fn of(table: &Table, rows: &VecDeque<Row>, kept: &[usize]) -> Layout {
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
        Layout { columns: columns.collect(), file }
    }

    /// Leaves out columns from the end until a line fits into `room`, and gives them in order.
    fn narrow(&mut self, room: usize) -> Vec<usize> {
        let mut end = 0;
        let fits = |(_, width): &&(usize, usize)| {
            end += width + 2;
            end <= room.saturating_add(2)
        };
        let kept = self.columns.iter().take_while(fits).count().max(1);
        self.columns.drain(kept.min(self.columns.len())..).map(|(column, _)| column).collect()
    }

    /// True if the row has nothing that the layout leaves out, but for want of room.
    fn fits(&self, row: &Row, left_out: &[usize]) -> bool {
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

    fn write_header(&self, table: &Table, color: bool, out: &mut dyn Write) -> io::Result<()> {
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

/// One line per column: its name, then the value of each row.
fn turned(table: &Table, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
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
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| (cell.as_str(), *width, false));
        write_line(cells, out)?;
    }
    Ok(())
}

fn name(table: &Table, column: usize) -> &'static str {
    table.columns.get(column).map_or("", |column| column.name)
}

/// True for columns that line up on the right.
fn is_right(table: &Table, column: usize) -> bool {
    table.columns.get(column).is_some_and(|column| column.kind.is_number())
}

/// Columns of a terminal that a text takes.
fn width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// Writes cells side by side, each with its width; true for those that stand on the right.
fn write_line<'a>(
    cells: impl Iterator<Item = (&'a str, usize, bool)>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut line = String::new();
    for (number, (cell, wide, right)) in cells.enumerate() {
        if number > 0 {
            line.push_str("  ");
        }
        let padding = " ".repeat(wide.saturating_sub(width(cell)));
        let (before, after) = if right { (padding.as_str(), "") } else { ("", padding.as_str()) };
        line.extend([before, cell, after]);
    }
    writeln!(out, "{}", line.trim_end())
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

#[cfg(test)]
mod tests {
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
}
