//! The command: parse, plan, run, exit code.

use anyhow::Context;
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use pcapstat::batch::{self, Outcome, Stats};
use pcapstat::cli::{self, Cli, Kind};
use pcapstat::exit::{Exit, RunError};
use pcapstat::hints::usage;
use pcapstat::interrupt;
use pcapstat::limits;
use pcapstat::output;
use pcapstat::plan::{OWN_BYTES, Plan, unused};
use pcapstat::shard::Refusal;
use pcapstat::shard::command;
use pcapstat::shard::run_of::{self, ROWS_OF_PACKETS};
use pcapstat::shard::step::{self, Step};
use pcapstat::source::heap::{self, Heap, Refused};
#[cfg(unix)]
use pcapstat::source::process as process_start;
use std::env;
use std::io::{self, Write};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Instant;

#[global_allocator]
static HEAP: Heap = Heap::new(refused);

/// Ends the process when memory is refused. Allocates nothing.
fn refused(refused: Refused) {
    output::remove_unfinished();
    let by = if refused.by_bound {
        "--max-memory allows no more"
    } else {
        "the system gives no more (ulimit -v, ulimit -d, control groups)"
    };
    let used = refused.used >> 20;
    // Nobody can be told that standard error is closed or full.
    let _ = writeln!(
        io::stderr(),
        "pcapstat: out of memory with {used} MiB in use: {by}; fewer workers (-j 1) and fewer tables \
         need less"
    );
    process::exit(i32::from(Exit::OutOfMemory.code()));
}

fn main() -> ExitCode {
    let began = Instant::now();
    heap::share_pool();
    if env::args_os().nth(1).is_some_and(|word| word == command::NAME) {
        return shard(began);
    }
    let asked = |error: clap::Error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            cli::with_help().try_get_matches()
        }
        _ => Err(error),
    };
    let matches = parsed(Cli::command().try_get_matches().or_else(asked));
    let cli = parsed(Cli::from_arg_matches(&matches));
    if let Err(message) = unused::refuse(&matches) {
        return refuse(&Refusal::Usage(message));
    }
    if let Some(kind) = cli.generate {
        return generate(kind);
    }
    let saved = if cli.schema { Ok(None) } else { run_of::with_partials(&cli, &matches) };
    let plan = match saved {
        Ok(None) => Plan::new(cli).map_err(Refusal::Usage),
        Ok(Some(plan)) => Ok(plan),
        Err(refusal) => Err(refusal),
    };
    match plan {
        Ok(mut plan) => {
            for notice in unused::without_effect(&matches, &plan) {
                warn(&notice);
            }
            limit(&mut plan);
            work(&mut plan, began)
        }
        Err(refusal) => refuse(&refusal),
    }
}

/// Ends with the code of a refusal.
fn refuse(refusal: &Refusal) -> ExitCode {
    let hint = if refusal.exit() == Exit::Usage { "\nTry 'pcapstat --help'." } else { "" };
    warn(&format!("{refusal}{hint}"));
    ExitCode::from(refusal.exit().code())
}

/// Does a step of a run on many machines.
fn shard(began: Instant) -> ExitCode {
    let matches = parsed(command::parse(env::args_os().skip(2)));
    let step = match step::step(&matches) {
        Ok(step) => step,
        Err(refusal) => return refuse(&refusal),
    };
    let (jobs, step) = match step {
        Step::Finish { mut plan, leaves_out_packets } => {
            limit(&mut plan);
            if leaves_out_packets && !plan.quiet {
                warn(ROWS_OF_PACKETS);
            }
            return work(&mut plan, began);
        }
        Step::Map { mut plan, spec, stdin, rows } => {
            limit(&mut plan);
            (Some(plan.jobs), Step::Map { plan, spec, stdin, rows })
        }
        step => (None, step),
    };
    interrupt::on_stop(stop);
    #[cfg(unix)]
    process_start::report_file_size();
    let jobs = jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let done = match workers(jobs) {
        Ok(pool) => pool.install(|| step::run(step)),
        Err(error) => Err(RunError::OutOfMemory(format!("cannot start workers: {error}"))),
    };
    let Err(error) = done else { return ExitCode::from(Exit::Success.code()) };
    print_again(&error);
    match error.exit() {
        // A reader that closes the pipe early has all it wanted.
        None => ExitCode::from(Exit::Success.code()),
        Some(exit) => {
            warn(&error.to_string());
            ExitCode::from(exit.code())
        }
    }
}

