//! Wrong usage: the message suggests the right word of every option that takes one, and what users of
//! tshark, capinfos and tcpdump type has one tip, which is the first.

use crate::cli::{Said, directory, run};
use clap::CommandFactory;
use pcapstat::cli::Cli;
use std::path::Path;

/// Options that take a word of a list, a wrong use of each, and the words of its suggestion.
const WORDS: &[(&str, &[&str], &str)] = &[
    ("tables", &["-t", "summry"], "did you mean summary?"),
    ("tables", &["-t", "conv"], "-t conversations"),
    ("tables", &["-t", "protocol"], "did you mean protocols?"),
    ("tables", &["-t", "expert"], "-t problems"),
    ("tables", &["-t", "io"], "-t intervals"),
    ("tables", &["-t", "talkers"], "-t conversations --top 10"),
    ("tables", &["-t", "hosts"], "-t endpoints"),
    ("tables", &["-t", "json"], "-f json"),
    ("format", &["-f", "jsn"], "did you mean 'json'?"),
    ("format", &["-f", "excel"], "did you mean 'csv'?"),
    ("file_as", &["--file-as", "nam"], "did you mean 'name'?"),
    ("file_as", &["--file-as", "basename"], "did you mean 'name'?"),
    ("depth", &["--depth", "app"], "did you mean 'application'?"),
    ("depth", &["--depth", "l4"], "did you mean 'transport'?"),
    ("progress", &["--progress", "no"], "did you mean 'never'?"),
    ("color", &["--color", "yes"], "did you mean 'always'?"),
    ("color", &["--color", "alway"], "did you mean 'always'?"),
    ("generate", &["--generate", "bash"], "did you mean 'complete-bash'?"),
    ("generate", &["--generate", "manpage"], "did you mean 'man'?"),
    ("rows", &["--rows", "paket > 1"], "did you mean packets?"),
    ("rows", &["--rows", "packets => 1"], "did you mean >=?"),
    ("rows", &["--rows", "status == damagd"], "did you mean damaged?"),
    ("rows", &["--rows", "retransmissions > 0"], "-t streams"),
    ("sort", &["--sort", "paket"], "did you mean packets?"),
    ("sort", &["--sort", "packets:descending"], "neither asc nor desc"),
    ("expect", &["--expect", "paket > 1"], "did you mean packets?"),
    ("expect", &["--expect", "tcp_retransmission == 0"], "did you mean tcp_retransmissions?"),
    ("expect", &["--expect", "packets = 1"], "did you mean ==?"),
    (
        "baseline_columns",
        &["--baseline", ".", "--baseline-columns", "paket"],
        "did you mean packets?",
    ),
    ("decode_as", &["-d", "udp.prt==1,vxlan"], "did you mean udp.port?"),
    ("decode_as", &["-d", "udp.port==1,vxlam"], "did you mean vxlan?"),
    ("filter", &["--filter", "prot 53"], "did you mean port?"),
    ("filter", &["--filter", "hots 10.0.0.1"], "did you mean host?"),
    ("filter", &["--filter", "port htp"], "did you mean http?"),
];

/// Options whose values are no words of a list, and a wrong one with the words of its message.
const VALUES: &[(&str, &[&str], &str)] = &[
    ("jobs", &["-j", "all"], "from 1 to 1024"),
    ("top", &["--top", "ten"], "a number of rows"),
    ("packets", &["--packets", "1-5"], "10..20"),
    ("from", &["--from", "yesterday"], "2026-01-31T12:00:00Z"),
    ("to", &["--to", "noon"], "2026-01-31T12:00:00Z"),
    ("interval", &["--interval", "1sec"], "100ms"),
    ("flow_idle", &["--flow-idle", "soon"], "1m30s"),
    ("flow_active", &["--flow-active", "late"], "1m30s"),
    ("range_bytes", &["--range-bytes", "4X"], "64k"),
    ("max_inflated", &["--max-inflated", "much"], "64k"),
    ("max_memory", &["--max-memory", "much"], "64k"),
    ("max_memory", &["--max-memory", "20"], "as in 20M or 20G"),
    ("sort", &["--sort", "-packets"], "packets:desc"),
    ("tolerance", &["--baseline", ".", "--tolerance", "five"], "5%"),
    ("glob", &["-g", "a["], "unclosed"),
];

/// Options that take a file.
const FILES: [&str; 6] = ["paths", "files_from", "output_dir", "report", "baseline", "junit"];

fn refused(directory: &Path, arguments: &[&str]) -> Said {
    let said = run(directory, &[arguments, &["a.pcap"]].concat());
    assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", said.stderr);
    assert!(said.stderr.matches("tip:").count() <= 1, "{arguments:?}: {}", said.stderr);
    said
}

#[test]
fn every_option_that_takes_a_value_says_what_is_right() {
    let directory = directory();
    for (option, arguments, words) in WORDS.iter().chain(VALUES) {
        let said = refused(directory.path(), arguments);
        assert!(said.stderr.contains(words), "{option}: {words:?} is not in {}", said.stderr);
    }
    for argument in Cli::command().get_arguments().filter(|one| one.get_action().takes_values()) {
        let id = argument.get_id().as_str();
        let tried = WORDS.iter().chain(VALUES).any(|(option, ..)| *option == id);
        assert!(tried != FILES.contains(&id), "{id}: add it to a list of tests/hints.rs");
    }
}

