//! The command: parse, plan, run, exit code.

use anyhow::Context;
use clap::Parser;
use pcapstat::batch::{self, Effort, Outcome};
use pcapstat::cli::Cli;
use pcapstat::engine::memory;
use pcapstat::output;
use pcapstat::plan::Plan;
use std::io::{self, Write};
use std::process::{self, ExitCode};
use std::time::Instant;

/// `EX_SOFTWARE`, `EX_OSERR` and `EX_IOERR` of sysexits.h; 1 is for conditions that did not hold.
const BUG: u8 = 70;
const OUT_OF_MEMORY: u8 = 71;
const OUTPUT_FAILED: u8 = 74;
/// 128 and SIGINT, as shells have it.
const STOPPED: i32 = 130;
const USAGE: u8 = 2;
const UNREADABLE: u8 = 3;
const DAMAGED: u8 = 4;

fn main() -> ExitCode {
    let began = Instant::now();
    let plan = match Plan::new(Cli::parse()) {
        Ok(plan) => plan,
        Err(message) => {
            warn(&format!("{message}\nTry 'pcapstat --help'."));
            return ExitCode::from(USAGE);
        }
    };
    // Without a handler a signal would just leave unfinished files behind.
    let _ = ctrlc::set_handler(stop);
    match run(&plan, began) {
        Ok(outcome) => ExitCode::from(exit_code(&outcome)),
        Err(error) => {
            warn(&format!("{error:#}"));
            let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
            ExitCode::from(if kind == Some(io::ErrorKind::OutOfMemory) {
                OUT_OF_MEMORY
            } else {
                OUTPUT_FAILED
            })
        }
    }
}

/// Ends the process for Ctrl-C, SIGTERM or SIGHUP: what is finished stays, what is not is removed.
fn stop() {
    output::remove_unfinished();
    warn("stopped by a signal; unfinished tables are removed");
    process::exit(STOPPED);
}

fn run(plan: &Plan, began: Instant) -> anyhow::Result<Outcome> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(plan.jobs)
        .build()
        .context("cannot start workers")?;
    let outcome = match pool.install(|| batch::run(plan, began)) {
        // A reader that closes the pipe early, as `head` does, has what it wanted.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Outcome::default(),
        Err(error) if error.kind() == io::ErrorKind::OutOfMemory => return Err(error.into()),
        outcome => outcome.context("cannot write")?,
    };
    if plan.verbose {
        print_stats(plan, &outcome.effort);
    }
    Ok(outcome)
}

fn exit_code(outcome: &Outcome) -> u8 {
    match (outcome.bugs, outcome.unreadable, outcome.damaged) {
        (0, 0, 0) => 0,
        (0, 0, _) => DAMAGED,
        (0, _, _) => UNREADABLE,
        _ => BUG,
    }
}

/// What one wants to know before trusting many cores.
fn print_stats(plan: &Plan, effort: &Effort) {
    warn(&format!(
        "{} inputs, {} bytes, {} packets; {} workers; {} ranges of up to {} bytes; {} walked again",
        effort.inputs,
        effort.bytes,
        effort.packets,
        plan.jobs,
        effort.ranges,
        plan.range_bytes,
        effort.rewalked
    ));
    let memory =
        memory::peak().map_or("unknown".to_string(), |bytes| format!("{} MiB", bytes >> 20));
    warn(&format!(
        "{:.3} s working ({:.3} s of it merging), {:.3} s writing; peak memory {memory}",
        effort.working.as_secs_f64(),
        effort.merging.as_secs_f64(),
        effort.writing.as_secs_f64(),
    ));
}

/// A line on standard error; nobody can be told that it is closed or full.
fn warn(message: &str) {
    let _ = writeln!(io::stderr(), "pcapstat: {message}");
}
