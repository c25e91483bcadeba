//! The rules of findings: from which number and share on something is worth a look or not healthy.
//!
//! `docs/report.md` lists them; a test holds it to this list.

use super::{Finding, Grade};
use crate::page::text;

/// A finding if a number is above 0.
pub struct Rule {
    /// Column of the number.
    pub column: &'static str,
    /// One of what it counts.
    pub noun: &'static str,
    /// The rest of the sentence.
    pub says: &'static str,
    /// The next thing to look at.
    pub check: &'static str,
    /// The column that it is a part of; empty if it is of none.
    pub whole: &'static str,
    /// From where on it is worth a look.
    pub warn: Least,
    /// From where on it is not healthy.
    pub bad: Least,
    /// The section that tells more.
    pub section: &'static str,
}

/// Number and share in percent that both must be reached.
#[derive(Clone, Copy)]
pub struct Least(u64, f64);

/// A whole of which a share is said to be not healthy: half of 18 packets says little of a network.
const LEAST_WHOLE: u64 = 50;

const ANY: Least = Least(1, 0.0);
const NEVER: Least = Least(u64::MAX, f64::INFINITY);

/// DNS queries that expect an answer: not those of mDNS, of which only a neighbour that knows one answers.
pub const UNICAST_QUERIES: &str = "unicast_dns_queries";

/// Packets that the capturing system dropped.
pub const DROPPED: &str = "dropped";

/// 1 if a packet is earlier than the one before it.
pub const UNORDERED: &str = "unordered";

/// 1 if a packet claims to be longer than any that a link carries.
pub const OVERLONG: &str = "overlong";

/// 1 if its times are not those of a clock.
pub const CLOCKLESS: &str = "clockless";

#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    Rule { column: "problem_packets", noun: "packet", says: "with a malformed or truncated header", check: "The section Problems names each kind. Many of one kind come from a short snaplen, a capturing fault or a wrong link type.", whole: "packets", warn: ANY, bad: Least(10, 10.0), section: "problems" },
    Rule { column: DROPPED, noun: "packet", says: "dropped by the capturing system: all counts are too low", check: "Capture with a larger buffer, a filter or a shorter snaplen.", whole: "packets", warn: ANY, bad: Least(10, 5.0), section: "" },
    Rule { column: OVERLONG, noun: "capture", says: "with a packet of more than 256 KiB on the wire: bytes and rates on the wire are not to be trusted", check: "A damaged or fabricated file. Numbers of packets and captured bytes hold all the same.", whole: "", warn: ANY, bad: NEVER, section: "lengths" },
    Rule { column: "tcp_retransmissions", noun: "TCP retransmission", says: "", check: "If one peer stands out among the streams below, look at that host and its link; if all do, at the path.", whole: "tcp_packets", warn: Least(10, 1.0), bad: Least(10, 5.0), section: "tcp" },
    Rule { column: "tcp_lost_segments", noun: "TCP segment", says: "with “previous segment not captured”: it was lost, or missed by the capture", check: "Without as many retransmissions the capturing system dropped packets, or saw one of several paths.", whole: "tcp_packets", warn: Least(10, 1.0), bad: Least(10, 10.0), section: "tcp" },
    Rule { column: "tcp_out_of_order", noun: "TCP out-of-order segment", says: "", check: "Several paths, or a capture on several queues; few of them do no harm.", whole: "tcp_packets", warn: Least(10, 2.0), bad: Least(10, 10.0), section: "tcp" },
    Rule { column: "tcp_zero_windows", noun: "TCP zero window", says: "announced: a receiver was too slow", check: "The application on the receiving host reads too slowly.", whole: "tcp_packets", warn: Least(3, 0.1), bad: Least(10, 5.0), section: "tcp" },
    Rule { column: "tcp_unanswered_syns", noun: "TCP stream", says: "whose SYN was not answered", check: "A firewall, a host that is down, or a scan; or only one direction was captured.", whole: "tcp_streams", warn: Least(3, 5.0), bad: Least(10, 50.0), section: "tcp" },
    Rule { column: "tcp_resets", noun: "TCP reset", says: "(RST)", check: "Closed ports, impatient applications, or a middlebox.", whole: "tcp_packets", warn: Least(10, 5.0), bad: NEVER, section: "tcp" },
    Rule { column: "dns_errors", noun: "DNS response", says: "with an error (NXDOMAIN, SERVFAIL, REFUSED …)", check: "The names below tell: typing errors, search domains, malware.", whole: UNICAST_QUERIES, warn: Least(3, 10.0), bad: Least(10, 50.0), section: "names" },
    Rule { column: "dns_unanswered", noun: "DNS query", says: "without a response", check: "A resolver or a path that does not answer; or only one direction was captured.", whole: UNICAST_QUERIES, warn: Least(3, 5.0), bad: Least(10, 50.0), section: "names" },
    Rule { column: "tls_incomplete", noun: "TLS ClientHello", says: "without a ServerHello", check: "Blocked or refused handshakes; or only one direction was captured.", whole: "tls_handshakes", warn: Least(3, 5.0), bad: Least(10, 50.0), section: "names" },
    Rule { column: "tls_alerts", noun: "TCP stream", says: "with a TLS alert", check: "Certificates, versions or ciphers that a peer refuses; some alerts only close a session.", whole: "tcp_streams", warn: Least(3, 5.0), bad: NEVER, section: "names" },
    Rule { column: "http_errors", noun: "HTTP response", says: "with status 400 or above", check: "The hosts below with their status.", whole: "http_requests", warn: Least(3, 10.0), bad: Least(10, 50.0), section: "names" },
    Rule { column: "http_unanswered", noun: "HTTP request", says: "without a response", check: "A slow server; or only one direction was captured.", whole: "http_requests", warn: Least(3, 10.0), bad: Least(10, 50.0), section: "names" },
    Rule { column: "truncated_packets", noun: "packet", says: "captured shorter than on the wire (snaplen)", check: "", whole: "packets", warn: NEVER, bad: NEVER, section: "lengths" },
    Rule { column: UNORDERED, noun: "capture", says: "with packets out of time order", check: "", whole: "", warn: NEVER, bad: NEVER, section: "time" },
    Rule { column: CLOCKLESS, noun: "capture", says: "with implausible timestamps: some are before 1990 or after 2099", check: "", whole: "", warn: NEVER, bad: NEVER, section: "time" },
];

