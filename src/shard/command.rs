//! The command line of `pcapstat shard`: its options are those of the run that belong to a step.

use super::file;
use super::finish::Saved;
use super::map::{self, Bytes};
use super::merge::{Named, merge};
use super::options::{DECIDING, FINISHING, INPUTS, MACHINE, given};
use super::plan::{DEFAULT_SHARD_BYTES, plan};
use super::spec::Spec;
use super::{Refusal, options};
use crate::cli::Cli;
use crate::exit::RunError;
use crate::interrupt::Stdin;
use crate::path_text;
use crate::plan::{Plan, STDIN, bytes};
use crate::table::Table;
use clap::{Arg, ArgMatches, Command, CommandFactory, Parser};
use rayon::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// First word of the command line for shards; a file of this name is `./shard`.
pub const NAME: &str = "shard";

/// A step, as typed.
pub enum Step {
    /// Cut inputs into shards.
    Plan {
        /// The inputs.
        plan: Box<Plan>,
        /// Options that decide the result.
        options: Vec<String>,
        /// Length of a shard.
        shard_bytes: u64,
    },
    /// Read a shard.
    Map {
        /// The shard.
        spec: Box<Spec>,
        /// Options of reading it.
        plan: Box<Plan>,
        /// Its bytes are on standard input.
        stdin: bool,
    },
    /// Join partials.
    Merge(Vec<PathBuf>),
    /// Make tables of partials.
    Finish(Box<Plan>),
}

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
        Command::new(name).about(about).args(options).args_override_self(true)
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
        .help("Bytes of a shard: longer captures are cut, shorter ones grouped");
    let shard = Arg::new("shard").value_name("SHARD").num_args(1..=2).required(true).help(
        "A line of the plan, or @FILE that holds it; with - beside it, the shard's bytes are read \
         from standard input, from its start on and a little beyond its end",
    );
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
                .arg(shard),
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

/// The step that was asked for.
///
/// # Errors
/// A message for people.
pub fn step(matches: &ArgMatches) -> Result<Step, Refusal> {
    let usage = |error: String| Refusal::Usage(error);
    match matches.subcommand() {
        Some(("plan", matches)) => {
            let deciding = deciding(matches)?;
            let options = [deciding.clone(), given(matches, INPUTS), vec!["--format=json".into()]];
            let plan =
                Plan::new(cli(options.concat(), values(matches, "paths"))?).map_err(usage)?;
            let length = matches.get_one::<String>("shard-bytes");
            let shard_bytes =
                length.map_or(Ok(DEFAULT_SHARD_BYTES), |text| bytes("--shard-bytes", text));
            let shard_bytes = shard_bytes.map_err(usage)?;
            Ok(Step::Plan { plan: Box::new(plan), options: deciding, shard_bytes })
        }
        Some(("map", matches)) => {
            let words: Vec<&String> = matches.get_many("shard").into_iter().flatten().collect();
            let (stdin, specs): (Vec<&String>, Vec<&String>) =
                words.into_iter().partition(|word| *word == STDIN);
            let [spec] = specs.as_slice() else {
                return Err(usage("map takes one shard: a line of the plan, or @FILE".into()));
            };
            let text = match spec.strip_prefix('@') {
                Some(path) => fs::read_to_string(path).map_err(|error| {
                    usage(format!("@{path}: {}", crate::error::without_code(&error)))
                })?,
                None => spec.to_string(),
            };
            let spec = Spec::parse(text.trim()).map_err(usage)?;
            let plan = map::plan(&spec, given(matches, MACHINE))?;
            let stdin = !stdin.is_empty();
            Ok(Step::Map { spec: Box::new(spec), plan: Box::new(plan), stdin })
        }
        Some(("merge", matches)) => {
            Ok(Step::Merge(values(matches, "partials").into_iter().map(PathBuf::from).collect()))
        }
        Some(("finish", matches)) => {
            let paths = values(matches, "partials");
            let saved = Saved::among(paths.iter().map(PathBuf::from))?;
            if let Some(other) = paths.iter().find(|path| !saved.paths.contains(&path.into())) {
                let name = path_text::of(other.as_ref());
                return Err(Refusal::Unreadable(format!("{name}: not a partial")));
            }
            let own = given(matches, &[FINISHING, MACHINE, &["tables"]].concat());
            let tables = own.iter().any(|option| option.starts_with("--tables="));
            finishing(saved, own, paths, !tables).map(|plan| Step::Finish(Box::new(plan)))
        }
        _ => Err(usage("shard takes a step: plan, map, merge, finish".into())),
    }
}

