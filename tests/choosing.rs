//! Choosing inputs and rows: `--glob`, `--files-from`, `--file-as`, `--rows`, `--sort`, `--top`,
//! `--total`, `--generate`.

use crate::builder::Pcap;
use crate::cells::Csv;
use crate::cli::{Said, directory, pcapstat, run, small_capture};
use crate::frames::tcp;
use std::fs;
use std::path::Path;

fn column(said: &Said, name: &str) -> Vec<String> {
    let table = Csv::parse(said.stdout.as_bytes());
    table.rows().map(|row| row.text(name).to_string()).collect()
}

/// Captures `one.pcap`, `two.cap`, `old/three.pcap` below a directory `d`.
fn tree(root: &Path) {
    fs::create_dir_all(root.join("d/old")).expect("a directory");
    for name in ["d/one.pcap", "d/two.cap", "d/old/three.pcap"] {
        fs::write(root.join(name), small_capture().bytes).expect("a file");
    }
}

#[test]
fn globs_choose_files_of_directories_as_in_ripgrep() {
    let directory = directory();
    tree(directory.path());
    let files =
        |globs: &[&str]| column(&run(directory.path(), &[&["-q", "d"], globs].concat()), "file");
    assert_eq!(files(&[]).len(), 3);
    assert_eq!(files(&["-g", "*.pcap"]), ["d/old/three.pcap", "d/one.pcap"]);
    assert_eq!(files(&["-g", "!old"]), ["d/one.pcap", "d/two.cap"]);
    assert_eq!(files(&["-g", "*.pcap", "-g", "!**/old/**"]), ["d/one.pcap"]);
    // A path on the command line is an input whatever the globs say.
    let named = run(directory.path(), &["-g", "*.cap", "d/one.pcap"]);
    assert_eq!(column(&named, "file"), ["d/one.pcap"]);
    assert_eq!(run(directory.path(), &["-g", "a[", "d"]).code, Some(2));
}

