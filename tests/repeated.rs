//! Options that are given twice: nothing that was asked for is lost silently.

use crate::cli::{directory, pcapstat, run};
use clap::{ArgAction, CommandFactory};
use pcapstat::cli::{Cli, MACHINE};
use std::fs;

#[test]
fn an_option_of_one_value_is_refused_the_second_time() {
    let directory = directory();
    for argument in Cli::command().get_arguments().filter(|one| !one.is_positional()) {
        let id = argument.get_id().as_str();
        let option = format!("--{}", argument.get_long().expect("every option has a long name"));
        let takes_one = matches!(argument.get_action(), ArgAction::Set) && !MACHINE.contains(&id);
        let possible = argument.get_possible_values();
        let value = possible.first().map_or("1", |value| value.get_name());
        let twice: Vec<&str> = match argument.get_action() {
            ArgAction::SetTrue => vec![&option, &option],
            _ => vec![&option, value, &option, value],
        };
        let said = run(directory.path(), &[&twice[..], &["a.pcap"]].concat());
        let refused = said.stderr.contains("cannot be used multiple times");
        assert_eq!(refused, takes_one, "{option}: {}", said.stderr);
        assert!(!takes_one || said.code == Some(2), "{option}");
    }
}

#[test]
fn all_filters_must_hold() {
    let directory = directory();
    let packets = |filters: &[&str]| {
        let said =
            run(directory.path(), &[filters, &["-f", "csv", "-t", "packets", "a.pcap"]].concat());
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        said.stdout
    };
    let [tcp, other] = ["tcp", "not tcp"].map(|filter| packets(&["--filter", filter]));
    assert_eq!([tcp, other].map(|rows| rows.lines().count()), [21, 21]);
    let both = packets(&["--filter", "tcp", "--filter", "not tcp"]);
    assert_eq!(both.lines().count(), 1, "{both}");
}

/// A part of the filters that a partial was mapped with is another selection.
#[test]
fn a_partial_has_all_of_its_filters() {
    let directory = directory();
    let filters = ["--filter", "tcp", "--filter", "port 80"];
    let plan = run(directory.path(), &[&["shard", "plan"], &filters[..], &["a.pcap"]].concat());
    let mut map = pcapstat();
    map.current_dir(directory.path()).args(["shard", "map", plan.stdout.trim()]);
    let part = map.output().expect("it runs").stdout;
    fs::write(directory.path().join("a.part"), part).expect("a partial");
    let of = |path: &str, filters: &[&str]| run(directory.path(), &[filters, &[path]].concat());
    let whole = of("a.pcap", &filters);
    for given in [&filters[..], &[]] {
        let said = of("a.part", given);
        assert_eq!((said.code, &said.stdout), (Some(0), &whole.stdout), "{}", said.stderr);
    }
    for given in [&filters[..2], &filters[2..], &["--filter", "udp"]] {
        let said = of("a.part", given);
        assert_eq!(said.code, Some(2), "{given:?}");
        said.assert_message(&["a.part was mapped with --filter=tcp --filter=port 80"]);
    }
}

#[test]
fn options_of_a_table_that_is_not_written_are_told() {
    let directory = directory();
    for (option, table) in
        [("--interval", "intervals"), ("--flow-idle", "flows"), ("--flow-active", "flows")]
    {
        let words = format!("{option} has no effect without -t {table}");
        let told = run(directory.path(), &[option, "5s", "a.pcap"]);
        assert!(told.code == Some(0) && told.stderr.contains(&words), "{}", told.stderr);
        for arguments in [&["-t", table, option, "5s"][..], &["-q", option, "5s"]] {
            let said = run(directory.path(), &[arguments, &["a.pcap"]].concat());
            assert!(!said.stderr.contains("no effect"), "{arguments:?}: {}", said.stderr);
        }
    }
}
