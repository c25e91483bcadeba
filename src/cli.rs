//! The command line as typed, parsed by clap. [`crate::plan`] checks and completes it.

mod help;

use crate::output::format::{COLUMNAR, FORMATS};
use crate::shard::manual;
use clap::builder::PossibleValue;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};
use clap_complete::Shell;
use help::EXAMPLES;
pub use help::with_help;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

/// Fast, exact statistics from packet captures, on all cores
#[derive(Clone, Debug, Parser)]
#[command(name = "pcapstat", version, about, before_long_help = EXAMPLES, before_help = EXAMPLES)]
#[command(max_term_width = 100, args_override_self = true, arg_required_else_help = true)]
pub struct Cli {
    /// Capture, directory, or - for standard input, which the first Ctrl-C ends
    #[arg(required_unless_present_any = ["schema", "generate", "files_from"], value_name = "PATH")]
    pub paths: Vec<OsString>,

    /// More PATHs, one a line; - reads the list from standard input
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub files_from: Option<PathBuf>,

    /// The list of --files-from is separated by NUL
    #[arg(short = '0', long, requires = "files_from", hide_short_help = true)]
    pub null: bool,

    /// Files of directories to read: "*.pcap", "!old/**"
    ///
    /// Patterns are those of ripgrep; ! leaves out. Repeatable
    #[arg(short, long, value_name = "GLOB", action = ArgAction::Append)]
    pub glob: Vec<String>,

    /// Text of the column `file`: the path as given, or the file's name alone
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FileAs::Path, hide_short_help = true)]
    pub file_as: FileAs,

    /// Worker threads [default: the cores this process may use]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// Tables, separated by commas, or all [default: summary]
    ///
    /// `all` is every table but `packets`, `segments` and `ranges`. Without -t, a terminal shows an
    /// overview
    #[arg(short, long, value_name = "NAME", value_delimiter = ',', action = ArgAction::Append)]
    pub tables: Vec<String>,

    /// Write each table to its own file, DIR/TABLE.EXT
    ///
    /// A file is there whole or not at all
    #[arg(short, long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,

    /// Write one self-contained page of charts and tables
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// Format: csv, tsv, json, ndjson, markdown, table, parquet, arrow or auto
    ///
    /// auto, the default, is table on a terminal, else csv
    #[arg(short, long, value_name = "FMT", value_parser = formats(), default_value = AUTO,
        hide_possible_values = true, hide_default_value = true)]
    pub format: String,

    /// Only rows that meet a condition: "layer == tcp", "retransmissions > 0"
    ///
    /// COLUMN OPERATOR VALUE as of --expect, for each table that has the column; --sort and --top
    /// come after it. Repeatable; all must hold
    #[arg(long, value_name = "COND", action = ArgAction::Append)]
    pub rows: Vec<String>,

    /// Order of rows: wire_bytes:desc, first_packet; ascending unless :desc
    ///
    /// Each table that has the column is sorted by it, input by input; COLUMN:asc, COLUMN:desc
    #[arg(long, value_name = "COLUMN")]
    pub sort: Option<String>,

    /// At most N rows of each table and input; with --merge, of all inputs
    ///
    /// Rows of all layers count together: --rows "layer == tcp" chooses one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,

    /// Describe all tables (table, column, type, unit, meaning) in the output format, and exit
    #[arg(long, hide_short_help = true)]
    pub schema: bool,

    /// Treat all inputs, in order, as one capture
    #[arg(long)]
    pub merge: bool,

    /// Add a row `(total)`, all inputs as one, to each table but those of single packets
    #[arg(long, conflicts_with = "merge", hide_short_help = true)]
    pub total: bool,

    /// Only packets that match: "tcp port 443 and not net 10"
    ///
    /// Words are tcpdump's, on decoded fields; `any` before a word looks at every layer of a tunnel
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,

    /// Only packets with these numbers, both ends included: 10..20, 10.., ..20
    #[arg(long, value_name = "A..B", hide_short_help = true)]
    pub packets: Option<String>,

    /// Only packets at or after this time: RFC 3339, a date, or seconds since 1970 with decimals
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, hide_short_help = true)]
    pub from: Option<String>,

    /// Only packets before this time, which is excluded
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, hide_short_help = true)]
    pub to: Option<String>,

    /// Protocol of a port: udp.port==8472,vxlan or tcp.port==8080,http
    ///
    /// As tshark's -d. LAYER==VALUE,PROTOCOL or a range of values, 8472-8480; layers are udp.port, tcp.port,
    /// ethertype and ip.proto, protocols those of tunnels, and of ports applications, too.
    /// Repeatable
    #[arg(short, long, value_name = "RULE", action = ArgAction::Append)]
    pub decode_as: Vec<String>,

    /// Condition on every input: "packets >= 1000", or exit code 1
    ///
    /// It is on a column of `summary` or `health`: "status == ok", "tcp_retransmissions == 0".
    /// Repeatable
    #[arg(long, value_name = "COND", action = ArgAction::Append)]
    pub expect: Vec<String>,

    /// Compare the tables with those that an earlier run wrote to DIR as CSV; the differences are a
    /// table, and any is exit code 1
    #[arg(long, value_name = "DIR", hide_short_help = true)]
    pub baseline: Option<PathBuf>,

    /// Columns that --baseline compares: packets,wire_bytes [default: all]
    ///
    /// For a new capture, whose times are others. Rows that only one of the tables has are
    /// differences all the same
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        requires = "baseline",
        action = ArgAction::Append,
        hide_short_help = true
    )]
    pub baseline_columns: Vec<String>,

    /// Difference of a number from the baseline, at most: 5%
    #[arg(
        long,
        value_name = "P%",
        requires = "baseline",
        default_value = "0%",
        hide_short_help = true
    )]
    pub tolerance: String,

    /// Write every check of every input to FILE as JUnit XML: that it was read, conditions,
    /// baseline
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub junit: Option<PathBuf>,

    /// Print GitHub annotations for checks that do not pass, and add to the step summary
    #[arg(long, hide_short_help = true)]
    pub github: bool,

    /// How deep protocol paths go: down to the `application`, or to the `transport`, which is faster
    #[arg(long, value_name = "LAYER", value_enum, default_value_t = Depth::Application, hide_short_help = true)]
    pub depth: Depth,

    /// Bucket length of the table `intervals`: 100ms, 1s, 5m, 1h, ...
    #[arg(long, value_name = "DURATION", default_value = "1s", hide_short_help = true)]
    pub interval: String,

    /// Time without a packet after which one of the `flows` ends
    #[arg(long, value_name = "DURATION", default_value = "60s", hide_short_help = true)]
    pub flow_idle: String,

    /// Age at which one of the `flows` ends and another begins
    #[arg(long, value_name = "DURATION", default_value = "30m", hide_short_help = true)]
    pub flow_active: String,

    /// Bytes of a capture that one range covers: 64k, 2M, ...; never changes a result [default: 2M]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub range_bytes: Option<String>,

    /// Skip damaged regions and continue at the next intact record; skipped bytes are listed in
    /// `gaps`
    #[arg(long, hide_short_help = true)]
    pub salvage: bool,

    /// Stop decompressing a capture that becomes longer than this: 10G, ... [default: no limit]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_inflated: Option<String>,

    /// Memory limit, decompression included: 4G, ...; an input that needs more has no rows, and the
    /// exit code is 71 [default: three quarters of free memory]
    #[arg(long, value_name = "SIZE", hide_short_help = true)]
    pub max_memory: Option<String>,

    /// Read files instead of mapping them into memory
    #[arg(long, hide_short_help = true)]
    pub no_mmap: bool,

    /// Draw a progress bar on standard error after half a second, until rows go to a terminal or a
    /// pipe; `auto`: if it is a terminal
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub progress: When,

    /// Colours on a terminal; `auto` looks at NO_COLOR and CLICOLOR_FORCE, too
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub color: When,

    /// Print the manual page, or the completions of a shell, and exit
    #[arg(long, value_name = "KIND", value_enum, hide_short_help = true)]
    pub generate: Option<Kind>,

    /// Print no messages; the exit code still reports faults
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print every message, and how the work was done
    #[arg(short, long)]
    pub verbose: bool,
}

