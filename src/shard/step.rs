//! The steps of `pcapstat shard`, as typed, and what each does.

use super::buckets;
use super::file::Kind;
use super::finish::Saved;
use super::map::{self, Bytes};
use super::merge::{Named, merge};
use super::number::number;
use super::options::{self, FINISHING, INPUTS, given};
use super::plan::{DEFAULT_SHARD_BYTES, LEAST_SHARD_BYTES, plan};
use super::rows::{self, Writer};
use super::run_of::{cli, deciding, finishing};
use super::spec::Spec;
use super::{Refusal, file};
use crate::cli::MACHINE;
use crate::exit::RunError;
use crate::interrupt::Stdin;
use crate::output::format::{self, Format};
use crate::path_text;
use crate::plan::{Plan, STDIN, bytes};
use crate::table::packets;
use clap::ArgMatches;
use rayon::prelude::*;
use std::ffi::OsString;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Bytes of rows that wait to be written.
const BUFFER_BYTES: usize = 64 << 10;

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
        /// Write its rows of `packets` in this format instead.
        rows: Option<&'static Format>,
    },
    /// Give the lines of all shards the numbers of their packets.
    Number(Vec<PathBuf>),
    /// Join partials.
    Merge(Vec<PathBuf>),
    /// Deal the records of a partial to the files of a directory.
    Deal(PathBuf, PathBuf),
    /// Give the order of the records of partials.
    Order(Vec<PathBuf>),
    /// Fold the records of a bucket, in an order.
    Fold(PathBuf, Vec<PathBuf>),
    /// Make tables of partials; without naming them, all but `packets`.
    Finish {
        /// The run.
        plan: Box<Plan>,
        /// The partials are of a plan with `packets`, whose rows other steps write.
        leaves_out_packets: bool,
    },
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
            if shard_bytes < LEAST_SHARD_BYTES {
                let least = LEAST_SHARD_BYTES >> 10;
                return Err(usage(format!(
                    "--shard-bytes {shard_bytes}: a shard has at least {least}k"
                )));
            }
            Ok(Step::Plan { plan: Box::new(plan), options: deciding, shard_bytes })
        }
        Some((step @ ("map" | "rows"), matches)) => {
            let words: Vec<&String> = matches.get_many("shard").into_iter().flatten().collect();
            let (stdin, specs): (Vec<&String>, Vec<&String>) =
                words.into_iter().partition(|word| *word == STDIN);
            let [spec] = specs.as_slice() else {
                return Err(usage(format!("{step} takes one shard: a line of the plan, or @FILE")));
            };
            let spec = shard(step, spec).map_err(usage)?;
            let plan = map::plan(&spec, given(matches, MACHINE))?;
            let stdin = !stdin.is_empty();
            let rows = if step == "rows" { Some(format_of(&spec, &plan, matches)?) } else { None };
            Ok(Step::Map { spec: Box::new(spec), plan: Box::new(plan), stdin, rows })
        }
        Some(("number", matches)) => Ok(Step::Number(paths(matches, "partials"))),
        Some(("order", matches)) => Ok(Step::Order(paths(matches, "partials"))),
        Some(("deal", matches)) => {
            match (paths(matches, "partials").as_slice(), paths(matches, "buckets").as_slice()) {
                ([partial], [directory]) => Ok(Step::Deal(partial.clone(), directory.clone())),
                _ => Err(usage("deal takes one partial, and --buckets DIR".into())),
            }
        }
        Some(("fold", matches)) => {
            let mut order = paths(matches, "order").into_iter();
            let order = order.next().ok_or_else(|| usage("fold takes an order".into()))?;
            Ok(Step::Fold(order, paths(matches, "files")))
        }
        Some(("merge", matches)) => Ok(Step::Merge(paths(matches, "partials"))),
        Some(("finish", matches)) => {
            let paths = values(matches, "partials");
            let saved = Saved::among(paths.iter().map(PathBuf::from))?;
            let is_saved =
                |path: &PathBuf| saved.paths.contains(path) || saved.folded.contains(path);
            if let Some(other) = paths.iter().find(|path| !is_saved(&PathBuf::from(path))) {
                let name = path_text::of(other.as_ref());
                return Err(Refusal::Unreadable(format!("{name}: not a partial")));
            }
            let own = given(matches, &[FINISHING, MACHINE, &["tables"]].concat());
            let tables = own.iter().any(|option| option.starts_with("--tables="));
            let plan = Box::new(finishing(saved, own, paths, !tables)?);
            let leaves_out_packets =
                !tables && options::plan(&plan.saved.options)?.writes(packets::TABLE.name);
            Ok(Step::Finish { plan, leaves_out_packets })
        }
        _ => Err(usage(
            "shard takes a step: plan, map, merge, finish, number, rows, deal, order, fold".into(),
        )),
    }
}

