//! The plan of a run: the command line, checked and completed.

use crate::baseline::{Baseline, DIFFERENCES};
use crate::capture::cut::DEFAULT_RANGE_BYTES;
use crate::cli::{AUTO, Cli, Depth, FileAs, When};
use crate::dissect::decode_as::DecodeAs;
use crate::error::without_code;
use crate::expect::Expectation;
use crate::filter::Filter;
use crate::inputs::Naming;
use crate::limits;
use crate::output;
use crate::output::arranged::Arrangement;
use crate::output::format::{self, Format};
use crate::overview;
use crate::page;
use crate::pass::period::Period;
use crate::pass::selected::{Condition, Conditions};
use crate::pass::slice::Slice;
use crate::path_text;
use crate::reading::Wanted;
use crate::shard::finish::Saved;
use crate::source::ReadOptions;
use crate::table::{self, TABLES, Table};
use crate::tally::Needs;
use crate::terminal::Screen;
use ignore::overrides::{Override, OverrideBuilder};
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// A run of the program.
pub struct Plan {
    /// Inputs, in order.
    pub paths: Vec<OsString>,
    /// Which files of directories are inputs, and what tables call them.
    pub naming: Naming,
    /// Order and number of rows.
    pub arrangement: Arrangement,
    /// Worker threads.
    pub jobs: usize,
    /// Tables to write, in order, each once.
    pub tables: Vec<&'static Table>,
    /// Directory to write them to. None for standard output.
    pub output_dir: Option<PathBuf>,
    /// File for a page about all inputs.
    pub page: Option<PathBuf>,
    /// Output format.
    pub format: &'static Format,
    /// The screen, if tables are shown on a terminal.
    pub screen: Option<Screen>,
    /// The screen, if an overview is shown instead of tables.
    pub overview: Option<Screen>,
    /// Describe the tables instead of making them.
    pub schema: bool,
    /// All inputs as one capture.
    pub merge: bool,
    /// A row for all inputs as one in each table.
    pub total: bool,
    /// Tallies and selection of each input.
    pub wanted: Wanted,
    /// Conditions that every input must meet.
    pub expectations: Vec<Expectation>,
    /// Tables of an earlier run to compare with.
    pub baseline: Option<Baseline>,
    /// File for the checks as JUnit XML.
    pub junit: Option<PathBuf>,
    /// Annotate for GitHub.
    pub github: bool,
    /// Bytes of a capture that one range covers.
    pub range_bytes: u64,
    /// Options of reading inputs.
    pub reading: ReadOptions,
    /// Protocols assigned to values of dispatch fields.
    pub decode_as: Arc<[DecodeAs]>,
    /// Resynchronise after damage.
    pub salvage: bool,
    /// Partials among the inputs.
    pub saved: Saved,
    /// Memory that the run may take.
    pub memory: Bounds,
    /// Draw a progress bar.
    pub progress: bool,
    /// No messages about inputs.
    pub quiet: bool,
    /// Standard error is a terminal: messages about inputs are few.
    pub messages_to_terminal: bool,
    /// Print how the work was done.
    pub verbose: bool,
}

/// Memory that the process itself needs in any run, in bytes: not part of `--max-memory`.
pub const OWN_BYTES: u64 = 16 << 20;

/// Memory that a run may take, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// All of it.
    pub all: u64,
    /// Share of counting; sorting and rows take the rest.
    pub counting: u64,
    /// True if it was asked for or is limited by the system: freed memory is then returned.
    pub strict: bool,
    /// Tells the number of bytes in use. None if nobody counts them.
    pub used: Option<fn() -> u64>,
}