/// How deep protocol paths go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Depth {
    /// Down to the first application protocol
    Application,
    /// Down to the transport
    Transport,
}

/// The format that suits where standard output goes.
pub const AUTO: &str = "auto";

/// Other names of formats, as other tools call them.
pub const OTHER_NAMES: [(&str, &str); 2] = [("jsonl", "ndjson"), ("md", "markdown")];

/// Values of `-f`.
fn formats() -> Vec<PossibleValue> {
    let auto = PossibleValue::new(AUTO).help("`table` on a terminal and `csv` otherwise");
    let text = FORMATS.iter().filter(|format| !format.binary);
    let text = text.map(|format| {
        let others = OTHER_NAMES.iter().filter(|(_, name)| *name == format.name);
        let others = others.map(|(other, _)| *other);
        PossibleValue::new(format.name).help(format.about).aliases(others)
    });
    let binary = COLUMNAR.map(|(name, about)| PossibleValue::new(name).help(about));
    std::iter::once(auto).chain(text).chain(binary).collect()
}

/// Values of `--file-as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileAs {
    /// The path as given
    Path,
    /// The name without directories
    Name,
}

/// Values of `--generate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Manual page
    Man,
    /// Completions of bash
    CompleteBash,
    /// Completions of zsh
    CompleteZsh,
    /// Completions of fish
    CompleteFish,
    /// Completions of PowerShell
    CompletePowershell,
}

impl Kind {
    /// Writes it, derived from the command line's own definition.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(self, out: &mut dyn Write) -> io::Result<()> {
        let shell = match self {
            Kind::Man => {
                clap_mangen::Man::new(with_help()).render(out)?;
                return manual::write(out);
            }
            Kind::CompleteBash => Shell::Bash,
            Kind::CompleteZsh => Shell::Zsh,
            Kind::CompleteFish => Shell::Fish,
            Kind::CompletePowershell => Shell::PowerShell,
        };
        clap_complete::generate(shell, &mut manual::with_steps(Cli::command()), "pcapstat", out);
        Ok(())
    }
}

/// When to do something that is meant for a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
