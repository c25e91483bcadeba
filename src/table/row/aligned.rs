//! Cells kept apart, for a layout that needs their widths. Free text is made visible: a file's name
//! or a message cannot move the cursor or reorder a line.

use super::CellSink;
use super::paths::{PathEnds, PathTexts};
use crate::dissect::application::Application;
use crate::table::cell::Cell;
use crate::table::visible::write_visible;

/// Rows of one table: the text of all cells, and where each ends.
#[derive(Clone, Debug)]
pub struct Cells {
    file: Vec<u8>,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    paths: PathTexts,
    path_ends: PathEnds,
}

impl Cells {
    /// No rows yet; `file` is the first cell of each.
    pub fn new(file: &str) -> Cells {
        let mut first = Vec::new();
        write_visible(file, &mut first);
        Cells {
            file: first,
            bytes: Vec::new(),
            ends: Vec::new(),
            paths: PathTexts::default(),
            path_ends: PathEnds::default(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.bytes.extend_from_slice(&self.file);
        self.ends.push(self.bytes.len());
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.path_ends.clear();
        self.ends.clear();
    }

    /// Adds a layer to the path of each row that has a name.
    pub(super) fn extend_paths(&mut self, names: &[Option<Application>]) {
        let mut insertions = Vec::new();
        self.path_ends
            .extend(&mut self.bytes, names, |place, bytes| insertions.push((place, bytes)));
        let (mut insertions, mut longer) = (insertions.into_iter().peekable(), 0);
        for end in &mut self.ends {
            while let Some((_, bytes)) = insertions.next_if(|(place, _)| *place <= *end) {
                longer += bytes;
            }
            *end += longer;
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn memory(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<usize>() + self.path_ends.memory()
    }

    /// The texts of each row of so many columns, in order.
    pub fn rows(&self, columns: usize) -> impl Iterator<Item = Vec<String>> {
        let mut cells = self.iter().peekable();
        std::iter::from_fn(move || {
            cells.peek()?;
            Some(cells.by_ref().take(columns).map(Into::into).collect())
        })
    }

    /// Every cell in order, row by row.
    fn iter(&self) -> impl Iterator<Item = &str> {
        let mut begin = 0;
        self.ends.iter().map(move |&end| {
            let cell = self.bytes.get(begin..end).unwrap_or_default();
            begin = end;
            // All of it was written as UTF-8.
            std::str::from_utf8(cell).unwrap_or_default()
        })
    }
}

impl CellSink for Cells {
    fn push(&mut self, cell: Cell<'_>) {
        match &cell {
            Cell::Text(text) => write_visible(text, &mut self.bytes),
            Cell::Made(text) => write_visible(text, &mut self.bytes),
            Cell::Path(path) => {
                self.bytes.extend_from_slice(self.paths.of(path));
                self.path_ends.note(self.bytes.len());
            }
            cell => cell.write(&mut self.bytes),
        }
        self.ends.push(self.bytes.len());
    }
}
