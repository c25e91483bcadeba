//! Destinations of the rows of a table: a file, standard output, or a temporary file that waits for it.

use super::stdout::{Stdout, assert_stdout};
use super::{Format, Table, WholeFile};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tempfile::SpooledTempFile;

/// Bytes that wait to be written to standard output: a directory of captures is many short rows.
const BUFFER_BYTES: usize = 64 << 10;

/// Bytes of a waiting table that stay in memory; more go to a temporary file.
const SPOOL_BYTES: usize = 1 << 20;

pub(super) enum Target {
    Stdout(BufWriter<Stdout>),
    File(Box<WholeFile>),
    /// Waits until the tables before it on standard output are complete.
    Waiting(SpooledTempFile),
}

impl Target {
    /// A file in a directory, or standard output; tables after the first one wait for it.
    ///
    /// # Errors
    /// If the file cannot be created, or standard output is closed.
    pub(super) fn open(
        table: &Table,
        directory: Option<&Path>,
        format: &Format,
        is_first: bool,
    ) -> io::Result<Target> {
        Ok(match directory {
            Some(directory) => {
                let path = directory.join(format!("{}.{}", table.name, format.extension));
                Target::File(Box::new(WholeFile::begin(path)?))
            }
            None if is_first => {
                assert_stdout()?;
                let out = io::stdout();
                let stdout = Stdout { out, before: None, is_optional: false, over: false };
                Target::Stdout(BufWriter::with_capacity(BUFFER_BYTES, stdout))
            }
            None => Target::Waiting(SpooledTempFile::new(SPOOL_BYTES)),
        })
    }

    pub(super) fn out(&mut self) -> &mut dyn Write {
        match self {
            Target::Stdout(stdout) => stdout,
            Target::File(file) => file,
            Target::Waiting(waiting) => waiting,
        }
    }
}
