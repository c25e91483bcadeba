//! Taking reports in the order of inputs: checks, messages, rows, sums.

use super::Outcome;
use super::reader::{MERGED, Reader};
use crate::dissect;
use crate::error::FaultKind;
use crate::exit::{Exit, RunError};
use crate::fold::Folds;
use crate::gate::{Case, Problem};
use crate::output::Outputs;
use crate::overview::Overview;
use crate::page::Page;
use crate::report::{Report, Status};
use crate::table::visible::visible;
use crate::tally::Tallies;
use std::io::{self, Write};
use std::time::Instant;

/// Greatest number of messages about single inputs on a terminal without `-v`.
const MESSAGES_ON_TERMINAL: u64 = 10;

/// The column `file` of the row that `--total` adds.
const TOTAL: &str = "(total)";

pub(super) struct Batch<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) outputs: Outputs,
    /// Shown instead of tables.
    pub(super) overview: Option<Overview>,
    /// With `--report`.
    pub(super) page: Option<Page>,
    /// With `--merge`: the report of all inputs so far.
    pub(super) merged: Option<Report>,
    /// With `--total`: the report of all inputs so far as one.
    pub(super) total: Option<Report>,
    /// With `--merge` or `--total`: the folds that continue from input to input.
    pub(super) folds: Option<Folds>,
    pub(super) outcome: Outcome,
    /// Number of messages about single inputs so far.
    pub(super) messages: u64,
}

