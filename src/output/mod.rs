//! Where tables go: one to standard output, several into a directory, each file whole or not at all.
//!
//! Rows are made in parallel, chunk by chunk, and written in order. Files are written under a temporary name beside their
//! own and renamed when all is written.

pub mod csv;
pub mod text;

use crate::report::Report;
use crate::table::row::{RowBuffer, Style};
use crate::table::{Rows, Table};
use rayon::prelude::*;
use std::fs;
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, SpooledTempFile};

/// How many rows a worker makes at a time.
const CHUNK: usize = 8192;

/// What is held of a table for people before it goes to a temporary file, in bytes.
const SPOOL_BYTES: usize = 16 << 20;

/// The outputs of a run: one for each table.
pub struct Outputs {
    for_people: bool,
    outputs: Vec<Output>,
}

struct Output {
    table: &'static Table,
    target: Target,
}

enum Target {
    Stdout(io::Stdout),
    File(NamedTempFile, PathBuf),
    /// Rows for people on standard output wait until the tables before theirs are complete.
    Spool(SpooledTempFile),
}

impl Outputs {
    /// Opens the outputs and writes header lines.
    ///
    /// # Errors
    /// When a directory or file cannot be created or written.
    pub fn open(tables: &[&'static Table], directory: Option<&Path>, for_people: bool) -> io::Result<Outputs> {
        if let Some(directory) = directory {
            fs::create_dir_all(directory).map_err(naming(directory))?;
        }
        let mut outputs = Outputs { for_people, outputs: Vec::new() };
        for table in tables {
            let target = match directory {
                Some(directory) => {
                    let name = format!("{}.{}", table.name, if for_people { "txt" } else { "csv" });
                    Target::File(temporary(directory).map_err(naming(directory))?, directory.join(name))
                }
                None if for_people => Target::Spool(SpooledTempFile::new(SPOOL_BYTES)),
                None => Target::Stdout(io::stdout()),
            };
            let mut output = Output { table, target };
            if !for_people {
                output.write(&csv::header(table))?;
            }
            outputs.outputs.push(output);
        }
        Ok(outputs)
    }

    /// How cells are set apart.
    pub fn style(&self) -> &'static Style {
        if self.for_people { &text::STYLE } else { &csv::STYLE }
    }

    /// Writes the rows of every table that is made from reports.
    ///
    /// # Errors
    /// When an output cannot be written.
    pub fn report(&mut self, report: &Report) -> io::Result<()> {
        let style = self.style();
        for output in &mut self.outputs {
            let rows = output.table.rows(report);
            for_each_chunk(&report.file, &rows, style, |chunk| output.write(&chunk))?;
        }
        Ok(())
    }

    /// Writes rows of the table that is exported packet by packet.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn packets(&mut self, rows: &[u8]) -> io::Result<()> {
        let mut exports = self.outputs.iter_mut().filter(|output| output.table.is_export());
        exports.try_for_each(|output| output.write(rows))
    }

    /// Completes every output: lays out text, flushes, renames files.
    ///
    /// # Errors
    /// When an output cannot be written or renamed.
    pub fn finish(self) -> io::Result<()> {
        let several = self.outputs.len() > 1;
        let mut first_error = None;
        for (number, output) in self.outputs.into_iter().enumerate() {
            match output.target {
                Target::Stdout(mut stdout) => stdout.flush()?,
                Target::Spool(spool) => {
                    let mut stdout = io::stdout().lock();
                    if several {
                        let space = if number > 0 { "\n" } else { "" };
                        writeln!(stdout, "{space}{}: {}", output.table.name, output.table.about)?;
                    }
                    lay_out(output.table, spool, &mut stdout)?;
                    stdout.flush()?;
                }
                // One file that cannot have its name is no reason for the others not to have theirs.
                Target::File(file, path) => {
                    let kept = keep(output.table, file, &path, self.for_people).map_err(naming(&path));
                    first_error = first_error.or(kept.err());
                }
            }
        }
        first_error.map_or(Ok(()), Err)
    }
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::Stdout(stdout) => stdout.write_all(bytes),
            Target::File(file, path) => file.write_all(bytes).map_err(naming(path)),
            Target::Spool(spool) => spool.write_all(bytes),
        }
    }
}

/// Puts the name of what could not be written in front of the system's word.
fn naming(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file beside its later place, with the permissions of any other new file.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pcapstat-");
    #[cfg(unix)]
    let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    builder.tempfile_in(directory)
}

/// Gives a finished file its own name.
fn keep(table: &Table, mut file: NamedTempFile, path: &Path, for_people: bool) -> io::Result<()> {
    if for_people {
        let mut text = Vec::new();
        lay_out(table, file.as_file_mut(), &mut text)?;
        file.as_file_mut().rewind()?;
        file.as_file_mut().set_len(0)?;
        file.write_all(&text)?;
    }
    file.flush()?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn lay_out(table: &Table, mut rows: impl io::Read + Seek, out: &mut impl Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    rows.rewind()?;
    rows.read_to_end(&mut bytes)?;
    out.write_all(text::layout(table, &bytes).as_bytes())
}

/// Makes rows on all workers, a few chunks at a time, and hands them out in order while the next ones are made.
fn for_each_chunk(
    file: &str,
    rows: &Rows<'_>,
    style: &'static Style,
    mut write: impl FnMut(Vec<u8>) -> io::Result<()> + Send,
) -> io::Result<()> {
    let window = CHUNK * 2 * rayon::current_num_threads();
    let chunk = |begin: usize| {
        let mut buffer = RowBuffer::new(style, file);
        for number in begin..(begin + CHUNK).min(rows.count) {
            buffer.begin_row();
            (rows.fill)(number, &mut buffer);
            buffer.end_row();
        }
        buffer.into_bytes()
    };
    if rows.count <= CHUNK {
        return if rows.count > 0 { write(chunk(0)) } else { Ok(()) };
    }
    let mut ready: Vec<Vec<u8>> = Vec::new();
    for first in (0..rows.count).step_by(window) {
        let begins: Vec<usize> = (first..(first + window).min(rows.count)).step_by(CHUNK).collect();
        let (written, made) = rayon::join(
            || ready.drain(..).try_for_each(&mut write),
            || begins.par_iter().with_max_len(1).map(|begin| chunk(*begin)).collect(),
        );
        written?;
        ready = made;
    }
    ready.into_iter().try_for_each(write)
}
