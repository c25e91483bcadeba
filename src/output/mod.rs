//! Where tables go: one to standard output, several into a directory, each file whole or not at
//! all.
//!
//! Rows are made in parallel, chunk by chunk, and written in order. Files are written under a
//! temporary name beside their own and renamed when all is written.

pub mod csv;
pub mod text;

use crate::report::Report;
use crate::table::row::{RowBuffer, Style};
use crate::table::{Rows, Table};
use rayon::prelude::*;
use std::fs;
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use tempfile::{NamedTempFile, SpooledTempFile};

/// How many rows a worker makes at a time.
const CHUNK: usize = 2048;

/// How many times as many for each worker are made while those before them are written.
const WINDOW: usize = 8;

/// How much waits to be written to standard output, in bytes: a directory of captures is many short
/// rows.
const BUFFER_BYTES: usize = 64 << 10;

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
    Stdout(BufWriter<io::Stdout>),
    File(NamedTempFile, PathBuf),
    /// Rows for people on standard output wait until the tables before theirs are complete.
    Spool(SpooledTempFile),
}

impl Outputs {
    /// Opens the outputs and writes header lines.
    ///
    /// # Errors
    /// When a directory or file cannot be created or written.
    pub fn open(
        tables: &[&'static Table],
        directory: Option<&Path>,
        for_people: bool,
    ) -> io::Result<Outputs> {
        if let Some(directory) = directory {
            fs::create_dir_all(directory).map_err(with_path(directory))?;
        }
        let mut outputs = Outputs { for_people, outputs: Vec::new() };
        for table in tables {
            let target = match directory {
                Some(directory) => {
                    let name = format!("{}.{}", table.name, if for_people { "txt" } else { "csv" });
                    Target::File(
                        temporary(directory).map_err(with_path(directory))?,
                        directory.join(name),
                    )
                }
                None if for_people => Target::Spool(SpooledTempFile::new(SPOOL_BYTES)),
                None => Target::Stdout(BufWriter::with_capacity(BUFFER_BYTES, io::stdout())),
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
            for_each_chunk(&report.file, &rows, style, |chunk| output.write(chunk))?;
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

    /// Writes what waits in memory, so that a reader sees what is known so far.
    ///
    /// # Errors
    /// When standard output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.outputs.iter_mut().try_for_each(|output| match &mut output.target {
            Target::Stdout(stdout) => stdout.flush(),
            Target::File(..) | Target::Spool(_) => Ok(()),
        })
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
                    layout_file(output.table, spool, &mut stdout)?;
                    stdout.flush()?;
                }
                // One file that cannot have its name is no reason for the others not to have
                // theirs.
                Target::File(file, path) => {
                    let kept = persist(output.table, file, &path, self.for_people)
                        .map_err(with_path(&path));
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
            Target::File(file, path) => file.write_all(bytes).map_err(with_path(path)),
            Target::Spool(spool) => spool.write_all(bytes),
        }
    }
}

/// Puts the name of what could not be written in front of the system's word.
fn with_path(path: &Path) -> impl FnOnce(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The files that have not got their own names yet.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is not finished, when the process is about to be stopped: nothing is finished or
/// begun any more.
pub fn remove_unfinished() {
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for path in unfinished.iter() {
        // There is nobody left to be told.
        let _ = fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// A file beside its later place, with the permissions of any other new file.
fn temporary(directory: &Path) -> io::Result<NamedTempFile> {
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pcapstat-");
    #[cfg(unix)]
    let permissions = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(permissions);
    let file = builder.tempfile_in(directory)?;
    unfinished.push(file.path().to_path_buf());
    Ok(file)
}

/// Gives a finished file its own name.
fn persist(
    table: &Table,
    mut file: NamedTempFile,
    path: &Path,
    for_people: bool,
) -> io::Result<()> {
    if for_people {
        let mut text = Vec::new();
        layout_file(table, file.as_file_mut(), &mut text)?;
        file.as_file_mut().rewind()?;
        file.as_file_mut().set_len(0)?;
        file.write_all(&text)?;
    }
    file.flush()?;
    let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    unfinished.retain(|name| name != file.path());
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn layout_file(
    table: &Table,
    mut rows: impl io::Read + Seek,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    rows.rewind()?;
    rows.read_to_end(&mut bytes)?;
    out.write_all(text::layout(table, &bytes).as_bytes())
}

/// Makes rows on all workers, a few chunks at a time, and hands them out in order while the next
/// ones are made.
///
/// Buffers are used again and again: new memory costs as much as the rows that go into it.
fn for_each_chunk(
    file: &str,
    rows: &Rows<'_>,
    style: &'static Style,
    mut write: impl FnMut(&[u8]) -> io::Result<()> + Send,
) -> io::Result<()> {
    let window = WINDOW * rayon::current_num_threads();
    let buffers = || -> Vec<RowBuffer> {
        (0..window.min(rows.count.div_ceil(CHUNK))).map(|_| RowBuffer::new(style, file)).collect()
    };
    let make = |begin: usize, buffer: &mut RowBuffer| {
        buffer.clear();
        for number in begin..(begin + CHUNK).min(rows.count) {
            buffer.begin_row();
            (rows.fill)(number, buffer);
            buffer.end_row();
        }
    };
    let (mut made, mut making) = (Vec::new(), Vec::new());
    for first in (0..rows.count).step_by(window * CHUNK) {
        // Twice at the most, and once for the many tables of one window.
        if making.is_empty() {
            making = buffers();
        }
        let begins = (first..rows.count).into_par_iter().step_by(CHUNK);
        let (written, ()) = rayon::join(
            || made.iter().try_for_each(|buffer: &RowBuffer| write(buffer.bytes())),
            || {
                begins
                    .zip(&mut making)
                    .with_max_len(1)
                    .for_each(|(begin, buffer)| make(begin, buffer))
            },
        );
        written?;
        // The last window may need fewer buffers than there are.
        making.iter_mut().skip((rows.count - first).div_ceil(CHUNK)).for_each(RowBuffer::clear);
        std::mem::swap(&mut made, &mut making);
    }
    made.iter().try_for_each(|buffer| write(buffer.bytes()))
}