impl Plan {
    /// Checks and completes the command line.
    ///
    /// # Errors
    /// A message for people: exit code 2.
    pub fn new(cli: Cli) -> Result<Plan, String> {
        let overview = shows_overview(&cli).then(|| Screen::of_terminal(cli.color));
        let tables = if cli.schema {
            vec![&table::schema::TABLE]
        } else if overview.is_some() {
            overview::TABLES.iter().filter_map(|name| table::named(name)).collect()
        } else {
            tables(&cli.tables)?
        };
        let paths = all_paths(&cli)?;
        check_directory(cli.output_dir.as_deref())?;
        check_page(cli.report.as_deref())?;
        let top = cli.top.map(|top| top as usize);
        let arrangement = Arrangement::new(cli.sort.as_deref(), top, &tables)?;
        let baseline = match &cli.baseline {
            None => None,
            Some(directory) => {
                let baseline = Baseline::open(directory.clone(), cli.tolerance.parse()?, &tables);
                if same_directory(directory, cli.output_dir.as_deref()) {
                    return Err("--baseline and -o are the same directory".into());
                }
                Some(baseline.map_err(|error| format!("--baseline: {error}"))?)
            }
        };
        let to_terminal = cli.output_dir.is_none() && std::io::stdout().is_terminal();
        let to_stdout = cli.output_dir.is_none() && baseline.is_none();
        let format = format(&cli.format, to_terminal && to_stdout)?;
        if baseline.is_some() && format.name != "csv" {
            return Err("--baseline compares CSV; leave out -f".into());
        }
        if tables.len() > 1 && to_stdout && format.several.is_none() {
            return Err(format!(
                "{} tables do not fit into one {} on standard output; use -o DIR for one file \
                 each, or a format that holds several: {}",
                tables.len(),
                format.name,
                format::names_of_several()
            ));
        }
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        let expectations = expectations(&cli.expect)?;
        let needed = tables.iter().copied().chain(expectations.iter().map(|one| one.table));
        let shown: Vec<&Table> = cli.report.iter().flat_map(|_| page::tables()).collect();
        let of_page = if cli.report.is_some() { page::needs() } else { Needs::NOTHING };
        let mut needs = needed.fold(of_page, |needs, table| needs.union(table.needs));
        if overview.is_some() {
            needs = needs.union(overview::needs());
        }
        let mut wanted = Wanted::of(match cli.depth {
            Depth::Application => needs,
            Depth::Transport => needs.without_applications(),
        });
        wanted.interval = nanoseconds("--interval", &cli.interval)?;
        wanted.flow_idle = nanoseconds("--flow-idle", &cli.flow_idle)?;
        wanted.flow_active = nanoseconds("--flow-active", &cli.flow_active)?;
        wanted.conditions = conditions(&cli)?;
        let jobs = cli.jobs.map_or_else(available, usize::from);
        let counted: Vec<&Table> = tables.iter().copied().chain(shown).collect();
        let memory = bounds(&counted, cli.max_memory.as_deref(), jobs)?;
        Ok(Plan {
            paths,
            naming: naming(&cli)?,
            arrangement,
            jobs,
            memory,
            tables: if overview.is_some() { Vec::new() } else { tables },
            screen: (to_terminal && to_stdout && format.name == output::aligned::TABLE.name)
                .then(|| Screen::of_terminal(cli.color)),
            overview,
            output_dir: cli.output_dir,
            page: cli.report,
            format,
            schema: cli.schema,
            merge: cli.merge,
            total: cli.total && overview.is_none(),
            wanted,
            expectations,
            baseline,
            junit: cli.junit,
            github: cli.github,
            range_bytes: match &cli.range_bytes {
                None => range_bytes(memory, jobs),
                Some(text) => bytes("--range-bytes", text)?,
            },
            reading: ReadOptions {
                mmap: !cli.no_mmap && !limits::limits_address_space(),
                max_inflated_bytes: cli
                    .max_inflated
                    .as_deref()
                    .map(|text| bytes("--max-inflated", text))
                    .transpose()?,
                ..ReadOptions::default()
            },
            decode_as: decode_as(&cli.decode_as)?,
            salvage: cli.salvage,
            saved: Saved::default(),
            progress: match cli.progress {
                When::Auto => std::io::stderr().is_terminal(),
                When::Always => true,
                When::Never => false,
            },
            quiet: cli.quiet,
            messages_to_terminal: std::io::stderr().is_terminal(),
            verbose: cli.verbose,
        })
    }

    /// Leaves out what the overview of several captures does not need: a line each.
    pub fn expect_inputs(&mut self, inputs: usize) {
        if self.overview.is_some() && !self.shows_one(inputs) {
            let needed = self.expectations.iter().map(|one| one.table.needs);
            self.wanted.needs = needed.fold(Needs::NOTHING, Needs::union);
        }
    }

    /// True if all inputs are one capture to an overview.
    pub fn shows_one(&self, inputs: usize) -> bool {
        self.merge || inputs == 1
    }

