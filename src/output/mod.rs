//! Output of tables: to standard output, or each into a file of a directory, in a format of
//! [`format::FORMATS`].
//!
//! Rows are made in parallel, chunk by chunk, and written in order.

pub mod aligned;
pub mod arranged;
mod chunks;
#[cfg(feature = "columnar")]
pub mod columnar;
pub mod csv;
pub mod delimited;
mod file;
pub mod format;
pub mod json;
#[cfg(feature = "cli")]
mod on_screen;
mod stdout;
mod target;
#[cfg(feature = "cli")]
mod views;

use crate::engine::memory::Budget;
use crate::report::Report;
use crate::table::row::RowBuffer;
use crate::table::{Rows, TABLES, Table};
#[cfg(feature = "cli")]
use crate::terminal::Screen;
use arranged::{Arrangement, Waiting};
use file::with_path;
pub use file::{Identity, WholeFile, identity, remove_unfinished};
use format::{Encoder, FORMATS, Format};
#[cfg(feature = "cli")]
use on_screen::OnScreen;
use std::fs;
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::Arc;
use stdout::Stdout;
pub use stdout::{assert_stdout, optional_stdout, stdout_file};
use target::Target;

/// The outputs of a run, one per table.
pub struct Outputs {
    format: &'static Format,
    arrangement: Arrangement,
    outputs: Vec<Output>,
}

struct Output {
    table: &'static Table,
    encoder: Box<dyn Encoder>,
    target: Target,
    /// Rows that wait to be put in order.
    waiting: Waiting,
}

