//! Cells between separators. Only free text can hold anything that needs care.

use super::CellSink;
use super::paths::{PathEnds, PathTexts};
use crate::dissect::application::Application;
use crate::table::cell::{Cell, TimeText};

/// Separation of cells in a format.
#[derive(Debug)]
pub struct Style {
    /// Before the first cell of a row.
    pub open: &'static str,
    /// Between two cells.
    pub separator: u8,
    /// After the last cell.
    pub end: &'static str,
    /// Writes free text so that it cannot be taken for a separator or an end.
    pub text: fn(&str, &mut Vec<u8>),
}

/// Rows of one table as bytes.
#[derive(Clone, Debug)]
pub struct Delimited {
    style: &'static Style,
    /// Begins every row.
    file: Vec<u8>,
    bytes: Vec<u8>,
    paths: PathTexts,
    times: TimeText,
    path_ends: PathEnds,
}

impl Delimited {
    /// No rows yet; `file` is the first cell of each.
    pub fn new(style: &'static Style, file: &str) -> Delimited {
        let mut first = style.open.as_bytes().to_vec();
        (style.text)(file, &mut first);
        Delimited {
            style,
            file: first,
            bytes: Vec::new(),
            paths: PathTexts::default(),
            times: TimeText::default(),
            path_ends: PathEnds::default(),
        }
    }

    #[inline]
    pub(super) fn begin_row(&mut self) {
        self.bytes.extend_from_slice(&self.file);
    }

    #[inline]
    pub(super) fn end_row(&mut self) {
        self.bytes.extend_from_slice(self.style.end.as_bytes());
    }

    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.path_ends.clear();
    }

    /// Adds a layer to the path of each row that has a name.
    pub(super) fn extend_paths(&mut self, names: &[Option<Application>]) {
        self.path_ends.extend(&mut self.bytes, names, |_, _| {});
    }

    /// Memory of the rows, in bytes.
    pub(super) fn memory(&self) -> usize {
        self.bytes.len() + self.path_ends.memory()
    }

    /// The rows so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl CellSink for Delimited {
    // Always inlined: callers know the kind of cell, so that a few stores remain of the match.
    #[inline(always)]
    fn push(&mut self, cell: Cell<'_>) {
        self.bytes.push(self.style.separator);
        match &cell {
            Cell::Text(text) => (self.style.text)(text, &mut self.bytes),
            Cell::Made(text) => (self.style.text)(text, &mut self.bytes),
            Cell::Path(path) => {
                self.bytes.extend_from_slice(self.paths.of(path));
                self.path_ends.note(self.bytes.len());
            }
            Cell::Time(time) => self.times.write(*time, &mut self.bytes),
            cell => cell.write(&mut self.bytes),
        }
    }
}
