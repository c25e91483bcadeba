//! Contents of the page: the worst first, nothing that a person would not say, Wireshark's words.

use super::{assert_well_formed, page};
use crate::builder::Pcap;
use crate::cli::directory;
use crate::frames::{tcp, udp};
use std::fs;

/// A capture whose packets are all cut inside their headers, or none.
fn packets(count: u32, cut: bool) -> Pcap {
    let mut file = Pcap::ethernet();
    for number in 0..count {
        let frame = udp(1_000 + number as u16, 9, &[1; 30]);
        file.frame(number, if cut { &frame[..20] } else { &frame });
    }
    file
}

/// Places of these texts in a page, which has each of them.
fn places(page: &str, texts: &[&str]) -> Vec<usize> {
    let place = |text: &&str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
    texts.iter().map(place).collect()
}

/// The worst captures are named first, and have their lines and parts before the others.
#[test]
fn the_worst_captures_are_first() {
    let directory = directory();
    let captures = directory.path().join("captures");
    fs::create_dir(&captures).expect("a directory");
    for (name, count, cut) in
        [("a", 60, false), ("b", 5, true), ("c", 5, false), ("d", 60, true), ("e", 60, true)]
    {
        let bytes = packets(count, cut).bytes;
        fs::write(captures.join(format!("{name}.pcap")), bytes).expect("a capture");
    }
    let page = page(directory.path(), &["captures"]);
    assert_well_formed(&page);
    let found = places(
        &page,
        &[
            "<b>Not healthy</b> <span>2 of 5 captures</span>",
            "2 captures not healthy: <a href=\"#c4\">d.pcap</a>, <a href=\"#c5\">e.pcap</a></li>",
            "1 capture worth a look: <a href=\"#c2\">b.pcap</a></li>",
            "<td class=\"file\"><a href=\"#c4\">",
            "<td class=\"file\"><a href=\"#c5\">",
            "<td class=\"file\"><a href=\"#c2\">",
            "<td class=\"file\"><a href=\"#c1\">",
            "<b class=\"few\">Too few packets</b>",
            "id=\"c4\"",
            "id=\"c5\"",
            "id=\"c2\"",
            "id=\"c1\"",
            "id=\"c3\"",
        ],
    );
    assert!(found.is_sorted(), "{found:?}");
}

/// The last of more captures than have a part, if it is the worst.
#[test]
fn the_worst_of_many_captures_has_a_part() {
    let directory = directory();
    let captures = directory.path().join("captures");
    fs::create_dir(&captures).expect("a directory");
    for number in 0..204 {
        let bytes = packets(12, false).bytes;
        fs::write(captures.join(format!("{number:03}.pcap")), bytes).expect("a capture");
    }
    fs::write(captures.join("worst.pcap"), packets(60, true).bytes).expect("a capture");
    let page = page(directory.path(), &["captures"]);
    let found = places(&page, &["#c205\">worst.pcap</a>", "id=\"c205\"", "id=\"c1\""]);
    assert!(found.is_sorted(), "{found:?}");
    let parts = page.matches("<section class=\"capture\"").count();
    assert!((100..=200).contains(&parts), "{parts}");
    // It tells more than those that are well.
    let part = |id: &str| page.split_once(&format!("id=\"{id}\"")).expect("a part").1;
    let conversations = |part: &str| {
        let (part, _) = part.split_once("<section class=\"capture\"").expect("another part");
        part.contains("<h3>Conversations</h3>")
    };
    assert!(conversations(part("c205")) && !conversations(part("c1")));
    assert!(page.contains(&format!("The first {parts} captures of this table have a part below.")));
}

/// One packet has no duration, no rates and no line over time.
#[test]
fn few_packets_are_told_as_a_person_would() {
    let directory = directory();
    fs::write(directory.path().join("one.pcap"), packets(1, false).bytes).expect("a capture");
    fs::write(directory.path().join("many.pcap"), packets(12, false).bytes).expect("a capture");
    let one = page(directory.path(), &["one.pcap"]);
    for absent in
        ["0\u{a0}ns", "<dt>Packet rate", "<dt>Duration", "<dt>Last packet", "<svg class=\"area"]
    {
        assert!(!one.contains(absent), "{absent}");
    }
    places(&one, &["<b>Too few packets</b>", "<dt>Length on the wire</dt>", "<dt>Time (UTC)</dt>"]);
    assert!(one.contains("Zero or empty: Application, B → A, Duration."));
    let both = page(directory.path(), &["one.pcap", "many.pcap"]);
    assert_eq!(both.matches("<svg class=\"spark").count(), 1);
    places(&both, &["<b>No findings</b>", "<dt>Packet rate</dt>", "<dt>Duration</dt>"]);
}

