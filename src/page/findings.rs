//! Findings: what is worth knowing of a capture before its details, and how bad it is.

mod rules;

use super::clock;
use super::lines::Lines;
use crate::report::{Report, Status};
use crate::table::cell::Cell;
use crate::table::summary::LONGEST_PACKET;
use rules::{CLOCKLESS, DROPPED, OVERLONG, RULES, UNICAST_QUERIES, UNORDERED};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Degree of a finding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Nothing is wrong.
    #[default]
    Good,
    /// Normal in many captures.
    Note,
    /// Nothing is wrong with so few packets that nothing can be said.
    Few,
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
            Grade::Few => "few",
            Grade::Warn => "warn",
            Grade::Bad => "bad",
        }
    }

    /// The verdict.
    pub fn verdict(self) -> &'static str {
        match self {
            Grade::Good | Grade::Note => "No findings",
            Grade::Few => "Too few packets",
            Grade::Warn => "Worth a look",
            Grade::Bad => "Not healthy",
        }
    }
}

/// Order of captures on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Not healthy.
    Bad,
    /// Worth a look.
    Warn,
    /// All others.
    Good,
}

impl Rank {
    /// The worst first.
    pub const ALL: [Rank; 3] = [Rank::Bad, Rank::Warn, Rank::Good];

    /// Rank of a capture of this degree.
    pub fn of(grade: Grade) -> Rank {
        match grade {
            Grade::Bad => Rank::Bad,
            Grade::Warn => Rank::Warn,
            Grade::Good | Grade::Note | Grade::Few => Rank::Good,
        }
    }
}

/// Number of packets from which the lack of findings says something.
pub const FEW_PACKETS: u64 = 10;

/// Something worth knowing.
pub struct Finding {
    /// Its degree.
    pub grade: Grade,
    /// A sentence.
    pub text: String,
    /// Column of its number.
    pub column: &'static str,
    /// The next thing to look at. May be empty.
    pub check: &'static str,
    /// The section that tells more.
    pub section: &'static str,
    /// Share in percent of what it is a part of.
    pub share: f64,
}

/// Order of captures on the page: the worst first, then as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    /// The rank.
    pub rank: Rank,
    /// Greater is worse, within a rank.
    severity: Reverse<u32>,
    /// Number of the capture from 1.
    pub number: usize,
}

impl Order {
    /// Place of a capture.
    pub fn of(number: usize, report: &Report, numbers: &Numbers) -> Order {
        /// More than any share: a capture that did not end well.
        const ENDED: u32 = 1_000_000;
        let grade = grade(report, numbers);
        let shares = numbers.findings().into_iter().filter(|finding| finding.grade == grade);
        let share = shares.map(|finding| (finding.share * 1_000.0) as u32).max().unwrap_or(0);
        let severity = match grade {
            Grade::Few => 0,
            Grade::Good | Grade::Note => 1,
            grade if grade == status(report.status).0 => ENDED + report.status as u32,
            _ => share,
        };
        Order { rank: Rank::of(grade), severity: Reverse(severity), number }
    }
}

/// Numbers of a capture, or sums over several, by the columns of `summary` and `health`.
#[derive(Clone, Default)]
pub struct Numbers(BTreeMap<&'static str, u64>);

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
        let times = report.tallies.totals.time_extent();
        numbers.insert(CLOCKLESS, times.map_or(0, |times| u64::from(!clock::is_plausible(times))));
        let longest = numbers.get("max_wire_bytes").copied().unwrap_or(0);
        numbers.insert(OVERLONG, u64::from(longest > LONGEST_PACKET));
        let dns = report.folds.as_ref().and_then(|folds| folds.dns.as_ref());
        numbers.insert(UNICAST_QUERIES, dns.map_or(0, |fold| fold.unicast_queries()));
        let interfaces = Lines::first("interfaces", report, usize::MAX);
        let dropped = interfaces.rows.iter().map(|line| line.number("dropped"));
        numbers.insert(DROPPED, dropped.fold(0, u64::saturating_add));
        Numbers(numbers)
    }

    /// Numbers of these columns.
    pub fn from_columns(columns: impl IntoIterator<Item = (&'static str, u64)>) -> Numbers {
        Numbers(columns.into_iter().collect())
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
        let found = RULES
            .iter()
            .filter_map(|rule| rule.finding(self.get(rule.column), self.get(rule.whole)));
        let mut findings: Vec<Finding> = found.collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
        findings
    }
}

/// The worst of a report: how it ended, or its findings.
pub fn grade(report: &Report, numbers: &Numbers) -> Grade {
    let worst = numbers.findings().first().map_or(Grade::Good, |worst| worst.grade);
    let worst = worst.max(status(report.status).0);
    // Good and note alike.
    if numbers.get("packets") < FEW_PACKETS { worst.max(Grade::Few) } else { worst }
}

/// End of reading an input, and its degree.
pub fn status(status: Status) -> (Grade, &'static str) {
    match status {
        Status::Ok => (Grade::Good, ""),
        Status::CutShort => (Grade::Warn, "cut short"),
        Status::Damaged => (Grade::Bad, "damaged"),
        Status::Unreadable => (Grade::Bad, "unreadable"),
        Status::Unknown => (Grade::Bad, "not counted"),
    }
}
