//! Options without effect: those that a mode of the program cannot honour are refused, those of a
//! table that is not chosen are told.

use super::Plan;
use crate::cli::{Cli, MACHINE};
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};

/// A mode, by its option: what it does, and options that it honours beside [`MACHINE`], which never
/// change a result.
struct Mode {
    id: &'static str,
    does: &'static str,
    honours: &'static [&'static str],
}

const MODES: &[Mode] = &[
    Mode { id: "generate", does: "prints a text of its own", honours: &[] },
    Mode {
        id: "schema",
        does: "describes tables and reads no packet",
        // A path is not needed, and does no harm.
        honours: &["paths", "tables", "format", "output_dir"],
    },
];

/// Refuses options that the mode of a command line does not honour.
///
/// # Errors
/// A message that names the option.
pub fn refuse(matches: &ArgMatches) -> Result<(), String> {
    let is_given = |id: &str| {
        matches.contains_id(id) && matches.value_source(id) == Some(ValueSource::CommandLine)
    };
    let Some(mode) = MODES.iter().find(|mode| is_given(mode.id)) else { return Ok(()) };
    let honours = |id: &str| id == mode.id || mode.honours.contains(&id) || MACHINE.contains(&id);
    let command = Cli::command();
    let others = command.get_arguments().filter(|one| !honours(one.get_id().as_str()));
    let Some(other) = others.into_iter().find(|one| is_given(one.get_id().as_str())) else {
        return Ok(());
    };
    let name = other.get_long().map_or("a PATH".into(), |long| format!("--{long}"));
    Err(format!("--{} {}: {name} has no effect on it", mode.id, mode.does))
}

/// Options of one table.
const OF_A_TABLE: &[(&str, &str)] =
    &[("interval", "intervals"), ("flow_idle", "flows"), ("flow_active", "flows")];

/// Messages about options whose table is not written.
pub fn without_effect(matches: &ArgMatches, plan: &Plan) -> Vec<String> {
    let unused = OF_A_TABLE.iter().filter(|(id, table)| {
        let given = matches.value_source(id) == Some(ValueSource::CommandLine);
        given && !plan.writes(table) && !plan.quiet
    });
    let told = |(id, table): &(&str, &str)| {
        format!("--{} has no effect without -t {table}", id.replace('_', "-"))
    };
    unused.map(told).collect()
}
