//! The command line as typed, parsed by clap. [`crate::plan`] checks and completes it.

mod help;
mod values;

use clap::{Arg, ArgAction, Parser};
pub use help::with_help;
use help::{ABOUT, EXAMPLES};
use std::ffi::OsString;
use std::path::PathBuf;
use values::formats;
pub use values::{AUTO, Depth, FileAs, Kind, OTHER_NAMES, When};

/// Options of how a machine works, which change no result.
pub const MACHINE: &[&str] =
    &["jobs", "range_bytes", "max_memory", "no_mmap", "progress", "color", "quiet", "verbose"];

/// Lets the last one of an option count if that cannot lose a selection or an output. Other options
/// that take one value are refused when they are given twice.
pub fn last_wins(argument: Arg) -> Arg {
    let id = argument.get_id().clone();
    let loses_nothing = MACHINE.contains(&id.as_str()) || !argument.get_action().takes_values();
    if loses_nothing { argument.overrides_with(id) } else { argument }
}

/// The command line.
#[derive(Clone, Debug, Parser)]
#[command(name = "pcapstat", version, about = ABOUT, before_long_help = EXAMPLES, before_help = EXAMPLES)]
#[command(max_term_width = 100, arg_required_else_help = true, mut_args = last_wins)]
pub struct Cli {
    /// Capture, directory, or - for standard input
    ///
    /// With -, the first Ctrl-C ends the input, and the tables are written
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

    /// Value of the column `file`: the path as given, or the name of the file alone
    #[arg(long, value_name = "WHAT", value_enum, default_value_t = FileAs::Path, hide_short_help = true)]
    pub file_as: FileAs,

    /// Worker threads [default: cores of this process]
    ///
    /// These are the cores that the process may use
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,

    /// Tables: NAME,NAME,... or all [default: summary]
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

    /// Format: csv, tsv, json, ndjson, table, parquet, ...
    ///
    /// Formats are csv, tsv, json, ndjson, markdown, table, parquet, arrow and auto, the default, which
    /// is table on a terminal, else csv
    #[arg(short, long, value_name = "FMT", value_parser = formats(), default_value = AUTO,
        hide_possible_values = true, hide_default_value = true)]
    pub format: String,

    /// Only rows of tables: "layer == tcp", "packets > 9"
    ///
    /// COLUMN OPERATOR VALUE as of --expect, for each table that has the column; --sort and --top
    /// come after it. Repeatable; all must hold
    #[arg(long, value_name = "COND", action = ArgAction::Append)]
    pub rows: Vec<String>,

    /// Order of rows: wire_bytes:desc, first_packet
    ///
    /// Ascending unless :desc. Each table that has the column is sorted by it, input by input; COLUMN:asc, COLUMN:desc
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true)]
    pub sort: Option<String>,

    /// At most N rows of each table, for each input
    ///
    /// With --merge, N rows in all. Layers are not counted apart: --rows "layer == tcp" chooses one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub top: Option<u32>,

    /// Describe all tables, or those of -t (table, column, type, unit, meaning), in the output format,
    /// and exit
    #[arg(long, hide_short_help = true)]
    pub schema: bool,

    /// Treat all inputs, in order, as one capture
    #[arg(long)]
    pub merge: bool,

    /// Add a row `(total)`, all inputs as one, to tables
    ///
    /// To each table but those of single packets
    #[arg(long, conflicts_with = "merge")]
    pub total: bool,

    /// Only packets that match: "tcp port 443 or net 10"
    ///
    /// Words are tcpdump's, on decoded fields; `any` before a word looks at every layer of a tunnel.
    /// Repeatable; all must hold
    #[arg(long, value_name = "EXPR", action = ArgAction::Append)]
    pub filter: Vec<String>,

    /// Only packets with these numbers, both ends included: 10..20, 10.., ..20
    #[arg(long, value_name = "A..B", hide_short_help = true)]
    pub packets: Option<String>,

    /// Only packets at or after: 2023-11-14T22:13:20Z
    ///
    /// RFC 3339, a date, or seconds since 1970 with decimals
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,

    /// Only packets before this time, which is excluded
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,

    /// Protocol of a port: udp.port==8472,vxlan
    ///
    /// As tshark's -d, also tcp.port==8080,http. LAYER==VALUE,PROTOCOL or a range of values, 8472-8480; layers are udp.port, tcp.port,
    /// ethertype and ip.proto, protocols those of tunnels, and of ports applications, too.
    /// Repeatable
    #[arg(short, long, value_name = "RULE", action = ArgAction::Append)]
    pub decode_as: Vec<String>,

    /// Condition on inputs, or exit code 1: "packets > 9"
    ///
    /// It is on a column of `summary` or `health`: "status == ok", "tcp_retransmissions == 0".
    /// Repeatable
    #[arg(long, value_name = "COND", action = ArgAction::Append)]
    pub expect: Vec<String>,

    /// Compare with the tables in DIR, or exit code 1
    ///
    /// DIR holds CSV that an earlier run wrote with -o; the differences are a table. With --file-as name
    /// in both runs, captures may have moved to another directory
    #[arg(long, value_name = "DIR")]
    pub baseline: Option<PathBuf>,

    /// Columns that --baseline compares: packets,wire_bytes [default: all]
    ///
    /// Leave out times to compare captures of different days. A row that only one of the tables has is
    /// a difference in any case
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        requires = "baseline",
        action = ArgAction::Append,
        hide_short_help = true
    )]
    pub baseline_columns: Vec<String>,

    /// Let numbers differ from the baseline by at most: 5%
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

    /// Depth of protocol paths: to the `application`, or to the `transport`, which is faster
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

    /// Progress bar on standard error, from half a second on and before rows go to a terminal or a
    /// pipe; `auto`: if standard error is a terminal
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub progress: When,

    /// Colours of the overview and of -f table on a terminal; `auto` honours NO_COLOR and CLICOLOR_FORCE
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Auto, hide_short_help = true)]
    pub color: When,

    /// Print the manual page, or the completions of a shell, and exit
    #[arg(long, value_name = "KIND", value_enum, hide_short_help = true)]
    pub generate: Option<Kind>,

    /// Print no messages; exit codes still report faults
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Print every message, and how the work was done
    #[arg(short, long)]
    pub verbose: bool,
}
