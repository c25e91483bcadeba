//! Rows on their way out: cells written one behind the other into a buffer, in the style of an output format.

use super::cell::Cell;

/// How a format sets cells apart. Only free text can hold anything that needs care.
#[derive(Debug)]
pub struct Style {
    /// Between two cells of a row.
    pub separator: u8,
    /// Behind the last cell of a row.
    pub end: u8,
    /// Writes free text so that it cannot be taken for a separator or an end.
    pub text: fn(&str, &mut Vec<u8>),
}

/// A buffer of rows.
#[derive(Debug)]
pub struct RowBuffer {
    style: &'static Style,
    bytes: Vec<u8>,
    row_begun: bool,
}

impl RowBuffer {
    /// No rows yet.
    pub fn new(style: &'static Style) -> RowBuffer {
        RowBuffer { style, bytes: Vec::new(), row_begun: false }
    }

    /// Appends a cell to the current row.
    #[inline]
    pub fn push(&mut self, cell: Cell<'_>) {
        if self.row_begun {
            self.bytes.push(self.style.separator);
        }
        self.row_begun = true;
        match &cell {
            Cell::Text(text) => (self.style.text)(text, &mut self.bytes),
            Cell::Made(text) => (self.style.text)(text, &mut self.bytes),
            cell => cell.write(&mut self.bytes),
        }
    }

    /// Ends the current row.
    #[inline]
    pub fn end_row(&mut self) {
        self.bytes.push(self.style.end);
        self.row_begun = false;
    }

    /// Appends the rows of another buffer of the same style.
    pub fn append(&mut self, later: RowBuffer) {
        self.bytes.extend_from_slice(&later.bytes);
    }

    /// The rows so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
