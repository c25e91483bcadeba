//! `--baseline`: the tables of this run compared with those of an earlier one, row by row.
//!
//! Both are CSV as `-o` writes them; other formats are refused. Rows are paired by their key columns,
//! rows of one key in order; `./a` and `a` are one file. Numbers may differ by a share of the earlier
//! one; everything else must be equal. `--baseline-columns` compares only cells of these columns. The
//! differences are themselves a table. `ranges` measures the run and is not compared.

mod compare;
mod tolerance;

pub use compare::Difference;
use compare::Rules;
pub use tolerance::Tolerance;

use crate::error::without_code;
use crate::output::format::FORMATS;
use crate::suggest::hint;
use crate::table::Table;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The name of the table of differences.
pub const DIFFERENCES: &str = "differences";

/// Its columns.
pub const COLUMNS: [&str; 5] = ["table", "key", "column", "before", "after"];

/// Tables with more than one key column: those before all that is counted.
const KEY_COLUMNS: &[(&str, usize)] = &[
    ("protocols", 2),
    ("conversations", 6),
    ("endpoints", 4),
    ("ports", 3),
    ("intervals", 2),
    ("lengths", 2),
    ("problems", 3),
    ("gaps", 3),
    ("interfaces", 3),
    ("metadata", 5),
    ("packets", 2),
    ("streams", 2),
    ("segments", 3),
    ("dns", 4),
    ("tls", 5),
    ("http", 4),
    ("echo", 4),
    ("flows", 6),
];

/// Tables of an earlier run.
#[derive(Clone, Debug)]
pub struct Baseline {
    directory: PathBuf,
    tolerance: Tolerance,
    /// Columns to compare. All if there is none.
    columns: Vec<String>,
}

impl Baseline {
    /// Checks that the directory has all these tables with the same columns, and that each of the
    /// columns to compare is in one of them.
    ///
    /// # Errors
    /// A message for people that names the file.
    pub fn open(
        directory: PathBuf,
        tolerance: Tolerance,
        columns: &[String],
        tables: &[&'static Table],
    ) -> Result<Baseline, String> {
        let columns: Vec<String> =
            columns.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        let known = || compared(tables).flat_map(|table| table.columns.iter().map(|one| one.name));
        if let Some(name) = columns.iter().find(|name| !known().any(|known| known == *name)) {
            let hint = hint(name, known());
            return Err(format!("no compared table has a column named {name:?}{hint}"));
        }
        if !directory.is_dir() {
            let shown = directory.display();
            return Err(format!("{shown}: no such directory; a run with -o {shown} writes it"));
        }
        for table in compared(tables) {
            let path = directory.join(file_name(table.name));
            let shown = path.display();
            let file =
                File::open(&path).map_err(|error| match other_format(&directory, table) {
                    Some(other) => {
                        format!("{shown}: there is {other}; write the baseline with -f csv")
                    }
                    None => format!("{shown}: {}", without_code(&error)),
                })?;
            let mut reader = csv::Reader::from_reader(file);
            let header = reader.headers().map_err(|error| format!("{shown}: {error}"))?;
            if !header.iter().eq(table.columns.iter().map(|column| column.name)) {
                return Err(format!("{shown}: not the columns of {}", table.name));
            }
        }
        Ok(Baseline { directory, tolerance, columns })
    }

    /// Writes the differences between the baseline and the tables in `now`, with a header line;
    /// returns their number.
    ///
    /// # Errors
    /// When a table cannot be read or the differences cannot be written.
    pub fn compare(
        &self,
        now: &Path,
        tables: &[&'static Table],
        out: impl Write,
    ) -> io::Result<u64> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS)?;
        let mut count = 0;
        for table in compared(tables) {
            let path = |directory: &Path| directory.join(file_name(table.name));
            let open = |path: PathBuf| {
                File::open(&path).map_err(|error| {
                    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
                })
            };
            let (before, after) = (open(path(&self.directory))?, open(path(now))?);
            let keys = key_columns(table.name);
            let columns =
                |name: &str| self.columns.is_empty() || self.columns.iter().any(|one| one == name);
            let rules = Rules { keys, tolerance: self.tolerance, columns: &columns };
            compare::tables(table, rules, before, after, |difference| {
                count += 1;
                Ok(writer.write_record(difference.cells(table.name))?)
            })?;
        }
        writer.flush()?;
        Ok(count)
    }
}

/// The tables that are compared.
fn compared<'t>(tables: &'t [&'static Table]) -> impl Iterator<Item = &'static Table> + 't {
    tables.iter().copied().filter(|table| table.name != "ranges")
}

fn key_columns(table: &str) -> usize {
    KEY_COLUMNS.iter().find(|(name, _)| *name == table).map_or(1, |(_, count)| *count)
}

/// The file that an earlier run wrote of a table in another format. None if there is none.
fn other_format(directory: &Path, table: &Table) -> Option<String> {
    let names = FORMATS.iter().map(|format| format!("{}.{}", table.name, format.extension));
    names.into_iter().find(|name| directory.join(name).exists())
}

/// The file of a table in a directory.
fn file_name(table: &str) -> String {
    format!("{table}.csv")
}

#[cfg(test)]
mod tests;
