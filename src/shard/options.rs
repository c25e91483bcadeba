//! Options of each step: each of the run is in one of these lists.

use super::Refusal;
use crate::cli::Cli;
use crate::plan::Plan;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, Parser};
use std::iter;

/// Options that choose inputs: `plan`.
pub const INPUTS: &[&str] = &["files_from", "null", "glob", "file_as"];
/// Options that decide the result of a shard: `plan`.
pub const DECIDING: &[&str] = &[
    "tables",
    "filter",
    "from",
    "to",
    "decode_as",
    "depth",
    "interval",
    "flow_idle",
    "flow_active",
    "salvage",
    "max_inflated",
];
/// Options of what becomes of the result: `finish`.
pub const FINISHING: &[&str] = &[
    "output_dir",
    "format",
    "rows",
    "sort",
    "top",
    "merge",
    "total",
    "expect",
    "baseline",
    "baseline_columns",
    "tolerance",
    "junit",
    "github",
];
/// Options of one machine alone: a shard does not know the numbers of its packets, and does not count
/// all that the page of `--report` shows.
pub const ONE_MACHINE: &[&str] = &["paths", "packets", "report", "schema", "generate"];

/// Options that were given, as on the command line: `--name=value`.
pub fn given(matches: &ArgMatches, ids: &[&str]) -> Vec<String> {
    let mut options = Vec::new();
    let command = Cli::command();
    for argument in command.get_arguments().filter(|one| ids.contains(&one.get_id().as_str())) {
        let (id, name) = (argument.get_id().as_str(), argument.get_long().unwrap_or_default());
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        if !argument.get_action().takes_values() {
            options.push(format!("--{name}"));
            continue;
        }
        let values = matches.get_raw(id).into_iter().flatten();
        options.extend(values.map(|value| format!("--{name}={}", value.to_string_lossy())));
    }
    options
}

/// The plan of a run with these options.
///
/// # Errors
/// If they are wrong.
pub fn plan(options: &[String]) -> Result<Plan, Refusal> {
    // Any number of tables fits into JSON, and no path is read.
    let format = "--format=json".to_string();
    let is_free = !options.iter().any(|option| option.starts_with("--format="));
    let fixed = iter::once("pcapstat".to_string()).chain(is_free.then_some(format));
    let ends = ["--", "-"].map(String::from);
    let cli = Cli::try_parse_from(fixed.chain(options.iter().cloned()).chain(ends))
        .map_err(|error| Refusal::Usage(error.to_string().trim_end().into()))?;
    Plan::new(cli).map_err(Refusal::Usage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::MACHINE;

    #[test]
    fn every_option_belongs_to_one_step() {
        let lists = [INPUTS, DECIDING, MACHINE, FINISHING, ONE_MACHINE];
        for argument in Cli::command().get_arguments() {
            let id = argument.get_id().as_str();
            let found = lists.iter().filter(|list| list.contains(&id)).count();
            assert_eq!(found, 1, "{id}: add it to one list in src/shard/options.rs");
        }
    }
}
