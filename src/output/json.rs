//! `json`: one object whose members are tables, each an array of objects. `ndjson`: one object a
//! line, without a name of the table.

use super::format::{Encoder, Format, Several};
use crate::table::row::RowBuffer;
use std::io::{self, Write};

/// One object; tables as arrays of objects.
pub static JSON: Format = Format {
    name: "json",
    about: "one JSON object with an array of objects per table",
    extension: "json",
    binary: false,
    several: Some(Several {
        before: |table, first, _| {
            format!("{}\"{}\":[", if first { "{" } else { ",\n" }, table.name)
        },
        after: "}\n",
    }),
    rows: RowBuffer::objects,
    encoder: |_| Box::new(Array { rows: false }),
};

/// Newline-delimited JSON.
pub static NDJSON: Format = Format {
    name: "ndjson",
    about: "one JSON object per row and line",
    extension: "ndjson",
    binary: false,
    several: None,
    rows: RowBuffer::objects,
    encoder: |_| Box::new(Lines),
};

/// Objects between commas.
struct Array {
    /// True after the first row.
    rows: bool,
}

impl Encoder for Array {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        // Strings hold no line feeds: each ends an object.
        for object in rows.bytes().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            out.write_all(if self.rows { b",\n" } else { b"\n" })?;
            out.write_all(object)?;
            self.rows = true;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.rows { b"\n]" } else { b"]" })
    }
}

/// Objects as they are.
struct Lines;

impl Encoder for Lines {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(rows.bytes())
    }

    fn finish(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