    /// True if rows are to be written while captures are read.
    pub fn exports(&self) -> bool {
        self.tables.iter().any(|table| table.is_export())
    }

    /// True if this table is to be written.
    pub fn writes(&self, name: &str) -> bool {
        self.tables.iter().any(|table| table.name == name)
    }
}

/// True if nothing says what to write, nor where, but a terminal.
fn shows_overview(cli: &Cli) -> bool {
    let chosen = !cli.tables.is_empty() || cli.format != AUTO || cli.output_dir.is_some();
    let arranged = cli.sort.is_some() || cli.top.is_some() || cli.baseline.is_some();
    !chosen && !arranged && !cli.schema && io::stdout().is_terminal()
}

/// Refuses an output directory that is none.
fn check_directory(directory: Option<&Path>) -> Result<(), String> {
    match directory {
        Some(path) if path.as_os_str() == STDIN => {
            Err("-o -: takes a directory; leave -o out for standard output".into())
        }
        Some(path) if path.is_file() => Err(format!(
            "-o {}: is a file; -o takes a directory, in which each table becomes a file",
            path.display()
        )),
        _ => Ok(()),
    }
}

impl Plan {
    /// True if the run has results beside its tables.
    pub fn has_other_results(&self) -> bool {
        let checks = !self.expectations.is_empty() || self.baseline.is_some();
        checks || self.page.is_some() || self.junit.is_some() || self.github
    }

    /// Files that the run writes.
    pub fn outputs(&self) -> Vec<PathBuf> {
        let names = self.tables.iter().map(|table| (table.name, self.format.extension));
        let names = names.chain(self.baseline.iter().map(|_| (DIFFERENCES, "csv")));
        let in_directory = self.output_dir.iter().flat_map(|directory| {
            names.clone().map(|(name, extension)| directory.join(format!("{name}.{extension}")))
        });
        in_directory.chain(self.page.clone()).chain(self.junit.clone()).collect()
    }
}

/// Refuses a page that is no file.
fn check_page(file: Option<&Path>) -> Result<(), String> {
    match file {
        Some(path) if path.as_os_str() == STDIN => Err("--report -: takes a file".into()),
        Some(path) if path.is_dir() => {
            Err(format!("--report {}: is a directory; --report takes a file", path.display()))
        }
        _ => Ok(()),
    }
}

/// The paths of the command line and those of `--files-from`, in this order.
fn all_paths(cli: &Cli) -> Result<Vec<OsString>, String> {
    let mut paths = cli.paths.clone();
    let mut stdin = paths.iter().filter(|path| path.as_os_str() == STDIN).count();
    if let Some(list) = &cli.files_from {
        let named =
            |error: io::Error| format!("--files-from {}: {}", list.display(), without_code(&error));
        let mut bytes = Vec::new();
        if list.as_os_str() == STDIN {
            stdin += 1;
            io::stdin().read_to_end(&mut bytes).map_err(named)?;
        } else {
            bytes = fs::read(list).map_err(named)?;
        }
        let separator = if cli.null { 0 } else { b'\n' };
        for line in bytes.split(|byte| *byte == separator) {
            let line = line.strip_suffix(b"\r").filter(|_| !cli.null).unwrap_or(line);
            if !line.is_empty() {
                paths.push(path_text::from_bytes(line));
            }
        }
        stdin +=
            paths.iter().skip(cli.paths.len()).filter(|path| path.as_os_str() == STDIN).count();
    }
    if stdin > 1 {
        return Err("standard input (-) can be read only once".into());
    }
    Ok(paths)
}

fn naming(cli: &Cli) -> Result<Naming, String> {
    let name_only = cli.file_as == FileAs::Name;
    if cli.glob.is_empty() {
        return Ok(Naming { globs: Override::empty(), name_only });
    }
    let mut globs = OverrideBuilder::new(".");
    for glob in &cli.glob {
        globs.add(glob).map_err(|error| format!("--glob: {error}"))?;
    }
    let globs = globs.build().map_err(|error| format!("--glob: {error}"))?;
    Ok(Naming { globs, name_only })
}

/// The assignments of `-d`.
fn decode_as(texts: &[String]) -> Result<Arc<[DecodeAs]>, String> {
    let parsed = |text: &String| text.parse().map_err(|error| format!("--decode-as: {error}"));
    texts.iter().map(parsed).collect()
}

