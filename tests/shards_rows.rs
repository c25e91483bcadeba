//! Many machines: rows of packets that each shard writes, and buckets that are folded alone, give the
//! tables of one run.

use crate::builder::Pcap;
use crate::night::{Night, capture, parts_of};
use crate::reading::{captures_of_testdata, first_difference};
use std::fs;

/// Rows that each shard writes, one after the other, are those of one run: numbers go on, and names
/// that earlier shards decide are known.
fn assert_rows(inputs: &[&str], night: &Night, shard_bytes: &str, more: &[&str]) {
    let deciding = [&["-t", "summary,packets"], more, inputs].concat();
    let parts = parts_of(night, &[&["--shard-bytes", shard_bytes], deciding.as_slice()].concat());
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let numbered = night.said(&[&["shard", "number"], parts.as_slice()].concat());
    assert_eq!((numbered.code, numbered.stderr.as_str()), (Some(0), ""));
    let lines: Vec<&str> = numbered.stdout.lines().collect();
    assert_eq!(lines.len(), parts.len());
    for format in ["csv", "ndjson"] {
        let options = ["-q", "-f", format, "-t", "packets"];
        let one = night.run(&[&options, more, inputs].concat());
        let mut all = Vec::new();
        for line in &lines {
            fs::write(night.path("spec"), line).expect("written");
            let rows = night.run(&["shard", "rows", "@spec", "-f", format, "--range-bytes", "3k"]);
            assert!(rows.status.success(), "{}", String::from_utf8_lossy(&rows.stderr));
            all.extend(rows.stdout);
        }
        assert!(one.stdout == all, "{format}: {}", first_difference(&one.stdout, &all));
    }
}

#[test]
fn rows_of_numbered_shards_are_those_of_one_run() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory").to_str().expect("UTF-8");
    assert_rows(&[testdata], &Night::new(), "20k", &[]);
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(900)).expect("written");
    let mut nested = Pcap::ethernet();
    for number in 0..20 {
        nested.frame(number, &capture(100));
    }
    fs::write(night.path("nested.pcap"), &nested.bytes).expect("written");
    assert_rows(&["a.pcap", "nested.pcap"], &night, "9k", &["--filter", "udp or greater 200"]);
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(900)).expect("written");
    assert_rows(&["a.pcap"], &night, "9k", &["--depth", "transport"]);
}

/// The tables are made; rows of packets, which a plan asks for as well, are told to be elsewhere.
#[test]
fn finish_tells_who_writes_the_rows_of_packets() {
    let night = Night::new();
    fs::write(night.path("a.pcap"), capture(9)).expect("written");
    let part = night.map(&night.plan(&["-t", "summary,packets", "a.pcap"])[0]);
    let finish = |more: &[&str]| {
        let said = night.said(&[&["shard", "finish", &part, "-f", "csv"], more].concat());
        assert_eq!((said.code, said.stdout.lines().count()), (Some(0), 2), "{}", said.stderr);
        said.stderr
    };
    let tells = "the table packets is left out: shard number gives the lines with which shard rows";
    assert!(finish(&[]).contains(tells));
    assert!(!finish(&["-q"]).contains(tells) && !finish(&["-t", "summary"]).contains(tells));
}

/// Deals the partials of a plan, and folds each bucket from the shards that have some. Gives the
/// arguments of `finish`.
fn dealt(night: &Night, parts: &[String]) -> Vec<String> {
    let mut counts = Vec::new();
    for (number, part) in parts.iter().enumerate() {
        let directory = format!("dealt{number}");
        let output = night.run(&["shard", "deal", "--buckets", &directory, part]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        counts.push(format!("{number}.counts"));
        fs::write(night.path(&counts[number]), output.stdout).expect("written");
    }
    let counted: Vec<&str> = counts.iter().map(String::as_str).collect();
    let order = night.run(&[&["shard", "order"], counted.as_slice()].concat());
    assert!(order.status.success(), "{}", String::from_utf8_lossy(&order.stderr));
    fs::write(night.path("order"), order.stdout).expect("written");
    let mut finish = counts.clone();
    for bucket in 0..64 {
        // In any order: that of the records is known.
        let files =
            (0..parts.len()).rev().map(|number| format!("dealt{number}/{bucket:02}.bucket"));
        let files: Vec<String> = files.filter(|file| night.path(file).exists()).collect();
        if files.is_empty() {
            continue;
        }
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let folded = night.run(&[&["shard", "fold", "order"], files.as_slice()].concat());
        assert!(folded.status.success(), "{}", String::from_utf8_lossy(&folded.stderr));
        finish.push(format!("{bucket:02}.folded"));
        fs::write(night.path(&finish[finish.len() - 1]), folded.stdout).expect("written");
    }
    finish
}

#[test]
fn buckets_that_are_folded_alone_give_the_tables_of_one_run() {
    let testdata = captures_of_testdata().remove(0);
    let testdata = testdata.parent().expect("a directory").to_str().expect("UTF-8");
    let night = Night::new();
    let parts = parts_of(&night, &["-t", "all", "--shard-bytes", "30k", testdata]);
    let finish = dealt(&night, &parts);
    let finish: Vec<&str> = finish.iter().map(String::as_str).collect();
    let many = [&["shard", "finish", "-q", "-o", "many"], finish.as_slice()].concat();
    let one = night.said(&["-q", "-j", "1", "-t", "all", "-o", "one", testdata]);
    assert_eq!(night.said(&many).code, one.code);
    night.assert_same("one", "many");

    let refused = |arguments: &[&str], code: i32, word: &str| {
        let said = night.said(&[&["shard"], arguments].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(code), ""), "{}", said.stderr);
        said.assert_message(&[word]);
    };
    let without = [&["finish", "-o", "none"], &finish[..finish.len() - 1]].concat();
    refused(&without, 2, "its records were dealt; bucket");
    let merged = [&["finish", "-o", "none", "--merge"], finish.as_slice()].concat();
    refused(&merged, 2, "folded input by input");
    let bucket = "dealt0/".to_string() + &first_file(&night, "dealt0");
    refused(&["fold", "order", "0.counts"], 3, "not records of a bucket");
    refused(&["fold", finish[0], finish[finish.len() - 1]], 3, "not records of a bucket");
    refused(&["merge", &bucket], 3, "not a partial");
    refused(&["deal", "--buckets", "again", "none.part"], 3, "none.part");
}

/// Name of the first file of a directory.
fn first_file(night: &Night, directory: &str) -> String {
    let mut entries = fs::read_dir(night.path(directory)).expect("a directory");
    let entry = entries.next().expect("a file").expect("an entry");
    entry.file_name().into_string().expect("UTF-8")
}
