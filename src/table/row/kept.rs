//! Cells kept as values, for rows that are put in order before they are written.

use super::CellSink;
use crate::table::cell::Cell;

/// The cells of rows, `file` left out, one after another.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// The only column to keep, counted without `file`. None keeps all.
    only: Option<usize>,
    at: usize,
    cells: Vec<Cell<'static>>,
}

impl Kept {
    /// No rows yet; every cell, or those of one column, will be kept.
    pub fn new(only: Option<usize>) -> Kept {
        Kept { only, at: 0, cells: Vec::new() }
    }

    pub(super) fn begin_row(&mut self) {
        self.at = 0;
    }

    pub(super) fn clear(&mut self) {
        self.cells.clear();
    }

    pub(super) fn memory(&self) -> usize {
        self.cells.capacity() * size_of::<Cell<'static>>()
    }

    /// Takes the cells.
    pub fn take(&mut self) -> Vec<Cell<'static>> {
        std::mem::take(&mut self.cells)
    }
}

impl CellSink for Kept {
    fn push(&mut self, cell: Cell<'_>) {
        if self.only.is_none_or(|only| only == self.at) {
            self.cells.push(cell.into_kept());
        }
        self.at += 1;
    }
}