impl Batch<'_> {
    /// Notes a report and writes its rows, or appends it with `--merge`.
    pub(super) fn take(&mut self, report: Report) -> Result<(), RunError> {
        let (stats, walked) = (&mut self.outcome.stats, &report.walked);
        stats.inputs += 1;
        stats.bytes += report.file_bytes.unwrap_or(0);
        stats.packets += walked.packets;
        if let Some(matching) = &mut stats.matching {
            *matching += report.tallies.totals.counts.packets;
        }
        let used = &report.tallies.totals.link_types;
        stats.undissected += u64::from(!used.iter().all(|used| dissect::is_dissected(*used)));
        stats.ranges += walked.range_count;
        stats.rewalked += walked.rewalked;
        stats.merging += walked.merging;
        let bug = report.faults.iter().any(|damage| damage.fault.kind == FaultKind::Bug);
        let exit = match report.status {
            _ if bug => Exit::Bug,
            Status::Ok => Exit::Success,
            Status::Unreadable => Exit::Unreadable,
            Status::Unknown => Exit::OutOfMemory,
            Status::CutShort | Status::Damaged => Exit::Damaged,
        };
        self.outcome.exit = self.outcome.exit.max(exit);
        match report.status {
            Status::Ok => stats.ok += 1,
            Status::CutShort => stats.cut_short += 1,
            Status::Damaged => stats.damaged += 1,
            Status::Unreadable => stats.unreadable += 1,
            Status::Unknown => stats.unknown += 1,
        }
        if let Some(error) = &report.error {
            self.message(&format!("{}: {error}", report.file));
        }
        let plan = self.reader.plan;
        let empty = |name: &str| {
            let wanted = &plan.wanted;
            Report::empty(name.into(), Tallies::new(wanted.needs, wanted.interval))
        };
        let all = if plan.merge {
            self.merged.get_or_insert_with(|| empty(MERGED))
        } else {
            self.check(&report);
            self.write(&report)?;
            if !plan.total {
                return Ok(());
            }
            self.total.get_or_insert_with(|| empty(TOTAL))
        };
        all.append(report);
        let exceeded = all.exceeded().map(|exceeded| exceeded.to_string());
        exceeded.map_or(Ok(()), |message| Err(RunError::OutOfMemory(message)))
    }

    /// Checks the expectations of an input, or of all as one, and tells those that are not met.
    fn check(&mut self, report: &Report) {
        self.note(&report.file, "read", report.error.clone().map(Problem::Error));
        for expectation in &self.reader.plan.expectations {
            let failure = expectation.failure(report).map(|failure| failure.to_string());
            if let Some(failure) = &failure {
                self.outcome.exit = self.outcome.exit.max(Exit::Unexpected);
                self.message(&format!("{}: {failure}", report.file));
            }
            self.note(&report.file, &expectation.to_string(), failure.map(Problem::Failure));
        }
    }

    /// Keeps the outcome of a check if it is to be published.
    fn note(&mut self, input: &str, check: &str, problem: Option<Problem>) {
        if self.reader.plan.junit.is_some() || self.reader.plan.github {
            let (input, check) = (input.to_string(), check.to_string());
            self.outcome.cases.push(Case { input, check, problem });
        }
    }

    /// Notes a file of a directory that is no capture, but what `is` says.
    pub(super) fn skip(&mut self, name: &str, is: &str) {
        self.outcome.stats.skipped += 1;
        if self.reader.plan.verbose {
            self.warn(&format!("{name}: skipped: {is}"));
        }
    }

    /// Writes a message about one input; on a terminal at most ten, and then how to see the rest.
    fn message(&mut self, message: &str) {
        let plan = self.reader.plan;
        self.messages += 1;
        let limited = !plan.verbose && plan.messages_to_terminal;
        if plan.quiet || (limited && self.messages > MESSAGES_ON_TERMINAL + 1) {
            return;
        }
        if limited && self.messages > MESSAGES_ON_TERMINAL {
            return self.warn("more inputs have messages; -v shows all");
        }
        self.warn(message);
    }

    /// Writes one line on standard error; nobody can be told that it is closed or full.
    pub(super) fn warn(&self, message: &str) {
        let line = visible(message);
        let _ = self.reader.progress.suspend(|| writeln!(io::stderr(), "pcapstat: {line}"));
    }

    fn write(&mut self, report: &Report) -> io::Result<()> {
        let writing = Instant::now();
        match &mut self.overview {
            Some(overview) => {
                let add = || overview.add(report, &mut io::stdout().lock());
                self.reader.progress.suspend(add)?;
            }
            None => self.outputs.report(report)?,
        }
        if let Some(page) = &mut self.page {
            page.add(report);
        }
        self.outcome.stats.writing += writing.elapsed();
        Ok(())
    }

    /// Completes the outputs and, if there is to be one, writes the closing line, which ends with
    /// the files that are inputs twice.
    pub(super) fn finish(
        mut self,
        closing: bool,
        repeated: Option<String>,
        began: Instant,
    ) -> io::Result<Outcome> {
        if self.outcome.stats.inputs == 0 {
            self.outcome.exit = self.outcome.exit.max(Exit::Unreadable);
            let nothing = Problem::Error("no capture found".into());
            self.note("inputs", "read", Some(nothing));
        }
        if let Some(mut merged) = self.merged.take() {
            merged.folds = self.folds.take();
            self.check(&merged);
            self.write(&merged)?;
        }
        if let Some(mut total) = self.total.take() {
            total.folds = self.folds.take();
            let writing = Instant::now();
            self.outputs.report(&total)?;
            if let Some(page) = &mut self.page {
                page.add_total(&total);
            }
            self.outcome.stats.writing += writing.elapsed();
        }
        self.reader.progress.finish();
        let writing = Instant::now();
        if let Some(overview) = self.overview.take() {
            overview.finish(&mut io::stdout().lock())?;
        }
        self.outputs.finish()?;
        self.page.take().map_or(Ok(()), Page::finish)?;
        self.outcome.stats.writing += writing.elapsed();
        let stats = self.outcome.stats;
        if closing {
            let repeated = repeated.map(|files| format!("; {files}")).unwrap_or_default();
            let seconds = began.elapsed().as_secs_f64();
            let line = visible(&format!("{stats}; {seconds:.1} s{repeated}"));
            let _ = writeln!(io::stderr(), "pcapstat: {line}");
        } else if self.reader.says_matches(&stats) {
            let _ = writeln!(io::stderr(), "pcapstat: {}", stats.packets());
        }
        Ok(self.outcome)
    }
}
