//! Text before and after the options in `--help`: examples, tables, captures, units, exit codes.

use super::Cli;
use crate::exit::EXIT_CODES;
use crate::source::Compression;
use crate::table::TABLES;
use clap::{Command, CommandFactory};

/// Purpose of the program, in a line of 80 columns.
pub const ABOUT: &str = "Fast, exact statistics from packet captures, on all cores";

/// Commands to begin with.
pub const EXAMPLES: &str = "\
Examples:
  pcapstat capture.pcap -j 8                   packets, rates; on eight cores
  pcapstat -t conversations capture.pcap       who talked to whom, how much
  pcapstat -t all -o stats/ captures/          all tables of many captures
  pcapstat -t packets capture.pcapng | head    one row per packet
  pcapstat -t conversations --merge --rows \"layer == tcp\" --top 10 captures/
                                               the ten busiest of a directory
  tcpdump -i eth0 -w - | pcapstat -            live traffic until Ctrl-C";

/// The command with all of its help, which takes a third of the time of starting: it is made for
/// those who ask for it.
pub fn with_help() -> Command {
    Cli::command().after_long_help(after_help())
}

/// Tables with their columns, captures, units and exit codes.
fn after_help() -> String {
    let width = TABLES.iter().map(|table| table.name.len()).max().unwrap_or(0);
    let mut text = String::from("Tables and their columns:\n");
    for table in TABLES {
        let indent = " ".repeat(width + 4);
        text += &format!("  {:width$}  {}\n", table.name, wrapped([table.about], " ", &indent));
        let columns = table.columns.iter().map(|column| column.name);
        text += &format!("{indent}{}\n", wrapped(columns, ", ", &indent));
    }
    text += CAPTURES;
    let compressions = Compression::ALL.map(Compression::name).join(", ");
    text += &format!("  Compressed by {compressions}, detected by the first bytes.\n");
    text += UNITS;
    text += "\nExit codes:\n";
    for exit in EXIT_CODES {
        text += &format!("  {:>3}  {}\n", exit.code, exit.meaning);
    }
    text +=
        "\nMany machines:\n  pcapstat shard plan, map, merge, finish; see pcapstat shard --help\n";
    text
}

/// Words with `between` after each but the last, in lines that begin with `indent`.
fn wrapped<'w>(texts: impl IntoIterator<Item = &'w str>, between: &str, indent: &str) -> String {
    let (mut text, mut column) = (String::new(), indent.len());
    let words: Vec<&str> = texts.into_iter().flat_map(|text| text.split(' ')).collect();
    for (number, word) in words.iter().enumerate() {
        let after = if number + 1 < words.len() { between } else { "" };
        if column + word.len() + after.trim_end().len() > HELP_WIDTH {
            text.truncate(text.trim_end().len());
            text += "\n";
            text += indent;
            column = indent.len();
        }
        text += word;
        text += after;
        column += word.len() + after.len();
    }
    text
}

/// Columns of a terminal that the help takes, at most.
const HELP_WIDTH: usize = 99;

const CAPTURES: &str = "
Captures:
  pcap in microseconds and nanoseconds, and its variants modified, Red Hat, SuSE, Nokia, AIX, DG/UX
  and Ixia; pcapng; snoop. Records may be those of ERF. Partial results of shard map.
";

const UNITS: &str = "
Units:
  Bytes, packets, bits per second (wire_bits_per_s); seconds (_s) have nine decimals; times are UTC.
  SIZE:      64k, 2M, 4G, 1T or KiB, MiB, GiB, TiB: powers of 1024
  DURATION:  100ms, 1.5s, 1m30s, 2h
  TIME:      2023-11-14T22:13:20.000001Z, or seconds since 1970
";
