//! Walks of snoop files: padding, versions, data links, damage.

use super::*;

fn file(lengths: &[(u32, u32, u32)]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([0, 0, 0, 2, 0, 0, 0, 4]);
    for &(wire, captured, length) in lengths {
        for word in [wire, captured, length, 0, 7, 5] {
            bytes.extend(u32::to_be_bytes(word));
        }
        bytes.resize(bytes.len() + length as usize - RECORD_HEADER_BYTES, 0);
    }
    bytes
}

fn walk(bytes: &[u8]) -> (Vec<(usize, u32)>, crate::capture::Walk) {
    let snoop = Snoop::open(bytes).unwrap();
    let mut seen = Vec::new();
    let start =
        Position { offset: HEADER_BYTES, section: None, before: Before::Unknown, appended: None };
    let walk = super::super::walk::walk(
        &snoop,
        &bytes[16..],
        start,
        0,
        u64::MAX,
        |_, _| None,
        |record| seen.push((record.data.len(), record.wire_bytes)),
    );
    (seen, walk)
}

#[test]
fn records_end_after_their_padding() {
    let bytes = file(&[(100, 61, 88), (60, 60, 84)]);
    let (seen, walk) = walk(&bytes);
    assert_eq!(seen, [(61, 100), (60, 60)]);
    assert_eq!((walk.packets, walk.fault, walk.end.offset), (2, None, bytes.len() as u64));
}

#[test]
fn versions_and_data_links_are_those_that_wireshark_reads() {
    let opened = |version: u8, data_link: u32, padding: u32| {
        let mut bytes = file(&[(70, 60, 84 + padding)]);
        bytes[11] = version;
        bytes[12..16].copy_from_slice(&data_link.to_be_bytes());
        let snoop = Snoop::open(&bytes).ok()?;
        let (record, _) = snoop.record(&bytes[16..], 16).ok()?;
        Some((snoop.name(), snoop.link_type.0, snoop.framing, record.data.len(), record.wire_bytes))
    };
    let usual = Framing::Usual;
    assert_eq!((opened(1, 4, 0), opened(6, 4, 0)), (None, None));
    for version in 2..=5 {
        assert_eq!(opened(version, 4, 0), Some(("snoop", 1, usual, 60, 70)));
        assert_eq!(opened(version, 4, 16), Some(("shomiti", 1, Framing::Fcs(4), 60, 70)));
    }
    for (data_link, link_type) in
        [(0, 1), (2, 6), (8, 10), (9, 0), (14, 0), (16, 122), (0x8000_0005, 226)]
    {
        assert_eq!(opened(2, data_link, 15), Some(("snoop", link_type, usual, 60, 70)));
    }
    // ATM's header states the traffic: it is removed later.
    assert_eq!(opened(2, 18, 0), Some(("snoop", 123, usual, 60, 70)));
    // The header's length is 8 without its first four bytes.
    assert_eq!(opened(2, 18, 16), Some(("shomiti", 0x7F12, Framing::Fcs(4), 48, 58)));
    for (data_link, link_type) in [(0, 1), (2, 6), (10, 1), (11, 6), (12, 1), (14, 6), (19, 1)] {
        assert_eq!(opened(2, data_link, 16).map(|seen| seen.1), Some(link_type));
    }
}

#[test]
fn a_cut_file_keeps_its_complete_records() {
    let bytes = file(&[(60, 60, 84), (60, 60, 84)]);
    for length in HEADER_BYTES as usize..bytes.len() {
        let (seen, walk) = walk(&bytes[..length]);
        assert_eq!(seen.len(), (length - 16) / 84);
        assert_eq!(walk.fault.is_some(), (length - 16) % 84 != 0);
        assert!(walk.fault.is_none_or(|fault| fault.kind.is_cut()));
    }
}

#[test]
fn lengths_that_contradict_each_other_are_damage() {
    let mut bytes = file(&[(60, 60, 84)]);
    bytes[27] = 83;
    assert_eq!(walk(&bytes).1.fault.map(|fault| fault.kind.is_cut()), Some(false));
    assert!(Snoop::open(&bytes[..14]).is_err());
}
