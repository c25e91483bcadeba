//! Cells kept as values, for rows that are chosen or put in order before they are written.

use super::CellSink;
use crate::dissect::application::Application;
use crate::table::cell::Cell;

/// The cells of rows, `file` left out, one after another.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The file of the rows, which is not among the cells.
    file: Box<str>,
    /// The only column to keep, counted without `file`. None keeps all.
    only: Option<usize>,
    at: usize,
    cells: Vec<Cell<'static>>,
    /// Places of the paths among the cells, one for each row that keeps it.
    paths: Vec<usize>,
}

impl Kept {
    /// No rows yet; every cell, or those of one column, will be kept.
    pub fn new(file: &str, only: Option<usize>) -> Kept {
        Kept { file: file.into(), only, at: 0, cells: Vec::new(), paths: Vec::new() }
    }

    /// The file of the rows.
    pub fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn begin_row(&mut self) {
        self.at = 0;
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.paths.clear();
    }

    pub(super) fn memory(&self) -> usize {
        self.cells.capacity() * size_of::<Cell<'static>>()
    }

    /// Adds a layer to the path of each row that has a name.
    pub(super) fn extend_paths(&mut self, names: &[Option<Application>]) {
        for (place, name) in self.paths.iter().zip(names) {
            if let (Some(Cell::Made(path)), Some(name)) = (self.cells.get_mut(*place), name) {
                path.push(':');
                path.push_str(name.name());
            }
        }
    }

    /// Takes the cells.
    pub fn take(&mut self) -> Vec<Cell<'static>> {
        std::mem::take(&mut self.cells)
    }
}

impl CellSink for Kept {
    fn push(&mut self, cell: Cell<'_>) {
        if self.only.is_none_or(|only| only == self.at) {
            if matches!(cell, Cell::Path(_)) {
                self.paths.push(self.cells.len());
            }
            self.cells.push(cell.into_kept());
        }
        self.at += 1;
    }
}
