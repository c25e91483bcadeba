//! Rows as JSON objects (RFC 8259), one a line: numbers as numbers, unknown as `null`.

use super::CellSink;
use super::paths::{PathEnds, PathTexts};
use crate::dissect::application::Application;
use crate::table::cell::{Cell, TimeText};
use crate::table::columns::Column;

/// Rows of one table as objects, without anything between them but line feeds.
#[derive(Clone, Debug)]
pub struct Objects {
    /// `{"file":…`, which begins every object.
    file: Vec<u8>,
    /// `,"name":` of every other column.
    keys: Vec<Vec<u8>>,
    /// Number of cells of the current row after `file`.
    at: usize,
    bytes: Vec<u8>,
    paths: PathTexts,
    times: TimeText,
    path_ends: PathEnds,
}

impl Objects {
    /// No rows yet; `file` is the first cell of each.
    pub fn new(columns: &[Column], file: &str) -> Objects {
        let mut keys = columns.iter().map(|column| format!(",\"{}\":", column.name).into_bytes());
        let mut first = keys.next().unwrap_or_default();
        first.splice(..first.len().min(1), *b"{");
        write_string(file, &mut first);
        Objects {
            file: first,
            keys: keys.collect(),
            at: 0,
            bytes: Vec::new(),
            paths: PathTexts::default(),
            times: TimeText::default(),
            path_ends: PathEnds::default(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.at = 0;
        self.bytes.extend_from_slice(&self.file);
    }

    pub(super) fn end_row(&mut self) {
        self.bytes.extend_from_slice(b"}\n");
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

    /// The objects so far, each with a line feed after it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl CellSink for Objects {
    #[inline(always)]
    fn push(&mut self, cell: Cell<'_>) {
        let out = &mut self.bytes;
        out.extend_from_slice(self.keys.get(self.at).map_or(b"", |key| key));
        self.at += 1;
        match &cell {
            cell if cell.is_empty() => {
                out.extend_from_slice(b"null");
                if matches!(cell, Cell::Path(_)) {
                    self.path_ends.note(out.len());
                }
            }
            Cell::Integer(_) | Cell::Signed(_) | Cell::Billionths(_) | Cell::Boolean(_) => {
                cell.write(out)
            }
            Cell::Text(text) => write_string(text, out),
            Cell::Made(text) => write_string(text, out),
            Cell::Path(path) => {
                out.push(b'"');
                out.extend_from_slice(self.paths.of(path));
                self.path_ends.note(out.len());
                out.push(b'"');
            }
            Cell::Time(time) => {
                out.push(b'"');
                self.times.write(*time, out);
                out.push(b'"');
            }
            // The texts of all other cells are ASCII without quotes and backslashes.
            cell => {
                out.push(b'"');
                cell.write(out);
                out.push(b'"');
            }
        }
    }
}

/// Appends a string: quotes, backslashes and control characters escaped.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 | 0x7F => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped() {
        let mut out = Vec::new();
        write_string("a\"b\\c\nd\u{1}é", &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), r#""a\"b\\c\nd\u0001é""#);
    }
}
