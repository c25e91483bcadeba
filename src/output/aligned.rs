//! `table`: aligned columns for people, or one line per column if a table is wide and has few rows.
//!
//! The layout is decided from the first rows, so that nothing is held whole: columns that are empty
//! in all of them are left out, one file for all of them is a heading, long names of columns are
//! broken. A later row that does not fit this layout, because it has a value in a column that was
//! left out or another file, begins a new block with its own header.

mod layout;

use super::format::{Encoder, Format, Several};
use crate::table::Table;
use crate::table::row::{Encoded, RowBuffer};
use crate::table::visible::end_of;
#[cfg(feature = "cli")]
use layout::name;
use layout::{Layout, are_of_one_file, is_right, turned, width, write_line};
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
            if (1..=FEW_ROWS).contains(&rows.len()) && are_of_one_file(rows) {
                let lines = turned(self.table, rows);
                if lines.iter().all(|line| width(line) <= self.room) || rows.len() == 1 {
                    return lines.iter().try_for_each(|line| writeln!(out, "{line}"));
                }
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
        let file = row.first().map(String::as_str).unwrap_or_default();
        let cut = match layout.columns.first() {
            Some(&(0, columns)) if layout.cuts_file => Some(end_of(file, columns)),
            _ => None,
        };
        let cells = layout.columns.iter().map(|&(column, width)| {
            let cell = row.get(column).map_or("", String::as_str);
            let cell = cut.as_deref().filter(|_| column == 0).unwrap_or(cell);
            (cell, width, is_right(self.table, column))
        });
        write_line(cells, out)
    }
}

#[cfg(test)]
mod tests;
