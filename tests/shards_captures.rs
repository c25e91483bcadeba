//! Many machines: captures and directories of them, run step by step, give the tables of one run.

use crate::builder::Pcap;
use crate::cli::{Said, pcapstat};
use crate::night::{Night, capture, four};
use crate::reading::captures_of_testdata;
use crate::salvage::appended::with_notes;
use pcapstat::shard::spec::Spec;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A directory of captures of every format, damaged and compressed ones among them.
fn assert_directory(directory: &Path, shard_bytes: &str, more: &[&str]) {
    let night = Night::new();
    let directory = directory.to_str().expect("UTF-8");
    let deciding = [&["-t", "all", directory], more].concat();
    let (partial, _) =
        night.partial(&[&["--shard-bytes", shard_bytes], deciding.as_slice()].concat());
    for (number, how) in
        [&[][..], &["--merge"], &["--total"], &["--top", "3", "-f", "tsv"]].iter().enumerate()
    {
        let (one, two) = (format!("one{number}"), format!("many{number}"));
        let own = night.said(&[&["-q", "-j", "1", "-o", &one], deciding.as_slice(), how].concat());
        let many = night.said(&[&["shard", "finish", "-q", "-o", &two, partial], *how].concat());
        assert_eq!((many.code, &many.stderr), (own.code, &own.stderr), "{how:?}");
        night.assert_same(&one, &two);
    }
}

#[test]
fn the_projects_captures_are_one_run_in_shards() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory");
    assert_directory(testdata, "20k", &[]);
    assert_directory(testdata, "9k", &["--salvage", "--filter", "ip or arp"]);
}

/// A file of several captures is mapped as one machine reads it: sections, formats, notes and all.
#[test]
fn appended_captures_are_one_run_in_shards() {
    let folder = TempDir::new().expect("a directory");
    let (pcap, blocks) = (capture(300), with_notes("second"));
    let cut = &pcap[..pcap.len() - 9];
    let lost = [&pcap[..], &[0xEE; 9]].concat();
    for (name, first, second) in [
        ("alike.pcap", &pcap, &pcap),
        ("blocks.pcap", &pcap, &blocks),
        ("cut.pcap", &cut.to_vec(), &blocks),
        ("lost.pcap", &lost, &blocks),
        ("turned.pcapng", &blocks, &pcap),
    ] {
        fs::write(folder.path().join(name), [&first[..], second, first].concat()).expect("written");
    }
    assert_directory(folder.path(), "10k", &["--salvage"]);
    assert_directory(folder.path(), "10k", &["--salvage", "--filter", "udp"]);
}

#[test]
#[ignore = "needs ../shared/captures"]
fn the_real_captures_are_one_run_in_shards() {
    let captures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    assert_directory(&captures, "1M", &[]);
}

#[test]
#[ignore = "makes a capture of 40 MB"]
fn a_large_capture_in_forty_shards_is_one_run() {
    let night = Night::new();
    fs::write(night.path("large.pcap"), capture(500_000)).expect("written");
    let bytes =
        fs::metadata(night.path("large.pcap")).expect("a file").len().div_ceil(40).to_string();
    let plan = ["-t", "all", "large.pcap", "--shard-bytes", &bytes];
    assert_eq!(night.plan(&plan).len(), 40);
    let (partial, _) = night.partial(&plan);
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(night.said(&["-j", "1", "-t", "all", "large.pcap", "-o", "one"]).code, Some(0));
    night.assert_same("one", "many");
}

