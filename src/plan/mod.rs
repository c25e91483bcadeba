//! The plan of a run: the command line, checked and completed.

mod choice;
mod memory;
mod paths;
mod quantity;
pub mod unused;

pub use memory::{Bounds, OWN_BYTES};
pub use quantity::bytes;

use crate::baseline::{Baseline, DIFFERENCES};
use crate::cli::{AUTO, Cli, Depth, When};
use crate::dissect::decode_as::DecodeAs;
use crate::expect::Expectation;
use crate::inputs::Naming;
use crate::limits;
use crate::output;
use crate::output::arranged::Arrangement;
use crate::output::format::{self, Format};
use crate::overview;
use crate::page;
use crate::reading::Wanted;
use crate::shard::finish::Saved;
use crate::source::ReadOptions;
use crate::table::{self, Table};
use crate::tally::Needs;
use crate::terminal::Screen;
use choice::{conditions, decode_as, expectations, format, row_conditions, tables};
use memory::{bounds, range_bytes};
use paths::{all_paths, check_directory, check_page, naming, same_directory};
use quantity::nanoseconds;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// A run of the program.
pub struct Plan {
    /// Inputs, in order.
    pub paths: Vec<OsString>,
    /// Choice of the files of directories, and their names in tables.
    pub naming: Naming,
    /// Choice, order and number of rows.
    pub arrangement: Arrangement,
    /// Worker threads.
    pub jobs: usize,
    /// Tables to write, in order, each once.
    pub tables: Vec<&'static Table>,
    /// Directory to write them to. None for standard output.
    pub output_dir: Option<PathBuf>,
    /// File for a page about all inputs.
    pub page: Option<PathBuf>,
    /// Options that select packets, as they were given. None if all packets count.
    pub selection: Option<String>,
    /// Output format.
    pub format: &'static Format,
    /// The screen, if tables are shown on a terminal.
    pub screen: Option<Screen>,
    /// The screen, if an overview is shown instead of tables.
    pub overview: Option<Screen>,
    /// Tables to describe instead of making any. None to make tables.
    pub schema: Option<Vec<&'static Table>>,
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

impl Plan {
    /// Checks and completes the command line.
    ///
    /// # Errors
    /// A message for people: exit code 2.
    pub fn new(cli: Cli) -> Result<Plan, String> {
        let overview = shows_overview(&cli).then(|| Screen::of_terminal(cli.color));
        let schema = match (cli.schema, cli.tables.is_empty()) {
            (false, _) => None,
            (true, true) => Some(table::TABLES.to_vec()),
            (true, false) => Some(tables(&cli.tables)?),
        };
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
        let arrangement = Arrangement::new(cli.sort.as_deref(), top, &tables)?
            .of_rows(row_conditions(&cli.rows, &tables)?);
        let baseline = match &cli.baseline {
            None => None,
            Some(directory) => {
                let (directory_of, columns) = (directory.clone(), &cli.baseline_columns);
                let baseline =
                    Baseline::open(directory_of, cli.tolerance.parse()?, columns, &tables);
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
            return Err(format!(
                "--baseline compares CSV, and its differences are CSV; leave out -f {}",
                format.name
            ));
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
        let selection = choice::selection(&cli);
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
        let plan = Plan {
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
            selection,
            page: cli.report,
            format,
            schema,
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
        };
        let names = plan.tables.iter().map(|table| format!("{}.csv", table.name));
        let earlier = cli
            .baseline
            .iter()
            .flat_map(|directory| names.clone().map(|name| directory.join(name)));
        paths::check_apart(&plan.outputs(), cli.files_from.into_iter().chain(earlier))?;
        Ok(plan)
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

/// True if nothing says what to write, nor where, but a terminal.
fn shows_overview(cli: &Cli) -> bool {
    let chosen = !cli.tables.is_empty() || cli.format != AUTO || cli.output_dir.is_some();
    let arranged = !cli.rows.is_empty() || cli.sort.is_some() || cli.top.is_some();
    let arranged = arranged || cli.baseline.is_some();
    !chosen && !arranged && !cli.schema && io::stdout().is_terminal()
}