#[test]
fn a_list_of_files_is_read_from_a_file_or_standard_input() {
    let directory = directory();
    tree(directory.path());
    fs::write(directory.path().join("list"), "d/two.cap\r\n\nd/old\n").expect("a file");
    let said = run(directory.path(), &["-q", "d/one.pcap", "--files-from", "list"]);
    assert_eq!(column(&said, "file"), ["d/one.pcap", "d/two.cap", "d/old/three.pcap"]);
    let mut command = pcapstat();
    command.args(["-q", "--files-from", "-", "-0", "--file-as", "name"]);
    command.current_dir(directory.path());
    command.write_stdin(&b"d/two.cap\0d/one.pcap\0"[..]);
    let said: Said = command.output().expect("it runs").into();
    assert_eq!(column(&said, "file"), ["two.cap", "one.pcap"]);
    let missing = run(directory.path(), &["--files-from", "missing"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("--files-from missing: "), "{}", missing.stderr);
}

#[test]
fn rows_are_sorted_and_limited_in_every_table_and_format() {
    let directory = directory();
    let path = directory.path();
    let table = |options: &[&str]| run(path, &[&["-q", "a.pcap"], options].concat());
    let all = column(&table(&["-t", "packets"]), "wire_bytes");
    let mut sorted: Vec<u64> = all.iter().map(|cell| cell.parse().expect("a number")).collect();
    sorted.sort_unstable_by_key(|bytes| std::cmp::Reverse(*bytes));
    let sorted: Vec<String> = sorted.iter().map(u64::to_string).collect();
    let options = ["-t", "packets", "--sort", "wire_bytes:desc"];
    assert_eq!(column(&table(&options), "wire_bytes"), sorted);
    let top = table(&[&options[..], &["--top", "3", "-j", "2", "--range-bytes", "100"]].concat());
    assert_eq!(column(&top, "wire_bytes"), sorted[..3]);
    assert_eq!(column(&table(&["-t", "packets", "--top", "2"]), "packet"), ["1", "2"]);
    let ends = table(&["-t", "endpoints", "--sort", "port:desc", "--top", "2"]);
    assert_eq!(column(&ends, "port"), ["5000", "5000"]);
    let lines = table(&["-t", "conversations", "-f", "ndjson", "--top", "1"]).stdout;
    assert_eq!(lines.lines().count(), 1, "{lines}");
    let same = table(&["-t", "conversations", "-f", "jsonl", "--top", "1"]).stdout;
    assert_eq!(lines, same, "another name of ndjson");
    let wrong = table(&["-t", "ports", "--sort", "bytes:desc"]);
    assert!(wrong.stderr.contains("did you mean wire_bytes?"), "{}", wrong.stderr);
    let wrong = table(&["-t", "endpoints", "--sort", "packtes"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("did you mean packets?"), "{}", wrong.stderr);
}

#[test]
fn rows_are_chosen_by_conditions_in_every_format() {
    let directory = directory();
    for (table, condition, word) in [
        ("conversations", "layer == tcp", "tcp"),
        ("packets", "protocols ~ :udp", ":udp"),
        ("packets", "src_port==80", "80"),
        ("segments", "flags != ''", "retransmission"),
    ] {
        for (format, head) in [("csv", 1), ("tsv", 1), ("ndjson", 0), ("markdown", 2)] {
            let table = ["-q", "-t", table, "-f", format, "a.pcap"];
            let all = run(directory.path(), &table).stdout;
            let cells = |line: &str| {
                line.split([',', '\t', '|', ':', '"'])
                    .any(|cell| cell == word.trim_start_matches(':'))
            };
            let kept = |(number, line): &(usize, &str)| *number < head || cells(line);
            let expected: Vec<&str> =
                all.lines().enumerate().filter(kept).map(|(_, line)| line).collect();
            let cut = ["--rows", condition, "-j", "2", "--range-bytes", "100"];
            let chosen = run(directory.path(), &[&table[..], &cut].concat());
            assert_eq!(chosen.stdout.lines().collect::<Vec<_>>(), expected, "{condition} {format}");
            assert!(head < expected.len() && expected.len() < all.lines().count(), "{condition}");
        }
    }
    let count = |options: &[&str]| {
        run(directory.path(), &[&["-q", "-t", "packets", "a.pcap"], options].concat())
    };
    let both = ["--rows", "src_port == 80", "--rows", "packet > 10"];
    assert_eq!(
        column(&count(&both), "packet"),
        (11..40).step_by(2).map(|n| n.to_string()).collect::<Vec<_>>()
    );
    let last = count(&[&both[..], &["--sort", "packet:desc", "--top", "2"]].concat());
    assert_eq!(column(&last, "packet"), ["39", "37"]);
    assert_eq!(column(&count(&["--rows", "file == b.pcap"]), "packet"), [""; 0]);
}

#[test]
fn tables_without_the_column_of_a_condition_are_whole() {
    let directory = directory();
    let options = ["-t", "ports,endpoints", "-f", "json", "a.pcap"];
    let whole = run(directory.path(), &options).stdout;
    let chosen =
        run(directory.path(), &[&options[..], &["--rows", "layer == udp"]].concat()).stdout;
    let split =
        |text: &str| text.split_once("\"endpoints\"").map(|(a, b)| (a.to_string(), b.to_string()));
    let ((ports, endpoints), (same, fewer)) =
        split(&whole).zip(split(&chosen)).expect("two tables");
    assert_eq!(ports, same);
    assert!(
        endpoints.contains("\"tcp\"") && !fewer.contains("\"tcp\"") && fewer.contains("\"udp\"")
    );
    let said = run(directory.path(), &["--rows", "retransmissions > 0", "a.pcap"]);
    assert_eq!(said.code, Some(2));
    said.assert_message(&["no table of this run has retransmissions (-t streams, -t dns have it)"]);
    let said = run(directory.path(), &["--sort", "initial_rtt_s", "a.pcap"]);
    said.assert_message(&["--sort initial_rtt_s", "(-t streams, -t segments have it)"]);
    for (condition, words) in [
        ("layr == tcp", "did you mean layer?"),
        ("layer == ip", "it is eth, ipv4, ipv6, tcp, udp, sctp"),
        ("layer = tcp", "did you mean ==?"),
        ("packets > many", "packets: many is no number"),
        ("address == 10.0.0", "10.0.0 is no address such as 10.0.0.1"),
        ("address ~ ((a{999}){999}){999}", "is too large an expression"),
    ] {
        let said = run(directory.path(), &["-t", "endpoints", "--rows", condition, "a.pcap"]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{condition}");
        said.assert_message(&["--rows: ", words]);
    }
}

/// The jobs of README on a directory: its busiest TCP conversation, the files that hold a host.
#[test]
fn questions_about_a_directory_take_one_command() {
    let directory = directory();
    tree(directory.path());
    let mut other = Pcap::ethernet();
    for number in 0..90 {
        other.frame(number, &tcp(443, 5001, &[1; 30]));
    }
    fs::write(directory.path().join("d/two.cap"), other.bytes).expect("a file");
    let busiest = |options: &[&str]| {
        let job = ["-q", "-t", "conversations", "--rows", "layer == tcp", "--top", "1", "d"];
        column(&run(directory.path(), &[&job, options].concat()), "packets")
    };
    assert_eq!(busiest(&["--merge"]), ["90"]);
    assert_eq!(busiest(&["--merge", "--sort", "packets:desc"]), ["90"]);
    assert_eq!(busiest(&[]), ["20", "20", "90"]);
    let holding = ["-q", "--filter", "port 443", "--rows", "packets > 0", "d"];
    assert_eq!(column(&run(directory.path(), &holding), "file"), ["d/two.cap"]);
}

#[test]
fn rows_and_their_total_come_from_one_run() {
    let directory = directory();
    tree(directory.path());
    for table in ["summary", "conversations", "streams", "health", "protocols"] {
        let run = |options: &[&str]| {
            run(directory.path(), &[&["-q", "-t", table, "d"], options].concat())
        };
        let (each, merged, both) = (run(&[]), run(&["--merge"]), run(&["--total"]));
        let rows = |said: &Said| said.stdout.lines().skip(1).map(String::from).collect::<Vec<_>>();
        let total = rows(&merged).into_iter().map(|row| row.replacen("(merged)", "(total)", 1));
        assert_eq!(
            rows(&both),
            rows(&each).into_iter().chain(total).collect::<Vec<_>>(),
            "{table}"
        );
    }
}

#[test]
fn the_manual_page_and_completions_are_generated() {
    for (kind, holds) in [
        ("man", ".TH pcapstat"),
        ("complete-bash", "--output-dir"),
        ("complete-zsh", "#compdef pcapstat"),
        ("complete-fish", "complete -c pcapstat"),
        ("complete-powershell", "Register-ArgumentCompleter"),
    ] {
        let said = run(Path::new("."), &["--generate", kind]);
        assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""), "{kind}");
        assert!(said.stdout.contains(holds), "{kind}");
        for step in ["shard", "plan", "map", "merge", "finish", "shard-bytes"] {
            let words = said.stdout.replace('\\', "");
            assert!(words.contains(step), "{kind}: {step}");
        }
    }
}
