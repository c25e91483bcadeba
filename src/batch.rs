//! From paths to reports to outputs: many inputs, one pool of workers, everything in input order.
//!
//! A few inputs are read at once; the ranges of a large one and whole small ones are dealt to the
//! same workers. An input that cannot be read or is damaged is a row and a message and stops
//! nothing.

use crate::engine::memory::{Exceeded, Memory};
use crate::engine::{self, Work};
use crate::error::FaultKind;
use crate::export::Export;
use crate::inputs::{self, Input};
use crate::output::Outputs;
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::{Report, Status};
use crate::tally::{Held, Tallies};
use rayon::prelude::*;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How many inputs are read before their reports are written, and how many bytes of them: reports
/// wait in memory.
const INPUTS_AT_ONCE: usize = 256;
const BYTES_AT_ONCE: u64 = 64 << 20;

/// What a run found, beyond what it wrote.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Inputs that could not be read at all.
    pub unreadable: u64,
    /// Inputs that were cut short or damaged.
    pub damaged: u64,
    /// Inputs in which a packet made pcapstat panic.
    pub bugs: u64,
    /// How the work was done, for `-v`.
    pub effort: Effort,
}

/// How much work it was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effort {
    /// Inputs.
    pub inputs: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Packets in them.
    pub packets: u64,
    /// Ranges that were walked.
    pub ranges: u64,
    /// Segments whose start was guessed wrong.
    pub rewalked: u64,
    /// Time spent reading and counting, merging included.
    pub working: Duration,
    /// Time spent merging runs, summed over inputs.
    pub merging: Duration,
    /// Time spent making and writing rows.
    pub writing: Duration,
}

/// Reads all inputs and writes all tables. To be called on a worker of the pool that is to do it.
///
/// # Errors
/// When an output cannot be written.
pub fn run(plan: &Plan, began: Instant) -> io::Result<Outcome> {
    let inputs = inputs::discover(&plan.paths);
    let total = inputs.iter().map(|input| input.bytes).sum();
    let progress = if plan.progress { Progress::shown(total) } else { Progress::hidden() };
    let memory = Memory::new(plan.counting_bytes);
    let outputs = Outputs::open(&plan.tables, plan.output_dir.as_deref(), plan.for_people)?;
    let mut batch = Batch {
        plan,
        memory: &memory,
        progress,
        began,
        outputs,
        merged: None,
        outcome: Outcome::default(),
    };
    if plan.exports_packets() {
        batch.export(&inputs)?;
    } else {
        batch.count(&inputs)?;
    }
    batch.finish()
}

struct Batch<'a> {
    plan: &'a Plan,
    memory: &'a Memory,
    progress: Progress,
    began: Instant,
    outputs: Outputs,
    /// With `--merge`: everything so far.
    merged: Option<Report>,
    outcome: Outcome,
}

