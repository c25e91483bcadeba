//! Findings: what is worth knowing of a capture before its details, and how bad it is.

use super::lines::Lines;
use super::text;
use crate::report::{Report, Status};
use crate::table::cell::Cell;
use std::collections::BTreeMap;

/// Degree of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing is wrong.
    #[default]
    Good,
    /// Normal in many captures.
    Note,
    /// A person should look at it.
    Warn,
    /// The capture or the network is ill.
    Bad,
}

impl Grade {
    /// Class of the page's style.
    pub fn class(self) -> &'static str {
        match self {
            Grade::Good => "good",
            Grade::Note => "note",
            Grade::Warn => "warn",
            Grade::Bad => "bad",
        }
    }

    /// The verdict.
    pub fn verdict(self) -> &'static str {
        match self {
            Grade::Good | Grade::Note => "Healthy",
            Grade::Warn => "Worth a look",
            Grade::Bad => "Not healthy",
        }
    }
}

/// Something worth knowing.
pub struct Finding {
    /// Its degree.
    pub grade: Grade,
    /// A sentence.
    pub text: String,
    /// The section that tells more.
    pub section: &'static str,
}

/// Numbers of a capture, or sums over several, by the columns of `summary` and `health`.
#[derive(Clone, Default)]
pub struct Numbers(BTreeMap<&'static str, u64>);

/// A finding if a number is above 0.
struct Rule {
    column: &'static str,
    noun: &'static str,
    says: &'static str,
    /// The column that it is a part of.
    whole: &'static str,
    /// Shares in percent from which it is a warning and bad.
    from: [f64; 2],
    section: &'static str,
}

/// Occurrences that a share says something of.
const FEW: u64 = 3;

const NEVER: f64 = f64::INFINITY;

/// Packets that the capturing system dropped.
const DROPPED: &str = "dropped";

/// 1 if a packet is earlier than the one before it.
const UNORDERED: &str = "unordered";

#[rustfmt::skip]
const RULES: &[Rule] = &[
    Rule { column: "problem_packets", noun: "packet", says: "with a header that is malformed or truncated", whole: "packets", from: [0.0, 10.0], section: "problems" },
    Rule { column: DROPPED, noun: "packet", says: "dropped by the capturing system: numbers are too low", whole: "packets", from: [0.0, 5.0], section: "" },
    Rule { column: "truncated_packets", noun: "packet", says: "captured shorter than on the wire (snaplen)", whole: "packets", from: [NEVER, NEVER], section: "lengths" },
    Rule { column: UNORDERED, noun: "capture", says: "with timestamps that go back", whole: "", from: [NEVER, NEVER], section: "time" },
    Rule { column: "tcp_retransmissions", noun: "TCP retransmission", says: "", whole: "tcp_packets", from: [1.0, 5.0], section: "tcp" },
    Rule { column: "tcp_lost_segments", noun: "TCP segment", says: "after a gap: packets were lost or not captured", whole: "tcp_packets", from: [1.0, 10.0], section: "tcp" },
    Rule { column: "tcp_out_of_order", noun: "TCP segment", says: "out of order", whole: "tcp_packets", from: [2.0, 10.0], section: "tcp" },
    Rule { column: "tcp_zero_windows", noun: "TCP segment", says: "with a window of zero: a receiver was too slow", whole: "tcp_packets", from: [0.1, 5.0], section: "tcp" },
    Rule { column: "tcp_unanswered_syns", noun: "TCP stream", says: "without an answer to its SYN", whole: "tcp_streams", from: [5.0, 50.0], section: "tcp" },
    Rule { column: "tcp_resets", noun: "TCP reset", says: "", whole: "tcp_packets", from: [5.0, NEVER], section: "tcp" },
    Rule { column: "dns_errors", noun: "DNS response", says: "with an error", whole: "dns_queries", from: [10.0, 50.0], section: "names" },
    Rule { column: "dns_unanswered", noun: "DNS query", says: "without a response", whole: "dns_queries", from: [5.0, 50.0], section: "names" },
    Rule { column: "tls_incomplete", noun: "TLS handshake", says: "without an answer from the server", whole: "tls_handshakes", from: [5.0, 50.0], section: "names" },
    Rule { column: "tls_alerts", noun: "TCP stream", says: "with a TLS alert", whole: "tcp_streams", from: [5.0, NEVER], section: "names" },
    Rule { column: "http_errors", noun: "HTTP response", says: "with status 400 or above", whole: "http_requests", from: [10.0, 50.0], section: "names" },
    Rule { column: "http_unanswered", noun: "HTTP request", says: "without a response", whole: "http_requests", from: [10.0, 50.0], section: "names" },
];

impl Numbers {
    /// Numbers of a report.
    pub fn of(report: &Report) -> Numbers {
        let mut numbers = BTreeMap::new();
        for table in ["summary", "health"] {
            let lines = Lines::first(table, report, 1);
            for line in &lines.rows {
                for column in lines.columns {
                    match line.cell(column.name) {
                        Some(Cell::Integer(value)) => drop(numbers.insert(column.name, *value)),
                        Some(Cell::Boolean(false)) => drop(numbers.insert(UNORDERED, 1)),
                        _ => {}
                    }
                }
            }
        }
        let interfaces = Lines::first("interfaces", report, usize::MAX);
        let dropped = interfaces.rows.iter().map(|line| line.number("dropped"));
        numbers.insert(DROPPED, dropped.fold(0, u64::saturating_add));
        Numbers(numbers)
    }

    /// The number of a column.
    pub fn get(&self, column: &str) -> u64 {
        self.0.get(column).copied().unwrap_or(0)
    }

    /// Adds those of another capture.
    pub fn add(&mut self, other: &Numbers) {
        for (column, value) in &other.0 {
            let sum = self.0.entry(column).or_default();
            *sum = sum.saturating_add(*value);
        }
    }

    /// Findings, the worst first.
    pub fn findings(&self) -> Vec<Finding> {
        let found = RULES.iter().filter(|rule| self.get(rule.column) > 0);
        let mut findings: Vec<Finding> = found.map(|rule| self.finding(rule)).collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
        findings
    }

    fn finding(&self, rule: &Rule) -> Finding {
        let (value, whole) = (self.get(rule.column), self.get(rule.whole));
        let percent = text::percent(value, whole);
        let [warn, bad] = rule.from;
        // A share of a few says little.
        let few = value < FEW && warn > 0.0;
        let grade = match percent {
            _ if few => Grade::Note,
            _ if percent >= bad => Grade::Bad,
            _ if percent >= warn => Grade::Warn,
            _ => Grade::Note,
        };
        let noun = if value == 1 { rule.noun.into() } else { plural(rule.noun) };
        let share = match whole {
            0 => String::new(),
            _ => format!(" ({})", text::share(value, whole)),
        };
        let says = if rule.says.is_empty() { String::new() } else { format!(" {}", rule.says) };
        let text = format!("{} {noun}{says}{share}", text::count(value));
        Finding { grade, text, section: rule.section }
    }
}

fn plural(noun: &str) -> String {
    match noun.strip_suffix("query") {
        Some(begin) => format!("{begin}queries"),
        None => format!("{noun}s"),
    }
}

/// End of reading an input, and its degree.
pub fn status(status: Status) -> (Grade, &'static str) {
    match status {
        Status::Ok => (Grade::Good, "read to its end"),
        Status::CutShort => (Grade::Warn, "cut short"),
        Status::Damaged => (Grade::Bad, "damaged"),
        Status::Unreadable => (Grade::Bad, "unreadable"),
        Status::Unknown => (Grade::Bad, "not counted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_the_docs_lists_every_rule() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/report.md");
        let page = std::fs::read_to_string(page).expect("docs/report.md");
        for Rule { column, noun, says, whole, from, .. } in RULES {
            let share = |from: &f64| match from {
                0.0 => "any".to_string(),
                from if from.is_infinite() => "never".to_string(),
                from => format!("{from} %"),
            };
            let [warn, bad] = from.each_ref().map(share);
            let whole = if whole.is_empty() { String::new() } else { format!(" of `{whole}`") };
            let name = if says.is_empty() { noun.to_string() } else { format!("{noun} {says}") };
            let line = format!("| {name} | `{column}`{whole} | {warn} | {bad} |");
            assert!(page.contains(&line), "docs/report.md lacks\n{line}");
        }
    }
}
