//! A capture's line in the table of all captures.

use super::chart::spark::{self, spark};
use super::findings::{Grade, Numbers, status};
use super::section::steps;
use super::{parts, rendered, text};
use crate::report::{Report, Status};
use askama::Template;

/// Number of packets whose times are a line.
const LEAST_PACKETS: u64 = 3;

/// The line of a capture.
pub struct Row {
    /// Number of the capture, from 1.
    pub number: usize,
    /// Its path.
    file: String,
    /// The last part of it.
    pub name: String,
    grade: Grade,
    /// Packets over time. Empty if there are few.
    spark: String,
    packets: String,
    bytes: u64,
    wire_bytes: String,
    nanoseconds: i128,
    duration: String,
    start: String,
    worst: String,
}

#[derive(Template)]
#[template(path = "row.html")]
struct Line<'a> {
    row: &'a Row,
    place: &'a str,
}

impl Row {
    /// The line of a report.
    pub fn of(number: usize, report: &Report, numbers: &Numbers, grade: Grade) -> Row {
        let extent = report.tallies.totals.time_extent();
        let nanoseconds = extent.map_or(0, |(a, b)| b.total_nanoseconds() - a.total_nanoseconds());
        let packets = numbers.get("packets");
        let counts = || -> Vec<u64> {
            steps(report, spark::STEPS).slots.iter().map(|slot| slot.packets).collect()
        };
        let ended = Some(report.status).filter(|ended| *ended != Status::Ok).map(status);
        let worst = numbers.findings().into_iter().next();
        let worst = worst.filter(|worst| worst.grade > Grade::Few).map(|worst| worst.text);
        Row {
            number,
            file: text::name(&report.file),
            name: text::name(report.file.rsplit(['/', '\\']).next().unwrap_or_default()),
            grade,
            spark: if packets < LEAST_PACKETS { String::new() } else { spark(&counts()) },
            packets: match packets {
                0 => "none".into(),
                packets => text::count(packets),
            },
            bytes: numbers.get("wire_bytes"),
            wire_bytes: match packets {
                0 => String::new(),
                _ => text::bytes(numbers.get("wire_bytes")),
            },
            nanoseconds,
            duration: if nanoseconds == 0 { String::new() } else { text::duration(nanoseconds) },
            start: extent.map(|(from, _)| text::time(from, 0)).unwrap_or_default(),
            worst: ended.map(|(_, text)| text.into()).or(worst).unwrap_or_default(),
        }
    }

    /// True if its name takes more than one line.
    fn is_long(&self) -> bool {
        self.file.chars().count() > 44
    }

    /// Its text, with a link to the capture's part if it has one.
    pub fn html(&self, linked: bool) -> String {
        let place = if linked { parts::id(self.number) } else { String::new() };
        rendered(&Line { row: self, place: &place })
    }
}
