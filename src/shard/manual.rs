//! The steps of `pcapstat shard` in the manual page and in completions.

use super::command::command;
use clap::{Arg, Command};
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};
use std::io::{self, Write};

/// The run's command line and, below it, the steps: what a shell completes.
pub fn with_steps(run: Command) -> Command {
    run.subcommand(command())
}

/// Writes the section of the manual page on the steps.
///
/// # Errors
/// If it cannot be written.
pub fn write(out: &mut dyn Write) -> io::Result<()> {
    let command = command();
    let mut page = Roff::new();
    page.control("SH", ["MANY MACHINES"]);
    page.text([roman(
        "The same tables from many machines, in four steps. Options that a step shares with a run \
         mean the same there; a file that is called shard is ./shard.",
    )]);
    for step in command.get_subcommands() {
        page.control("TP", []);
        page.text(synopsis(step));
        let about = step.get_about().map(ToString::to_string).unwrap_or_default();
        page.text([roman(format!("{about}.")), roman(options(step))]);
    }
    page.control("PP", []);
    page.control("nf", []);
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    for line in examples.lines() {
        page.text([roman(line)]);
    }
    page.control("fi", []);
    page.to_writer(out)
}

/// A step and its arguments.
fn synopsis(step: &Command) -> Vec<Inline> {
    let mut words = vec![bold(format!("pcapstat shard {}", step.get_name()))];
    if step.get_arguments().any(|argument| !argument.is_positional()) {
        words.push(roman(" [OPTIONS]"));
    }
    for argument in step.get_positionals() {
        let name = argument.get_value_names().and_then(|names| names.first());
        words.push(roman(" "));
        words.push(italic(name.map_or("", |name| name.as_str())));
        words.push(roman("..."));
    }
    words
}

/// Long options of a step, as a sentence.
fn options(step: &Command) -> String {
    let long = |argument: &Arg| argument.get_long().map(|long| format!("--{long}"));
    let options: Vec<String> = step.get_arguments().filter_map(long).collect();
    if options.is_empty() { String::new() } else { format!(" Options: {}.", options.join(", ")) }
}
