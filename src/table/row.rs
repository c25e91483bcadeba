//! Rows on their way out: cells written one behind the other into a buffer, in the style of an
//! output format.

use super::cell::Cell;
use crate::dissect::protocol::Path;

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
    /// The cell that every row begins with.
    file: Vec<u8>,
    bytes: Vec<u8>,
    /// The text of paths that came by, each in the place that its fingerprint gives it.
    paths: [(Path, Vec<u8>); PATHS],
}

/// How many paths' texts are remembered.
const PATHS: usize = 16;

impl RowBuffer {
    /// No rows yet; `file` is the first cell of each.
    pub fn new(style: &'static Style, file: &str) -> RowBuffer {
        let mut first = Vec::new();
        (style.text)(file, &mut first);
        RowBuffer { style, file: first, bytes: Vec::new(), paths: Default::default() }
    }

    /// Begins a row with the cell of `file`.
    #[inline]
    pub fn begin_row(&mut self) {
        self.bytes.extend_from_slice(&self.file);
    }

    /// Appends a cell to the current row.
    // Always in the caller, where it is known what kind of cell it is: what is left of the match is
    // a few stores.
    #[inline(always)]
    pub fn push(&mut self, cell: Cell<'_>) {
        self.bytes.push(self.style.separator);
        match &cell {
            Cell::Text(text) => (self.style.text)(text, &mut self.bytes),
            Cell::Made(text) => (self.style.text)(text, &mut self.bytes),
            cell => cell.write(&mut self.bytes),
        }
    }

    /// Appends the cell of a path. Most packets have one of a few.
    #[inline]
    pub fn push_path(&mut self, path: &Path) {
        let (known, text) = &mut self.paths[path.fingerprint() as usize % PATHS];
        if known != path {
            text.clear();
            Cell::Path(path.layers()).write(text);
            *known = *path;
        }
        self.bytes.push(self.style.separator);
        self.bytes.extend_from_slice(text);
    }

    /// Ends the current row.
    #[inline]
    pub fn end_row(&mut self) {
        self.bytes.push(self.style.end);
    }

    /// Appends the rows of another buffer of the same style.
    pub fn append(&mut self, later: RowBuffer) {
        self.bytes.extend_from_slice(&later.bytes);
    }

    /// Forgets the rows, but not the room they took.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// The rows so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The rows so far.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
