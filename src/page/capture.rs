//! The part of the page about one capture, as detailed as the number of captures allows.

use super::findings::{Finding, Grade, Numbers, status};
use super::lines::Lines;
use super::section::SECTIONS;
use super::{rendered, text};
use crate::report::Report;
use askama::Template;

/// Amount of a capture that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Detail {
    /// Greatest number of rows of a table; 0 leaves tables out.
    pub rows: usize,
    /// Greatest number of steps of a chart.
    pub points: usize,
}

/// Detail up to a number of captures.
struct Level {
    captures: usize,
    /// Greatest length of a capture's part in bytes.
    bytes: usize,
    detail: Detail,
}

const LEVELS: [Level; 4] = [
    Level { captures: 1, bytes: 600_000, detail: Detail { rows: 100, points: 600 } },
    Level { captures: 10, bytes: 60_000, detail: Detail { rows: 20, points: 300 } },
    Level { captures: 50, bytes: 12_000, detail: Detail { rows: 5, points: 120 } },
    Level { captures: MOST_CAPTURES, bytes: 3_000, detail: Detail { rows: 0, points: 60 } },
];

/// Number of captures with a part.
const MOST_CAPTURES: usize = 200;

/// Greatest length of all parts together.
const MOST_BYTES: usize = 620_000;

/// Parts of captures in each detail that the number of captures may still allow.
#[derive(Default)]
pub struct Sections {
    levels: [Vec<String>; LEVELS.len()],
    /// All captures as one (`--total`).
    total: Option<String>,
    count: usize,
}

#[derive(Template)]
#[template(path = "capture.html")]
struct Part<'a> {
    id: &'a str,
    file: &'a str,
    grade: Grade,
    status: &'static str,
    error: &'a str,
    tiles: &'a [(&'static str, String)],
    findings: &'a [Finding],
    sections: &'a [(&'static str, &'static str, String)],
}

impl Part<'_> {
    /// True if the part has this section.
    fn shows(&self, section: &str) -> bool {
        self.sections.iter().any(|(id, _, _)| *id == section)
    }
}

impl Sections {
    /// Adds a capture, counted from 1.
    pub fn add(&mut self, number: usize, report: &Report) {
        self.count = number;
        for (level, parts) in LEVELS.iter().zip(&mut self.levels) {
            if number <= level.captures {
                parts.push(part(&format!("c{number}"), report, level));
            } else if level.captures < MOST_CAPTURES {
                parts.clear();
            }
        }
    }

    /// Adds all captures as one.
    pub fn total(&mut self, report: &Report) {
        let [_, level, ..] = &LEVELS;
        self.total = Some(part("total", report, level));
    }

    /// The parts, as many as fit.
    pub fn finish(&mut self) -> Vec<String> {
        let fits = LEVELS.iter().position(|level| self.count <= level.captures);
        let place = fits.unwrap_or(LEVELS.len() - 1);
        let parts = self.levels.get_mut(place).map(std::mem::take).unwrap_or_default();
        let mut bytes = self.total.as_ref().map_or(0, String::len);
        let fits = |part: &String| {
            bytes += part.len();
            bytes <= MOST_BYTES
        };
        parts.into_iter().take_while(fits).collect()
    }

    /// The part of all captures as one.
    pub fn take_total(&mut self) -> Option<String> {
        self.total.take()
    }
}

/// A capture's part, with as many rows as fit.
fn part(id: &str, report: &Report, level: &Level) -> String {
    let mut detail = level.detail;
    loop {
        let head = Head::of(report);
        let mut sections: Vec<(&str, &str, String)> = Vec::new();
        let mut bytes = head.html(id, &[]).len();
        let mut whole = true;
        for section in SECTIONS {
            let Some(html) = (section.make)(report, detail) else { continue };
            let length = html.len() + 200;
            whole &= bytes + length <= level.bytes;
            if bytes + length <= level.bytes {
                bytes += length;
                sections.push((section.id, section.title, html));
            }
        }
        if whole || detail.rows == 0 {
            return head.html(id, &sections);
        }
        detail.rows /= 2;
    }
}

/// Properties of a capture, and whether it is healthy.
struct Head {
    file: String,
    grade: Grade,
    status: &'static str,
    error: String,
    tiles: Vec<(&'static str, String)>,
    findings: Vec<Finding>,
}

impl Head {
    fn of(report: &Report) -> Head {
        let (numbers, (grade, status)) = (Numbers::of(report), status(report.status));
        let findings = numbers.findings();
        let worst = findings.first().map_or(Grade::Good, |worst| worst.grade);
        Head {
            file: text::name(&report.file),
            grade: grade.max(worst),
            status,
            error: report.error.as_deref().map(text::name).unwrap_or_default(),
            tiles: tiles(report),
            findings,
        }
    }

    fn html(&self, id: &str, sections: &[(&'static str, &'static str, String)]) -> String {
        let Head { file, grade, status, error, tiles, findings } = self;
        let (grade, status) = (*grade, *status);
        rendered(&Part { id, file, grade, status, error, tiles, findings, sections })
    }
}

/// The worst of a report: how it ended, or its findings.
pub fn grade(report: &Report, numbers: &Numbers) -> Grade {
    let worst = numbers.findings().first().map_or(Grade::Good, |worst| worst.grade);
    worst.max(status(report.status).0)
}

/// The most important numbers.
fn tiles(report: &Report) -> Vec<(&'static str, String)> {
    let summary = Lines::first("summary", report, 1);
    let Some(line) = summary.rows.first() else { return Vec::new() };
    let size = |name: &str| match line.text(name).is_empty() {
        true => String::new(),
        false => text::bytes(line.number(name)),
    };
    let rate = |name: &str, unit: &str| {
        let value = line.billionths(name);
        value.map(|value| text::amount(value as f64 / 1e9, unit)).unwrap_or_default()
    };
    let moment = |name: &str| line.text(name).get(..19).unwrap_or_default().replace('T', " ");
    let format = [line.text("format"), line.text("compression")].join(" ");
    let lengths = match line.text("min_wire_bytes").is_empty() {
        true => String::new(),
        false => {
            let length = |name: &str| text::count(line.number(name));
            match (length("min_wire_bytes"), length("max_wire_bytes")) {
                (least, most) if least == most => format!("{least}\u{a0}B"),
                (least, most) => format!("{least}–{most}\u{a0}B"),
            }
        }
    };
    let tiles = [
        ("Packets", text::count(line.number("packets"))),
        ("On the wire", size("wire_bytes")),
        ("Duration", line.billionths("duration_s").map(text::duration).unwrap_or_default()),
        ("Packets per second", rate("packets_per_s", "")),
        ("Bits per second", rate("wire_bits_per_s", "bit/s")),
        ("Mean length", rate("mean_wire_bytes", "B")),
        ("Lengths", lengths),
        ("First packet (UTC)", moment("earliest_time")),
        ("Last packet (UTC)", moment("latest_time")),
        ("Format", text::name(format.trim())),
        ("Link types", text::name(&line.text("link_types"))),
        ("File", size("file_bytes")),
    ];
    tiles.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
