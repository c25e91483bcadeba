//! From inputs to reports to outputs: many inputs, one pool of workers, everything in input order.
//!
//! Inputs are read in waves. The small inputs of a wave are read side by side; their rows wait in
//! memory with their reports. A large input is alone in its wave and its rows are written as they
//! come. An unreadable or damaged input is a row and a message and stops no other.

use crate::engine::Options;
use crate::engine::memory::Budget;
use crate::error::FaultKind;
use crate::exit::{Exit, RunError};
use crate::expect;
use crate::inputs::{self, Input};
use crate::output::Outputs;
use crate::pass::rows::Rows;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reading;
use crate::report::{Report, Status};
use crate::table::row::{RowBuffer, Style};
use crate::tally::Tallies;
use rayon::prelude::*;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Greatest number of inputs of a wave.
const INPUTS_AT_ONCE: usize = 256;

/// Greatest number of their bytes: reports and rows wait in memory.
const BYTES_AT_ONCE: u64 = 64 << 20;

/// The same if rows wait, which are longer than the packets of short captures.
const ROW_BYTES_AT_ONCE: u64 = 16 << 20;

/// Result of a run, beyond its outputs.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The worst that happened to an input.
    pub exit: Exit,
    /// Statistics of the work, for `-v`.
    pub stats: Stats,
}

/// Statistics of the work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Number of inputs.
    pub inputs: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their packets.
    pub packets: u64,
    /// Number of ranges.
    pub ranges: u64,
    /// Number of segments whose start was guessed wrong.
    pub rewalked: u64,
    /// Time spent reading and counting.
    pub working: Duration,
    /// Time spent taking parts, summed over inputs.
    pub merging: Duration,
    /// Time spent making and writing rows.
    pub writing: Duration,
}

/// Reads all inputs and writes all tables. Call it on a worker of the pool to use.
///
/// # Errors
/// If an output cannot be written or the tables exceed their memory.
pub fn run(plan: &Plan, began: Instant) -> Result<Outcome, RunError> {
    let inputs = inputs::discover(&plan.paths);
    let total = inputs.iter().map(|input| input.bytes).sum();
    let progress = if plan.progress { Progress::shown(total) } else { Progress::hidden() };
    let outputs = Outputs::open(&plan.tables, plan.output_dir.as_deref(), plan.for_people)?;
    let outcome = Outcome::default();
    let budget = Budget::new(plan.counting_bytes);
    let mut batch = Batch { plan, budget, progress, began, outputs, merged: None, outcome };
    batch.read(&inputs)?;
    Ok(batch.finish()?)
}

struct Batch<'a> {
    plan: &'a Plan,
    budget: Arc<Budget>,
    progress: Progress,
    began: Instant,
    outputs: Outputs,
    /// With `--merge`: the report of all inputs so far.
    merged: Option<Report>,
    outcome: Outcome,
}

/// An input of a wave after reading: its rows wait with its report.
struct Read {
    report: Report,
    rows: Vec<RowBuffer>,
}

