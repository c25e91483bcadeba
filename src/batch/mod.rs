//! From inputs to reports to outputs: many inputs, one pool of workers, everything in input order.
//!
//! An unreadable or damaged input is a row and a message and stops no other.

mod reader;
mod stats;
mod taking;
mod waves;

pub use stats::Stats;

use self::reader::Reader;
use self::stats::plural;
use self::taking::Batch;
use crate::baseline::{Baseline, DIFFERENCES};
use crate::engine::memory::{Budget, Measure};
use crate::exit::{Exit, RunError};
use crate::gate::{self, Case, Problem};
use crate::hints;
use crate::inputs;
use crate::output::{self, Outputs, WholeFile};
use crate::overview::Overview;
use crate::page::Page;
use crate::plan::{OWN_BYTES, Plan, STDIN};
use crate::progress::Progress;
use crate::table::visible::visible;
use crate::table::{Table, schema};
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

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
        // Rows that come while somebody watches end with their input, not with the screen.
        let is_live = plan.exports() && inputs.list.iter().any(|input| !input.is_repeatable);
        outputs.show_on(screen, plan.arrangement.is_limited() || is_live);
    }
    if output::stdout_file().is_none() {
        let progress = progress.clone();
        outputs.before_stdout(Box::new(move || progress.finish()));
    }
    if plan.has_other_results() {
        outputs.outlive_reader();
    }
    let page = plan.page.as_deref();
    let page = page.map(|path| Page::begin(path, plan.selection.clone())).transpose()?;
    let matching = (!plan.wanted.conditions.is_empty()).then_some(0);
    let outcome = Outcome { stats: Stats { matching, ..Stats::default() }, ..Outcome::default() };
    let only = inputs.list.len() == 1;
    let closing = !plan.quiet && (inputs.walked || !only);
    let repeated = if closing { inputs.repeated() } else { None };
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
    for name in &inputs.special {
        batch.skip(name, "a pipe, socket or device");
    }
    let hint = || hints::step(&plan.paths).or_else(|| hints::expression(&plan.paths));
    if let Some(hint) = hint().filter(|_| !plan.quiet) {
        batch.warn(&hint);
    }
    match batch.read_and_take(inputs.list) {
        // The reader has left: findings of the inputs before count.
        Err(error) if error.exit().is_none() => return Ok(batch.outcome),
        result => result?,
    }
    let mut outcome = batch.finish(closing, repeated, began)?;
    if let (Some(baseline), Some(now)) = (&plan.baseline, directory) {
        let count = compare(plan, baseline, now)?;
        let differences = format!("{count} difference{}", plural(count));
        if count > 0 && !plan.quiet {
            // Nobody can be told that standard error is closed or full.
            let _ = writeln!(io::stderr(), "pcapstat: {differences} from the baseline");
        }
        let problem = (count > 0).then_some(Problem::Failure(differences));
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
        return baseline.compare(now, &plan.tables, output::optional_stdout()?);
    };
    let mut file = WholeFile::begin(directory.join(format!("{DIFFERENCES}.csv")))?;
    let count = baseline.compare(now, &plan.tables, &mut file)?;
    file.finish()?;
    Ok(count)
}

/// Writes the description of tables.
///
/// # Errors
/// If an output cannot be written.
pub fn describe(plan: &Plan, tables: &[&'static Table]) -> Result<Outcome, RunError> {
    let mut outputs = open(plan, plan.output_dir.as_deref(), &Budget::unlimited())?;
    let empty = |name: &str| (plan.format.rows)(&schema::TABLE, name);
    schema::rows(tables, empty).try_for_each(|mut rows| outputs.rows(&mut rows))?;
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
