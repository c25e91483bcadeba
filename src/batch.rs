//! From inputs to reports to outputs: many inputs, one pool of workers, everything in input order.
//!
//! Inputs are read in waves. The small inputs of a wave are read side by side; their rows wait in
//! memory with their reports. A large input is alone in its wave and its rows are written as they
//! come. An unreadable or damaged input is a row and a message and stops no other.

use crate::baseline::{Baseline, DIFFERENCES};
use crate::dissect;
use crate::engine::Options;
use crate::engine::memory::{Budget, Measure, MemoryUse, Reservation};
use crate::error::{FaultKind, without_code};
use crate::exit::{Exit, RunError};
use crate::fold::Folds;
use crate::gate::{self, Case, Problem};
use crate::inputs::{self, Input};
use crate::output::{self, Outputs, WholeFile};
use crate::overview::Overview;
use crate::page::Page;
use crate::pass::rows::{Rows, Sink};
use crate::plan::{OWN_BYTES, Plan, STDIN};
use crate::progress::{self, Progress};
use crate::reading::{self, Continued};
use crate::report::{Report, Status};
use crate::shard::Refusal;
use crate::shard::partial::{Content, Partial, Piece};
use crate::source::ReadOptions;
use crate::table::row::RowBuffer;
use crate::table::schema;
use crate::table::visible::visible;
use crate::table::{Table, packets, segments};
use crate::tally::Tallies;
use rayon::prelude::*;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Greatest number of inputs of a wave.
const INPUTS_AT_ONCE: usize = 128;

/// Greatest number of their bytes: reports and rows wait in memory.
const BYTES_AT_ONCE: u64 = 64 << 20;

/// The same if rows wait, which are longer than the packets of short captures.
const ROW_BYTES_AT_ONCE: u64 = 16 << 20;

/// Greatest number of messages about single inputs on a terminal without `-v`.
const MESSAGES_ON_TERMINAL: u64 = 10;

/// Result of a run, beyond its outputs.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The worst that happened to an input.
    pub exit: Exit,
    /// Statistics of the work, for `-v`.
    pub stats: Stats,
    /// Every check, if they are to be published.
    pub cases: Vec<Case>,
}

/// Statistics of the work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Number of inputs.
    pub inputs: u64,
    /// Inputs read to their end.
    pub ok: u64,
    /// Inputs that end inside a record.
    pub cut_short: u64,
    /// Damaged inputs.
    pub damaged: u64,
    /// Inputs of which nothing could be read.
    pub unreadable: u64,
    /// Inputs that this process is too short of memory or descriptors to read.
    pub unknown: u64,
    /// Inputs with packets of a link type that is not dissected.
    pub undissected: u64,
    /// Files found in directories that are no captures.
    pub skipped: u64,
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