/// Columns of zeros are left out and named; of the others, some wait to be asked for.
#[test]
fn tables_show_what_is_not_zero() {
    let directory = directory();
    let mut file = Pcap::ethernet();
    for number in 0..20 {
        file.frame(number, &tcp(80, 1_000, &[1; 30]));
    }
    fs::write(directory.path().join("tcp.pcap"), file.bytes).expect("a capture");
    let page = page(directory.path(), &["tcp.pcap"]);
    let (_, streams) = page.split_once("<h4>Streams, most retransmissions first").expect("streams");
    let (streams, _) = streams.split_once("</section>").expect("a section");
    places(
        streams,
        &[
            " more columns</label>",
            "<th class=\"n x\">Duration</th>",
            "<td class=\"n x\"",
            "Zero or empty: Server, Previous not captured, ",
        ],
    );
    assert!(!streams.contains("Initial RTT</th>"));
    let (_, lengths) = page.split_once("<h3>Packet lengths</h3>").expect("lengths");
    assert_eq!(lengths.matches("<td class=\"bar\">").count(), 1);
    // As Wireshark names them.
    places(
        &page,
        &["<dt>Retransmissions</dt>", "None seen: ", ", previous segment not captured, "],
    );
}

/// Gaps of regular traffic say nothing; one that is longer than the others does.
#[test]
fn gaps_are_listed_if_they_are_longer_than_others() {
    let directory = directory();
    let mut regular = packets(40, false);
    let write = |file: &Pcap| {
        fs::write(directory.path().join("a.pcap"), &file.bytes).expect("a capture");
        page(directory.path(), &["a.pcap"])
    };
    assert!(!write(&regular).contains("Longest gaps"));
    regular.frame(90, &udp(1, 9, b"late"));
    let page = write(&regular);
    let gaps = page.split("Longest gaps").nth(1).expect("a list");
    assert!(gaps.contains("510000000"), "{gaps:.300}");
}

#[test]
fn a_length_that_no_link_carries_is_a_finding() {
    let directory = directory();
    let mut file = packets(20, false);
    let write = |file: &Pcap| {
        fs::write(directory.path().join("a.pcap"), &file.bytes).expect("a capture");
        page(directory.path(), &["a.pcap"])
    };
    assert!(!write(&file).contains("not to be trusted"));
    file.record((1_700_000_001, 0), &udp(1, 9, b"long"), 4_093_509_168);
    assert!(write(&file).contains("a packet of more than 256 KiB on the wire"));
}

/// Most questions of mDNS have no answer, which says nothing of the resolver.
#[test]
fn questions_of_mdns_do_not_hide_a_resolver_that_is_silent() {
    let query = |name: u8| {
        let mut message = vec![0, name, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, b'a', name, 0];
        message.extend([0, 1, 0, 1]);
        message
    };
    let directory = directory();
    let mut file = Pcap::ethernet();
    for name in 0..20 {
        file.frame(u32::from(name), &udp(5000 + u16::from(name), 53, &query(b'a' + name)));
    }
    for number in 20..400 {
        file.frame(number, &udp(5353, 5353, &query(b'a')));
    }
    fs::write(directory.path().join("a.pcap"), &file.bytes).expect("a capture");
    let page = page(directory.path(), &["a.pcap"]);
    assert!(page.contains("20 DNS queries without a response (100"), "{page:.3000}");
}

/// More captures of one verdict than have a part: the one with the greatest share comes last and is first.
#[test]
fn the_most_severe_of_many_captures_has_the_first_part() {
    let directory = directory();
    let captures = directory.path().join("captures");
    fs::create_dir(&captures).expect("a directory");
    let problems = |count: u32| {
        let mut file = packets(40, false);
        for number in 0..count {
            file.frame(40 + number, &udp(1, 9, &[1; 30])[..20]);
        }
        // Conversations make a part as long as it may be.
        for port in 0..60 {
            file.frame(100, &tcp(9, 5_000 + port, b"x"));
        }
        file.bytes
    };
    for number in 0..220 {
        fs::write(captures.join(format!("{number:03}.pcap")), problems(1)).expect("a capture");
    }
    fs::write(captures.join("worst.pcap"), problems(9)).expect("a capture");
    let page = page(directory.path(), &["captures"]);
    let found = places(&page, &["#c221\">worst.pcap</a>", "id=\"c221\"", "id=\"c1\""]);
    assert!(found.is_sorted(), "{found:?}");
    let parts = page.matches("<section class=\"capture\"").count();
    assert!((100..=200).contains(&parts), "{parts}");
}