/// The plan of a run whose inputs include partials: it has the options that these were mapped with.
/// `matches` is the run's command line. None if there are no partials.
///
/// # Errors
/// If an option that decides the result is another one.
pub fn with_partials(cli: &Cli, matches: &ArgMatches) -> Result<Option<Plan>, Refusal> {
    let saved = Saved::among(cli.paths.iter().map(PathBuf::from))?;
    if saved.paths.is_empty() {
        return Ok(None);
    }
    let decided = given(matches, DECIDING);
    let is_table = |option: &&String| option.starts_with("--tables=");
    let other =
        decided.iter().filter(|one| !is_table(one)).find(|one| !saved.options.contains(one));
    if let Some(option) = other {
        let name = saved.paths.first().map_or(String::new(), |path| path_text::of(path));
        return Err(Refusal::Usage(format!(
            "{option}: {name} was mapped without it; options that decide the result are given to \
             shard plan"
        )));
    }
    let own = given(matches, &[INPUTS, FINISHING, MACHINE, &["tables", "packets"]].concat());
    if own.iter().any(|option| option.starts_with("--packets=")) {
        return Err(Refusal::Usage("--packets: a partial holds no single packets".into()));
    }
    finishing(saved, own, cli.paths.clone(), false).map(Some)
}

/// The plan of making tables. `all` chooses every table that the partials were mapped for.
fn finishing(
    saved: Saved,
    own: Vec<String>,
    paths: Vec<OsString>,
    all: bool,
) -> Result<Plan, Refusal> {
    let decided = saved.options.iter().filter(|one| all || !one.starts_with("--tables="));
    let options = decided.chain(&own).cloned().collect();
    let mut plan = Plan::new(cli(options, paths)?).map_err(Refusal::Usage)?;
    let mapped = options::plan(&saved.options)?;
    let (needs, had) = (plan.wanted.needs, mapped.wanted.needs);
    // Without applications in the whole, --depth leaves them out.
    let of = |table: &Table| match needs.applications {
        true => table.needs,
        false => table.needs.without_applications(),
    };
    let missing = plan.tables.iter().find(|table| had.union(of(table)) != had || table.is_export());
    if missing.is_some() || had.union(needs) != had {
        let name = saved.paths.first().map_or(String::new(), |path| path_text::of(path));
        let table = missing.map_or("a table of --expect", |table| table.name);
        let tables: Vec<_> = mapped.tables.iter().map(|table| table.name).collect();
        let tables = tables.join(", ");
        return Err(Refusal::Usage(format!(
            "{name} was mapped for {tables}; it has no counts for {table}"
        )));
    }
    // Reports have the tallies that were mapped.
    plan.wanted.needs = had;
    plan.saved = saved;
    Ok(plan)
}

/// Options that decide the result; tables by their names.
fn deciding(matches: &ArgMatches) -> Result<Vec<String>, Refusal> {
    let mut options = given(matches, DECIDING);
    let plan = options::plan(&options)?;
    if let Some(table) = plan.tables.iter().find(|table| table.is_export() || table.needs.ranges) {
        let why =
            if table.needs.ranges { "it measures one run" } else { "it has a row for each packet" };
        return Err(Refusal::Usage(format!("the table {} cannot be sharded: {why}", table.name)));
    }
    options.retain(|option| !option.starts_with("--tables="));
    let names: Vec<_> = plan.tables.iter().map(|table| table.name).collect();
    options.insert(0, format!("--tables={}", names.join(",")));
    Ok(options)
}

fn cli(options: Vec<String>, paths: Vec<OsString>) -> Result<Cli, Refusal> {
    let options = [String::from("pcapstat")].into_iter().chain(options).map(OsString::from);
    let paths = Some(OsString::from("--")).filter(|_| !paths.is_empty()).into_iter().chain(paths);
    let parsed = Cli::try_parse_from(options.chain(paths));
    parsed.map_err(|error| Refusal::Usage(error.to_string().trim_end().into()))
}

fn values(matches: &ArgMatches, id: &str) -> Vec<OsString> {
    matches.get_many::<OsString>(id).into_iter().flatten().cloned().collect()
}

/// Writes the lines of shards.
///
/// # Errors
/// If they cannot be written.
pub fn write_lines(specs: &[Spec]) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    for spec in specs {
        writeln!(out, "{}", spec.line())?;
    }
    out.flush()
}

/// Does a step other than [`Step::Finish`], which is a run.
///
/// # Errors
/// If it is refused, or its output cannot be written.
pub fn run(step: Step) -> Result<(), RunError> {
    crate::output::assert_stdout()?;
    match step {
        Step::Plan { plan: run, options, shard_bytes } => {
            Ok(write_lines(&plan(&run, options, shard_bytes)?)?)
        }
        Step::Map { spec, plan, stdin } => {
            let bytes =
                if stdin { Bytes::Stream(Box::new(Stdin::default())) } else { Bytes::Files };
            Ok(file::write(&map::map(*spec, &plan, bytes)?, io::stdout().lock())?)
        }
        Step::Merge(paths) => {
            let read = |path: &PathBuf| Ok((path_text::of(path), file::read(path)?));
            let partials: Result<Vec<Named>, Refusal> = paths.par_iter().map(read).collect();
            Ok(file::write(&merge(partials?)?, io::stdout().lock())?)
        }
        Step::Finish(_) => Ok(()),
    }
}
