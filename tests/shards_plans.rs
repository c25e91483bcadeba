//! Many machines: plans cut long captures, group short ones and keep whole what cannot be cut.

use crate::builder::{Order, Pcapng};
use crate::frames::tcp;
use crate::night::{Night, capture};
use pcapstat::shard::plan::LONGEST_HEADER;
use pcapstat::shard::spec::Spec;
use std::fs;

#[test]
fn short_files_are_grouped_and_long_ones_cut() {
    let night = Night::new();
    for (name, packets) in [("a.pcap", 5), ("b.pcap", 5), ("c.pcap", 400), ("d.pcap", 5)] {
        fs::write(night.path(name), capture(packets)).expect("written");
    }
    let lines = night.plan(&["--shard-bytes", "10k", "."]);
    let specs: Vec<Spec> = lines.iter().map(|line| Spec::parse(line).expect("a shard")).collect();
    let inputs: Vec<usize> = specs.iter().map(|spec| spec.inputs.len()).collect();
    assert_eq!((inputs.first(), inputs.last()), (Some(&2), Some(&1)));
    assert!(specs.len() > 3 && specs.iter().all(|spec| spec.of == specs.len() as u64));
    let mut end = 0;
    for slice in specs.iter().flat_map(|spec| &spec.inputs).filter(|slice| slice.input == 2) {
        assert_eq!((slice.start, slice.header.is_some()), (end, true));
        end = slice.end;
    }
    assert_eq!(end, fs::metadata(night.path("c.pcap")).expect("a file").len());
}

/// Interfaces that are described late make all guesses after them wrong: they are mapped again
/// together, not one after the other.
#[test]
fn shards_after_a_new_interface_are_mapped_again_together() {
    let night = Night::new();
    let mut file = Pcapng::new(Order::Little);
    file.interface(1, 0, None);
    for number in 0..200 {
        file.frame(number, &tcp(80, 4000, b"before"));
    }
    file.interface(1, 96, None);
    for number in 0..2000 {
        file.frame(number, &tcp(80, 4000, b"after"));
    }
    fs::write(night.path("late.pcapng"), &file.bytes).expect("written");
    let lines = night.plan(&["late.pcapng", "--shard-bytes", "20k"]);
    assert!(lines.len() > 8);
    let (_, rounds) = night.partial(&["late.pcapng", "--shard-bytes", "20k"]);
    assert_eq!(rounds, 1);
}

/// A header of many names is a small part of each line.
#[test]
fn a_long_header_is_compressed_in_each_line() {
    let night = Night::new();
    let mut file = Pcapng::new(Order::Little);
    for _ in 0..300 {
        file.interface(1, 96, None);
    }
    let header = file.bytes.len();
    for number in 0..400 {
        file.frame(number, &tcp(80, 4000, b"data"));
    }
    fs::write(night.path("many.pcapng"), &file.bytes).expect("written");
    let lines = night.plan(&["many.pcapng", "--shard-bytes", "8k"]);
    assert!(lines.len() > 4 && lines.iter().all(|line| line.len() < header / 4), "{}", lines[1]);
    let (partial, _) = night.partial(&["many.pcapng", "--shard-bytes", "8k"]);
    let many = night.said(&["-f", "csv", partial]);
    assert_eq!(many.stdout, night.said(&["-f", "csv", "many.pcapng"]).stdout);
}

/// A capture whose start is longer than a shard carries along is one shard, and the plan says so.
#[test]
fn a_capture_with_too_long_a_start_stays_whole() {
    let night = Night::new();
    let mut file = Pcapng::new(Order::Little);
    while file.bytes.len() <= LONGEST_HEADER {
        file.interface(1, 96, None);
    }
    let start = file.bytes.len();
    for number in 0..400 {
        file.frame(number, &tcp(80, 4000, b"data"));
    }
    fs::write(night.path("many.pcapng"), &file.bytes).expect("written");
    let said = night.said(&["shard", "plan", "many.pcapng", "--shard-bytes", "8k"]);
    assert_eq!((said.code, said.stdout.lines().count()), (Some(0), 1), "{}", said.stderr);
    said.assert_one_message(&["many.pcapng: stays whole", &format!("{start} bytes")]);
    let part = night.map(said.stdout.trim());
    let many = night.said(&["-f", "csv", &part]);
    assert_eq!(many.stdout, night.said(&["-f", "csv", "many.pcapng"]).stdout);
}
