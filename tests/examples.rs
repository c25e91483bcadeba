//! The programs in `examples/` agree with the tables.

#[path = "../examples/packet_sizes.rs"]
mod packet_sizes;
#[path = "../examples/top_talkers.rs"]
mod top_talkers;

use crate::cells::Csv;
use crate::reading::{SERIAL, captures_of_testdata, open, read};
use std::fs;

#[test]
fn the_examples_agree_with_the_tables() {
    let mut compared = 0;
    for path in captures_of_testdata() {
        let mut capture = open(&fs::read(&path).expect("a readable capture")).expect("a capture");
        let reading = read("capture", &mut capture, SERIAL);
        let conversations = Csv::parse(reading.table("conversations"));
        let with_ports: u64 = conversations
            .rows()
            .filter(|row| matches!(row.text("layer"), "tcp" | "udp" | "sctp"))
            .map(|row| row.number("wire_bytes"))
            .sum();
        let talks = top_talkers::busiest(&path).expect("a capture");
        let bytes: u64 = talks.iter().map(|talk| talk.wire_bytes).sum();
        assert_eq!(bytes, with_ports, "{}", path.display());
        assert!(talks.is_sorted_by(|one, two| one.wire_bytes >= two.wire_bytes));
        if let Ok(sizes) = packet_sizes::sizes(&path) {
            let packets: u64 = sizes.0.values().map(|(packets, _)| packets).sum();
            assert_eq!(packets, reading.packets(), "{}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 30, "only {compared} captures were compared");
}