/// Prints the shards that must be mapped again.
fn print_again(error: &RunError) {
    if let RunError::Refused(Refusal::MapAgain(again)) = error {
        // The exit code tells it if standard output is closed or full.
        let _ = step::write_lines(again);
    }
}

/// Limits memory to that of a plan.
fn limit(plan: &mut Plan) {
    HEAP.limit(plan.memory.all.saturating_add(OWN_BYTES));
    plan.memory.used = Some(|| HEAP.used());
    if plan.memory.strict {
        heap::return_freed_memory();
    }
}

/// Makes the tables of a plan.
fn work(plan: &mut Plan, began: Instant) -> ExitCode {
    interrupt::on_stop(stop);
    #[cfg(unix)]
    process_start::report_file_size();
    match run(plan, began) {
        Ok(outcome) => ExitCode::from(outcome.exit.code()),
        Err(error) => {
            warn(&format!("{error:#}"));
            if plan.verbose {
                warn(&format!("peak memory {}", peak_memory()));
            }
            error.downcast_ref().into_iter().for_each(print_again);
            let exit = error.downcast_ref().map_or(Some(Exit::OutOfMemory), RunError::exit);
            ExitCode::from(exit.unwrap_or_default().code())
        }
    }
}

/// A command line that is well. Help and version are output: they are written like a table.
fn parsed<T>(result: Result<T, clap::Error>) -> T {
    result.unwrap_or_else(|mut error| {
        usage::with_tip(&mut error, env::args_os().skip(1));
        let is_output = !error.use_stderr();
        let open = if is_output { output::assert_stdout() } else { Ok(()) };
        let failed = open.and_then(|()| error.print()).and_then(|()| io::stdout().flush()).err();
        let exit = match failed.filter(|_| is_output).map(RunError::from) {
            Some(error) => error.exit().map_or(Exit::Success, |exit| {
                warn(&error.to_string());
                exit
            }),
            None if error.use_stderr() => Exit::Usage,
            None => Exit::Success,
        };
        process::exit(i32::from(exit.code()))
    })
}

/// Writes a manual page or completions.
fn generate(kind: Kind) -> ExitCode {
    let mut text = Vec::new();
    let open = output::assert_stdout().and_then(|()| kind.write(&mut text));
    let written = open.and_then(|()| io::stdout().write_all(&text));
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
    warn("stopped by a signal: files of unfinished tables are removed, standard output ends early");
    process::exit(i32::from(Exit::Stopped.code()));
}

fn run(plan: &mut Plan, began: Instant) -> anyhow::Result<Outcome> {
    let pool = workers(plan.jobs).context("cannot start workers")?;
    let run = || match plan.schema.take() {
        Some(tables) => batch::describe(plan, &tables),
        None => batch::run(plan, began),
    };
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

/// Starts workers: fewer if the system gives no more threads, which changes no result.
fn workers(jobs: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    match rayon::ThreadPoolBuilder::new().num_threads(jobs).build() {
        Err(_) if jobs > 1 => workers(jobs / 2),
        built => built,
    }
}

/// Prints how the work was done.
fn print_stats(plan: &Plan, stats: &Stats) {
    let Stats { inputs, bytes, packets, ranges, rewalked, .. } = stats;
    let (jobs, range_bytes) = (plan.jobs, plan.range_bytes);
    warn(&format!(
        "{inputs} inputs, {bytes} bytes, {packets} packets; {jobs} workers; {ranges} ranges of up \
         to {range_bytes} bytes; {rewalked} walked again"
    ));
    warn(&format!(
        "{:.3} s working ({:.3} s of it merging), {:.3} s writing; peak memory {}",
        stats.working.as_secs_f64(),
        stats.merging.as_secs_f64(),
        stats.writing.as_secs_f64(),
        peak_memory(),
    ));
}

fn peak_memory() -> String {
    limits::peak_memory().map_or("unknown".into(), |bytes| format!("{} MiB", bytes >> 20))
}

/// Writes a line on standard error; nobody can be told that it is closed or full.
fn warn(message: &str) {
    let _ = writeln!(io::stderr(), "pcapstat: {message}");
}
