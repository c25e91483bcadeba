//! Fields of each capture format: the same packets give the same rows in all formats, and the
//! fields that only pcapng has are read.

use crate::builder::{
    EPB_FLAGS, ETHERNET, IF_FCSLEN, IF_NAME, IF_TSOFFSET, IF_TSRESOL, ISB_IFDROP, ISB_IFRECV,
    MICROSECONDS, Order, Pcap, Pcapng, RAW, Snoop, VARIANTS,
};
use crate::cells::Csv;
use crate::frames::{raw_tcp, tcp, udp};
use crate::reading::{Reading, SERIAL, first_difference, open, read};
use pcapstat::capture::Record;

fn reading(bytes: &[u8]) -> Reading {
    read("capture", &mut open(bytes).expect("a capture"), SERIAL)
}

/// Seconds, microseconds, captured bytes of the frame, and its length on the wire.
fn packets() -> Vec<((u32, u32), Vec<u8>, u32)> {
    let frames = [
        tcp(80, 5000, b"answer"),
        udp(53, 5000, b"question"),
        tcp(5000, 80, &[9; 61]),
        tcp(80, 5000, &[8; 61]),
    ];
    let times = [(1_700_000_000, 0), (1_700_000_000, 999_999), (0, 1), (u32::MAX, 5)];
    let mut packets: Vec<_> = times
        .into_iter()
        .zip(frames)
        .map(|(time, frame)| (time, frame.clone(), frame.len() as u32))
        .collect();
    packets[3].1.truncate(63);
    packets
}

fn in_every_format() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for order in [Order::Little, Order::Big] {
        for variant in VARIANTS {
            let mut file = Pcap::of(order, variant);
            for ((seconds, microseconds), data, wire_bytes) in packets() {
                let time = (seconds, microseconds * variant.per_microsecond);
                file.record(time, &data, wire_bytes);
            }
            files.push((variant.name.to_string(), file.bytes));
        }
        for (tsresol, per_second) in
            [(None, 1_000_000), (Some(6), 1_000_000), (Some(9), 1_000_000_000)]
        {
            let (mut file, mut old) = (Pcapng::new(order), Pcapng::new(order));
            file.interface(ETHERNET, 0, tsresol);
            old.interface(ETHERNET, 0, tsresol);
            for ((seconds, microseconds), data, wire_bytes) in packets() {
                let units = u64::from(seconds) * per_second
                    + u64::from(microseconds) * (per_second / 1_000_000);
                file.packet(0, units, &data, wire_bytes);
                old.obsolete(0, units, &data, wire_bytes);
            }
            files.extend([("pcapng".to_string(), file.bytes), ("pcapng".to_string(), old.bytes)]);
        }
    }
    let mut file = Snoop::ethernet();
    for (time, data, wire_bytes) in packets() {
        file.record(time, &data, wire_bytes);
    }
    files.push(("snoop".to_string(), file.bytes));
    files
}

#[test]
fn the_same_packets_give_the_same_rows_in_every_format() {
    let files = in_every_format();
    let first = reading(&files[0].1);
    for (name, bytes) in &files {
        let reading = reading(bytes);
        let summary = Csv::parse(reading.table("summary"));
        let row = summary.rows().next().expect("a row");
        assert_eq!(
            (row.text("format"), row.text("status"), row.text("link_types")),
            (name.as_str(), "ok", "ether")
        );
        assert_eq!(row.number("truncated_packets"), 1, "{name}");
        // The other tables describe the file itself.
        for (table, text) in reading
            .tables
            .iter()
            .filter(|(name, _)| !["summary", "interfaces", "metadata", "problems"].contains(name))
        {
            let expected = first.table(table);
            assert!(text == expected, "{table} of {name}: {}", first_difference(expected, text));
        }
    }
}

