//! Reading one input: its options, its share of memory, its report and rows.

use super::stats::Stats;
use crate::engine::Options;
use crate::engine::memory::{Budget, MemoryUse, Reservation};
use crate::error::without_code;
use crate::fold::Folds;
use crate::inputs::Input;
use crate::pass::rows::{Rows, Sink};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::reading::{self, Continued};
use crate::report::Report;
use crate::source::ReadOptions;
use crate::table::row::RowBuffer;
use crate::table::{Table, packets, segments};
use std::cmp::Reverse;
use std::io::{self};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Greatest number of their bytes: reports and rows wait in memory.
const BYTES_AT_ONCE: u64 = 64 << 20;

/// The same if rows wait, which are longer than the packets of short captures.
const ROW_BYTES_AT_ONCE: u64 = 16 << 20;

/// The column `file` with `--merge`.
pub(super) const MERGED: &str = "(merged)";

/// All that reading an input needs; shared by the workers.
#[derive(Clone)]
pub(super) struct Reader<'a> {
    pub(super) plan: &'a Plan,
    pub(super) budget: Arc<Budget>,
    pub(super) progress: Progress,
    pub(super) began: Instant,
    /// There is no other input.
    pub(super) only: bool,
}

/// Result of reading an input.
pub(super) enum Reading {
    /// Its facts and counts.
    Report(Box<Report>),
    /// A file found in a directory that is no capture.
    Skipped,
    /// This process is too short of memory or descriptors, for a reason.
    Short(String),
}

/// An input of a wave after reading: its rows wait with its report.
pub(super) struct Read {
    pub(super) reading: Reading,
    pub(super) rows: Vec<RowBuffer>,
    pub(super) name: String,
    /// Memory of the rows.
    pub(super) _reservation: Reservation,
}

/// Rows of an input of a wave, until those before them are written.
struct Waiting {
    rows: Vec<RowBuffer>,
    bytes: u64,
    reservation: Reservation,
}

impl Waiting {
    /// Adds rows; an error if they take too much memory.
    fn push(&mut self, rows: RowBuffer) -> io::Result<()> {
        self.bytes += rows.memory() as u64;
        self.reservation.resize(MemoryUse { bytes: self.bytes, largest: None });
        self.rows.push(rows);
        let exceeded = self.reservation.exceeded().is_some();
        if exceeded { Err(io::ErrorKind::OutOfMemory.into()) } else { Ok(()) }
    }
}

/// Number of inputs read at the same time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Company {
    Alone,
    SideBySide,
}

