//! `--report`: one self-contained HTML page about all inputs, for people.
//!
//! A page shows the tables of a [`Report`] as prose, charts and bounded tables, and links to
//! nothing outside itself. It is at most [`MOST_BYTES`] long, whatever the inputs: the more captures
//! there are, the less each one's part holds, the worst before the others, and every table says how many rows it leaves out.
//! Text of a capture is escaped by the templates, and its invisible characters are shown.
//!
//! A new section is a file and a line in `section::SECTIONS`.

mod capture;
mod chart;
mod clock;
mod findings;
mod grid;
mod lines;
mod overall;
mod parts;
mod row;
mod section;
mod text;
mod tiles;

use crate::output::WholeFile;
use crate::report::Report;
use crate::table::{self, Table};
use crate::tally::Needs;
use askama::Template;
use findings::Numbers;
use overall::Overall;
use parts::Parts;
use std::io::{self, Write};
use std::path::Path;

/// Greatest length of a page.
pub const MOST_BYTES: usize = 1_000_000;

/// Names of the tables that a page shows.
const SHOWN: &[&str] = &[
    "summary",
    "protocols",
    "conversations",
    "endpoints",
    "lengths",
    "problems",
    "gaps",
    "interfaces",
    "health",
    "streams",
    "dns",
    "tls",
    "http",
];

/// The tables that a page shows.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    SHOWN.iter().filter_map(|name| table::named(name))
}

/// Counts that a page needs.
pub fn needs() -> Needs {
    let charts = Needs { timeline: true, ..Needs::NOTHING };
    tables().fold(charts, |needs, table| needs.union(table.needs))
}

/// An unfinished page.
pub struct Page {
    file: WholeFile,
    selection: Option<String>,
    overall: Overall,
    parts: Parts,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Whole<'a> {
    title: &'a str,
    place: &'a str,
    none: bool,
    version: &'a str,
    style: &'a str,
    script: &'a str,
    one: bool,
    selection: &'a Option<String>,
    overall: &'a str,
    total: &'a str,
    parts: &'a [(usize, String)],
}

impl Page {
    /// Begins the page that is to be at `path`. `selection` are the options that select packets.
    ///
    /// # Errors
    /// If its directory cannot be written.
    pub fn begin(path: &Path, selection: Option<String>) -> io::Result<Page> {
        let file = WholeFile::begin(path.to_path_buf())?;
        Ok(Page { file, selection, overall: Overall::default(), parts: Parts::default() })
    }

    /// Adds the section of a report.
    pub fn add(&mut self, report: &Report) {
        let numbers = Numbers::of(report);
        let order = self.overall.add(report, &numbers);
        self.parts.add(order, report, &numbers);
    }

    /// Adds the section of all captures as one (`--total`).
    pub fn add_total(&mut self, report: &Report) {
        self.parts.total(report, &Numbers::of(report));
    }

    /// Writes the page and gives it its name.
    ///
    /// # Errors
    /// If it cannot be written or named.
    pub fn finish(mut self) -> io::Result<()> {
        let parts = self.parts.finish();
        let total = self.parts.take_total().unwrap_or_default();
        let whole = Whole {
            title: &self.overall.title(),
            place: &self.overall.place(),
            none: self.overall.is_empty(),
            version: env!("CARGO_PKG_VERSION"),
            style: include_str!("templates/page.css"),
            script: include_str!("templates/page.js"),
            overall: &self.overall.html(&parts),
            total: &total,
            parts: &parts,
            one: self.overall.count() == 1,
            selection: &self.selection,
        };
        self.file.write_all(rendered(&whole).as_bytes())?;
        self.file.finish()
    }
}

/// The text of a template. Writing to memory cannot fail.
fn rendered(template: &impl Template) -> String {
    template.render().unwrap_or_default()
}