impl Batch<'_> {
    /// Reads inputs, several at once, and writes their reports in order.
    fn count(&mut self, inputs: &[Input]) -> io::Result<()> {
        let mut rest = inputs;
        while !rest.is_empty() {
            let (inputs, later) = rest.split_at(inputs_at_once(rest));
            rest = later;
            let working = Instant::now();
            let plan = self.plan;
            let work = work(plan, self.began, &self.progress, self.memory);
            let fresh = || Tallies::new(plan.needs(), plan.interval);
            let reports: Vec<Report> = inputs
                .par_iter()
                .with_max_len(1)
                .filter_map(|input| match input.open(plan.reading) {
                    Ok(Some(mut capture)) => {
                        let run = engine::run(&mut capture, work, &fresh);
                        Some(Report::new(input.name.clone(), &capture, run))
                    }
                    Ok(None) => {
                        work.progress.add(input.bytes);
                        None
                    }
                    Err(error) => Some(Report::unreadable(
                        input.name.clone(),
                        &error,
                        plan.needs(),
                        plan.interval,
                    )),
                })
                .collect();
            self.outcome.effort.working += working.elapsed();
            self.within_memory()?;
            reports.into_iter().try_for_each(|report| self.take(report))?;
            self.outputs.flush()?;
        }
        Ok(())
    }

    /// Reads inputs one after the other, writing a row for every packet.
    fn export(&mut self, inputs: &[Input]) -> io::Result<()> {
        for input in inputs {
            let working = Instant::now();
            let report = match input.open(self.plan.reading) {
                Ok(None) => {
                    self.progress.add(input.bytes);
                    continue;
                }
                Ok(Some(mut capture)) => {
                    let name = if self.plan.merge { MERGED } else { &input.name };
                    let export = Export {
                        file: name,
                        before: self
                            .merged
                            .as_ref()
                            .map_or(0, |merged| merged.tallies.totals.counts.packets),
                        style: self.outputs.style(),
                        needs: self.plan.needs(),
                        interval: self.plan.interval,
                    };
                    let work = work(self.plan, self.began, &self.progress, self.memory);
                    let outputs = &mut self.outputs;
                    let run = export.run(&mut capture, work, |rows| outputs.packets(rows))?;
                    Report::new(input.name.clone(), &capture, run)
                }
                Err(error) => Report::unreadable(
                    input.name.clone(),
                    &error,
                    self.plan.needs(),
                    self.plan.interval,
                ),
            };
            self.outcome.effort.working += working.elapsed();
            self.within_memory()?;
            self.take(report)?;
        }
        Ok(())
    }

    /// An error where the tables would take more memory than they may: what was counted is not the
    /// whole.
    fn within_memory(&self) -> io::Result<()> {
        let exceeded = |exceeded: Exceeded| {
            Err(io::Error::new(io::ErrorKind::OutOfMemory, exceeded.to_string()))
        };
        self.memory.exceeded().map_or(Ok(()), exceeded)
    }

    /// Notes a report and writes its rows, or keeps it for the merge.
    fn take(&mut self, report: Report) -> io::Result<()> {
        let effort = &mut self.outcome.effort;
        effort.inputs += 1;
        effort.bytes += report.file_bytes.unwrap_or(0);
        effort.packets += report.tallies.totals.counts.packets;
        effort.ranges += report.range_count;
        effort.rewalked += report.rewalked;
        effort.merging += report.merging;
        self.outcome.bugs +=
            u64::from(report.faults.iter().any(|damage| damage.fault.kind == FaultKind::Bug));
        match report.status {
            Status::Ok => {}
            Status::Unreadable => self.outcome.unreadable += 1,
            Status::CutShort | Status::Damaged => self.outcome.damaged += 1,
        }
        if let Some(error) = &report.error
            && !self.plan.quiet
        {
            // Nobody can be told that standard error is closed or full.
            let _ = self.progress.suspend(|| {
                writeln!(
                    io::stderr(),
                    "pcapstat: {}",
                    one_line(&format!("{}: {error}", report.file))
                )
            });
        }
        if self.plan.merge {
            let empty = || {
                Report::empty(MERGED.into(), Tallies::new(self.plan.needs(), self.plan.interval))
            };
            self.merged.get_or_insert_with(empty).merge(report);
            return Ok(());
        }
        self.write(&report)?;
        self.memory.grew(report.held, Held::default());
        Ok(())
    }

    fn write(&mut self, report: &Report) -> io::Result<()> {
        let writing = Instant::now();
        self.outputs.report(report)?;
        self.outcome.effort.writing += writing.elapsed();
        Ok(())
    }

    fn finish(mut self) -> io::Result<Outcome> {
        if let Some(merged) = self.merged.take() {
            self.write(&merged)?;
        }
        self.progress.finish();
        let writing = Instant::now();
        self.outputs.finish()?;
        self.outcome.effort.writing += writing.elapsed();
        Ok(self.outcome)
    }
}

fn work<'a>(plan: &Plan, began: Instant, progress: &'a Progress, memory: &'a Memory) -> Work<'a> {
    let (range_bytes, keep_ranges, salvage) = (plan.range_bytes, plan.needs().ranges, plan.salvage);
    Work { range_bytes, began, progress, keep_ranges, salvage, memory }
}

/// How many of these inputs to read at once, at least one.
fn inputs_at_once(inputs: &[Input]) -> usize {
    let mut bytes = 0;
    let fits = |input: &&Input| {
        bytes += input.bytes;
        bytes <= BYTES_AT_ONCE
    };
    inputs.iter().take(INPUTS_AT_ONCE).take_while(fits).count().max(1)
}

/// A message in one line, whatever is in a file's name.
fn one_line(message: &str) -> String {
    let shown =
        |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    message.chars().map(shown).collect()
}

/// What the `file` column says with `--merge`.
const MERGED: &str = "(merged)";
