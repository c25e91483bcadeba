//! `--filter` beside tcpdump, packet by packet, and as sets.
//!
//! Both must match the same packets. The places where decoded fields must differ from tcpdump,
//! which reads bytes at offsets, are the rows of [`DIFFERENCES`]; a difference without a row fails,
//! and so does a row without a difference.

pub mod differences;
mod sets;

use crate::bpf::Bpf;
use crate::reading::{captures_beside, check_each};
use differences::{Case, DIFFERENCES, without_shims};
use pcapstat::capture::{Capture, Record};
use pcapstat::dissect::dissect;
use pcapstat::dissect::packet::Packet;
use pcapstat::filter::Filter;
use pcapstat::source::Source;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Expressions that both must answer alike.
const EXPRESSIONS: &[&str] = &[
    "ip",
    "ip6",
    "arp",
    "tcp",
    "udp",
    "sctp",
    "icmp",
    "icmp6",
    "igmp",
    "ah",
    "esp",
    "pim",
    "vrrp",
    "vlan",
    "vlan 100",
    "vlan and ip",
    "mpls",
    "mpls 16",
    "pppoed",
    "pppoes",
    "pppoes and ip",
    "not ip",
    "not tcp",
    "not udp port 53",
    "!arp && !ip6",
    "not (tcp or udp) and ip",
    "not less 100",
    "port 53",
    "port domain",
    "src port 80",
    "dst port 443",
    "tcp port 80 or 443",
    "tcp src port 80 or 443 or 8080",
    "tcp and (port 80 or port 443)",
    "tcp or udp and port 53",
    "dst port 53 and udp or icmp",
    "portrange 0-1023",
    "udp portrange 1024-65535",
    "src portrange 100-200",
    "host 10.0.0.1",
    "host 192.168.1.1",
    "host 10.0.0.1 and not port 22",
    "src host 127.0.0.1",
    "dst host 224.0.0.251",
    "ip host 127.0.0.1",
    "arp host 10.0.0.1",
    "host ff02::1",
    "net 10",
    "net 10.0.0.0 mask 255.0.0.0",
    "net 192.168",
    "net 0.0.0.0/0",
    "net 224.0.0.0/4",
    "ip and not net 10.0.0.0/8",
    "src net 10.0.0.0/8",
    "dst net 172.16.0.0/12",
    "src and dst net 192.168.0.0/16",
    "arp net 192.168.0.0/16",
    "src net fe80::/10",
    "dst net ff00::/8",
    "ip6 net 2000::/3",
    "ether host ff:ff:ff:ff:ff:ff",
    "ether dst ff:ff:ff:ff:ff:ff",
    "ether src 00:00:00:00:00:00",
    "ether proto 0x0800",
    "ether proto 0x88cc",
    "ether proto \\arp",
    "ip proto 17",
    "ip proto \\tcp",
    "ip6 proto 58",
    "proto 6",
    "proto 47",
    "proto 50",
    "proto 132",
    "less 60",
    "greater 1000",
    "less 100 and tcp or udp",
];

/// tcpdump's programs for each link type, compiled when they are first needed.
struct Programs {
    directory: tempfile::TempDir,
    known: Mutex<HashMap<(u16, &'static str), Option<&'static Bpf>>>,
}

impl Programs {
    fn new() -> Programs {
        Programs { directory: tempfile::tempdir().expect("a directory"), known: Mutex::default() }
    }

    /// tcpdump's answer as [`Bpf::answer`]; None if it refuses the expression for this link type.
    fn answer(
        &self,
        expression: &'static str,
        link_type: u16,
        data: &[u8],
        wire: u32,
    ) -> Option<Option<bool>> {
        let mut known = self.known.lock().expect("no panic while held");
        let program = *known.entry((link_type, expression)).or_insert_with(|| {
            let program = Bpf::compile(expression, link_type, self.directory.path())?;
            Some(Box::leak(Box::new(program)))
        });
        drop(known);
        program.map(|program| program.answer(data, wire))
    }
}

/// Reads a capture's packets that are in memory.
fn each_packet(path: &Path, mut each: impl FnMut(&Packet<'_>)) -> u64 {
    let bytes = std::fs::read(path).expect("a readable capture");
    let Ok(capture) = Capture::new(Source::from(bytes)) else { return 0 };
    let walk = capture.walk(capture.start(), u64::MAX, |record: &Record<'_>| {
        let mut packet = Packet::empty();
        dissect(record, &mut packet);
        each(&packet);
    });
    walk.packets
}

fn long() -> bool {
    std::env::var_os("PCAPSTAT_LONG").is_some_and(|value| value == "1")
}

fn filters() -> Vec<(&'static str, Filter)> {
    let compiled = |expression: &&'static str| match Filter::new(expression) {
        Ok(filter) => (*expression, filter),
        Err(error) => panic!("{error}"),
    };
    EXPRESSIONS.iter().map(compiled).collect()
}