/// Conditions on packets; one line for each option that selects.
fn conditions(cli: &Cli) -> Result<Conditions, String> {
    let mut conditions: Vec<Box<dyn Condition>> = Vec::new();
    if let Some(text) = &cli.filter {
        conditions.push(Box::new(Filter::new(text).map_err(|error| format!("--filter: {error}"))?));
    }
    if let Some(text) = &cli.packets {
        conditions.push(Box::new(text.parse::<Slice>()?));
    }
    if cli.from.is_some() || cli.to.is_some() {
        conditions.push(Box::new(Period::new(cli.from.as_deref(), cli.to.as_deref())?));
    }
    Ok(conditions.into())
}

/// True if both are one directory that exists.
fn same_directory(one: &Path, two: Option<&Path>) -> bool {
    two.is_some_and(|two| {
        one.canonicalize().ok().zip(two.canonicalize().ok()).is_some_and(|(one, two)| one == two)
    })
}

/// Names of the tables with one row for each input, whose columns can be expected.
const EXPECTED_TABLES: [&str; 2] = ["summary", "health"];

fn expectations(texts: &[String]) -> Result<Vec<Expectation>, String> {
    let tables: Vec<_> = EXPECTED_TABLES.iter().filter_map(|name| table::named(name)).collect();
    let parsed = |text: &String| {
        Expectation::new(text, &tables).map_err(|error| format!("--expect: {error}"))
    };
    texts.iter().map(parsed).collect()
}

/// The format of a name; `auto` suits where standard output goes.
fn format(name: &str, to_terminal: bool) -> Result<&'static Format, String> {
    let name = match name {
        AUTO if to_terminal => "table",
        AUTO => "csv",
        name => name,
    };
    let format = format::named(name).ok_or_else(|| {
        format!(
            "-f {name} needs a build with the feature columnar: \
             cargo install --path . --features columnar"
        )
    })?;
    if format.binary && to_terminal {
        return Err(format!("-f {name} is not text; redirect it, or use -o DIR"));
    }
    Ok(format)
}

fn tables(names: &[String]) -> Result<Vec<&'static Table>, String> {
    if names.is_empty() {
        return Ok(table::named("summary").into_iter().collect());
    }
    let mut chosen: Vec<&'static Table> = Vec::new();
    for name in names {
        let name = name.trim().to_ascii_lowercase();
        let named: Vec<&'static Table> = match name.as_str() {
            "all" => TABLES.iter().copied().filter(|table| is_among_all(table)).collect(),
            name => vec![table::named(name).ok_or_else(|| unknown_table(name))?],
        };
        for table in named {
            if !chosen.iter().any(|known| known.name == table.name) {
                chosen.push(table);
            }
        }
    }
    Ok(chosen)
}

/// False for tables as long as the capture, and for the one that measures the run.
fn is_among_all(table: &Table) -> bool {
    !table.is_export() && table.name != "ranges"
}

fn unknown_table(name: &str) -> String {
    let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    let shared =
        |known: &str| known.chars().zip(name.chars()).take_while(|(one, two)| one == two).count();
    let near = names.iter().max_by_key(|known| shared(known)).filter(|known| shared(known) >= 3);
    let hint = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
    format!("no table is named {name:?}{hint}; there are {} and all", names.join(", "))
}

/// The value of an option that is a duration.
fn nanoseconds(option: &str, text: &str) -> Result<u64, String> {
    let wrong = || format!("{option} {text}: not a duration such as 100ms, 1.5s, 1m30s");
    duration(text).ok_or_else(wrong)
}