impl Batch<'_> {
    /// Reads inputs wave by wave and writes their rows in order.
    fn read(&mut self, inputs: &[Input]) -> Result<(), RunError> {
        let mut rest = inputs;
        while !rest.is_empty() {
            let (wave, later) = rest.split_at(self.inputs_at_once(rest));
            rest = later;
            let working = Instant::now();
            let read = match wave {
                [input] => self.read_alone(input)?.into_iter().collect(),
                wave => self.read_side_by_side(wave)?,
            };
            self.outcome.stats.working += working.elapsed();
            if let Some(exceeded) = self.budget.exceeded() {
                return Err(exceeded.into());
            }
            for Read { report, rows } in read {
                rows.iter().try_for_each(|rows| self.outputs.packets(rows.bytes()))?;
                self.take(report)?;
            }
            self.outputs.flush()?;
        }
        Ok(())
    }

    /// Reads one input and writes its rows as they come.
    fn read_alone(&mut self, input: &Input) -> io::Result<Option<Read>> {
        let (plan, file) = (self.plan, self.row_name(input).to_string());
        let before = self.merged.as_ref().map_or(0, |merged| merged.shift().packets);
        let (style, progress) = (self.outputs.style(), self.progress.clone());
        let add = |bytes| progress.add(bytes);
        let options = self.options(&add);
        let outputs = &mut self.outputs;
        let rows = plan.exports_packets().then(|| {
            Rows::new(style, &file, before, Box::new(|rows| outputs.packets(rows.bytes())))
        });
        let report = read_input(plan, input, &options, rows)?;
        Ok(report.map(|report| Read { report, rows: Vec::new() }))
    }

    /// Reads several inputs at once, each on the workers that are free.
    fn read_side_by_side(&self, wave: &[Input]) -> io::Result<Vec<Read>> {
        let add = |bytes| self.progress.add(bytes);
        let (options, style) = (self.options(&add), self.outputs.style());
        let read = |input: &Input| {
            let mut waiting = Vec::new();
            let rows =
                self.plan.exports_packets().then(|| self.waiting_rows(style, input, &mut waiting));
            let report = read_input(self.plan, input, &options, rows).transpose()?;
            Some(report.map(|report| Read { report, rows: waiting }))
        };
        wave.par_iter().with_max_len(1).filter_map(read).collect()
    }

    /// Rows that wait in memory until the inputs before theirs are written.
    fn waiting_rows<'r>(
        &self,
        style: &'static Style,
        input: &Input,
        waiting: &'r mut Vec<RowBuffer>,
    ) -> Rows<'r> {
        let keep = |rows| {
            waiting.push(rows);
            Ok(())
        };
        Rows::new(style, self.row_name(input), 0, Box::new(keep))
    }

    /// First cell of the rows of an input.
    fn row_name<'i>(&self, input: &'i Input) -> &'i str {
        if self.plan.merge { MERGED } else { &input.name }
    }

    fn options<'o>(&self, progress: &'o (dyn Fn(u64) + Sync)) -> Options<'o> {
        Options {
            range_bytes: self.plan.range_bytes,
            began: self.began,
            progress,
            keep_ranges: self.plan.wanted.needs.ranges,
            salvage: self.plan.salvage,
            budget: self.budget.clone(),
        }
    }

    /// Number of inputs of the next wave, at least one. Merged rows need the number of packets
    /// before them, so their inputs are read one after the other.
    fn inputs_at_once(&self, inputs: &[Input]) -> usize {
        let rows = self.plan.exports_packets();
        if rows && self.plan.merge {
            return 1;
        }
        let limit = if rows { ROW_BYTES_AT_ONCE } else { BYTES_AT_ONCE };
        let mut bytes = 0;
        let fits = |input: &&Input| {
            bytes += input.bytes;
            bytes <= limit
        };
        inputs.iter().take(INPUTS_AT_ONCE).take_while(fits).count().max(1)
    }

    /// Notes a report and writes its rows, or appends it with `--merge`.
    fn take(&mut self, report: Report) -> io::Result<()> {
        let (stats, walked) = (&mut self.outcome.stats, &report.walked);
        stats.inputs += 1;
        stats.bytes += report.file_bytes.unwrap_or(0);
        stats.packets += walked.packets;
        stats.ranges += walked.range_count;
        stats.rewalked += walked.rewalked;
        stats.merging += walked.merging;
        let bug = report.faults.iter().any(|damage| damage.fault.kind == FaultKind::Bug);
        let exit = match report.status {
            _ if bug => Exit::Bug,
            Status::Ok => Exit::Success,
            Status::Unreadable => Exit::Unreadable,
            Status::CutShort | Status::Damaged => Exit::Damaged,
        };
        self.outcome.exit = self.outcome.exit.max(exit);
        if let Some(error) = &report.error {
            self.say(&format!("{}: {error}", report.file));
        }
        if self.plan.merge {
            let wanted = &self.plan.wanted;
            let empty =
                || Report::empty(MERGED.into(), Tallies::new(wanted.needs, wanted.interval));
            self.merged.get_or_insert_with(empty).append(report);
            return Ok(());
        }
        self.write(&report)
    }

    /// Checks what is expected of an input, or of all as one, and says what it does not meet.
    fn check(&mut self, report: &Report) {
        for failure in expect::failures(&self.plan.expectations, report) {
            self.outcome.exit = self.outcome.exit.max(Exit::Unexpected);
            self.say(&format!("{}: {failure}", report.file));
        }
    }

    /// Writes a message about an input on standard error, in one line.
    fn say(&self, message: &str) {
        if !self.plan.quiet {
            let message = one_line(message);
            // Nobody can be told that standard error is closed or full.
            let _ = self.progress.suspend(|| writeln!(io::stderr(), "pcapstat: {message}"));
        }
    }

    fn write(&mut self, report: &Report) -> io::Result<()> {
        self.check(report);
        let writing = Instant::now();
        self.outputs.report(report)?;
        self.outcome.stats.writing += writing.elapsed();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Outcome> {
        if let Some(merged) = self.merged.take() {
            self.write(&merged)?;
        }
        self.progress.finish();
        let writing = Instant::now();
        self.outputs.finish()?;
        self.outcome.stats.writing += writing.elapsed();
        Ok(self.outcome)
    }
}

/// Opens and reads one input. None if a file found in a directory is no capture.
fn read_input(
    plan: &Plan,
    input: &Input,
    options: &Options<'_>,
    rows: Option<Rows<'_>>,
) -> io::Result<Option<Report>> {
    let wanted = &plan.wanted;
    match input.open(plan.reading) {
        Ok(Some(mut capture)) => {
            reading::read(&mut capture, &input.name, wanted, options, rows).map(Some)
        }
        Ok(None) => {
            (options.progress)(input.bytes);
            Ok(None)
        }
        Err(error) => {
            let name = input.name.clone();
            Ok(Some(Report::unreadable(name, &error, wanted.needs, wanted.interval)))
        }
    }
}

/// A message in one line, whatever is in a file's name.
fn one_line(message: &str) -> String {
    let shown =
        |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    message.chars().map(shown).collect()
}

/// The column `file` with `--merge`.
const MERGED: &str = "(merged)";