#[test]
#[ignore = "needs ../shared/captures and tcpdump"]
fn the_same_packets_as_tcpdump() {
    let (programs, filters) = (Programs::new(), filters());
    let used: Mutex<BTreeMap<&str, u64>> = Mutex::default();
    check_each(&captures_beside(), |path| {
        each_packet(path, |packet| {
            let Record { data, wire_bytes, link_type, .. } = packet.record;
            for (expression, filter) in &filters {
                let ours = filter.matches(packet);
                let theirs = programs.answer(expression, link_type.0, data, wire_bytes);
                if theirs.is_none_or(|theirs| theirs.unwrap_or(false) == ours) {
                    continue;
                }
                let reduced = without_shims(packet)
                    .and_then(|frame| programs.answer(expression, 1, &frame, wire_bytes));
                let case = Case {
                    expression,
                    link_type: link_type.0,
                    path: packet.path.to_string(),
                    problem: packet.problem.map(|problem| problem.info().name),
                    beyond: theirs == Some(None),
                    as_without_shims: reduced == Some(Some(ours)),
                };
                let row = DIFFERENCES.iter().find(|(_, applies)| applies(&case));
                let Some((row, _)) = row else {
                    panic!(
                        "{}: {expression}: pcapstat {ours}, tcpdump {theirs:?}: link type {} {} {:?}",
                        path.display(),
                        case.link_type,
                        case.path,
                        case.problem
                    );
                };
                *used.lock().expect("no panic while held").entry(row).or_default() += 1;
            }
        });
    });
    let used = used.into_inner().expect("no panic while held");
    println!("{used:#?}");
    for (row, _) in DIFFERENCES {
        assert!(used.contains_key(row), "no packet differs by this row: {row}");
    }
}

/// The number of packets in what `tcpdump -r FILE -w - EXPRESSION` writes.
fn tcpdump_count(path: &Path, expression: &str) -> Option<u64> {
    let output = Command::new("tcpdump").arg("-r").arg(path).args(["-w", "-", expression]).output();
    let output = output.expect("tcpdump");
    let capture =
        output.status.success().then(|| Capture::new(Source::from(output.stdout)))?.ok()?;
    Some(capture.walk(capture.start(), u64::MAX, |_| {}).packets)
}

/// The programs that are run above are those that tcpdump itself runs.
#[test]
#[ignore = "needs ../shared/captures and tcpdump"]
fn as_many_packets_as_tcpdump_writes() {
    let captures = captures_beside();
    let (step, every) = if long() { (2, 1) } else { (60, 10) };
    let share: Vec<PathBuf> = captures.into_iter().step_by(step).collect();
    let programs = Programs::new();
    let compared = Mutex::new(0);
    check_each(&share, |path| {
        let mut counts = vec![0; EXPRESSIONS.len()];
        let mut refused = false;
        let packets = each_packet(path, |packet| {
            let Record { data, wire_bytes, link_type, .. } = packet.record;
            for (expression, count) in EXPRESSIONS.iter().zip(&mut counts) {
                match programs.answer(expression, link_type.0, data, wire_bytes) {
                    Some(answer) => *count += u64::from(answer == Some(true)),
                    None => {
                        assert_ne!(link_type.0, 1, "tcpdump refuses {expression}");
                        refused = true;
                    }
                }
            }
        });
        // Captures that tcpdump does not read to the same end cannot be compared.
        if tcpdump_count(path, "") != Some(packets) || refused {
            return;
        }
        for (expression, count) in EXPRESSIONS.iter().zip(counts).step_by(every) {
            assert_eq!(tcpdump_count(path, expression), Some(count), "{expression}");
            *compared.lock().expect("no panic while held") += 1;
        }
    });
    let compared = compared.into_inner().expect("no panic while held");
    println!("{compared} counts compared");
    assert!(compared > share.len(), "only {compared} counts compared");
}
