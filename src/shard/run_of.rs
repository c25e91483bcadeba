//! The plan of a run that makes tables of partials: the options that they were mapped with, and its
//! own.

use super::finish::Saved;
use super::options::{DECIDING, FINISHING, INPUTS, given};
use super::{Refusal, options};
use crate::cli::{Cli, MACHINE};
use crate::path_text;
use crate::plan::Plan;
use crate::table::{Table, segments};
use clap::{ArgMatches, Parser};
use std::ffi::OsString;
use std::path::PathBuf;

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
    // Of an option that is repeatable all count.
    let of = |options: &[String], name: &str| -> Vec<String> {
        options.iter().filter(|one| option_name(one) == name).cloned().collect()
    };
    let other = decided.iter().find(|option| {
        let name = option_name(option);
        name != "--tables" && of(&decided, name) != of(&saved.options, name)
    });
    if let Some(option) = other {
        let name = saved.paths.first().map_or(String::new(), |path| path_text::of(path));
        let had = of(&saved.options, option_name(option));
        let had = if had.is_empty() { "out it".into() } else { format!(" {}", had.join(" ")) };
        return Err(Refusal::Usage(format!(
            "{option}: {name} was mapped with{had}; options that decide the result are given to \
             shard plan"
        )));
    }
    if !given(matches, &["report"]).is_empty() {
        return Err(Refusal::Usage(
            "--report: a partial does not hold all that a page shows".into(),
        ));
    }
    let own = given(matches, &[INPUTS, FINISHING, MACHINE, &["tables", "packets"]].concat());
    if own.iter().any(|option| option.starts_with("--packets=")) {
        return Err(Refusal::Usage("--packets: a partial holds no single packets".into()));
    }
    finishing(saved, own, cli.paths.clone(), false).map(Some)
}

/// The name of an option `--name=value`.
fn option_name(option: &str) -> &str {
    option.split('=').next().unwrap_or(option)
}

/// Tells who writes the rows of packets of a plan.
pub const ROWS_OF_PACKETS: &str =
    "the table packets is left out: shard number gives the lines with which shard rows writes it";

/// The plan of making tables. `all` chooses every table that the partials were mapped for.
pub fn finishing(
    saved: Saved,
    own: Vec<String>,
    mut paths: Vec<OsString>,
    all: bool,
) -> Result<Plan, Refusal> {
    paths.retain(|path| !saved.folded.contains(&path.into()));
    let mapped = options::plan(&saved.options)?;
    let counted = mapped.tables.iter().filter(|table| !table.is_export());
    let counted: Vec<_> = counted.map(|table| table.name).collect();
    if all && counted.is_empty() {
        return Err(Refusal::Usage(ROWS_OF_PACKETS.into()));
    }
    let tables = all.then(|| format!("--tables={}", counted.join(",")));
    let decided = saved.options.iter().filter(|one| !one.starts_with("--tables="));
    let options = decided.chain(&tables).chain(&own).cloned().collect();
    let mut plan = Plan::new(cli(options, paths)?).map_err(Refusal::Usage)?;
    let (needs, had) = (plan.wanted.needs, mapped.wanted.needs);
    // Without applications in the whole, --depth leaves them out.
    let of = |table: &Table| match needs.applications {
        true => table.needs,
        false => table.needs.without_applications(),
    };
    let missing = plan.tables.iter().find(|table| had.union(of(table)) != had || table.is_export());
    if missing.is_some_and(|table| table.is_export() && mapped.writes(table.name)) {
        return Err(Refusal::Usage(ROWS_OF_PACKETS.into()));
    }
    if missing.is_some() || had.union(needs) != had {
        let name = saved.paths.first().map_or(String::new(), |path| path_text::of(path));
        let table = missing.map_or("a table of --expect", |table| table.name);
        let tables: Vec<_> = mapped.tables.iter().map(|table| table.name).collect();
        let tables = tables.join(", ");
        return Err(Refusal::Usage(format!(
            "{name} was mapped for {tables}; it has no counts for {table}"
        )));
    }
    if !saved.folded.is_empty() && (plan.merge || plan.total) {
        return Err(Refusal::Usage(
            "--merge and --total: buckets were folded input by input".into(),
        ));
    }
    // Reports have the tallies that were mapped.
    plan.wanted.needs = had;
    plan.saved = saved;
    Ok(plan)
}

/// Options that decide the result; tables by their names.
pub fn deciding(matches: &ArgMatches) -> Result<Vec<String>, Refusal> {
    let mut options = given(matches, DECIDING);
    let plan = options::plan(&options)?;
    let unknown = |table: &&&Table| table.name == segments::TABLE.name || table.needs.ranges;
    if let Some(table) = plan.tables.iter().find(unknown) {
        let why =
            if table.needs.ranges { "it measures one run" } else { "it has a row for each packet" };
        return Err(Refusal::Usage(format!("the table {} cannot be sharded: {why}", table.name)));
    }
    options.retain(|option| !option.starts_with("--tables="));
    let names: Vec<_> = plan.tables.iter().map(|table| table.name).collect();
    options.insert(0, format!("--tables={}", names.join(",")));
    Ok(options)
}

/// Reads a command line of these options and paths.
pub fn cli(options: Vec<String>, paths: Vec<OsString>) -> Result<Cli, Refusal> {
    let options = [String::from("pcapstat")].into_iter().chain(options).map(OsString::from);
    let paths = Some(OsString::from("--")).filter(|_| !paths.is_empty()).into_iter().chain(paths);
    let parsed = Cli::try_parse_from(options.chain(paths));
    parsed.map_err(|error| Refusal::Usage(error.to_string().trim_end().into()))
}
