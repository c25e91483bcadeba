//! Rows on their way out: cells, encoded as soon as they are known, in a buffer per worker.
//!
//! The encodings are few: cells between separators, JSON objects, cells kept apart for a layout,
//! and the columns of record batches. Which one a format uses is said in [`crate::output::format`].

pub mod aligned;
#[cfg(feature = "columnar")]
pub mod columns;
pub mod delimited;
pub mod json;
pub mod kept;
mod paths;

use super::Table;
use super::cell::Cell;
use crate::dissect::application::Application;
use aligned::Cells;
#[cfg(feature = "columnar")]
use columns::{Columns, Values};
use delimited::{Delimited, Style};
use json::Objects;
use kept::Kept;

/// Takes the cells of a row, in the order of the columns.
pub trait CellSink {
    /// Appends a cell to the current row.
    fn push(&mut self, cell: Cell<'_>);
}

/// Rows of one table, encoded. Every row begins with the same cell, `file`.
#[derive(Clone, Debug)]
pub struct RowBuffer {
    table: &'static Table,
    count: usize,
    encoded: Encoded,
}

/// The encodings.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Encoded {
    /// Separated by a byte: CSV, TSV, Markdown.
    Delimited(Delimited),
    /// One JSON object per row.
    Objects(Objects),
    /// Cells kept apart, for a layout.
    Cells(Cells),
    /// Cells kept as values, to be put in order.
    Kept(Kept),
    /// Columns of values, for record batches.
    #[cfg(feature = "columnar")]
    Columns(Columns),
}

/// Calls with the sink inside a buffer: the encoding is chosen once per row, not per cell.
macro_rules! with_sink {
    ($buffer:expr, $sink:ident => $call:expr) => {
        match $crate::table::row::RowBuffer::encoded($buffer) {
            $crate::table::row::Encoded::Delimited($sink) => $call,
            $crate::table::row::Encoded::Objects($sink) => $call,
            $crate::table::row::Encoded::Cells($sink) => $call,
            $crate::table::row::Encoded::Kept($sink) => $call,
            #[cfg(feature = "columnar")]
            $crate::table::row::Encoded::Columns($sink) => $call,
        }
    };
}
pub(crate) use with_sink;

impl RowBuffer {
    /// No rows yet, for cells between separators.
    pub fn delimited(table: &'static Table, style: &'static Style, file: &str) -> RowBuffer {
        RowBuffer::new(table, Encoded::Delimited(Delimited::new(style, file)))
    }

    /// No rows yet, for JSON objects.
    pub fn objects(table: &'static Table, file: &str) -> RowBuffer {
        RowBuffer::new(table, Encoded::Objects(Objects::new(table.columns, file)))
    }

    /// No rows yet, for a layout.
    pub fn cells(table: &'static Table, file: &str) -> RowBuffer {
        RowBuffer::new(table, Encoded::Cells(Cells::new(file)))
    }

    /// No rows yet, for cells kept as values; `file` is that of each row.
    pub fn kept(table: &'static Table, file: &str) -> RowBuffer {
        RowBuffer::new(table, Encoded::Kept(Kept::new(file, None)))
    }

    /// No rows yet, for the cells of one column kept as values, counted without `file`.
    pub fn kept_column(table: &'static Table, place: usize) -> RowBuffer {
        RowBuffer::new(table, Encoded::Kept(Kept::new("", Some(place))))
    }

    /// No rows yet, for record batches.
    #[cfg(feature = "columnar")]
    pub fn columns(table: &'static Table, file: &str) -> RowBuffer {
        RowBuffer::new(table, Encoded::Columns(Columns::new(table, file)))
    }

    /// Takes the columns of all rows. None in other encodings.
    #[cfg(feature = "columnar")]
    pub fn take_columns(&mut self) -> Vec<Values> {
        self.count = 0;
        match &mut self.encoded {
            Encoded::Columns(columns) => columns.take(),
            _ => Vec::new(),
        }
    }