impl Outputs {
    /// Opens the outputs of tables: standard output, or files in a directory, which is created.
    /// Also gives the names of tables there that this run does not write.
    ///
    /// # Errors
    /// If a directory or file cannot be created or written.
    pub fn open(
        tables: &[&'static Table],
        directory: Option<&Path>,
        format: &'static Format,
        budget: &Arc<Budget>,
    ) -> io::Result<(Outputs, Vec<String>)> {
        let mut stale = Vec::new();
        if let Some(directory) = directory {
            fs::create_dir_all(directory).map_err(with_path(directory))?;
            let name = |table: &&Table| format!("{}.{}", table.name, format.extension);
            let names: Vec<String> = tables.iter().map(name).collect();
            stale = stale_tables(directory, &names);
        }
        let mut outputs = Vec::new();
        for (number, table) in tables.iter().enumerate() {
            let target = Target::open(table, directory, format, number == 0)?;
            let (encoder, waiting) = ((format.encoder)(table), Waiting::new(budget));
            let mut output = Output { table, encoder, target, waiting };
            let (first, alone) = (number == 0 || directory.is_some(), tables.len() == 1);
            if let Some(several) = &format.several {
                let before = (several.before)(table, first, alone || directory.is_some());
                output.target.out().write_all(before.as_bytes())?;
            }
            output.encoder.begin(output.target.out())?;
            outputs.push(output);
        }
        Ok((Outputs { format, arrangement: Arrangement::default(), outputs }, stale))
    }

    /// Puts the rows of each input in this order.
    pub fn arrange(&mut self, arrangement: Arrangement) {
        self.arrangement = arrangement;
    }

    /// Shows tables on a screen: a screenful of rows of each, or all.
    #[cfg(feature = "cli")]
    pub fn show_on(&mut self, screen: Screen, all: bool) {
        for output in &mut self.outputs {
            output.encoder = Box::new(OnScreen::new(output.table, screen, all));
        }
    }

    /// Calls `before` once, before anything is written to standard output.
    pub fn before_stdout(&mut self, before: Box<dyn FnOnce() + Send>) {
        if let Some(stdout) = self.stdout() {
            stdout.before = Some(before);
        }
    }

    /// Goes on without standard output once its reader leaves: the run has other results.
    pub fn outlive_reader(&mut self) {
        if let Some(stdout) = self.stdout() {
            stdout.is_optional = true;
        }
    }

    fn stdout(&mut self) -> Option<&mut Stdout> {
        self.outputs.iter_mut().find_map(|output| match &mut output.target {
            Target::Stdout(stdout) => Some(stdout.get_mut()),
            Target::File(..) | Target::Waiting(_) => None,
        })
    }

    /// Writes the rows of every table that is made from reports.
    ///
    /// # Errors
    /// If an output cannot be written.
    pub fn report(&mut self, report: &Report) -> io::Result<()> {
        for output in &mut self.outputs {
            let rows = if output.table.is_export() {
                output.waiting.take(&self.arrangement, output.table)
            } else {
                self.arrangement.arrange(output.table, output.table.rows(report), &report.file)
            };
            let empty = (self.format.rows)(output.table, &report.file);
            chunks::for_each_chunk(&empty, &rows, |chunk| output.rows(chunk))?;
        }
        Ok(())
    }

    /// Writes rows of the table that their buffer is for.
    ///
    /// # Errors
    /// If the output cannot be written.
    pub fn rows(&mut self, rows: &mut RowBuffer) -> io::Result<()> {
        let name = rows.table().name;
        let mut outputs = self.outputs.iter_mut().filter(|output| output.table.name == name);
        let Some(file) = rows.kept_file() else {
            return outputs.try_for_each(|output| output.rows(rows));
        };
        let Some(output) = outputs.next() else { return Ok(()) };
        let mut encoded = (self.format.rows)(rows.table(), file);
        let chosen = self.arrangement.chosen(rows);
        if self.arrangement.waits(output.table) {
            output.waiting.add(&self.arrangement, output.table, chosen);
            return Ok(());
        }
        let chosen = Rows::from_list(chosen, |cells, buffer| buffer.push_all(cells));
        (0..chosen.count).for_each(|number| chosen.write(number, &mut encoded));
        output.rows(&mut encoded)
    }

    /// Writes buffered bytes, so that a reader sees all that is known.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.outputs.iter_mut().try_for_each(|output| match &mut output.target {
            Target::Stdout(stdout) => stdout.flush(),
            Target::File(..) | Target::Waiting(_) => Ok(()),
        })
    }

    /// Writes rows that wait in an encoder or buffer, so that a reader sees them while a live input
    /// goes on.
    ///
    /// # Errors
    /// If standard output cannot be written.
    pub fn hand_on(&mut self) -> io::Result<()> {
        self.outputs.iter_mut().try_for_each(|output| match &mut output.target {
            Target::Stdout(stdout) => output.encoder.hand_on(stdout).and_then(|()| stdout.flush()),
            Target::File(..) | Target::Waiting(_) => Ok(()),
        })
    }

    /// Completes every output: writes waiting tables, flushes, gives files their names.
    ///
    /// # Errors
    /// If an output cannot be written or renamed.
    pub fn finish(mut self) -> io::Result<()> {
        let after = self.format.several.as_ref().map_or("", |several| several.after);
        let (mut first_error, mut stdout) = (None, None);
        for Output { mut encoder, mut target, .. } in std::mem::take(&mut self.outputs) {
            encoder.finish(target.out())?;
            match target {
                Target::Stdout(out) => stdout = Some(out),
                Target::Waiting(mut waiting) => {
                    waiting.rewind()?;
                    if let Some(stdout) = &mut stdout {
                        io::copy(&mut waiting, stdout)?;
                    }
                }
                // A file that cannot get its name does not keep the others from theirs.
                Target::File(mut file) => {
                    let finished = file.write_all(after.as_bytes()).and_then(|()| file.finish());
                    first_error = first_error.or(finished.err());
                }
            }
        }
        if let Some(mut stdout) = stdout {
            stdout.write_all(after.as_bytes())?;
            stdout.flush()?;
        }
        first_error.map_or(Ok(()), Err)
    }
}

/// Outputs that are not finished write nothing more: a run that fails leaves no beginning of a
/// table.
impl Drop for Outputs {
    fn drop(&mut self) {
        for output in self.outputs.drain(..) {
            if let Target::Stdout(stdout) = output.target {
                drop(stdout.into_parts());
            }
        }
    }
}

/// Names of tables in a directory, in any format, other than `written`.
fn stale_tables(directory: &Path, written: &[String]) -> Vec<String> {
    let tables = TABLES.iter().flat_map(|table| {
        FORMATS.iter().map(move |format| format!("{}.{}", table.name, format.extension))
    });
    tables.filter(|name| !written.contains(name) && directory.join(name).exists()).collect()
}

impl Output {
    fn rows(&mut self, rows: &mut RowBuffer) -> io::Result<()> {
        self.encoder.rows(rows, self.target.out())
    }
}