/// The closing line: inputs by status, skipped files, packets.
impl fmt::Display for Stats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inputs == 0 {
            write!(out, "no capture found")?;
        } else {
            write!(out, "{} input{}: {} ok", self.inputs, plural(self.inputs), self.ok)?;
        }
        for (count, status) in [
            (self.cut_short, "cut short"),
            (self.damaged, "damaged"),
            (self.unreadable, "unreadable"),
            (self.unknown, "not counted"),
        ] {
            if count > 0 {
                write!(out, ", {count} {status}")?;
            }
        }
        if self.undissected > 0 {
            let inputs = self.undissected;
            write!(out, "; {inputs} with a link type that is not dissected")?;
        }
        if self.skipped > 0 {
            write!(out, "; {} file{} skipped", self.skipped, plural(self.skipped))?;
        }
        write!(out, "; {} packet{}", self.packets, plural(self.packets))
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Reads all inputs and writes all tables. Call it on a worker of the pool to use.
///
/// # Errors
/// If an output cannot be written or the tables exceed their memory.
pub fn run(plan: &mut Plan, began: Instant) -> Result<Outcome, RunError> {
    let mut inputs = inputs::discover(&plan.paths, &plan.naming);
    inputs.spare(&plan.outputs())?;
    plan.expect_inputs(inputs.list.len());
    let plan = &*plan;
    let known = inputs.list.iter().all(|input| input.is_repeatable);
    let total = known.then(|| inputs.list.iter().map(|input| input.bytes).sum());
    let progress = match plan.progress {
        true => Progress::shown(total, inputs.list.len() as u64),
        false => Progress::hidden(),
    };
    // Without -o, tables that are only compared are gone after the run.
    let compared = match (&plan.baseline, &plan.output_dir) {
        (Some(_), None) => Some(tempfile::tempdir()?),
        _ => None,
    };
    let directory = plan.output_dir.as_deref().or(compared.as_ref().map(|held| held.path()));
    let memory = plan.memory;
    // Rows, and buffers that nobody reserves, take the rest.
    let limit = (memory.all / 4 * 3).saturating_add(OWN_BYTES);
    let measure = memory.used.map(|used| Measure { used, limit });
    let budget = Budget::measured(memory.counting, measure);
    let mut outputs = open(plan, directory, &budget)?;
    outputs.arrange(plan.arrangement.clone());
    if let Some(screen) = plan.screen {
        outputs.show_on(screen, plan.arrangement.is_limited());
    }
    if !progress::stdout_is_file() {
        let progress = progress.clone();
        outputs.before_stdout(Box::new(move || progress.finish()));
    }
    if plan.has_other_results() {
        outputs.outlive_reader();
    }
    let page = plan.page.as_deref().map(Page::begin).transpose()?;
    let outcome = Outcome::default();
    let only = inputs.list.len() == 1;
    let closing = inputs.walked || !only;
    let reader = Reader { plan, budget, progress, began, only };
    let one = plan.shows_one(inputs.list.len());
    let overview = plan.overview.map(|screen| Overview::new(screen, one));
    if overview.is_some() {
        output::assert_stdout()?;
    }
    let mut batch = Batch {
        reader,
        outputs,
        overview,
        page,
        merged: None,
        total: None,
        folds: None,
        outcome,
        messages: 0,
    };
    if !plan.quiet && plan.paths.iter().any(|path| path == STDIN) && io::stdin().is_terminal() {
        batch.warn("reading standard input, which is a terminal; Ctrl-C ends it");
    }
    batch.read_and_take(inputs.list)?;
    let mut outcome = batch.finish(closing, began)?;
    if let (Some(baseline), Some(now)) = (&plan.baseline, directory) {
        let count = compare(plan, baseline, now)?;
        let problem = (count > 0).then(|| Problem::Failure(format!("{count} differences")));
        outcome.exit =
            outcome.exit.max(problem.as_ref().map_or(Exit::Success, |_| Exit::Unexpected));
        outcome.cases.push(Case {
            input: "--baseline".into(),
            check: "no differences".into(),
            problem,
        });
    }
    gate::publish(&outcome.cases, plan.junit.as_deref(), plan.github)?;
    Ok(outcome)
}

/// Writes the differences from the baseline beside the other tables, or on standard output; returns
/// their number.
fn compare(plan: &Plan, baseline: &Baseline, now: &Path) -> io::Result<u64> {
    let Some(directory) = &plan.output_dir else {
        return baseline.compare(now, &plan.tables, io::stdout().lock());
    };
    let mut file = WholeFile::begin(directory.join(format!("{DIFFERENCES}.csv")))?;
    let count = baseline.compare(now, &plan.tables, &mut file)?;
    file.finish()?;
    Ok(count)
}

/// Writes the description of all tables.
///
/// # Errors
/// If an output cannot be written.
pub fn describe(plan: &Plan) -> Result<Outcome, RunError> {
    let mut outputs = open(plan, plan.output_dir.as_deref(), &Budget::unlimited())?;
    let empty = |name: &str| (plan.format.rows)(&schema::TABLE, name);
    schema::rows(empty).try_for_each(|mut rows| outputs.rows(&mut rows))?;
    outputs.finish()?;
    Ok(Outcome::default())
}

/// Opens the outputs and names tables that stay from earlier runs.
fn open(plan: &Plan, directory: Option<&Path>, budget: &Arc<Budget>) -> io::Result<Outputs> {
    let (outputs, stale) = Outputs::open(&plan.tables, directory, plan.format, budget)?;
    if !stale.is_empty() && !plan.quiet {
        let names = visible(&stale.join(", "));
        // Nobody can be told that standard error is closed or full.
        let _ = writeln!(io::stderr(), "pcapstat: left from an earlier run: {names}");
    }
    Ok(outputs)
}

