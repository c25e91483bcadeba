//! Several inputs: merged into one capture, given twice, and partly unreadable.

use super::{bad_inputs, rows, statuses};
use crate::builder::Pcapng;
use crate::cells::Csv;
use crate::cli::{directory, run, small_capture};
use crate::frames::udp;
use std::fs;

#[test]
fn several_inputs_merge_into_one_capture() {
    let directory = directory();
    let mut other = Pcapng::ethernet();
    other.frame(0, &udp(53, 5000, b"question")).frame(1, &udp(53, 5000, b"again"));
    fs::write(directory.path().join("b.pcapng"), &other.bytes).expect("a capture");
    let paths = ["a.pcap", "b.pcapng", "a.pcap"];
    let merged = |table: &str| {
        let said = run(directory.path(), &[&["--merge", "-t", table][..], &paths].concat());
        assert_eq!(said.code, Some(0), "{table}");
        said.assert_one_message(&["pcapstat: 3 inputs: 3 ok; 82 packets; "]);
        said.stdout
    };
    let table = Csv::parse(merged("summary").as_bytes());
    let row = table.rows().next().expect("a row");
    assert_eq!(table.rows().count(), 1);
    assert_eq!(row.text("file"), "(merged)");
    assert_eq!(
        (row.text("format"), row.number("packets"), row.number("interfaces")),
        ("pcap+pcapng", 82, 3)
    );
    assert_eq!(row.text("strict_time_order"), "false");

    // Packet numbers continue from one input to the next.
    let packets = merged("packets");
    let table = Csv::parse(packets.as_bytes());
    assert!(table.rows().map(|row| row.number("packet")).eq(1..=82));
    assert!(table.rows().all(|row| row.text("file") == "(merged)"));
    let one_by_one: usize = paths
        .iter()
        .map(|path| run(directory.path(), &["-t", "packets", path]).stdout.lines().count() - 1)
        .sum();
    assert_eq!(one_by_one, 82);

    let interfaces = merged("interfaces");
    let table = Csv::parse(interfaces.as_bytes());
    let of_interfaces = table.rows().map(|row| row.numbers(["section", "interface", "packets"]));
    assert_eq!(of_interfaces.collect::<Vec<_>>(), [[1, 0, 40], [2, 0, 2], [3, 0, 40]]);

    let conversations = merged("conversations");
    let table = Csv::parse(conversations.as_bytes());
    let udp: Vec<_> = table
        .rows()
        .filter(|row| row.text("layer") == "udp")
        .map(|row| row.number("packets"))
        .collect();
    assert_eq!(udp, [42], "one conversation over three inputs");
}

/// A file that is given twice is counted twice, as by ripgrep, and the closing line says so.
#[test]
fn a_file_given_twice_is_told() {
    let directory = directory();
    fs::create_dir(directory.path().join("d")).expect("a directory");
    for copy in ["d/one.pcap", "d/two.pcap"] {
        let linked = fs::hard_link(directory.path().join("a.pcap"), directory.path().join(copy));
        linked.expect("linked");
    }
    let twice = run(directory.path(), &["a.pcap", "a.pcap"]);
    assert_eq!((twice.code, twice.stdout.lines().count()), (Some(0), 3));
    twice.assert_one_message(&["2 inputs: 2 ok; ", " s; a.pcap is given twice and counted twice"]);
    let walked = run(directory.path(), &["a.pcap", "d"]);
    assert_eq!(walked.stdout.lines().count(), 4);
    walked.assert_one_message(&["; d/one.pcap is a.pcap and counted again (and 1 more)"]);
    assert_eq!(run(directory.path(), &["-q", "a.pcap", "./a.pcap"]).stderr, "");
    fs::write(directory.path().join("b.pcap"), small_capture().bytes).expect("a capture");
    let others = run(directory.path(), &["a.pcap", "b.pcap", "no", "no"]);
    assert!(!others.stderr.contains("counted"), "{}", others.stderr);
}

/// A damaged input among merged ones shows in message, status and exit code.
#[test]
fn merging_hides_no_damage() {
    let directory = directory();
    bad_inputs(directory.path());
    let said = run(directory.path(), &["--merge", "a.pcap", "cut.pcap", "a.pcap"]);
    assert_eq!(said.code, Some(4));
    assert_eq!(statuses(&said), rows(&[("(merged)", "cut_short")]));
    said.assert_message(&["pcapstat: cut.pcap: cut short"]);
    assert!(said.stdout.contains("1 damaged input, the first: cut.pcap: cut short"));
    let merged = |inputs: &[&str]| run(directory.path(), &[&["--merge"], inputs].concat());
    let missing = merged(&["none.pcap", "a.pcap"]);
    assert_eq!(missing.code, Some(3));
    let error = "1 damaged input (unreadable), the first: none.pcap: cannot open: ";
    assert!(missing.stdout.contains(error), "{}", missing.stdout);
    let both = merged(&["cut.pcap", "none.pcap", "a.pcap"]);
    let error = "2 damaged inputs (1 unreadable), the first: cut.pcap: cut short";
    assert!(both.code == Some(3) && both.stdout.contains(error), "{}", both.stdout);
    let table = Csv::parse(said.stdout.as_bytes());
    assert_eq!(table.rows().next().expect("a row").number("packets"), 40 + 7 + 40);
    let capture = small_capture();
    let place = format!(",record_cut,0,48,{}\n", capture.bytes.len() + capture.boundaries[7].0);
    let problems =
        run(directory.path(), &["--merge", "-t", "problems", "a.pcap", "cut.pcap", "a.pcap"])
            .stdout;
    assert!(problems.ends_with(&place), "packets and bytes go on counting: {problems}");
}

/// Inputs before and after an unreadable one are counted.
#[test]
fn merging_with_an_unreadable_input_keeps_the_others() {
    let directory = directory();
    let merged = |paths: &[&str], status: &str, packets: Option<u64>| {
        let said = run(directory.path(), &[&["--merge"], paths].concat());
        assert_eq!(said.code, Some(3), "{paths:?}");
        said.assert_message(&["pcapstat: missing.pcap: cannot open"]);
        let table = Csv::parse(said.stdout.as_bytes());
        let row = table.rows().next().expect("a row");
        assert_eq!((row.text("status"), row.optional("packets")), (status, packets), "{paths:?}");
        assert!(row.text("error").contains("missing.pcap: cannot open"), "{paths:?}");
    };
    merged(&["a.pcap", "missing.pcap", "a.pcap"], "damaged", Some(80));
    merged(&["a.pcap", "missing.pcap"], "damaged", Some(40));
    merged(&["missing.pcap", "a.pcap"], "damaged", Some(40));
    merged(&["missing.pcap", "missing.pcap"], "unreadable", None);
}
