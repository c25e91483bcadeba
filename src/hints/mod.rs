//! Options of tshark, capinfos, tcpdump and editcap, and how the same is asked for here.

pub mod statistics;
pub mod usage;

use crate::filter::Filter;
use crate::plan::STDIN;
use crate::shard::command::{NAME, command};
use crate::suggest::nearest;
use std::ffi::OsString;
use std::path::Path;

/// Options that pcapstat does not have, and their hints. `-z` has those of [`statistics`].
const OPTIONS: &[(&str, &str)] = &[
    ("-r", "captures need no option: pcapstat FILE"),
    ("-Y", "display filters are --filter EXPR, in tcpdump's words: --filter \"tcp port 443\""),
    ("-R", "display filters are --filter EXPR, in tcpdump's words: --filter \"tcp port 443\""),
    ("-T", "fields of packets are the table packets: -t packets, in any format of -f"),
    ("-e", "fields of packets are the table packets: -t packets, in any format of -f"),
    ("-E", "separators are formats: -f csv, -f tsv"),
    ("-M", "numbers are for machines already: -f csv or -f json; -f table is for people"),
    ("-c", "a number of packets is --packets ..N; the table summary counts them"),
    ("-i", "live traffic is piped: tcpdump -i IFACE -w - | pcapstat -"),
    ("-w", "tables are written with -o DIR; captures are cut with editcap"),
    ("-a", "the end is a selection: --to TIME, --packets ..N"),
    ("-b", "captures are rotated by tcpdump or dumpcap; the files are PATHs here"),
    ("-C", "captures are rotated by tcpdump or dumpcap; the files are PATHs here"),
    ("-G", "captures are rotated by tcpdump or dumpcap; the files are PATHs here"),
    ("-l", "rows are written as they come when the input is a pipe"),
    ("-N", "addresses and ports are numbers always"),
    ("-O", "rows have all columns always: -t packets"),
    ("-x", "packets have no hex dump here; their fields are -t packets"),
    ("-X", "packets have no hex dump here; their fields are -t packets"),
    ("-s", "lengths of packets are columns: captured_bytes, wire_bytes"),
    ("-S", "sequence numbers are in -t packets, relative ones in -t segments"),
    ("-2", "the analysis of TCP needs no second pass: -t streams, -t segments"),
    ("-K", "encrypted traffic is not decrypted; -t tls shows its handshakes"),
    ("-D", "live traffic is piped: tcpdump -i IFACE -w - | pcapstat -"),
    ("-I", "live traffic is piped: tcpdump -i IFACE -w - | pcapstat -"),
    ("-u", "seconds are columns with nine decimals, as duration_s"),
    ("-n", "addresses and ports are numbers always"),
    ("-A", "the start of a period is --from TIME"),
    ("-B", "the end of a period is --to TIME"),
    ("--where", "rows are chosen by --rows COND: --rows \"layer == tcp\""),
    ("--limit", "the number of rows is --top N"),
    ("--order-by", "the order of rows is --sort COLUMN:desc"),
    ("--count", "the table summary counts packets: -t summary"),
    ("--output", "outputs are -o DIR and -f FORMAT"),
    ("--json", "formats are -f FORMAT: -f json"),
    ("--csv", "formats are -f FORMAT: -f csv"),
];

fn missing(path: &&OsString) -> bool {
    path.as_os_str() != STDIN && !Path::new(path).try_exists().unwrap_or(true)
}

/// The line for paths that are no files but a step of `pcapstat shard`, misspelt.
pub fn step(paths: &[OsString]) -> Option<String> {
    let mut words = paths.iter().take(2).filter(missing).map(|path| path.to_string_lossy());
    let (shard, step) = (words.next()?, words.next()?);
    let command = command();
    let steps = || command.get_subcommands().map(clap::Command::get_name);
    let near = nearest(&step, steps()).filter(|_| nearest(&shard, [NAME].into_iter()).is_some())?;
    Some(format!("{shard:?} is no file (did you mean {NAME} {near}?)"))
}

/// The line for paths that are no files but an expression, as `tcpdump` takes it.
pub fn expression(paths: &[OsString]) -> Option<String> {
    let words: Vec<_> = paths.iter().filter(missing).map(|path| path.to_string_lossy()).collect();
    let text = words.join(" ");
    if text.is_empty() || Path::new(&text).extension().is_some() && !text.contains(' ') {
        return None;
    }
    if matches!(text.as_str(), "help" | "version") {
        return Some(format!("{text:?} is no file; there is pcapstat --{text}"));
    }
    match Filter::new(&text) {
        Ok(_) => Some(format!("{text:?} is no file; a filter is --filter {text:?}")),
        Err(error) if error.message.contains("display filter") => {
            Some(format!("{text:?} is no file; filters are --filter: {}", error.message))
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    #[test]
    fn no_hint_is_for_an_option_that_exists() {
        let command = Cli::command();
        for (option, _) in OPTIONS {
            let exists = command.get_arguments().any(|argument| {
                let short = argument.get_short().map(|short| format!("-{short}"));
                let long = argument.get_long().map(|long| format!("--{long}"));
                [short, long].iter().flatten().any(|name| name == option)
            });
            assert!(!exists, "{option} exists");
        }
    }

    #[test]
    fn paths_that_are_a_misspelt_step_are_told() {
        let said = |words: &[&str]| {
            step(&words.iter().map(OsString::from).collect::<Vec<_>>()).unwrap_or_default()
        };
        let plan = "\"shrd\" is no file (did you mean shard plan?)";
        assert_eq!(said(&["shrd", "plan", "Cargo.toml"]), plan);
        assert_eq!(said(&["shrd", "pln"]), plan);
        assert!(said(&["shards", "mrge", "0.part"]).contains("did you mean shard merge?"));
        for paths in [&["shrd"][..], &["shrd", "a.pcap"], &["src", "plan"], &["a.pcap", "merge"]] {
            assert_eq!(said(paths), "", "{paths:?}");
        }
    }

    #[test]
    fn paths_that_are_an_expression_are_told() {
        let said = |words: &[&str]| {
            expression(&words.iter().map(OsString::from).collect::<Vec<_>>()).unwrap_or_default()
        };
        assert!(said(&["port 53"]).contains("--filter \"port 53\""));
        assert!(said(&["Cargo.toml", "tcp", "port", "80"]).contains("--filter \"tcp port 80\""));
        assert!(said(&["tcp.port == 80"]).contains("here it is tcp port 80"));
        assert!(said(&["help"]).contains("pcapstat --help"));
        for paths in [&["missing.pcap"][..], &["Cargo.toml"], &["-"], &["captures/x"]] {
            assert_eq!(said(paths), "", "{paths:?}");
        }
    }
}