/// Simple packets have no time. They belong to interface 0, whose snapshot length limits their
/// captured bytes.
#[test]
fn simple_packets_are_cut_at_the_interfaces_limit() {
    let mut file = Pcapng::new(Order::Big);
    file.interface(ETHERNET, 60, None).interface(RAW, 0, None);
    let frame = udp(53, 5000, &[1; 50]);
    file.simple(&frame);
    let reading = reading(&file.bytes);
    let packets = Csv::parse(reading.table("packets"));
    let row = packets.rows().next().expect("a row");
    assert_eq!(
        row.numbers(["captured_bytes", "wire_bytes", "interface", "payload_bytes"]),
        [60, frame.len() as u64, 0, 50]
    );
    assert_eq!(row.text("time"), "");
    let intervals = Csv::parse(reading.table("intervals"));
    assert!(
        intervals
            .rows()
            .map(|row| (row.text("start_time"), row.number("udp_packets")))
            .eq([("", 1)])
    );
    let conversations = Csv::parse(reading.table("conversations"));
    assert!(
        conversations
            .rows()
            .all(|row| row.text("first_time").is_empty() && row.text("duration_s").is_empty())
    );
}

#[test]
fn every_interface_has_its_own_clock() {
    for order in [Order::Little, Order::Big] {
        let mut file = Pcapng::new(order);
        let offset = |seconds: i64| {
            if order == Order::Big { seconds.to_be_bytes() } else { seconds.to_le_bytes() }
        };
        file.interface_with(RAW, 0, &[(IF_TSRESOL, &[3])]);
        file.interface_with(RAW, 0, &[(IF_TSRESOL, &[0x8A])]);
        file.interface_with(RAW, 0, &[(IF_TSRESOL, &[0]), (IF_TSOFFSET, &offset(-10))]);
        file.interface_with(RAW, 0, &[(IF_NAME, b"eth0"), (IF_TSOFFSET, &offset(1_700_000_000))]);
        for (interface, units) in [(0, 1_500), (1, 1_536), (2, 5), (3, 7)] {
            file.packet(interface, units, &raw_tcp(b""), 40);
        }
        let packets = Csv::parse(reading(&file.bytes).table("packets"));
        let times: Vec<_> = packets.rows().map(|row| row.text("time")).collect();
        let expected = [
            "1970-01-01T00:00:01.500000000Z",
            "1970-01-01T00:00:01.500000000Z",
            "1969-12-31T23:59:55.000000000Z",
            "2023-11-14T22:13:20.000007000Z",
        ];
        assert_eq!(times, expected, "{order:?}");
    }
}

#[test]
fn interfaces_have_names_and_drops() {
    for order in [Order::Little, Order::Big] {
        let mut file = Pcapng::new(order);
        let number = |value: u64| {
            if order == Order::Big { value.to_be_bytes() } else { value.to_le_bytes() }
        };
        file.interface_with(ETHERNET, 96, &[(IF_NAME, b"eth0"), (IF_TSRESOL, &[9])])
            .interface(RAW, 0, None);
        file.packet(1, 0, &raw_tcp(b""), 40);
        file.statistics(0, &[(ISB_IFRECV, &number(7)), (ISB_IFDROP, &number(1 << 40))])
            .statistics(1, &[]);
        file.statistics(0, &[(ISB_IFRECV, &number(9))]);
        let table = Csv::parse(reading(&file.bytes).table("interfaces"));
        let columns = [
            "name",
            "link_type",
            "snaplen",
            "timestamp_resolution",
            "packets",
            "received",
            "dropped",
        ];
        let rows: Vec<_> = table.rows().map(|row| columns.map(|column| row.text(column))).collect();
        let dropped = (1u64 << 40).to_string();
        let expected = [
            ["eth0", "ether", "96", "10^-9", "0", "9", &dropped],
            ["", "rawip", "", "10^-6", "1", "", ""],
        ];
        assert_eq!(rows, expected, "{order:?}");
    }
}

