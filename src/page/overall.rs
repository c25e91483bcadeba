//! All captures together: the worst by name, sums, and a line for each.

use super::clock;
use super::findings::{Finding, Grade, Numbers, Order, Rank, grade};
use super::row::{Row, SEPARATORS};
use super::tiles::Tile;
use super::{parts, rendered, text};
use crate::capture::time::Timestamp;
use crate::report::Report;
use askama::Template;
use std::collections::{BTreeMap, BTreeSet};

/// Greatest length of the lines in bytes.
const MOST_BYTES: usize = 320_000;

/// Number of captures of a rank that are named first.
const NAMED: usize = 10;

/// All captures so far.
#[derive(Default)]
pub struct Overall {
    count: usize,
    only: String,
    /// Number of captures by grade.
    grades: [usize; 5],
    numbers: Numbers,
    /// Of captures that had a clock.
    times: Option<(Timestamp, Timestamp)>,
    /// The directory that all are below, with what ends it.
    directory: Option<String>,
    /// A line for each of the worst captures, no more than fit, and their length in bytes.
    lines: BTreeMap<Order, (Row, usize)>,
    bytes: usize,
}

#[derive(Template)]
#[template(path = "overall.html")]
struct All<'a> {
    grade: Grade,
    of_all: String,
    worst: Vec<Worst>,
    tiles: Vec<Tile>,
    findings: Vec<Finding>,
    notes: Vec<Finding>,
    directory: String,
    lines: &'a [String],
    left_out: usize,
    sections: usize,
    count: usize,
}

/// Captures of a rank that are named first.
struct Worst {
    grade: Grade,
    text: String,
    names: Vec<Name>,
    more: usize,
}

struct Name {
    file: String,
    /// Place of its part. Empty if it has none.
    place: String,
}

impl Overall {
    /// Adds a capture; returns its place.
    pub fn add(&mut self, report: &Report, numbers: &Numbers) -> Order {
        self.count += 1;
        if self.count == 1 {
            self.only.clone_from(&report.file);
        }
        let grade = grade(report, numbers);
        if let Some(count) = self.grades.get_mut(grade as usize) {
            *count += 1;
        }
        let extent = report.tallies.totals.time_extent();
        if let Some((from, to)) = extent.filter(|times| clock::is_plausible(*times)) {
            let (least, most) = self.times.unwrap_or((from, to));
            self.times = Some((least.min(from), most.max(to)));
        }
        self.numbers.add(numbers);
        self.directory = Some(match &self.directory {
            None => directory(&report.file, &report.file),
            Some(known) => directory(known, &report.file),
        });
        let order = Order::of(self.count, report, numbers);
        let row = Row::of(self.count, report, numbers, grade);
        let bytes = row.html(0, true).len();
        self.bytes += bytes;
        self.lines.insert(order, (row, bytes));
        while self.bytes > MOST_BYTES {
            let Some((_, (_, bytes))) = self.lines.pop_last() else { break };
            self.bytes -= bytes;
        }
        order
    }

    /// Number of captures.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Title of the page.
    pub fn title(&self) -> String {
        match self.count {
            0 => "No capture".into(),
            1 => text::name(self.only.rsplit(SEPARATORS).next().unwrap_or_default()),
            count => format!("{} captures", text::count(count as u64)),
        }
    }

    /// Directory of the only capture. Empty if it has none, or there are several.
    pub fn place(&self) -> String {
        let one = if self.count == 1 { self.only.as_str() } else { "" };
        text::name(one.get(..one.rfind(SEPARATORS).unwrap_or(0)).unwrap_or_default())
    }

    /// True if no packet was counted.
    pub fn is_empty(&self) -> bool {
        self.numbers.get("packets") == 0
    }

