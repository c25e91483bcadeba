//! A capture's line in the table of all captures.

use super::chart::spark::{self, spark};
use super::findings::{Grade, Numbers, status};
use super::section::steps;
use super::{parts, rendered, text};
use crate::report::{Report, Status};
use askama::Template;

/// Number of packets whose times are a line.
const LEAST_PACKETS: u64 = 3;

/// Greatest number of characters of a path that stays on one line.
const ONE_LINE: usize = 44;

/// Ends of a directory in a path.
pub const SEPARATORS: [char; 2] = ['/', '\\'];

/// The line of a capture.
pub struct Row {
    /// Number of the capture, from 1.
    pub number: usize,
    /// Its path.
    path: String,
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
    file: String,
    long: bool,
    place: String,
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
            path: report.file.clone(),
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

    /// The last part of its path.
    pub fn name(&self) -> String {
        text::name(self.path.rsplit(SEPARATORS).next().unwrap_or_default())
    }

    /// Its text without the first bytes of the path, with a link to the capture's part if it has
    /// one.
    pub fn html(&self, directory: usize, linked: bool) -> String {
        let place = if linked { parts::id(self.number) } else { String::new() };
        let file = text::name(self.path.get(directory..).unwrap_or(&self.path));
        rendered(&Line { row: self, long: file.chars().count() > ONE_LINE, file, place })
    }
}