impl Least {
    /// True if a part of a whole reaches it.
    fn is_reached(self, part: u64, whole: u64) -> bool {
        part >= self.0 && text::percent(part, whole) >= self.1
    }
}

impl Rule {
    /// The finding of a number that is part of a whole. None of 0.
    pub fn finding(&self, value: u64, whole: u64) -> Option<Finding> {
        if value == 0 {
            return None;
        }
        let grade = match (self.warn.is_reached(value, whole), self.bad.is_reached(value, whole)) {
            (_, true) if whole >= LEAST_WHOLE => Grade::Bad,
            (true, _) => Grade::Warn,
            _ => Grade::Note,
        };
        let noun = if value == 1 { self.noun.into() } else { plural(self.noun) };
        let share = match whole {
            0 => String::new(),
            _ => format!(" ({})", text::share(value, whole)),
        };
        let says = if self.says.is_empty() { String::new() } else { format!(" {}", self.says) };
        let text = format!("{} {noun}{says}{share}", text::count(value));
        let (column, check, section) = (self.column, self.check, self.section);
        let share = if whole == 0 { 100.0 } else { text::percent(value, whole) };
        Some(Finding { grade, text, column, check, section, share })
    }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix("query") {
        Some(begin) => format!("{begin}queries"),
        None => format!("{noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Numbers;
    use super::*;

    #[test]
    fn the_page_of_the_docs_lists_every_rule() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.md");
        let page = std::fs::read_to_string(page).expect("docs/report.md");
        for Rule { column, noun, says, whole, warn, bad, .. } in RULES {
            let from = |Least(least, share): &Least| match share {
                0.0 => "any".to_string(),
                share if share.is_infinite() => "never".to_string(),
                share => format!("{least} and {share} %"),
            };
            let whole = if whole.is_empty() { String::new() } else { format!(" of `{whole}`") };
            let name = if says.is_empty() { noun.to_string() } else { format!("{noun} {says}") };
            let line = format!("| {name} | `{column}`{whole} | {} | {} |", from(warn), from(bad));
            assert!(page.contains(&line), "docs/report.md lacks\n{line}");
        }
        let least = format!("of fewer than {LEAST_WHOLE} packets");
        assert!(page.contains(&least), "docs/report.md lacks {least}");
    }

    fn worst(columns: &[(&'static str, u64)]) -> Grade {
        Numbers::from_columns(columns.iter().copied())
            .findings()
            .first()
            .map_or(Grade::Good, |worst| worst.grade)
    }

    /// Every rule, of few and of many.
    #[test]
    fn few_packets_are_never_said_to_be_ill() {
        for rule in RULES.iter().filter(|rule| !rule.whole.is_empty()) {
            for whole in 1..LEAST_WHOLE {
                let worst = worst(&[(rule.column, whole), (rule.whole, whole)]);
                assert!(worst < Grade::Bad, "{} of {whole}", rule.column);
            }
            let worst = worst(&[(rule.column, 1_000), (rule.whole, 1_000)]);
            assert_eq!(worst == Grade::Bad, rule.bad.0 < u64::MAX, "{}", rule.column);
        }
    }

    #[test]
    fn a_number_and_a_share_must_be_reached() {
        let retransmissions =
            |some, all| worst(&[("tcp_retransmissions", some), ("tcp_packets", all)]);
        assert_eq!(retransmissions(9, 18), Grade::Note);
        assert_eq!(retransmissions(10, 18), Grade::Warn);
        assert_eq!(retransmissions(10, 50), Grade::Bad);
        assert_eq!(retransmissions(10, 1_000), Grade::Warn);
        assert_eq!(retransmissions(1_000, 1_000_000), Grade::Note);
        let unanswered = |some, all| worst(&[("dns_unanswered", some), (UNICAST_QUERIES, all)]);
        assert_eq!((unanswered(2, 2), unanswered(3, 3)), (Grade::Note, Grade::Warn));
        assert_eq!(worst(&[("problem_packets", 1), ("packets", 1)]), Grade::Warn);
    }
}
