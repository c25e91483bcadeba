//! The part of the page about one capture, as detailed as its bound allows.

use super::findings::{Finding, Grade, Numbers, grade, status};
use super::section::SECTIONS;
use super::tiles::{Tile, tiles};
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

/// Number of rows below which a table is left out.
const LEAST_ROWS: usize = 2;

#[derive(Template)]
#[template(path = "capture.html")]
struct Part<'a> {
    id: &'a str,
    file: &'a str,
    grade: Grade,
    ended: &'a str,
    tiles: &'a [Tile],
    findings: &'a [Finding],
    sections: &'a [(&'static str, &'static str, String)],
}

impl Part<'_> {
    /// Findings that are worth a look, or the others.
    fn some(&self, grave: bool) -> Vec<&Finding> {
        self.findings.iter().filter(|finding| (finding.grade > Grade::Few) == grave).collect()
    }

    /// True if the part has this section.
    fn shows(&self, section: &str) -> bool {
        self.sections.iter().any(|(id, _, _)| *id == section)
    }
}

/// A capture's part, with as many rows as fit.
pub fn part(
    id: &str,
    report: &Report,
    numbers: &Numbers,
    most_bytes: usize,
    mut detail: Detail,
) -> String {
    let head = Head::of(report, numbers);
    loop {
        let mut sections: Vec<(&str, &str, String)> = Vec::new();
        let mut bytes = head.html(id, &[]).len();
        let mut whole = true;
        for section in SECTIONS {
            let Some(html) = (section.make)(report, detail) else { continue };
            let length = html.len() + 200;
            whole &= bytes + length <= most_bytes;
            if bytes + length <= most_bytes {
                bytes += length;
                sections.push((section.id, section.title, html));
            }
        }
        if whole || detail.rows == 0 {
            return head.html(id, &sections);
        }
        detail.rows = if detail.rows / 2 < LEAST_ROWS { 0 } else { detail.rows / 2 };
    }
}

/// Properties of a capture, and whether it is healthy.
struct Head {
    file: String,
    grade: Grade,
    /// End of reading it, if it did not end well. Else empty.
    ended: String,
    tiles: Vec<Tile>,
    findings: Vec<Finding>,
}

impl Head {
    fn of(report: &Report, numbers: &Numbers) -> Head {
        let mut findings = numbers.findings();
        for finding in &mut findings {
            finding.text = of_one(&finding.text);
        }
        Head {
            file: text::name(&report.file),
            grade: grade(report, numbers),
            ended: ended(report),
            tiles: tiles(report),
            findings,
        }
    }

    fn html(&self, id: &str, sections: &[(&'static str, &'static str, String)]) -> String {
        let Head { file, grade, ended, tiles, findings } = self;
        rendered(&Part { id, file, grade: *grade, ended, tiles, findings, sections })
    }
}

/// The text of a finding about captures, of one: what it is about is clear.
fn of_one(text: &str) -> String {
    match (text.strip_prefix("1 capture with "), text.strip_prefix("1 capture without ")) {
        (Some(some), _) => some.into(),
        (_, Some(lacks)) => format!("no {lacks}"),
        _ => text.into(),
    }
}

/// The end of reading in one sentence.
fn ended(report: &Report) -> String {
    let (_, status) = status(report.status);
    match report.error.as_deref().map(text::name) {
        Some(error) if error.starts_with(status) => error,
        Some(error) => format!("{status}: {error}"),
        None => status.into(),
    }
}
