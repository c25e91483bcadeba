//! Many machines: shards and partials that do not fit are refused by name, and what cannot be sharded
//! is wrong usage.

use crate::night::{Night, capture, four};
use std::fs;
use twox_hash::XxHash3_128;

#[test]
fn partials_that_do_not_fit_are_refused_by_name() {
    let (night, _) = four();
    let refused = |step: &str, names: &[&str], code: i32, words: &[&str]| {
        let said = night.said(&[&["shard", step], names].concat());
        assert_eq!(said.code, Some(code), "{}", said.stderr);
        assert_eq!(said.stdout, "");
        said.assert_message(words);
    };
    refused("merge", &["0.part", "2.part"], 2, &["shard 1 is missing between 0.part and 2.part"]);
    refused("merge", &["3.part", "0.part"], 2, &["shards 1 to 2 are missing"]);
    refused("merge", &["0.part", "0.part"], 2, &["shard 0 is in 0.part and in 0.part"]);
    refused(
        "finish",
        &["-o", "out", "0.part", "1.part", "2.part"],
        2,
        &["shards are missing: 3 to 3 of 4"],
    );
    refused("finish", &["-o", "out", "3.part"], 2, &["shards are missing: 0 to 2 of 4"]);
    refused("merge", &["0.part", "a.pcap"], 3, &["a.pcap: not a partial"]);
    let takes = "shard map takes a file with one line that shard plan printed";
    fs::write(night.path("two"), "{}\n{}\n").expect("written");
    fs::write(night.path("none"), "\n").expect("written");
    refused("map", &["@0.part"], 2, &["@0.part: the file is a partial, a result", takes]);
    refused("map", &["@two"], 2, &["@two: the file has 2 lines", takes]);
    refused("map", &["@none"], 2, &["@none: the file is empty", takes]);
    refused("map", &["@a.pcap"], 2, &["@a.pcap: the file is no text", takes]);
    refused(
        "map",
        &["two"],
        2,
        &["no line that shard plan printed; a file that holds one is @two"],
    );
    refused("finish", &["a.pcap"], 3, &["a.pcap: not a partial"]);
    refused("merge", &["0.part", "none.part"], 3, &["none.part: cannot open"]);

    let changed = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = fs::read(night.path("1.part")).expect("a partial");
        change(&mut bytes);
        fs::write(night.path(name), bytes).expect("written");
    };
    changed("flipped", &|bytes| {
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
    });
    refused("merge", &["0.part", "flipped"], 3, &["flipped: damaged", "checksum"]);
    changed("short", &|bytes| bytes.truncate(bytes.len() - 40));
    refused("merge", &["0.part", "short"], 3, &["short: damaged or cut short"]);
    changed("form", &|bytes| bytes[8] = 9);
    refused("merge", &["0.part", "form"], 3, &["form: a partial of version 9"]);
    changed("version", &|bytes| {
        bytes.truncate(bytes.len() - 16);
        let own = env!("CARGO_PKG_VERSION").as_bytes();
        let at = bytes.windows(own.len()).position(|window| window == own).expect("the version");
        bytes[at] = b'9';
        let checksum = XxHash3_128::oneshot(bytes).to_le_bytes();
        bytes.extend_from_slice(&checksum);
    });
    refused("merge", &["0.part", "version"], 3, &["version: a partial of pcapstat 9."]);
}

#[test]
fn partials_of_other_options_or_plans_are_refused() {
    let (night, names) = four();
    fs::rename(night.path(&names[1]), night.path("own.part")).expect("renamed");
    let refused = |words: &[&str]| {
        let said = night.said(&["shard", "merge", "0.part", "1.part"]);
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""));
        said.assert_one_message(words);
    };
    let length = capture(400).len().div_ceil(4).to_string();
    let plan = ["a.pcap", "--shard-bytes", &length, "--filter", "udp"];
    night.map(&night.plan(&plan)[1]);
    refused(&["0.part and 1.part were mapped with other options", "--filter=udp"]);
    let plan = ["-t", "summary,conversations", "a.pcap", "--shard-bytes", "10k"];
    night.map(&night.plan(&plan)[1]);
    refused(&["0.part and 1.part are of two plans"]);
}

#[test]
fn a_shard_of_a_changed_file_is_not_mapped() {
    let (night, _) = four();
    let line = night.plan(&["a.pcap"]).remove(0);
    fs::write(night.path("a.pcap"), capture(401)).expect("written");
    let said = night.said(&["shard", "map", &line]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), ""));
    said.assert_one_message(&["a.pcap: changed since the shards were planned"]);
    let other = line.replace("--tables=summary", "--tables=lengths");
    let said = night.said(&["shard", "map", &other]);
    assert_eq!(said.code, Some(2));
    said.assert_message(&["planned by another version", "options were changed"]);
}

#[test]
fn what_cannot_be_sharded_is_wrong_usage() {
    let (night, _) = four();
    for (options, word) in [
        (&["-t", "segments"][..], "a row for each packet"),
        (&["-t", "ranges"], "measures one run"),
        (&["--packets", "1..2"], "--packets"),
        (&["--merge"], "--merge"),
        (&["--shard-bytes", "x"], "--shard-bytes x: not a size"),
        (&["--shard-bytes", "16"], "--shard-bytes 16: a shard has at least 4k"),
    ] {
        let said = night.said(&[&["shard", "plan", "a.pcap"], options].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{options:?}");
        assert!(said.stderr.contains(word), "{}", said.stderr);
    }
    let piped = night.said(&["shard", "plan", "-"]);
    assert_eq!(piped.code, Some(2));
    piped.assert_message(&["-: no regular file"]);
}

#[test]
fn rows_that_cannot_be_put_together_are_wrong_usage() {
    let (night, names) = four();
    let refused = |arguments: &[&str], word: &str| {
        let said = night.said(&[&["shard"], arguments].concat());
        assert_eq!((said.code, said.stdout.as_str()), (Some(2), ""), "{arguments:?}");
        said.assert_message(&[word]);
    };
    let line = night.plan(&["a.pcap"]).remove(0);
    refused(&["rows", &line], "planned without the table packets");
    let line = night.plan(&["-t", "packets", "a.pcap"]).remove(0);
    refused(&["rows", &line, "-f", "json"], "--format json");
    refused(&["number", &names[0], &names[2]], "shard 1 is missing");
    refused(&["number", &names[0], &names[1]], "shards are missing");
    let part = night.map(&line);
    refused(&["finish", &part], "shard number gives the lines with which shard rows writes it");
    let part = night.map(&night.plan(&["-t", "summary,packets", "a.pcap"])[0]);
    refused(&["finish", &part, "-t", "packets"], "shard number gives the lines");
    let (merged, _) = night.partial(&["a.pcap", "--shard-bytes", "9k"]);
    refused(&["number", merged], "merged cannot be numbered");
}

#[test]
fn a_file_called_shard_is_an_input_by_its_path() {
    let night = Night::new();
    fs::write(night.path("shard"), capture(3)).expect("written");
    assert_eq!(night.said(&["./shard", "--expect", "packets == 3"]).code, Some(0));
    assert_eq!(night.said(&["shard"]).code, Some(2));
    let help = night.said(&["shard", "--help"]);
    assert!(help.code == Some(0) && help.stdout.contains("plan") && help.stdout.contains("finish"));
}