/// The shard of a word: a line of a plan, or `@FILE` with such a line.
fn shard(step: &str, word: &str) -> Result<Spec, String> {
    let Some(path) = word.strip_prefix('@') else {
        let is_file = || fs::metadata(word).is_ok();
        let hint =
            if is_file() { format!("; a file that holds one is @{word}") } else { String::new() };
        let parsed = Spec::parse(word.trim());
        return parsed.map_err(|error| format!("shard {step}: {error}{hint}"));
    };
    let takes = format!("shard {step} takes a file with one line that shard plan printed");
    if file::is(Kind::Partial, path.as_ref()) {
        return Err(format!("@{path}: the file is a partial, a result of shard map; {takes}"));
    }
    let bytes = fs::read(path);
    let bytes =
        bytes.map_err(|error| format!("@{path}: {}", crate::error::without_code(&error)))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| format!("@{path}: the file is no text; {takes}"))?;
    match text.trim().lines().count() {
        0 => Err(format!("@{path}: the file is empty; {takes}")),
        1 => Spec::parse(text.trim()).map_err(|error| format!("@{path}: {error}")),
        lines => Err(format!("@{path}: the file has {lines} lines; {takes}")),
    }
}

/// The format of the rows of a shard.
fn format_of(spec: &Spec, plan: &Plan, matches: &ArgMatches) -> Result<&'static Format, Refusal> {
    if !plan.writes(packets::TABLE.name) {
        return Err(Refusal::Usage(format!(
            "shard {} was planned without the table packets",
            spec.shard
        )));
    }
    let format = matches.get_one::<String>("format").map_or("csv", String::as_str);
    let format = if format == "auto" { "csv" } else { format };
    let known = rows::FORMATS.contains(&format).then(|| format::named(format)).flatten();
    known.ok_or_else(|| {
        Refusal::Usage(format!(
            "--format {format}: rows of shards cannot be put together; choose among {}",
            rows::FORMATS.join(", ")
        ))
    })
}

fn paths(matches: &ArgMatches, id: &str) -> Vec<PathBuf> {
    values(matches, id).into_iter().map(PathBuf::from).collect()
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
            let planned = plan(&run, options, shard_bytes)?;
            for message in planned.kept_whole {
                // Standard error may be closed.
                let _ = writeln!(io::stderr(), "pcapstat: {message}");
            }
            Ok(write_lines(&planned.shards)?)
        }
        Step::Map { spec, plan, stdin, rows } => {
            let bytes =
                if stdin { Bytes::Stream(Box::new(Stdin::default())) } else { Bytes::Files };
            let Some(format) = rows else {
                return Ok(file::write(&map::map(*spec, &plan, bytes)?, io::stdout().lock())?);
            };
            let out = Box::new(BufWriter::with_capacity(BUFFER_BYTES, io::stdout()));
            let writer = Writer::begin(format, spec.shard == 0, out)?;
            map::write_rows(&spec, &plan, bytes, &writer)?;
            Ok(writer.finish()?)
        }
        Step::Merge(paths) => Ok(file::write(&merge(read(&paths)?)?, io::stdout().lock())?),
        Step::Deal(path, directory) => {
            let counts = buckets::deal(file::read(&path)?, &directory)?;
            Ok(file::write(&counts, io::stdout().lock())?)
        }
        Step::Order(paths) => {
            let order = buckets::order(merge(read(&paths)?)?);
            Ok(file::write(&order, io::stdout().lock())?)
        }
        Step::Fold(order, paths) => {
            Ok(buckets::fold(file::read(&order)?, &paths, io::stdout().lock())??)
        }
        Step::Number(paths) => Ok(write_lines(&number(read(&paths)?)?)?),
        Step::Finish { .. } => Ok(()),
    }
}

/// Reads partials, side by side.
fn read(paths: &[PathBuf]) -> Result<Vec<Named>, Refusal> {
    let read = |path: &PathBuf| Ok((path_text::of(path), file::read(path)?));
    paths.par_iter().with_max_len(1).map(read).collect()
}
