//! Captures after a capture in one file are sections of their own, with what they say of themselves.

use super::*;

/// A second capture after the first one, file header and all, is a section of its own.
#[test]
fn an_appended_capture_is_read_as_a_section_of_its_own() {
    let first = many(0, 20).bytes;
    let ip = udp(53, 53, b"question").split_off(14);
    let mut raw = [0xA1B2_C3D4_u32, 0x0002_0004, 0, 0, 262_144, 101].map(u32::to_be_bytes).concat();
    for number in 0..20 {
        let length = ip.len() as u32;
        raw.extend([1_700_000_100 + number, number, length, length].map(u32::to_be_bytes).concat());
        raw.extend(&ip);
    }
    let mut blocks = Pcapng::new(Order::Big);
    blocks.interface(ETHERNET, 0, None);
    (0..20).for_each(|number| {
        blocks.frame(number, &udp(53, number as u16, b"question"));
    });
    for (what, second, format, link_types) in [
        ("alike", many(100, 20).bytes, "pcap", "ether"),
        ("of another byte order and link type", raw, "pcap", "ether+rawip"),
        ("of another format", blocks.bytes, "pcap+pcapng", "ether"),
    ] {
        for cut in [0, 5] {
            let bytes = [&first[..first.len() - cut], &second].concat();
            let salvaged = salvage(what, &bytes);
            let count = 40 - u64::from(cut > 0);
            assert_eq!(salvaged.packets(), count, "{what}: {:?}", salvaged.report.walked.gaps);
            assert_eq!(salvaged.report.walked.sections, 2, "{what}");
            let summary = String::from_utf8_lossy(salvaged.table("summary"));
            assert!(summary.contains(&format!(",{format},,{link_types},2,")), "{what}: {summary}");
            let alone = packets(&read_anew("c", || open(&second).expect("c"), SERIAL, false));
            let found = packets(&salvaged);
            let is_found = |(row, times): (&String, &usize)| found.get(row) >= Some(times);
            assert!(alone.iter().all(is_found), "{what}");
        }
    }
}

/// Notes of a section, an interface and a packet, of a system that calls itself `name`.
pub fn with_notes(name: &str) -> Vec<u8> {
    let mut file = Pcapng::new(Order::Big);
    file.section_with(Order::Big, &[(3, name.as_bytes())]);
    file.interface_with(ETHERNET, 0, &[(2, b"eth0"), (3, b"inside")]);
    for number in 0..20 {
        let (time, frame) =
            (1_700_000_200_000_000 + u64::from(number), udp(53, number, b"question"));
        file.packet_with(0, time, &frame, &[(1, format!("packet {number}").as_bytes())]);
    }
    file.bytes[28..].to_vec()
}

#[test]
fn an_appended_capture_says_of_itself_what_it_says_alone() {
    let says = |bytes: &[u8], sections: u64, packets: u64| -> Vec<String> {
        let reading = salvage("notes", bytes);
        let table = String::from_utf8_lossy(reading.table("metadata")).into_owned();
        let rows = table.lines().skip(1).map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let [_, section, scope, number, key, value] = cells[..] else { panic!("{row}") };
            let number = number.parse().map(|number: u64| match scope {
                "packet" => number + packets,
                _ => number,
            });
            let section: u64 = section.parse().expect("a number");
            format!("{} {scope} {:?} {key} {value}", section + sections, number.ok())
        });
        rows.collect()
    };
    let pcap = many(100, 20).bytes;
    for (first, second) in [
        (many(0, 20).bytes, with_notes("second")),
        (many(0, 20).bytes, pcap.clone()),
        (with_notes("first"), with_notes("second")),
        (with_notes("first"), pcap),
    ] {
        let both = [says(&first, 0, 0), says(&second, 1, 20)].concat();
        assert!(both.len() > 1, "nothing is said");
        let damaged = [&first[..], &[0xEE; 7], &second].concat();
        assert_eq!(says(&[first, second].concat(), 0, 0), both);
        assert_eq!(says(&damaged, 0, 0), both);
    }
}
