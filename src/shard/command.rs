//! The command line of `pcapstat shard`: its options are those of the run that belong to a step.

use super::options::{DECIDING, FINISHING, INPUTS};
use crate::cli::{Cli, MACHINE, last_wins};
use clap::{Arg, ArgMatches, Command, CommandFactory};
use std::ffi::OsString;

/// First word of the command line for shards; a file of this name is `./shard`.
pub const NAME: &str = "shard";

const EXAMPLES: &str = "\
Examples:
  pcapstat shard plan -t all captures/ > plan           a line for each shard
  pcapstat shard map \"$(sed -n 1p plan)\" > 0.part       on any machine, in any order
  pcapstat shard merge *.part > night.partial           checks that the parts fit; may be left out
  pcapstat shard finish night.partial -o stats/         the tables, as of one run on one machine";

/// The command and its steps.
pub fn command() -> Command {
    let step = |name: &'static str, about: &'static str, lists: &[&[&str]]| {
        let all = Cli::command();
        let belongs =
            |argument: &&Arg| lists.iter().any(|list| list.contains(&argument.get_id().as_str()));
        let options: Vec<Arg> = all
            .get_arguments()
            .filter(belongs)
            .map(|one| one.clone().hide_short_help(false))
            .collect();
        Command::new(name).about(about).args(options).mut_args(last_wins)
    };
    let partials = || {
        let partials = Arg::new("partials").value_name("PARTIAL").num_args(1..).required(true);
        partials.value_parser(clap::value_parser!(OsString)).help("Result of shard map or merge")
    };
    let paths = Arg::new("paths").value_name("INPUT").num_args(1..);
    let paths = paths
        .value_parser(clap::value_parser!(OsString))
        .required_unless_present("files_from")
        .help("Capture file, or directory of captures");
    let shard_bytes = Arg::new("shard-bytes").long("shard-bytes").value_name("SIZE");
    let shard_bytes = shard_bytes
        .default_value("256M")
        .help("Bytes of a shard, at least 4k: longer captures are cut, shorter ones grouped");
    let shard = || {
        let shard = Arg::new("shard").value_name("SHARD").num_args(1..=2).required(true);
        shard.help(
            "A line of the plan, or @FILE that holds it; with - beside it, the shard's bytes are \
             read from standard input, from its start on and a little beyond its end",
        )
    };
    let path = |name: &'static str| Arg::new(name).value_parser(clap::value_parser!(OsString));
    let buckets = path("buckets").long("buckets").value_name("DIR").required(true);
    let buckets = buckets.help("Directory for the records");
    let order = path("order").value_name("ORDER").required(true).help("Result of shard order");
    let files = path("files").value_name("BUCKET").num_args(1..).required(true);
    let files = files.help("Records of one bucket from each shard that has some");
    Command::new(NAME)
        .bin_name("pcapstat shard")
        .about("The same tables from many machines")
        .max_term_width(100)
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            step("plan", "Cut inputs into shards, a line of JSON each", &[INPUTS, DECIDING])
                .arg(shard_bytes)
                .arg(paths),
        )
        .subcommand(
            step("map", "Read one shard and write a partial to standard output", &[MACHINE])
                .arg(shard()),
        )
        .subcommand(
            step(
                "merge",
                "Join partials into one, on standard output; exit code 5 if shards must \
                  be mapped again: their lines are printed then",
                &[],
            )
            .arg(partials()),
        )
        .subcommand(
            step(
                "number",
                "Print the lines of all shards with the numbers of their packets, from the \
                  partial of each",
                &[],
            )
            .arg(partials()),
        )
        .subcommand(
            step(
                "rows",
                "Write the part of the table packets of a numbered shard to standard output",
                &[MACHINE, &["format"]],
            )
            .arg(shard()),
        )
        .subcommand(
            step(
                "deal",
                "Take the records of packets out of a partial, a file for each of 64 buckets; the \
                  partial without them goes to standard output",
                &[],
            )
            .arg(buckets)
            .arg(partials()),
        )
        .subcommand(
            step("order", "Print the order of the records of all partials of a plan", &[])
                .arg(partials()),
        )
        .subcommand(
            step("fold", "Apply the records of one bucket, for finish, on standard output", &[])
                .arg(order)
                .arg(files),
        )
        .subcommand(
            step(
                "finish",
                "Make the tables of all partials of a plan",
                &[FINISHING, MACHINE, &["tables"]],
            )
            .mut_arg("tables", |tables| tables.default_value(None::<&str>))
            .arg(partials()),
        )
}

/// Reads the command line after `pcapstat shard`.
///
/// # Errors
/// Help, or a wrong command line.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<ArgMatches, clap::Error> {
    command().try_get_matches_from([OsString::from(NAME)].into_iter().chain(arguments))
}