    /// The part about all captures, of which some have one of their own. Nothing for one.
    pub fn html(&self, parts: &[(usize, String)]) -> String {
        if self.count == 1 {
            return String::new();
        }
        let linked: BTreeSet<usize> = parts.iter().map(|(number, _)| *number).collect();
        let mut bytes = 0;
        let rows = self.lines.values().map(|(row, _)| row);
        let directory = self.directory.as_deref().unwrap_or_default();
        let lines = rows.map(|row| row.html(directory.len(), linked.contains(&row.number)));
        let fits = |line: &String| {
            bytes += line.len();
            bytes < MOST_BYTES
        };
        let lines: Vec<String> = lines.take_while(fits).collect();
        let [good, note, few, warn, bad] = self.grades;
        let (grade, of_grade) = match (bad, warn) {
            (0, 0) if good + note == 0 => (Grade::Few, few),
            (0, 0) => (Grade::Good, good + note),
            (0, _) => (Grade::Warn, warn),
            _ => (Grade::Bad, bad),
        };
        let number = |count: usize| text::count(count as u64);
        let (findings, notes) =
            self.numbers.findings().into_iter().partition(|finding| finding.grade > Grade::Few);
        rendered(&All {
            grade,
            of_all: format!(
                "{} of {}",
                number(of_grade),
                text::counted(self.count as u64, "capture")
            ),
            worst: [(Rank::Bad, bad), (Rank::Warn, warn)]
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(rank, count)| self.worst(rank, count, &linked))
                .collect(),
            tiles: self.tiles(),
            findings,
            notes,
            directory: text::name(directory),
            lines: &lines,
            left_out: self.count - lines.len(),
            sections: parts.len(),
            count: self.count,
        })
    }

    /// The first captures of a rank.
    fn worst(&self, rank: Rank, count: usize, linked: &BTreeSet<usize>) -> Worst {
        let (grade, says) = match rank {
            Rank::Bad => (Grade::Bad, "not healthy"),
            _ => (Grade::Warn, "worth a look"),
        };
        let rows =
            self.lines.iter().filter(|(order, _)| order.rank == rank).map(|(_, (row, _))| row);
        let name = |row: &Row| Name {
            file: row.name(),
            place: match linked.contains(&row.number) {
                true => parts::id(row.number),
                false => String::new(),
            },
        };
        let names: Vec<Name> = rows.take(NAMED).map(name).collect();
        Worst {
            grade,
            text: format!("{} {says}", text::counted(count as u64, "capture")),
            more: count - names.len(),
            names,
        }
    }

    fn tiles(&self) -> Vec<Tile> {
        let [good, note, few, warn, bad] = self.grades.map(|count| count as u64);
        let span = self.times.map(|(a, b)| b.total_nanoseconds() - a.total_nanoseconds());
        // Years between captures say nothing of them.
        let is_short = |span: &i128| *span < 366 * 86_400 * 1_000_000_000;
        let time =
            |time: Option<Timestamp>| time.map(|time| text::time(time, 0)).unwrap_or_default();
        let some = |number: u64| if number == 0 { String::new() } else { text::count(number) };
        let tiles = [
            ("Not healthy", text::count(bad)),
            ("Worth a look", text::count(warn)),
            ("No findings", text::count(good + note)),
            ("Too few packets", some(few)),
            ("Packets", text::count(self.numbers.get("packets"))),
            ("On the wire", text::bytes(self.numbers.get("wire_bytes"))),
            ("Files", text::bytes(self.numbers.get("file_bytes"))),
            ("First packet (UTC)", time(self.times.map(|(from, _)| from))),
            ("Last packet (UTC)", time(self.times.map(|(_, to)| to))),
            ("From first to last", span.filter(is_short).map(text::duration).unwrap_or_default()),
        ];
        tiles.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// The directory that two paths are below, with what ends it.
fn directory(one: &str, two: &str) -> String {
    let alike = one.chars().zip(two.chars()).take_while(|(one, two)| one == two);
    let alike: String = alike.map(|(letter, _)| letter).collect();
    let end = alike.rfind(SEPARATORS).map_or(0, |end| end + 1);
    alike.get(..end).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_a_directory_in_common() {
        assert_eq!(directory("a/b/c.pcap", "a/b/cd.pcap"), "a/b/");
        assert_eq!(directory("a/b/", "a/bc/d.pcap"), "a/");
        assert_eq!(directory("a.pcap", "a.pcap"), "");
        assert_eq!(directory("ä/é.pcap", "ä/è.pcap"), "ä/");
    }
}
