//! `--filter` beside tcpdump, packet by packet, and as sets.
//!
//! Both must match the same packets. The places where decoded fields must differ from tcpdump,
//! which reads bytes at offsets, are the rows of [`DIFFERENCES`]; a difference without a row fails,
//! and so does a row without a difference.

use crate::bpf::Bpf;
use crate::cli::{directory, run};
use crate::frames;
use crate::reading::{captures_beside, check_each};
use pcapstat::capture::{Capture, Record};
use pcapstat::dissect::dissect;
use pcapstat::dissect::packet::{Addresses, Packet};
use pcapstat::filter::Filter;
use pcapstat::source::Source;
use proptest::prelude::*;
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

/// A packet on which the two disagree.
struct Case<'a> {
    expression: &'a str,
    link_type: u16,
    path: String,
    problem: Option<&'static str>,
    /// True if tcpdump reads beyond the captured bytes and refuses the packet for that.
    beyond: bool,
    /// True if pcapstat's answer is tcpdump's on the same packet without the layers between
    /// Ethernet and IP or ARP.
    as_without_shims: bool,
}

impl Case<'_> {
    fn names(&self, word: &str) -> bool {
        self.expression.split_whitespace().any(|part| part == word)
    }

    fn has(&self, layer: &str) -> bool {
        self.path.split(':').any(|part| part == layer)
    }

    fn is_shimmed(&self) -> bool {
        ["vlan", "ieee8021ad", "mpls", "pppoes", "ppp", "chdlc", "llc", "null"]
            .iter()
            .any(|shim| self.has(shim))
    }
}

