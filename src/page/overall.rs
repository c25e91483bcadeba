//! All captures together: sums, and a line for each.

use super::capture::grade;
use super::chart::spark::{self, spark};
use super::findings::{Finding, Grade, Numbers, status};
use super::section::steps;
use super::{rendered, text};
use crate::capture::time::Timestamp;
use crate::report::{Report, Status};
use askama::Template;

/// Greatest length of the lines in bytes.
const MOST_BYTES: usize = 320_000;

/// All captures so far.
#[derive(Default)]
pub struct Overall {
    count: usize,
    only: String,
    /// Those with something wrong, by grade.
    grades: [usize; 4],
    numbers: Numbers,
    times: Option<(Timestamp, Timestamp)>,
    lines: Vec<String>,
    bytes: usize,
}

#[derive(Template)]
#[template(path = "line.html")]
struct Row<'a> {
    number: usize,
    linked: bool,
    file: &'a str,
    grade: Grade,
    spark: &'a str,
    shown_packets: String,
    bytes: u64,
    shown_bytes: String,
    duration: i128,
    shown_duration: String,
    start: &'a str,
    worst: &'a str,
}

#[derive(Template)]
#[template(path = "overall.html")]
struct All<'a> {
    grade: Grade,
    tiles: Vec<(&'static str, String)>,
    findings: Vec<Finding>,
    lines: &'a [String],
    left_out: usize,
    sections: usize,
    count: usize,
}

impl Overall {
    /// Adds a capture; returns its number from 1.
    pub fn add(&mut self, report: &Report) -> usize {
        self.count += 1;
        if self.count == 1 {
            self.only = text::name(&report.file);
        }
        let numbers = Numbers::of(report);
        let grade = grade(report, &numbers);
        if let Some(count) = self.grades.get_mut(grade as usize) {
            *count += 1;
        }
        let extent = report.tallies.totals.time_extent();
        if let Some((from, to)) = extent {
            let (least, most) = self.times.unwrap_or((from, to));
            self.times = Some((least.min(from), most.max(to)));
        }
        self.numbers.add(&numbers);
        if self.bytes < MOST_BYTES {
            let line = self.line(report, &numbers, grade);
            self.bytes += line.len();
            if self.bytes < MOST_BYTES {
                self.lines.push(line);
            }
        }
        self.count
    }

    fn line(&self, report: &Report, numbers: &Numbers, grade: Grade) -> String {
        let extent = report.tallies.totals.time_extent();
        let duration = extent.map(|(a, b)| b.total_nanoseconds() - a.total_nanoseconds());
        let packets: Vec<u64> =
            steps(report, spark::STEPS).0.iter().map(|step| step.packets).collect();
        let worst = numbers.findings();
        let worst = worst.first().filter(|worst| worst.grade > Grade::Note);
        let ended = Some(report.status).filter(|ended| *ended != Status::Ok).map(status);
        let worst = worst.map(|worst| worst.text.as_str());
        rendered(&Row {
            number: self.count,
            linked: self.count <= 200,
            file: &text::name(&report.file),
            grade,
            spark: &spark(&packets),
            shown_packets: text::count(numbers.get("packets")),
            bytes: numbers.get("wire_bytes"),
            shown_bytes: text::bytes(numbers.get("wire_bytes")),
            duration: duration.unwrap_or(0),
            shown_duration: duration.map(text::duration).unwrap_or_default(),
            start: &extent.map(|(from, _)| text::time(from, 0)).unwrap_or_default(),
            worst: ended.map(|(_, text)| text).or(worst).unwrap_or_default(),
        })
    }

    /// Number of captures.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Title of the page.
    pub fn title(&self) -> String {
        match self.count {
            0 => "No capture".into(),
            1 => self.only.clone(),
            count => format!("{} captures", text::count(count as u64)),
        }
    }

    /// The part about all captures, of which so many have one of their own. Nothing for one.
    pub fn html(&self, sections: usize) -> String {
        if self.count == 1 {
            return String::new();
        }
        let [good, note, warn, bad] = self.grades.map(|count| count as u64);
        let span = self.times.map(|(a, b)| b.total_nanoseconds() - a.total_nanoseconds());
        let time =
            |time: Option<Timestamp>| time.map(|time| text::time(time, 0)).unwrap_or_default();
        let tiles = [
            ("Healthy", text::count(good + note)),
            ("Worth a look", text::count(warn)),
            ("Not healthy", text::count(bad)),
            ("Packets", text::count(self.numbers.get("packets"))),
            ("On the wire", text::bytes(self.numbers.get("wire_bytes"))),
            ("Files", text::bytes(self.numbers.get("file_bytes"))),
            ("From first to last", span.map(text::duration).unwrap_or_default()),
            ("First packet (UTC)", time(self.times.map(|(from, _)| from))),
            ("Last packet (UTC)", time(self.times.map(|(_, to)| to))),
        ];
        rendered(&All {
            grade: match (bad, warn) {
                (0, 0) => Grade::Good,
                (0, _) => Grade::Warn,
                _ => Grade::Bad,
            },
            tiles: tiles.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            findings: self.numbers.findings(),
            lines: &self.lines,
            left_out: self.count - self.lines.len(),
            sections,
            count: self.count,
        })
    }
}
