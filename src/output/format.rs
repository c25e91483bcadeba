//! The output formats. [`FORMATS`] is the one list: `-f`, help, docs and tests walk it.
//!
//! A format encodes rows in parallel, each worker into a [`RowBuffer`] of its own, and writes the
//! buffers in order through an [`Encoder`]. A new format is a file with an encoder and a line here.

#[cfg(feature = "columnar")]
use super::columnar;
use super::{aligned, delimited, json};
use crate::table::Table;
use crate::table::row::RowBuffer;
use std::io::{self, Write};

/// An output format.
#[derive(Debug)]
pub struct Format {
    /// Its name for `-f`.
    pub name: &'static str,
    /// Description for people.
    pub about: &'static str,
    /// Extension of its files.
    pub extension: &'static str,
    /// True if it is not text: a terminal cannot show it.
    pub binary: bool,
    /// Several tables in one output. None if an output holds one table.
    pub several: Option<Several>,
    /// A buffer without rows of a table; `file` is the first cell of each.
    pub rows: fn(table: &'static Table, file: &str) -> RowBuffer,
    /// The encoder of a table.
    pub encoder: fn(table: &'static Table) -> Box<dyn Encoder>,
}

/// Form in which several tables share one output.
#[derive(Debug)]
pub struct Several {
    /// Written before a table: `first` is true for the first one, `alone` if there is no other.
    pub before: fn(table: &Table, first: bool, alone: bool) -> String,
    /// Written after the last table.
    pub after: &'static str,
}

/// Writes the rows of one table, in order.
pub trait Encoder: Send {
    /// Writes everything before the first row.
    ///
    /// # Errors
    /// Those of `out`, as for all functions of an encoder.
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()>;
    /// Writes rows, which were made in a buffer of the same format.
    ///
    /// # Errors
    /// Those of `out`.
    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()>;
    /// Writes rows that wait where that changes no byte of the output, or somebody watches.
    ///
    /// # Errors
    /// Those of `out`.
    fn hand_on(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
    /// Writes rows that wait, and everything after the last row.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()>;
}

/// Every format.
pub static FORMATS: &[&Format] = &[
    &delimited::CSV,
    &delimited::TSV,
    &json::JSON,
    &json::NDJSON,
    &delimited::MARKDOWN,
    &aligned::TABLE,
    #[cfg(feature = "columnar")]
    &columnar::parquet::PARQUET,
    #[cfg(feature = "columnar")]
    &columnar::arrow::ARROW,
];

/// Names and descriptions of the formats of the feature `columnar`, which builds without it refuse.
pub const COLUMNAR: [(&str, &str); 2] = [
    ("parquet", "Apache Parquet, compressed with zstd"),
    ("arrow", "Apache Arrow record batches (IPC stream)"),
];

/// The format of this name.
pub fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name).copied()
}

/// Names of the formats that can hold several tables in one output, for messages.
pub fn names_of_several() -> String {
    let several = FORMATS.iter().filter(|format| format.several.is_some());
    several.map(|format| format.name).collect::<Vec<_>>().join(", ")
}
