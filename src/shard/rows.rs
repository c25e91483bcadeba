//! Rows: the part of `packets` that is a shard's, once its packets are numbered.
//!
//! The rows of all shards, one after the other, are those of one run: only the first shard
//! writes the head of the table. A format of whole files (Parquet, Arrow) has a file for each shard.

use super::Refusal;
use super::number::names_of;
use super::spec::Slice;
use crate::capture::{Capture, Position};
use crate::dissect::application::Application;
use crate::engine::pass::{Pass, Piece, Shift};
use crate::engine::{self, Options, Within};
use crate::output::format::{Encoder, Format};
use crate::pass::rows::{self, Rows, RowsPart};
use crate::pass::selected::Selected;
use crate::reading::Wanted;
use crate::table::packets;
use crate::table::row::RowBuffer;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// Formats whose rows can be put together.
pub const FORMATS: [&str; 5] = ["csv", "tsv", "ndjson", "parquet", "arrow"];

/// Destination of the rows of a shard.
pub struct Writer {
    format: &'static Format,
    out: Mutex<Out>,
}

struct Out {
    encoder: Box<dyn Encoder>,
    out: Box<dyn Write + Send>,
}

impl Writer {
    /// Begins the rows of a shard.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn begin(
        format: &'static Format,
        first: bool,
        mut out: Box<dyn Write + Send>,
    ) -> io::Result<Writer> {
        let mut encoder = (format.encoder)(&packets::TABLE);
        match first || format.binary {
            true => encoder.begin(&mut out)?,
            false => encoder.begin(&mut io::sink())?,
        }
        Ok(Writer { format, out: Mutex::new(Out { encoder, out }) })
    }

    /// Writes the rows of the records that begin at or after `start` and before the byte `until`.
    ///
    /// # Errors
    /// If they cannot be written, or their names are none.
    pub fn write(
        &self,
        slice: &Slice,
        capture: &mut Capture,
        wanted: &Wanted,
        options: &Options<'_>,
        (start, until): (Position, u64),
    ) -> Result<Within, Refusal> {
        let refused = |what: &dyn ToString| {
            Refusal::Unreadable(format!("{}: {}", slice.name, what.to_string()))
        };
        let names = slice.names.as_deref().map_or(Ok(Vec::new()), names_of);
        let names = names.map_err(|error| refused(&format!("names of packets: {error}")))?;
        let sink = |mut rows: RowBuffer| {
            let mut held = self.out.lock().unwrap_or_else(PoisonError::into_inner);
            let Out { encoder, out } = &mut *held;
            encoder.rows(&mut rows, out)?;
            Ok(None)
        };
        let empty = (self.format.rows)(&packets::TABLE, &slice.name);
        let rows = Rows::new(empty, slice.packets_before, Box::new(sink));
        let (parts, found) = (Vec::new(), Vec::new());
        let named = Named { rows, names, parts, found };
        let mut pass = Selected::new(named, wanted.conditions.clone(), slice.packets_before);
        let within = engine::run_within(capture, options, &mut pass, start, until);
        within.map_err(|error| refused(&error))
    }

    /// Ends the rows.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let Out { mut encoder, mut out } =
            self.out.into_inner().unwrap_or_else(PoisonError::into_inner);
        encoder.finish(&mut out)?;
        out.flush()
    }
}

/// Rows whose packets have names that were found before.
struct Named<'a> {
    rows: Rows<'a>,
    names: Vec<Option<Application>>,
    parts: Vec<RowsPart>,
    /// Names of each part.
    found: Vec<Vec<Option<Application>>>,
}

impl Pass for Named<'_> {
    type Part = RowsPart;
    type Error = io::Error;

    fn settings(&self) -> rows::Settings {
        self.rows.named()
    }

    fn piece(&self) -> Piece {
        Piece::Numbered
    }

    fn take(&mut self, part: RowsPart, shift: Shift) -> io::Result<()> {
        let start = usize::try_from(shift.packets).unwrap_or(usize::MAX);
        let names = self.names.get(start..).unwrap_or_default();
        let count = part.end().min(names.len());
        self.found.push(names.get(..count).unwrap_or_default().to_vec());
        self.parts.push(part);
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        let found = std::mem::take(&mut self.found);
        self.rows.write(std::mem::take(&mut self.parts), &found)
    }
}