struct Batch<'a> {
    reader: Reader<'a>,
    outputs: Outputs,
    /// Shown instead of tables.
    overview: Option<Overview>,
    /// With `--report`.
    page: Option<Page>,
    /// With `--merge`: the report of all inputs so far.
    merged: Option<Report>,
    /// With `--total`: the report of all inputs so far as one.
    total: Option<Report>,
    /// With `--merge` or `--total`: the folds that continue from input to input.
    folds: Option<Folds>,
    outcome: Outcome,
    /// Number of messages about single inputs so far.
    messages: u64,
}

/// All that reading an input needs; shared by the workers.
#[derive(Clone)]
struct Reader<'a> {
    plan: &'a Plan,
    budget: Arc<Budget>,
    progress: Progress,
    began: Instant,
    /// There is no other input.
    only: bool,
}

/// Result of reading an input.
enum Reading {
    /// Its facts and counts.
    Report(Box<Report>),
    /// A file found in a directory that is no capture.
    Skipped,
    /// This process is too short of memory or descriptors, for a reason.
    Short(String),
}

/// An input of a wave after reading: its rows wait with its report.
struct Read {
    reading: Reading,
    rows: Vec<RowBuffer>,
    name: String,
    /// Memory of the rows.
    _reservation: Reservation,
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
enum Company {
    Alone,
    SideBySide,
}

impl Batch<'_> {
    /// Reads inputs, and takes those of partials in the place of the first partial of their plan.
    fn read_and_take(&mut self, inputs: Vec<Input>) -> Result<(), RunError> {
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
            outputs.lock().unwrap_or_else(PoisonError::into_inner).rows(&mut rows)
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
                Reading::Skipped => self.skip(&name),
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

    /// Notes a report and writes its rows, or appends it with `--merge`.
    fn take(&mut self, report: Report) -> Result<(), RunError> {
        let (stats, walked) = (&mut self.outcome.stats, &report.walked);
        stats.inputs += 1;
        stats.bytes += report.file_bytes.unwrap_or(0);
        stats.packets += walked.packets;
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

    /// Notes a file of a directory that is no capture.
    fn skip(&mut self, name: &str) {
        self.outcome.stats.skipped += 1;
        if self.reader.plan.verbose {
            self.warn(&format!("{name}: skipped: not a capture"));
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
    fn warn(&self, message: &str) {
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

    /// Completes the outputs and writes the closing line.
    fn finish(mut self, closing: bool, began: Instant) -> io::Result<Outcome> {
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
        if stats.inputs == 0 {
            self.outcome.exit = self.outcome.exit.max(Exit::Unreadable);
        }
        if closing && !self.reader.plan.quiet {
            let line = format!("{stats}; {:.1} s", began.elapsed().as_secs_f64());
            let _ = writeln!(io::stderr(), "pcapstat: {line}");
        }
        Ok(self.outcome)
    }
}

impl Reader<'_> {
    /// Number of inputs of the next wave, at least one. Merged rows need the number of packets
    /// before them and folds their order, so these inputs are read one after the other.
    fn inputs_at_once(&self, inputs: &[Input], most: usize) -> usize {
        let rows = self.plan.exports();
        let folds = self.plan.wanted.needs.has_folds();
        if rows && self.plan.merge || folds && (self.plan.merge || self.plan.total) {
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

    /// Reads several inputs at once, each on the workers that are free.
    fn read_side_by_side(&self, wave: &[Input]) -> io::Result<Vec<Read>> {
        let read = |input: &Input| {
            let waiting = Mutex::new(Waiting {
                rows: Vec::new(),
                bytes: 0,
                reservation: Reservation::new(&self.budget.of_next_input()),
            });
            let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let keep = |buffer| lock().push(buffer);
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
        wave.par_iter().with_max_len(1).map(read).collect()
    }

    /// Opens and reads one input.
    fn read(
        &self,
        input: &Input,
        before: u64,
        company: Company,
        sink: &(dyn Fn(RowBuffer) -> io::Result<()> + Sync),
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
            true => RowBuffer::kept(table, None),
            false => (plan.format.rows)(table, file),
        };
        let wants = |table: &Table| plan.writes(table.name);
        let (before, folds, total) = match folds {
            Some(folds) if plan.total => (0, None, Some((folds, before))),
            folds => (if plan.merge { before } else { 0 }, folds, None),
        };
        let continued = Continued {
            packets: wants(&packets::TABLE)
                .then(|| Rows::new(empty(&packets::TABLE), before, Box::new(sink))),
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

/// The column `file` with `--merge`.
const MERGED: &str = "(merged)";

/// The column `file` of the row that `--total` adds.
const TOTAL: &str = "(total)";