/// Every key of every scope, in order: sections of either byte order, texts that are repeated, empty,
/// padded with zeros or no UTF-8, a filter as bytecode, an interface described after packets.
#[test]
fn a_capture_says_what_it_says_of_itself() {
    let mut file = Pcapng::new(Order::Big);
    file.bytes.clear();
    file.section_with(
        Order::Big,
        &[(4, b"dumpcap"), (1, b"one"), (2, b"x86"), (3, b"Linux"), (1, b"two"), (1, b"")],
    );
    file.interface_with(ETHERNET, 96, &[(11, b"\0tcp"), (IF_NAME, b"eth0\0\0"), (1, b"tap")]);
    file.packet_with(0, 0, &raw_tcp(b""), &[(1, b"first"), (EPB_FLAGS, &[0; 4]), (1, b"again")]);
    file.interface_with(RAW, 0, &[(11, b"\x01\0\0\0"), (3, b"caf\xff"), (12, b"os"), (15, b"nic")]);
    file.section_with(Order::Little, &[(4, b"mergecap")]);
    file.interface(RAW, 0, None);
    file.packet(0, 0, &raw_tcp(b""), 40);
    file.packet_with(0, 0, &raw_tcp(b""), &[(1, b"a\nb")]);
    let read = reading(&file.bytes);
    let table = Csv::parse(read.table("metadata"));
    let columns = ["section", "scope", "number", "key", "value"];
    let rows: Vec<_> = table.rows().map(|row| columns.map(|column| row.text(column))).collect();
    let expected = [
        ["1", "section", "", "application", "dumpcap"],
        ["1", "section", "", "comment", "one"],
        ["1", "section", "", "hardware", "x86"],
        ["1", "section", "", "os", "Linux"],
        ["1", "section", "", "comment", "two"],
        ["1", "interface", "0", "filter", "tcp"],
        ["1", "interface", "0", "name", "eth0"],
        ["1", "interface", "0", "comment", "tap"],
        ["1", "interface", "0", "snaplen", "96"],
        ["1", "interface", "1", "description", "caf\u{FFFD}"],
        ["1", "interface", "1", "os", "os"],
        ["1", "interface", "1", "hardware", "nic"],
        ["1", "packet", "1", "comment", "first"],
        ["1", "packet", "1", "comment", "again"],
        ["2", "section", "", "application", "mergecap"],
        ["2", "packet", "3", "comment", "a\nb"],
    ];
    assert_eq!(rows, expected);
    let table = reading(&Pcap::ethernet().bytes);
    assert!(table.table("metadata").ends_with(b",1,file,,snaplen,262144\n"));
}

/// Records and end of a walk that stops after every `step` bytes. Reading packets one by one or in
/// runs must make no difference.
fn walked(bytes: &[u8], step: u64) -> Vec<String> {
    let Ok(capture) = open(bytes) else { return Vec::new() };
    let (mut position, mut seen) = (capture.start(), Vec::new());
    let mut number = 0;
    while position.offset < capture.source().end() {
        let until = position.offset.saturating_add(step);
        let each = |record: &Record<'_>| seen.push(format!("{record:?}"));
        let walk = capture.walk_numbered(position, number, until, each);
        number += walk.packets;
        position = walk.end;
        if walk.fault.is_some() {
            seen.push(format!("{:?}", walk.fault));
            break;
        }
    }
    seen
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(512))]
    /// The fast path of pcapng reads runs of similar packets; a walk of one block at a time never
    /// takes it.
    #[test]
    fn packets_in_runs_are_the_packets_one_by_one(
        big_endian: bool,
        packets in proptest::collection::vec((proptest::sample::select(&[1u32, 1, 1, 1, 0, 2][..]), 0usize..40, proptest::bool::weighted(0.1)), 1..30),
        damage in proptest::collection::vec((0usize..2000, 0u8..=255), 0..3),
        cut in 0usize..3000,
    ) {
        let mut file = Pcapng::new(if big_endian { Order::Big } else { Order::Little });
        file.interface(ETHERNET, 0, None).interface(RAW, 20, Some(9));
        for (number, (interface, length, simple)) in (0..).zip(&packets) {
            let data = vec![number as u8; *length];
            if *simple {
                file.simple(&data);
            } else {
                // Interface 2 is described only after a packet of interface 0.
                file.packet(*interface, number, &data, *length as u32);
                if *interface == 0 {
                    file.interface(ETHERNET, 0, Some(3));
                }
            }
        }
        let mut bytes = file.bytes;
        for (at, value) in damage {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        bytes.truncate(cut.max(28));
        proptest::prop_assert_eq!(walked(&bytes, u64::MAX), walked(&bytes, 1));
    }
}

/// A TCP segment whose IPv4 header leaves the length to the frame, and four bytes of frame check
/// sequence.
fn frame_with_fcs() -> Vec<u8> {
    let mut frame = tcp(80, 5000, &[1; 30]);
    frame[16..18].fill(0);
    frame.extend([0xFC; 4]);
    frame
}

