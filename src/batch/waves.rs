//! Inputs read wave by wave, and taken in their order.
//!
//! The small inputs of a wave are read side by side; their rows wait in memory with their reports. A
//! large input is alone in its wave and its rows are written as they come.

use super::reader::{Company, Read, Reader, Reading};
use super::taking::Batch;
use crate::engine::memory::Reservation;
use crate::exit::RunError;
use crate::inputs::Input;
use crate::report::Report;
use crate::shard::Refusal;
use crate::shard::partial::{Content, Partial, Piece};
use crate::table::row::RowBuffer;
use crate::table::segments;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Greatest number of inputs of a wave.
const INPUTS_AT_ONCE: usize = 64;

impl Batch<'_> {
    /// Reads inputs, and takes those of partials in the place of the first partial of their plan.
    pub(super) fn read_and_take(&mut self, inputs: Vec<Input>) -> Result<(), RunError> {
        let saved = &self.reader.plan.saved;
        if saved.paths.is_empty() {
            return self.read(&inputs);
        }
        let mut plans = saved.read()?;
        let mut captures = Vec::new();
        for input in inputs {
            if !saved.paths.iter().any(|path| path == input.path()) {
                captures.push(input);
                continue;
            }
            let at = plans.iter().position(|(path, _)| path == input.path());
            if let Some(at) = at {
                self.read(&std::mem::take(&mut captures))?;
                self.reader.only = false;
                self.take_partial(plans.remove(at).1)?;
            }
        }
        self.read(&captures)
    }

    /// Takes the inputs of a whole partial, as if they had been read here.
    fn take_partial(&mut self, partial: Partial) -> Result<(), RunError> {
        let plan = self.reader.plan;
        let wanted = &plan.wanted;
        for Piece { name, content, .. } in partial.pieces {
            let reading = match content {
                Content::Skipped => Reading::Skipped,
                Content::Unreadable(message) => {
                    let (name, interval) = (name.clone(), wanted.interval);
                    let report = Report::unreadable(name, message, wanted.needs, interval);
                    Reading::Report(Box::new(report))
                }
                Content::Read(part) => {
                    let continues = plan.merge || plan.total;
                    let budget = match continues {
                        true => self.reader.budget.clone(),
                        false => self.reader.budget.of_next_input(),
                    };
                    let (mut report, records) = part.report(name.clone(), &budget);
                    if !plan.merge {
                        report.folds = wanted.folds(false, &budget);
                    }
                    let before = self.before();
                    if continues {
                        let folds = || wanted.folds(false, &self.reader.budget);
                        self.folds = self.folds.take().or_else(folds);
                    }
                    let own = report.folds.as_mut().map(|folds| (folds, 0));
                    let all = self.folds.as_mut().map(|folds| (folds, before));
                    for (folds, before) in own.into_iter().chain(all) {
                        let refused = |error| Refusal::Unreadable(format!("{name}: {error}"));
                        records.apply(folds, before).map_err(refused)?;
                    }
                    match budget.exceeded() {
                        Some(exceeded) => Reading::Short(exceeded.to_string()),
                        None => Reading::Report(Box::new(report)),
                    }
                }
            };
            let (rows, _reservation) = (Vec::new(), Reservation::new(&self.reader.budget));
            self.take_all(vec![Read { reading, rows, name, _reservation }])?;
        }
        Ok(())
    }

    /// Number of packets of the inputs so far, if they are one capture.
    fn before(&self) -> u64 {
        self.merged.as_ref().or(self.total.as_ref()).map_or(0, |all| all.shift().packets)
    }

    /// Reads inputs wave by wave and writes their rows in order. One wave is written while the next
    /// is read.
    ///
    /// An input that finds too little memory or too few descriptors beside others is read again
    /// alone, so that whether it can be read depends on no other.
    fn read(&mut self, inputs: &[Input]) -> Result<(), RunError> {
        let reader = self.reader.clone();
        let (mut rest, mut read, mut singly) = (inputs, Vec::new(), 0_usize);
        while !rest.is_empty() {
            let most = if singly > 0 { 1 } else { INPUTS_AT_ONCE };
            let (wave, later) = rest.split_at(reader.inputs_at_once(rest, most));
            rest = later;
            singly = singly.saturating_sub(wave.len());
            let working = Instant::now();
            read = match wave {
                [input] => {
                    self.take_all(read)?;
                    vec![self.read_alone(&reader, input)?]
                }
                wave => {
                    let (taken, read) =
                        rayon::join(|| self.take_all(read), || reader.read_side_by_side(wave));
                    taken?;
                    let mut read = read?;
                    let short = |read: &Read| matches!(read.reading, Reading::Short(_));
                    if let Some(at) = read.iter().position(short) {
                        read.truncate(at);
                        singly = wave.len() - at;
                        rest =
                            inputs.get(inputs.len() - later.len() - singly..).unwrap_or_default();
                    }
                    read
                }
            };
            self.outcome.stats.working += working.elapsed();
        }
        self.take_all(read)
    }

    /// Reads one input and writes its rows as they come. If memory is short, it is read again by
    /// one worker: each of several holds tables of its own.
    fn read_alone(&mut self, reader: &Reader<'_>, input: &Input) -> io::Result<Read> {
        let (merge, total) = (reader.plan.merge, reader.plan.total);
        let before = self.before();
        if (merge || total) && self.folds.is_none() {
            let segments = merge && reader.plan.writes(segments::TABLE.name);
            self.folds = reader.plan.wanted.folds(segments, &reader.budget);
        }
        let (outputs, written) = (Mutex::new(&mut self.outputs), AtomicBool::new(false));
        let write = |mut rows: RowBuffer| {
            written.store(true, Ordering::Relaxed);
            let mut outputs = outputs.lock().unwrap_or_else(PoisonError::into_inner);
            outputs.rows(&mut rows)?;
            // Somebody may watch a pipe while it is written.
            if !input.is_repeatable {
                outputs.hand_on()?;
            }
            Ok(Some(rows))
        };
        let company = Company::Alone;
        let mut reading = reader.read(input, before, company, &write, self.folds.as_mut())?;
        let again = matches!(reading, Reading::Short(_)) && input.is_repeatable;
        if again && self.folds.is_none() && !written.load(Ordering::Relaxed) {
            let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
            let read = || reader.read(input, before, company, &write, None);
            reading = one.map_or(Ok(reading), |one| one.install(read))?;
        }
        let (name, _reservation) = (input.name.clone(), Reservation::new(&reader.budget));
        Ok(Read { reading, rows: Vec::new(), name, _reservation })
    }

    /// Writes the rows of a wave.
    fn take_all(&mut self, read: Vec<Read>) -> Result<(), RunError> {
        if read.is_empty() {
            return Ok(());
        }
        for Read { reading, mut rows, name, .. } in read {
            rows.iter_mut().try_for_each(|rows| self.outputs.rows(rows))?;
            match reading {
                Reading::Report(report) => self.take(*report)?,
                Reading::Skipped => self.skip(&name, "not a capture"),
                Reading::Short(message) => self.go_without(name, message)?,
            }
        }
        // Rows that wait to be sorted belong to no input.
        if let Some(exceeded) = self.reader.budget.exceeded() {
            return Err(RunError::OutOfMemory(exceeded.to_string()));
        }
        // Merged inputs have no rows yet, and a run that fails should write nothing.
        if self.merged.is_none() {
            self.outputs.flush()?;
        }
        Ok(())
    }

    /// Writes the row of an input that could not be read for want of memory or descriptors.
    ///
    /// # Errors
    /// If it is the only one, or all are one capture: nothing is then written.
    fn go_without(&mut self, name: String, message: String) -> Result<(), RunError> {
        let plan = self.reader.plan;
        // Folds that continue from input to input hold records of this one.
        if self.reader.only || plan.merge || self.folds.is_some() {
            return Err(RunError::OutOfMemory(format!("{name}: {message}")));
        }
        let (needs, interval) = (plan.wanted.needs, plan.wanted.interval);
        self.take(Report::unknown(name, message, needs, interval))
    }
}