type Applies = fn(&Case<'_>) -> bool;

/// Every place where decoded fields differ from tcpdump.
const DIFFERENCES: &[(&str, Applies)] = &[
    (
        "Every word looks past VLAN tags, MPLS labels, PPPoE, PPP and LLC: `ip` matches tagged IPv4.",
        |case| case.as_without_shims && case.is_shimmed(),
    ),
    (
        "`vlan`, `mpls` and `pppoes` look at every tag and label of the outermost layers, and do not change\n  the words after them: `vlan 1 or vlan 2` is either tag.",
        |case| {
            ["vlan", "mpls", "pppoes"].iter().any(|word| case.names(word) && case.has(word))
                || (case.names("vlan") && case.has("ieee8021ad"))
        },
    ),
    ("Ports and protocols are found after IPv6 extension headers and AH.", |case| {
        case.path.contains("ipv6.") || case.has("ah")
    }),
    (
        "A field that was not captured equals nothing, so `not port 80` matches. tcpdump refuses the packet.",
        |case| case.beyond,
    ),
    ("Link types that are not dissected have no fields, so `not ip` matches.", |case| {
        case.problem == Some("link_type_unknown")
    }),
    (
        "A header that is truncated or invalid has no fields beyond those that the table `packets` shows.",
        |case| case.problem.is_some(),
    ),
    ("SLARP of Cisco HDLC has the number of RARP and is no RARP.", |case| case.has("slarp")),
    ("`ether` addresses are those of Ethernet, not of IEEE 802.11.", |case| {
        case.names("ether") && case.has("wlan")
    }),
    ("Addresses in ARP are read if it maps IPv4 to Ethernet. `arp` is RARP, too.", |case| {
        case.path == "eth:arp"
    }),
    (
        "Encapsulations are looked into that tcpdump's filters take for the end of a packet: MACsec without\n  encryption, NSH, Arista, Frame Relay, PPI, Juniper, ARCNET.",
        |case| {
            ["macsec", "nsh", "avsp", "fr", "ppi", "juniper", "arcnet"]
                .iter()
                .any(|name| case.has(name))
        },
    ),
    ("`vrrp` is VRRP over IPv4 and IPv6.", |case| case.names("vrrp") && case.has("ipv6")),
    ("An IPv6 header after the EtherType of IPv4 is IPv6.", |case| case.path.contains("ip:ipv6")),
];

/// The differences as a list for the documentation.
pub fn differences() -> String {
    DIFFERENCES.iter().map(|(row, _)| format!("- {row}\n")).collect()
}

/// A record's first IP header or ARP packet directly in Ethernet.
fn without_shims(packet: &Packet<'_>) -> Option<Vec<u8>> {
    let data = packet.record.data;
    let place = |part: &[u8], before: usize| {
        (part.as_ptr() as usize).checked_sub(data.as_ptr() as usize + before)
    };
    let layer = packet.address_layers().iter().find(|layer| layer.is_ip());
    let (number, at) = match layer.map(|layer| layer.addresses) {
        Some(Addresses::Ipv4(both)) => (0x0800u16, place(both, 12)?),
        Some(Addresses::Ipv4Routed(source, _) | Addresses::Ipv4Source(source)) => {
            (0x0800, place(source, 12)?)
        }
        Some(Addresses::Ipv6(both)) => (0x86DD, place(both, 8)?),
        Some(Addresses::Ipv6Source(source)) => (0x86DD, place(source, 8)?),
        _ if packet.path.to_string().ends_with(":arp") => {
            let at = data.windows(2).position(|two| two == [0x08, 0x06])?;
            (0x0806, at + 2)
        }
        _ => return None,
    };
    let macs =
        packet.macs().map_or(vec![2; 12], |(source, destination)| [destination, source].concat());
    Some([&macs[..], &number.to_be_bytes(), data.get(at..)?].concat())
}

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

/// Parts of expressions, to be joined.
fn part() -> impl Strategy<Value = String> {
    let words = prop::sample::select(EXPRESSIONS.to_vec()).prop_map(String::from);
    let ours = prop::sample::select(vec![
        "any host 10.0.0.1",
        "any net 10.0.0.0/8",
        "any tcp",
        "any udp port 80",
        "any vlan 1",
        "vxlan",
        "gre",
        "any ip6",
        "problem",
        "gtp",
    ]);
    prop_oneof![3 => words, 1 => ours.prop_map(String::from)]
}

proptest! {
    #[test]
    fn and_or_and_not_are_those_of_sets(
        loose in frames::loose(), one in part(), two in part(), three in part()
    ) {
        let record = loose.record(0);
        let mut packet = Packet::empty();
        dissect(&record, &mut packet);
        let holds = |text: String| match Filter::new(&text) {
            Ok(filter) => filter.matches(&packet),
            Err(error) => panic!("{error}"),
        };
        let (a, b, c) = (holds(one.clone()), holds(two.clone()), holds(three.clone()));
        prop_assert_eq!(holds(format!("({one}) and ({two})")), a && b);
        prop_assert_eq!(holds(format!("({one}) or ({two})")), a || b);
        prop_assert_eq!(holds(format!("not ({one})")), !a);
        prop_assert_eq!(holds(format!("({one}) or ({two}) and ({three})")), (a || b) && c);
        prop_assert_eq!(holds(format!("({one}) and ({two}) or not ({three})")), a && b || !c);
    }

    /// On every layer there is all that there is on the outermost ones.
    #[test]
    fn any_matches_at_least_what_the_outermost_layers_match(loose in frames::loose()) {
        let record = loose.record(0);
        let mut packet = Packet::empty();
        dissect(&record, &mut packet);
        for word in ["tcp", "udp", "ip", "ip6", "net 10", "port 80", "proto 17", "vlan", "gre"] {
            let outer = Filter::new(word).expect("an expression");
            let any = Filter::new(&format!("any {word}")).expect("an expression");
            prop_assert!(!outer.matches(&packet) || any.matches(&packet), "{}", word);
        }
    }
}

/// As for tcpdump, an empty expression is no condition: scripts pass one on.
#[test]
fn an_empty_expression_matches_every_packet() {
    let directory = directory();
    let all = run(directory.path(), &["-t", "packets", "a.pcap"]).stdout;
    for empty in ["", " "] {
        let said = run(directory.path(), &["--filter", empty, "-t", "packets", "a.pcap"]);
        assert_eq!(
            (said.code, said.stdout.as_str(), said.stderr.as_str()),
            (Some(0), all.as_str(), "")
        );
    }
}