fn payload_bytes(bytes: &[u8]) -> Vec<u64> {
    let reading = reading(bytes);
    let packets = Csv::parse(reading.table("packets"));
    let length = frame_with_fcs().len() as u64;
    let rows = packets.rows().inspect(|row| assert_eq!(row.number("wire_bytes"), length));
    rows.map(|row| row.number("payload_bytes")).collect()
}

/// The values are those of tshark 4.0.
#[test]
fn a_frame_check_sequence_that_the_file_states_is_no_payload() {
    let frame = frame_with_fcs();
    for order in [Order::Little, Order::Big] {
        // Flag, and number of 16-bit words.
        for (upper, payload) in [(0, 34), (0x0400, 34), (0x2400, 30), (0x2000, 34), (0x1400, 32)] {
            let mut bytes = order.u32(MICROSECONDS).to_vec();
            bytes.extend(Pcap::new(order, MICROSECONDS, ETHERNET).bytes[4..20].to_vec());
            bytes.extend(order.u32(upper << 16 | u32::from(ETHERNET)));
            let length = order.u32(frame.len() as u32);
            bytes.extend([order.u32(1), order.u32(2), length, length].concat());
            bytes.extend(&frame);
            assert_eq!(payload_bytes(&bytes), [payload], "{upper:x}");
        }
        for (stated, payload) in [(0, 34), (4, 30), (7, 27), (16, 32), (32, 30)] {
            let mut file = Pcapng::new(order);
            file.interface_with(ETHERNET, 0, &[(IF_FCSLEN, &[stated])]);
            file.packet(0, 5, &frame, frame.len() as u32);
            file.packet(0, 6, &frame, frame.len() as u32);
            // Flags of a packet prevail, unless they state nothing.
            file.packet_with(0, 7, &frame, &[(EPB_FLAGS, &order.u32(2 << 5))]);
            file.packet_with(0, 8, &frame, &[(EPB_FLAGS, &order.u32(0))]);
            assert_eq!(payload_bytes(&file.bytes), [payload, payload, 32, payload], "{stated}");
        }
    }
}

/// The values are those of tshark 4.0: a pcap record has ERF's time, a pcapng packet its own.
#[test]
fn erf_headers_state_type_and_length_of_a_frame() {
    const ERF: u16 = 197;
    let frame = udp(53, 5000, b"question");
    let half_past_seven = [0, 0, 0, 0x80, 7, 0, 0, 0];
    let wire_bytes = (frame.len() as u16 + 4).to_be_bytes();
    // Ethernet, with one extension header, and padding after the frame.
    let header = [&half_past_seven[..], &[0x82, 4, 0, 0, 0, 0], &wire_bytes].concat();
    let record = [&header[..], &[3, 0, 0, 0, 0, 0, 0, 0], &[0, 0], &frame[..], &[0; 9]].concat();
    let mut pcap = Pcap::new(Order::Big, MICROSECONDS, ERF);
    let mut pcapng = Pcapng::new(Order::Big);
    pcapng.interface(ERF, 0, None);
    for _ in 0..3 {
        pcap.record((5, 0), &record, record.len() as u32);
        pcapng.packet(0, 5_000_000, &record, record.len() as u32);
    }
    let half = "1970-01-01T00:00:07.500000000Z";
    for (bytes, time) in [(pcap.bytes, half), (pcapng.bytes, "1970-01-01T00:00:05.000000000Z")] {
        let reading = reading(&bytes);
        let packets = Csv::parse(reading.table("packets"));
        assert_eq!(packets.rows().count(), 3);
        for row in packets.rows() {
            assert_eq!(row.number("captured_bytes"), frame.len() as u64 + 4);
            assert_eq!(row.number("wire_bytes"), frame.len() as u64 + 4);
            assert_eq!(row.number("payload_bytes"), 8);
            assert_eq!(row.text("time"), time);
            assert!(row.text("protocols").starts_with("erf:eth:ip:udp"));
        }
        let summary = Csv::parse(reading.table("summary"));
        assert_eq!(summary.rows().next().expect("a row").text("link_types"), "erf");
    }
}