    /// Takes the cells that were kept as values, row after row. None in other encodings.
    pub fn take_kept(&mut self) -> Vec<Cell<'static>> {
        match &mut self.encoded {
            Encoded::Kept(kept) => kept.take(),
            _ => Vec::new(),
        }
    }

    /// The file of rows that are kept as values. None in other encodings.
    pub fn kept_file(&self) -> Option<&str> {
        match &self.encoded {
            Encoded::Kept(kept) => Some(kept.file()),
            _ => None,
        }
    }

    /// Appends cells to the current row.
    pub fn push_all(&mut self, cells: &[Cell<'static>]) {
        with_sink!(self, sink => cells.iter().for_each(|cell| sink.push(cell.clone())));
    }

    fn new(table: &'static Table, encoded: Encoded) -> RowBuffer {
        RowBuffer { table, count: 0, encoded }
    }

    /// Adds a layer to the path of each row that has a name; every row has one path.
    pub fn extend_paths(&mut self, names: &[Option<Application>]) {
        match &mut self.encoded {
            Encoded::Delimited(rows) => rows.extend_paths(names),
            Encoded::Objects(rows) => rows.extend_paths(names),
            Encoded::Cells(rows) => rows.extend_paths(names),
            Encoded::Kept(rows) => rows.extend_paths(names),
            #[cfg(feature = "columnar")]
            Encoded::Columns(rows) => rows.extend_paths(names),
        }
    }

    /// The table whose rows these are.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True if there are no rows.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Begins a row with the cell of `file`.
    #[inline]
    pub fn begin_row(&mut self) {
        match &mut self.encoded {
            Encoded::Delimited(rows) => rows.begin_row(),
            Encoded::Objects(rows) => rows.begin_row(),
            Encoded::Cells(rows) => rows.begin_row(),
            Encoded::Kept(rows) => rows.begin_row(),
            #[cfg(feature = "columnar")]
            Encoded::Columns(rows) => rows.begin_row(),
        }
    }

    /// Ends the current row.
    #[inline]
    pub fn end_row(&mut self) {
        self.count += 1;
        match &mut self.encoded {
            Encoded::Delimited(rows) => rows.end_row(),
            Encoded::Objects(rows) => rows.end_row(),
            Encoded::Cells(_) | Encoded::Kept(_) => {}
            #[cfg(feature = "columnar")]
            Encoded::Columns(_) => {}
        }
    }

    /// Makes room for rows of so many bytes; other encodings than those of bytes grow as they are.
    pub fn reserve(&mut self, bytes: usize) {
        match &mut self.encoded {
            Encoded::Delimited(rows) => rows.reserve(bytes),
            Encoded::Objects(rows) => rows.reserve(bytes),
            Encoded::Cells(_) | Encoded::Kept(_) => {}
            #[cfg(feature = "columnar")]
            Encoded::Columns(_) => {}
        }
    }

    /// Forgets the rows and keeps their memory.
    pub fn clear(&mut self) {
        self.count = 0;
        match &mut self.encoded {
            Encoded::Delimited(rows) => rows.clear(),
            Encoded::Objects(rows) => rows.clear(),
            Encoded::Cells(rows) => rows.clear(),
            Encoded::Kept(rows) => rows.clear(),
            #[cfg(feature = "columnar")]
            Encoded::Columns(rows) => rows.clear(),
        }
    }

    /// The rows, by their encoding.
    #[inline]
    pub fn encoded(&mut self) -> &mut Encoded {
        &mut self.encoded
    }

    /// The rows as bytes. Cells kept apart for a layout are next to each other.
    pub fn bytes(&self) -> &[u8] {
        match &self.encoded {
            Encoded::Delimited(rows) => rows.bytes(),
            Encoded::Objects(rows) => rows.bytes(),
            Encoded::Cells(rows) => rows.bytes(),
            Encoded::Kept(_) => &[],
            #[cfg(feature = "columnar")]
            Encoded::Columns(_) => &[],
        }
    }

    /// Memory of the rows, in bytes.
    pub fn memory(&self) -> usize {
        match &self.encoded {
            Encoded::Delimited(rows) => rows.memory(),
            Encoded::Objects(rows) => rows.memory(),
            Encoded::Cells(rows) => rows.memory(),
            Encoded::Kept(rows) => rows.memory(),
            #[cfg(feature = "columnar")]
            Encoded::Columns(rows) => rows.memory(),
        }
    }
}