/// Numbers and units as nanoseconds, at least one: `100ms`, `1.5s`, `1m30s`. A number alone is
/// seconds.
fn duration(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 9] = [
        ("ns", 1),
        ("us", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("", 1_000_000_000),
        ("m", 60_000_000_000),
        ("min", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ];
    let (mut rest, mut total) = (text.trim(), 0_u64);
    while !rest.is_empty() {
        let number = |c: char| c.is_ascii_digit() || c == '.';
        let (digits, after) = rest.split_at(rest.find(|c| !number(c)).unwrap_or(rest.len()));
        let after = after.trim_start();
        let unit = after.split_at(after.find(number).unwrap_or(after.len())).0;
        let nanoseconds = UNITS.iter().find(|(name, _)| *name == unit.trim())?.1;
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !numeric(decimals) || decimals.is_empty() || decimals.len() > 9 {
            return None;
        }
        let billionths: u128 = format!("{decimals:0<9}").parse().ok()?;
        let fraction = u64::try_from(billionths * u128::from(nanoseconds) / 1_000_000_000).ok()?;
        let amount = whole.parse::<u64>().ok()?.checked_mul(nanoseconds)?.checked_add(fraction)?;
        total = total.checked_add(amount)?;
        rest = after.get(unit.len()..)?.trim_start();
    }
    Some(total).filter(|nanoseconds| *nanoseconds > 0)
}

/// Memory of a run: `--max-memory`, or three quarters of what is free.
///
/// Counting takes half of it; a quarter if it fills large hash tables, which exist twice while they
/// grow; an eighth if endpoints or ports are derived from conversations afterwards.
fn bounds(tables: &[&Table], max_memory: Option<&str>, jobs: usize) -> Result<Bounds, String> {
    let all = match max_memory {
        Some(text) => bytes("--max-memory", text)?,
        None => limits::free_memory(jobs).map_or(u64::MAX, |free| free / 4 * 3),
    };
    let ends = tables.iter().any(|table| matches!(table.name, "endpoints" | "ports"));
    let hashes = tables.iter().any(|table| {
        let needs = table.needs;
        needs.intervals || needs.paths || needs.has_folds()
    });
    let counting = all
        / if ends {
            8
        } else if hashes {
            4
        } else {
            2
        };
    let strict = max_memory.is_some() || limits::limits_address_space();
    Ok(Bounds { all, counting, strict, used: None })
}

/// Bytes of a range: fewer if the rows or tables of all workers' ranges would take too much memory.
fn range_bytes(memory: Bounds, jobs: usize) -> u64 {
    /// Ranges that the memory for counting should hold, for each worker.
    const RANGES: u64 = 128;
    const LEAST: u64 = 64 << 10;
    let share = memory.counting / RANGES / jobs as u64;
    DEFAULT_RANGE_BYTES.min(share.max(LEAST))
}

/// The value of an option that is a size.
///
/// # Errors
/// A message that names the option.
pub fn bytes(option: &str, text: &str) -> Result<u64, String> {
    size(text).ok_or_else(|| format!("{option} {text}: not a size such as 65536, 64k, 2M"))
}

/// A number and a binary unit as bytes, at least one.
fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text);
    let unit = unit.to_ascii_lowercase();
    let shift = match unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(&unit) {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    number?.checked_mul(1 << shift).filter(|bytes| *bytes > 0)
}

fn split(text: &str) -> (Option<u64>, &str) {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    (number.parse().ok(), unit.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        assert_eq!(duration("1s"), Some(1_000_000_000));
        assert_eq!(duration("100ms"), Some(100_000_000));
        assert_eq!(duration("5 m"), Some(300_000_000_000));
        assert_eq!(duration("1.5s"), Some(1_500_000_000));
        assert_eq!(duration("1m30s"), Some(90_000_000_000));
        assert_eq!(duration("0.5"), Some(500_000_000));
        for wrong in ["", "0s", "s", "-1s", "1w", "1.s", ".5s", "1..5s", "1s x", "99999999999d"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn sizes_take_binary_units() {
        assert_eq!(size("64"), Some(64));
        assert_eq!(size("64k"), Some(65_536));
        assert_eq!(size("2MiB"), Some(2 << 20));
        assert_eq!(size("1GB"), Some(1 << 30));
        for wrong in ["", "0", "k", "1x", "99999999999T"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn tables_keep_their_order_and_appear_once() {
        let names = |typed: &[&str]| {
            let typed: Vec<_> = typed.iter().map(ToString::to_string).collect();
            tables(&typed).map(|tables| tables.iter().map(|table| table.name).collect::<Vec<_>>())
        };
        assert_eq!(names(&["ports", "summary", "ports"]), Ok(vec!["ports", "summary"]));
        assert_eq!(names(&[" Ports", "SUMMARY "]), Ok(vec!["ports", "summary"]));
        assert!(names(&["all"]).is_ok_and(|all| all.len() == TABLES.len() - 3
            && !all.contains(&"packets")
            && !all.contains(&"ranges")));
        assert!(names(&["summry"]).is_err_and(|message| message.contains("did you mean summary?")));
    }
}
