//! Reading a slice of an input, from its file or from a stream that begins at its start.

use super::Refusal;
use super::packed::unpacked;
use super::partial::{Content, Part, Piece};
use super::plan::{LONGEST_HEADER, modified, text};
use super::rows::Writer;
use super::spec::Slice;
use crate::capture::cut::DEFAULT_RANGE_BYTES;
use crate::capture::{self, Capture, salvage};
use crate::engine::memory::Budget;
use crate::engine::{self, Options};
use crate::error::{Error, Fault};
use crate::plan::Plan;
use crate::reading::{self, Stretch, Wanted};
use crate::report::FileFacts;
use crate::source::{ReadOptions, Source};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Bytes of a stream in which the first record is searched.
const GUESS_BYTES: u64 = 1 << 20;

/// Settings for reading a slice.
pub struct Reader<'a> {
    /// Options of the run.
    pub plan: &'a Plan,
    /// Memory of the records.
    pub budget: Arc<Budget>,
    /// Rows are written instead of counting.
    pub rows: Option<&'a Writer>,
}

impl Reader<'_> {
    /// Reads a slice from its file.
    ///
    /// # Errors
    /// If it was changed since the plan or cannot be read any more, or memory is short.
    pub fn file(&self, slice: &Slice) -> Result<Piece, Refusal> {
        let path = Path::new(&slice.path);
        if let Some(reason) = &slice.refused {
            return Ok(piece(slice, Content::Unreadable(reason.clone())));
        }
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        if (modified(path), bytes) != (slice.modified.clone(), slice.bytes) {
            let message = format!("{}: changed since the shards were planned", text(&slice.path));
            return Err(Refusal::Unreadable(message));
        }
        let Some(header) = &slice.header else {
            let opened = Source::open(path, self.reading(), capture::is_capture);
            return self.whole(slice, opened);
        };
        let failed = |error: Error| Refusal::Unreadable(format!("{}: {error}", slice.name));
        let source = Source::open(path, self.reading(), capture::is_capture).map_err(failed)?;
        if source.is_complete() {
            let capture = Capture::new(source).map_err(failed)?;
            return self.part(slice, capture);
        }
        let opened = File::open(path).and_then(|mut file| {
            file.seek(SeekFrom::Start(slice.start))?;
            Ok(file)
        });
        let file = opened.map_err(Error::io("cannot open")).map_err(failed)?;
        let left = slice.bytes.saturating_sub(slice.start);
        self.part(slice, self.at(slice, header, file.take(left))?)
    }

    /// Reads a slice from a stream that begins at its start.
    ///
    /// # Errors
    /// If it ends too early, or memory is short.
    pub fn stream(&self, slice: &Slice, stream: Box<dyn Read + Send>) -> Result<Piece, Refusal> {
        match &slice.header {
            None => self.whole(slice, Source::read(stream, self.reading(), capture::is_capture)),
            Some(header) => self.part(slice, self.at(slice, header, stream)?),
        }
    }

    /// A capture of which only the bytes from a slice's start on are at hand.
    fn at(
        &self,
        slice: &Slice,
        header: &str,
        stream: impl Read + Send + 'static,
    ) -> Result<Capture, Refusal> {
        let failed = |error: &dyn ToString| {
            Refusal::Unreadable(format!("{}: {}", slice.name, error.to_string()))
        };
        let header = unpacked(header, LONGEST_HEADER).map_err(|error| failed(&error))?;
        let capture = Capture::new(Source::from(header)).map_err(|error| failed(&error))?;
        let source = Source::part(stream, self.reading(), slice.start, slice.bytes);
        Ok(capture.of_part(source.map_err(|error| failed(&error))?))
    }

    fn whole(&self, slice: &Slice, opened: Result<Source, Error>) -> Result<Piece, Refusal> {
        let skipped =
            |source: &Source| slice.may_be_skipped && !capture::is_capture(source.rest(0));
        let opened = match opened {
            Ok(source) if skipped(&source) => return Ok(piece(slice, Content::Skipped)),
            opened => opened.and_then(Capture::new),
        };
        let mut capture = match opened {
            Err(error) if error.is_shortage() => {
                return Err(Refusal::OutOfMemory(format!("{}: {error}", slice.name)));
            }
            Err(error) => return Ok(piece(slice, Content::Unreadable(error.to_string()))),
            Ok(capture) => capture,
        };
        let start = capture.start();
        let stretch = self.stretch(slice, &mut capture, start.clone(), u64::MAX)?;
        let facts = FileFacts { file_bytes: slice.bytes, ..FileFacts::of(&capture) };
        let part = Part::new(Some(start), u64::MAX, facts, stretch);
        Ok(piece(slice, Content::Read(Box::new(part))))
    }

    fn part(&self, slice: &Slice, mut capture: Capture) -> Result<Piece, Refusal> {
        let last = slice.end >= slice.bytes;
        let until = if last { u64::MAX } else { slice.end };
        capture.source_mut().read_to(slice.start.saturating_add(GUESS_BYTES));
        let begin = match (slice.start, &slice.from) {
            (_, Some(from)) => Some(from.clone()),
            (0, None) => Some(capture.start()),
            (start, None) => {
                let assumed = slice.assume.clone().unwrap_or_else(|| capture.assumed());
                engine::guess(&capture, &assumed, start, slice.end)
            }
        };
        let stretch = match &begin {
            Some(begin) => self.stretch(slice, &mut capture, begin.clone(), until)?,
            None => Stretch::nothing(capture.start(), &self.plan.wanted),
        };
        // A shorter stream must not look like the end of the file.
        let (came, cut) = (capture.source().end(), stretch.within.walked.fault);
        let of_stream = |fault: Fault| self.plan.salvage || fault.kind.is_record_cut();
        let cut = came < slice.bytes && cut.is_some_and(of_stream);
        let needed = match self.plan.salvage {
            true => slice.end.saturating_add(salvage::KEPT_BYTES).min(slice.bytes),
            false => slice.end,
        };
        if capture.source().is_complete()
            && (came < needed || cut)
            && !capture.source().has_shrunk()
        {
            return Err(Refusal::Unreadable(format!(
                "{}: the bytes of the shard end at {came}, inside it or its last record; give more",
                slice.name
            )));
        }
        let facts = FileFacts {
            file_bytes: slice.bytes,
            capture_bytes: slice.bytes,
            ..FileFacts::of(&capture)
        };
        let part = Part::new(begin, until, facts, stretch);
        Ok(piece(slice, Content::Read(Box::new(part))))
    }

    fn stretch(
        &self,
        slice: &Slice,
        capture: &mut Capture,
        start: capture::Position,
        until: u64,
    ) -> Result<Stretch, Refusal> {
        let (plan, wanted) = (self.plan, &self.plan.wanted);
        let budget = self.budget.of_next_input();
        let options = options_of(plan, wanted, &budget);
        let failed = |error: io::Error| Refusal::Unreadable(format!("{}: {error}", slice.name));
        let stretch = match self.rows {
            Some(rows) => {
                let within = rows.write(slice, capture, wanted, &options, (start, until))?;
                Stretch { within, ..Stretch::nothing(capture.start(), wanted) }
            }
            None => {
                let read = reading::read_stretch(capture, wanted, &options, start, until);
                read.map_err(failed)?
            }
        };
        let short = stretch.within.walked.fault.filter(|fault| fault.kind.is_shortage());
        let short = short.map(|fault| fault.kind.to_string());
        match budget.exceeded().map(|exceeded| exceeded.to_string()).or(short) {
            Some(message) => Err(Refusal::OutOfMemory(format!("{}: {message}", slice.name))),
            None => Ok(stretch),
        }
    }

    fn reading(&self) -> ReadOptions {
        self.plan.reading
    }
}

fn piece(slice: &Slice, content: Content) -> Piece {
    Piece { input: slice.input, name: slice.name.clone(), content }
}

/// Options of a walk over a slice.
fn options_of(plan: &Plan, wanted: &Wanted, budget: &Arc<Budget>) -> Options<'static> {
    Options {
        // Parts of longer ranges have more packets than may be saved.
        range_bytes: plan.range_bytes.min(DEFAULT_RANGE_BYTES),
        began: Instant::now(),
        progress: &|_| (),
        keep_ranges: false,
        keep_interfaces: wanted.needs.interfaces,
        keep_gaps: wanted.needs.gaps,
        salvage: plan.salvage,
        decode_as: plan.decode_as.clone(),
        budget: budget.clone(),
    }
}
