//! The command: parse, plan, run, exit code.

use anyhow::Context;
use clap::Parser;
use clap::error::{ContextKind, ContextValue};
use pcapstat::batch::{self, Outcome, Stats};
use pcapstat::cli::{Cli, Kind};
use pcapstat::engine::memory;
use pcapstat::exit::{Exit, RunError};
use pcapstat::hints;
use pcapstat::output;
use pcapstat::plan::Plan;
use std::io::{self, Write};
use std::process::{self, ExitCode};
use std::time::Instant;

fn main() -> ExitCode {
    let began = Instant::now();
    let cli = parse();
    if let Some(kind) = cli.generate {
        return generate(kind);
    }
    let plan = match Plan::new(cli) {
        Ok(plan) => plan,
        Err(message) => {
            warn(&format!("{message}\nTry 'pcapstat --help'."));
            return ExitCode::from(Exit::Usage.code());
        }
    };
    // Without a handler a signal would leave unfinished files.
    let _ = ctrlc::set_handler(stop);
    match run(&plan, began) {
        Ok(outcome) => ExitCode::from(outcome.exit.code()),
        Err(error) => {
            warn(&format!("{error:#}"));
            let exit = error.downcast_ref().map_or(Some(Exit::OutOfMemory), RunError::exit);
            ExitCode::from(exit.unwrap_or_default().code())
        }
    }
}

/// Parses the command line. Help and version are output: they are written like a table.
fn parse() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| {
        let hint = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(option)) => hints::hint(option),
            _ => None,
        };
        let failed = error.print().and_then(|()| io::stdout().flush()).err();
        let exit = match failed.filter(|_| !error.use_stderr()).map(RunError::from) {
            Some(error) => {
                warn(&error.to_string());
                error.exit().unwrap_or_default()
            }
            None if error.use_stderr() => {
                if let Some(hint) = hint {
                    warn(hint);
                }
                Exit::Usage
            }
            None => Exit::Success,
        };
        process::exit(i32::from(exit.code()))
    })
}

/// Writes a manual page or completions.
fn generate(kind: Kind) -> ExitCode {
    let mut text = Vec::new();
    let written = kind.write(&mut text).and_then(|()| io::stdout().write_all(&text));
    let exit = match written.and_then(|()| io::stdout().flush()).map_err(RunError::from) {
        Ok(()) => Exit::Success,
        Err(error) => {
            warn(&error.to_string());
            error.exit().unwrap_or_default()
        }
    };
    ExitCode::from(exit.code())
}

/// Ends the process on Ctrl-C, SIGTERM or SIGHUP: finished outputs stay, unfinished ones go.
fn stop() {
    output::remove_unfinished();
    warn("stopped by a signal; unfinished tables are removed");
    process::exit(i32::from(Exit::Stopped.code()));
}

fn run(plan: &Plan, began: Instant) -> anyhow::Result<Outcome> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(plan.jobs).build();
    let pool = pool.context("cannot start workers")?;
    let run = || if plan.schema { batch::describe(plan) } else { batch::run(plan, began) };
    let outcome = match pool.install(run) {
        // A reader that closes the pipe early, as `head` does, has all it wanted.
        Err(error) if error.exit().is_none() => Outcome::default(),
        outcome => outcome?,
    };
    if plan.verbose {
        print_stats(plan, &outcome.stats);
    }
    Ok(outcome)
}

/// Prints how the work was done.
fn print_stats(plan: &Plan, stats: &Stats) {
    let Stats { inputs, bytes, packets, ranges, rewalked, .. } = stats;
    let (jobs, range_bytes) = (plan.jobs, plan.range_bytes);
    warn(&format!(
        "{inputs} inputs, {bytes} bytes, {packets} packets; {jobs} workers; {ranges} ranges of up \
         to {range_bytes} bytes; {rewalked} walked again"
    ));
    let memory = memory::peak().map_or("unknown".into(), |bytes| format!("{} MiB", bytes >> 20));
    warn(&format!(
        "{:.3} s working ({:.3} s of it merging), {:.3} s writing; peak memory {memory}",
        stats.working.as_secs_f64(),
        stats.merging.as_secs_f64(),
        stats.writing.as_secs_f64(),
    ));
}

/// Writes a line on standard error; nobody can be told that it is closed or full.
fn warn(message: &str) {
    let _ = writeln!(io::stderr(), "pcapstat: {message}");
}