impl Reader<'_> {
    /// True if the packets that match are worth a line though there is no closing line: an empty
    /// table explains nothing, and people who ask for a part like to know of how much.
    pub(super) fn says_matches(&self, stats: &Stats) -> bool {
        let plan = self.plan;
        let shown = plan.messages_to_terminal && plan.overview.is_none();
        let nothing = stats.packets > 0 && stats.matching == Some(0);
        !plan.quiet && stats.matching.is_some() && (nothing || shown || plan.verbose)
    }

    /// Number of inputs of the next wave, at least one. Merged rows and --packets need the
    /// number of packets before them and folds their order, so these inputs are read one after the other.
    pub(super) fn inputs_at_once(&self, inputs: &[Input], most: usize) -> usize {
        let rows = self.plan.exports();
        let folds = self.plan.wanted.needs.has_folds();
        let conditions = &self.plan.wanted.conditions;
        let numbers = conditions.iter().any(|condition| condition.needs_number());
        if (rows || numbers) && self.plan.merge || folds && (self.plan.merge || self.plan.total) {
            return 1;
        }
        let limit = if rows { ROW_BYTES_AT_ONCE } else { BYTES_AT_ONCE };
        let mut bytes = 0;
        let fits = |input: &&Input| {
            bytes += input.bytes;
            bytes <= limit && input.is_repeatable
        };
        inputs.iter().take(most).take_while(fits).count().max(1)
    }

    /// Reads several inputs at once, each on the workers that are free: the longest first, so that
    /// all workers finish at about the same time.
    pub(super) fn read_side_by_side(&self, wave: &[Input]) -> io::Result<Vec<Read>> {
        let read = |input: &Input| {
            let waiting = Mutex::new(Waiting {
                rows: Vec::new(),
                bytes: 0,
                reservation: Reservation::new(&self.budget.of_next_input()),
            });
            let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let keep = |buffer| lock().push(buffer).map(|()| None);
            let reading = match self.read(input, 0, Company::SideBySide, &keep, None) {
                Err(error) if error.kind() == io::ErrorKind::OutOfMemory => {
                    Reading::Short(without_code(&error))
                }
                reading => reading?,
            };
            let Waiting { rows, reservation, .. } =
                waiting.into_inner().unwrap_or_else(PoisonError::into_inner);
            Ok(Read { reading, rows, name: input.name.clone(), _reservation: reservation })
        };
        let mut order: Vec<usize> = (0..wave.len()).collect();
        order.sort_by_key(|number| Reverse(wave.get(*number).map(|input| input.bytes)));
        let (claimed, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(wave.len())));
        let work = || {
            let next = || order.get(claimed.fetch_add(1, Ordering::Relaxed));
            while let Some((number, input)) = next().and_then(|at| Some((*at, wave.get(*at)?))) {
                let read = read(input);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((number, read));
            }
        };
        rayon::scope(|scope| {
            for _ in 1..rayon::current_num_threads().min(wave.len()) {
                scope.spawn(|_| work());
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, read)| read).collect()
    }

    /// Opens and reads one input.
    pub(super) fn read(
        &self,
        input: &Input,
        before: u64,
        company: Company,
        sink: &(dyn Fn(RowBuffer) -> io::Result<Option<RowBuffer>> + Sync),
        folds: Option<&mut Folds>,
    ) -> io::Result<Reading> {
        let (plan, wanted) = (self.plan, &self.plan.wanted);
        // Those of standard input are counted when they come.
        let progress = |bytes| self.progress.add(if input.is_stdin() { 0 } else { bytes });
        // Merged inputs are one.
        let continues = plan.merge || folds.is_some();
        let budget = if continues { self.budget.clone() } else { self.budget.of_next_input() };
        let options = Options {
            range_bytes: plan.range_bytes,
            began: self.began,
            progress: &progress,
            keep_ranges: wanted.needs.ranges,
            keep_interfaces: wanted.needs.interfaces,
            keep_gaps: wanted.needs.gaps,
            salvage: plan.salvage,
            decode_as: plan.decode_as.clone(),
            budget: budget.clone(),
        };
        let file = if plan.merge { MERGED } else { &input.name };
        let empty = |table| match plan.arrangement.keeps(table) {
            true => RowBuffer::kept(table, file),
            false => (plan.format.rows)(table, file),
        };
        let wants = |table: &Table| plan.writes(table.name);
        let (before, folds, total) = match folds {
            Some(folds) if plan.total => (0, None, Some((folds, before))),
            folds => (if plan.merge { before } else { 0 }, folds, None),
        };
        let continued = Continued {
            packets: wants(&packets::TABLE).then(|| {
                let rows = Rows::new(empty(&packets::TABLE), before, Box::new(sink));
                rows.with_room(input.bytes)
            }),
            segments: wants(&segments::TABLE)
                .then(|| (empty(&segments::TABLE), Box::new(sink) as Sink<'_>)),
            before,
            folds,
            total,
        };
        self.progress.begin_file(&input.name);
        let reading = match input.open(self.reading(company), &self.progress) {
            Ok(Some(mut capture)) => {
                let report = reading::read(&mut capture, &input.name, wanted, &options, continued)?;
                let faults = report.faults.iter().map(|damage| damage.fault.kind);
                let short = faults.filter(|kind| kind.is_shortage()).map(|kind| kind.to_string());
                let exceeded = budget.exceeded().map(|exceeded| exceeded.to_string());
                Ok(match exceeded.into_iter().chain(short).next() {
                    Some(message) => Reading::Short(message),
                    None => Reading::Report(Box::new(report)),
                })
            }
            Ok(None) => {
                self.progress.add(input.bytes);
                Ok(Reading::Skipped)
            }
            Err(error) if error.is_shortage() => Ok(Reading::Short(error.to_string())),
            Err(error) => {
                let name = input.name.clone();
                let message = error.to_string();
                let report = Report::unreadable(name, message, wanted.needs, wanted.interval);
                Ok(Reading::Report(Box::new(report)))
            }
        };
        self.progress.end_file();
        reading
    }

    /// Options of reading an input: buffers and windows of all inputs at once fit into memory.
    fn reading(&self, company: Company) -> ReadOptions {
        /// A stream holds two chunks, and a third while they are joined; tables take most.
        const CHUNKS: u64 = 16;
        const LEAST: u64 = 64 << 10;
        let (most, all) = (self.plan.reading, self.plan.memory.all);
        let share = match company {
            Company::Alone => all,
            Company::SideBySide => all / self.plan.jobs as u64,
        };
        ReadOptions {
            chunk_bytes: most.chunk_bytes.min((share / CHUNKS).max(LEAST)),
            max_window_bytes: Some(share / if company == Company::Alone { 2 } else { 4 }),
            ..most
        }
    }
}