/// A capture inside a capture's packets looks like records: the guess is wrong.
#[test]
fn a_wrong_guess_is_mapped_again_from_the_exact_place() {
    let night = Night::new();
    let mut file = Pcap::ethernet();
    for number in 0..40 {
        file.frame(number, &capture(100));
    }
    fs::write(night.path("nested.pcap"), &file.bytes).expect("written");
    let plan = ["-t", "summary,conversations", "nested.pcap", "--shard-bytes", "50k"];
    let (partial, rounds) = night.partial(&plan);
    assert!(rounds > 0, "no guess was wrong");
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(
        night.said(&["-t", "summary,conversations", "nested.pcap", "-o", "one"]).code,
        Some(0)
    );
    night.assert_same("one", "many");
    let first: Vec<String> = night.plan(&plan).iter().map(|line| night.map(line)).collect();
    let names: Vec<&str> = first.iter().map(String::as_str).collect();
    for step in [&["merge"][..], &["finish", "-o", "unfinished"]] {
        let said = night.said(&[&["shard"], step, names.as_slice()].concat());
        assert_eq!(said.code, Some(5), "{step:?}");
        said.assert_message(&["to be mapped again"]);
        let again = said.stdout.lines().next().expect("a line");
        let spec = Spec::parse(again).expect("a shard");
        assert!(spec.inputs[0].from.is_some());
    }
}

/// Applications that were left out of the whole are not missed in its tables.
#[test]
fn partials_without_applications_make_the_tables_without_them() {
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(400)).expect("written");
    let options = ["-t", "protocols,conversations", "--depth", "transport", "a.pcap"];
    let (partial, _) = night.partial(&options);
    assert_eq!(night.said(&["shard", "finish", partial, "-o", "many"]).code, Some(0));
    assert_eq!(night.said(&[&["-o", "one"], options.as_slice()].concat()).code, Some(0));
    night.assert_same("one", "many");
}

#[test]
fn a_partial_is_an_input_like_any_capture() {
    let (night, names) = four();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let same = |options: &[&str]| {
        let many = night.said(&[names.as_slice(), options].concat());
        let one = night.said(&[&["a.pcap"], options].concat());
        assert_eq!((many.code, &many.stdout), (one.code, &one.stdout), "{options:?}");
    };
    same(&[]);
    same(&["-t", "conversations", "--sort", "packets:asc", "--top", "2"]);
    same(&["-t", "endpoints,ports", "-f", "json"]);
    same(&["--expect", "packets == 400"]);
    same(&["--expect", "packets == 401"]);
    same(&["--merge", "--file-as", "name"]);
    // Beside a capture, in the place of the first partial.
    let both = night.said(&["3.part", "a.pcap", "0.part", "1.part", "2.part"]);
    let rows: Vec<&str> = both.stdout.lines().skip(1).collect();
    assert!(rows.len() == 2 && rows[0] == rows[1], "{}", both.stdout);

    let refused = |options: &[&str], words: &[&str]| {
        let said = night.said(&[names.as_slice(), options].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{options:?}");
        said.assert_message(words);
    };
    refused(&["-t", "protocols"], &["mapped for summary, conversations", "protocols"]);
    refused(&["-t", "packets"], &["no counts for packets"]);
    refused(&["--filter", "udp"], &["--filter=udp", "was mapped without it"]);
    refused(&["--packets", "1..2"], &["--packets"]);
    refused(&["--expect", "tcp_streams == 1"], &["--expect"]);
}

#[test]
fn bytes_of_a_shard_may_come_from_standard_input() {
    let (night, names) = four();
    let bytes = fs::read(night.path("a.pcap")).expect("a capture");
    let length = bytes.len().div_ceil(4);
    let lines = night.plan(&[
        "-t",
        "summary,conversations",
        "a.pcap",
        "--shard-bytes",
        &length.to_string(),
    ]);
    fs::remove_file(night.path("a.pcap")).expect("removed");
    let map = |line: &str, input: &[u8]| {
        pcapstat().args(["shard", "map", line, "-"]).write_stdin(input).output().expect("it runs")
    };
    for (number, line) in lines.iter().enumerate() {
        let start = number * length;
        let with_more = &bytes[start..bytes.len().min(start + length + 2000)];
        let from_file = fs::read(night.path(&names[number])).expect("a partial");
        assert!(map(line, with_more).stdout == from_file, "shard {number}");
    }
    let short: Said = map(&lines[1], &bytes[length..2 * length - 1]).into();
    assert_eq!(short.code, Some(3));
    short.assert_one_message(&["a.pcap: the bytes of the shard end at", "give more"]);
}