#[test]
fn options_of_other_tools_have_one_tip() {
    let directory = directory();
    for (arguments, words) in [
        (&["-r"][..], "tip: captures need no option: pcapstat FILE"),
        (&["-Y", "tcp"], "tip: display filters are --filter EXPR"),
        (&["-z", "conv,tcp"], "tip: statistics are tables: -t conversations"),
        (&["-q", "-z", "io,phs"], "tip: statistics are tables: -t protocols"),
        (&["-qz", "io,stat,1"], "tip: statistics are tables: -t intervals"),
        (&["-z", "expert"], "-t health"),
        (&["-T", "fields"], "tip: fields of packets are the table packets"),
        (&["--json"], "tip: formats are -f FORMAT"),
        (&["--table", "summary"], "'--tables'"),
        (&["-M"], "-f json"),
    ] {
        let said = refused(directory.path(), arguments);
        assert!(said.stderr.contains(words), "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.starts_with("error: "), "{}", said.stderr);
        assert_eq!(said.stderr.matches("tip:").count(), 1, "{}", said.stderr);
    }
    let said = refused(directory.path(), &["-o", "a.pcap"]);
    assert!(said.stderr.contains("is a file"), "{}", said.stderr);
    assert_eq!(run(directory.path(), &[]).code, Some(2));
}

#[test]
fn display_filters_have_their_like_here() {
    let directory = directory();
    for (filter, words) in [
        ("tcp.flags.syn==1", "-t packets --rows \"tcp_flags ~ S\""),
        ("tcp.analysis.retransmission", "-t segments --rows \"flags ~ retransmission\""),
        ("tcp.stream eq 3", "-t segments --rows \"stream == 3\""),
        ("frame.number == 5", "--packets 5..5"),
        ("frame.time >= \"2020-01-01\"", "--from"),
        ("ip.addr == 10.0.0.1", "here it is host 10.0.0.1"),
        ("eth.addr == 02:00:00:00:00:01", "here it is ether host 02:00:00:00:00:01"),
        ("http.host contains \"x\"", "-t http"),
        ("dns.qry.name == \"x\"", "-t dns"),
        ("frame contains \"x\"", "contains is of display filters"),
        ("tcp[tcpflags] & tcp-syn != 0", "tcp_flags ~ S"),
        ("port = 53", "port 53"),
    ] {
        let said = refused(directory.path(), &["--filter", filter]);
        assert!(said.stderr.contains(words), "{filter}: {words:?} is not in {}", said.stderr);
    }
}

#[test]
fn an_expression_that_is_given_as_a_file_is_told() {
    let directory = directory();
    for (paths, words) in [
        (&["port 53", "a.pcap"][..], "--filter \"port 53\""),
        (&["a.pcap", "tcp", "port", "80"], "--filter \"tcp port 80\""),
        (&["a.pcap", "tcp.port == 80"], "here it is tcp port 80"),
    ] {
        let said = run(directory.path(), paths);
        assert_eq!(said.code, Some(3), "{paths:?}");
        said.assert_message(&["is no file", words]);
        assert!(run(directory.path(), &[paths, &["-q"]].concat()).stderr.is_empty());
    }
    let said = run(directory.path(), &["missing.pcap"]);
    said.assert_one_message(&["missing.pcap: cannot open"]);
}

/// Every option beside `--schema` and `--generate`: it is honoured, changes no result of any run, or is
/// refused.
#[test]
fn options_without_effect_on_a_mode_are_refused() {
    let directory = directory();
    let value = |id: &str| match id {
        "tables" => "dns",
        "format" => "json",
        "output_dir" => "out",
        "jobs" | "top" => "2",
        "range_bytes" | "max_memory" | "max_inflated" => "1G",
        "progress" | "color" => "never",
        "depth" => "transport",
        "file_as" => "name",
        "generate" => "man",
        "tolerance" => "5%",
        _ => "x",
    };
    for (mode, honoured) in [
        (&["--schema"][..], &["tables", "format", "output_dir"][..]),
        (&["--generate", "man"], &[]),
    ] {
        let whole = run(directory.path(), mode);
        for argument in Cli::command().get_arguments() {
            let Some(long) = argument.get_long() else { continue };
            let (id, option) = (argument.get_id().as_str(), format!("--{long}"));
            if mode.contains(&option.as_str()) {
                continue;
            }
            let mut all = [mode, &[&option]].concat();
            all.extend(argument.get_action().takes_values().then(|| value(id)));
            let said = run(directory.path(), &all);
            if said.code == Some(0) {
                let changes = honoured.contains(&id);
                assert_eq!(said.stdout != whole.stdout, changes, "{all:?} has no effect");
            } else {
                assert_eq!(said.code, Some(2), "{all:?}: {}", said.stderr);
                assert!(said.stderr.contains(&option) && said.stdout.is_empty(), "{all:?}");
            }
        }
    }
    let dns = run(directory.path(), &["--schema", "-t", "dns,http"]).stdout;
    assert!(dns.lines().skip(1).all(|line| line.starts_with("dns,") || line.starts_with("http,")));
    assert_eq!(run(directory.path(), &["--generate", "man", "a.pcap"]).code, Some(2));
}
