//! Records and blocks after damage: where the next one begins is decided by lengths, times and what follows.

use super::*;

#[test]
fn a_wrong_but_plausible_length_loses_only_its_packet() {
    for (number, captured) in [(10, 500), (20, 70), (30, 200_000), (0, 93)] {
        let mut bytes = many(0, 200).bytes;
        let offsets = offsets(&bytes);
        let at = offsets[number] as usize + 8;
        bytes[at..at + 4].copy_from_slice(&u32::to_le_bytes(captured));
        let salvaged = salvage("a wrong length", &bytes);
        let report = &salvaged.report;
        let before = packets(&read_anew(
            "capture",
            || open(&many(0, 200).bytes).expect("a capture"),
            SERIAL,
            false,
        ));
        let invented: Vec<_> =
            packets(&salvaged).into_keys().filter(|row| !before.contains_key(row)).collect();
        // A shorter length turns the damaged packet into a truncated one, which cannot be detected.
        assert!(invented.len() <= usize::from(captured < 94), "{captured}: {invented:?}");
        assert!(report.tallies.totals.counts.packets >= 199, "{captured}: {:?}", report.error);
        assert_eq!(report.status, Status::Damaged);
    }
}

#[test]
fn reading_resumes_at_any_byte_after_bytes_were_inserted_or_lost() {
    let mut file = Pcapng::new(Order::Little);
    file.interface(ETHERNET, 0, None);
    for number in 0..60 {
        file.frame(number, &udp(53, number as u16, b"question"));
    }
    for whole in [file.bytes, many(0, 60).bytes] {
        let offsets = offsets(&whole);
        let at = offsets[20] as usize + 40;
        let inserted = [&whole[..at], &b"x"[..], &whole[at..]].concat();
        let lost = [&whole[..at], &whole[at + 1..]].concat();
        for (what, bytes) in [("a byte inserted", inserted), ("a byte lost", lost)] {
            let report = salvage(what, &bytes).report;
            let gaps = &report.walked.gaps;
            assert!(report.tallies.totals.counts.packets >= 59, "{what}: {gaps:?}");
            assert_eq!(report.status, Status::Damaged, "{what}");
        }
    }
}

/// After four lost bytes, the length on the wire stands where the captured one was, and the first
/// bytes of raw IPv6 look like another: each header that is read late leads to the next one.
#[test]
fn headers_that_are_read_late_give_no_packets() {
    let record = |number: u32| {
        let mut data = [&[0x60, 0, 0, 0, 0, 8, 17, 64][..], &[0; 40]].concat();
        data[23] = 1;
        let header = [1_700_000_000 + number, 1000 * number, 48, 48];
        [header.map(u32::to_le_bytes).concat(), data].concat()
    };
    let header = [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 262_144, 101];
    let mut bytes = header.map(u32::to_le_bytes).concat();
    (0..40).for_each(|number| bytes.extend(record(number)));
    let whole = packets(&read_anew("c", || open(&bytes).expect("a capture"), SERIAL, false));
    let at = 24 + 20 * 64 - 10;
    bytes.drain(at..at + 4);
    let salvaged = salvage("four bytes lost", &bytes);
    let found = packets(&salvaged);
    assert!(found.keys().all(|row| whole.contains_key(row)), "{found:?}");
    assert!(found.len() >= 38, "{}", found.len());
}

/// The first bytes of the time stay before the inserted ones, whose last bytes are then part of it.
#[test]
fn a_header_into_which_bytes_were_inserted_gives_no_packet_of_another_time() {
    let whole = many(0, 40).bytes;
    let (offsets, known) = (
        offsets(&whole),
        packets(&read_anew("c", || open(&whole).expect("a capture"), SERIAL, false)),
    );
    // A last record is as late as it likes: its seconds alone tell nothing.
    for (record, first) in [(20, 1), (39, 2)] {
        for place in first..8 {
            for inserted in [1, 3, 30] {
                let at = offsets[record] as usize + place;
                let inserted = vec![0x7B; inserted];
                let bytes = [&whole[..at], &inserted, &whole[at..]].concat();
                let what = format!("{} bytes at {place} in record {record}", inserted.len());
                let found = packets(&salvage(&what, &bytes));
                assert!(found.keys().all(|row| known.contains_key(row)), "{what}");
                assert!(found.values().sum::<usize>() >= 39, "{what}");
            }
        }
    }
}

/// A damaged block ends at its second length, whatever it holds and whenever the next one is.
#[test]
fn a_block_ends_at_its_second_length() {
    let blocks = |first: u32, count: u32| {
        let mut file = Pcapng::new(Order::Little);
        file.interface(ETHERNET, 0, None);
        let header = file.bytes.len();
        for number in first..first + count {
            file.frame(number, &udp(53, number as u16, b"question"));
        }
        (file.bytes, header)
    };
    let ((mut bytes, _), (carried, header), year) = (blocks(0, 3), blocks(1000, 30), 3_153_600_000);
    let mut file = Pcapng::new(Order::Little);
    file.frame(3, &udp(9, 9, &carried[header..]));
    let at = bytes.len();
    bytes.extend_from_slice(&file.bytes[28..]);
    let carrying = bytes.len();
    let (after, header) = blocks(year, 4);
    bytes.extend_from_slice(&after[header..]);
    let mut destroyed = bytes.clone();
    destroyed[at..at + 28].fill(0xEE);
    let (before, after) = (blocks(0, 4).0, &bytes[carrying..]);
    let (start, rest) = before.split_at(before.len() - 20);
    let inserted = [start, b"abcde", rest, after].concat();
    for (what, bytes) in [("header destroyed", destroyed), ("bytes inserted", inserted)] {
        let report = salvage(what, &bytes).report;
        let gaps = &report.walked.gaps;
        assert_eq!((report.tallies.totals.counts.packets, gaps.len()), (7, 1), "{what}: {gaps:?}");
    }
}

/// Small numbers look like times soon after 1970, as those of a clock that was not set do.
#[test]
fn a_clock_that_is_set_loses_nothing() {
    let record = |seconds: u32, data: &[u8]| {
        let length = data.len() as u32;
        [&[seconds, 0, length, length].map(u32::to_le_bytes).concat()[..], data].concat()
    };
    let small = [record(9, &[0x45; 30]), record(10, &[0x45; 30]), vec![0xEE; 20]].concat();
    let header = [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 262_144, 101].map(u32::to_le_bytes).concat();
    let early = (0..3).flat_map(|second| record(100 + second, &[0x45; 60]));
    let late = (0..20_000).flat_map(|second| record(1_700_000_000 + second, &small));
    let bytes: Vec<u8> = header.into_iter().chain(early).chain(late).collect();
    // Its end is too far to be looked at.
    let report = salvage("a clock that is set", &bytes).report;
    assert_eq!((report.status, report.tallies.totals.counts.packets), (Status::Ok, 20_003));
}

#[test]
fn a_jump_of_the_clock_after_damage_loses_nothing() {
    // Each number is 10 ms.
    let (mut file, week) = (many(0, 20), 8 * 86_400 * 100);
    let at = file.bytes.len();
    file.bytes.extend_from_slice(&many(20, 5).bytes[24..]);
    file.bytes.extend_from_slice(&many(week, 30).bytes[24..]);
    file.bytes[at..at + 16].fill(0xEE);
    let report = salvage("a jump", &file.bytes).report;
    assert_eq!(report.tallies.totals.counts.packets, 54, "{:?}", report.walked.gaps);
}
