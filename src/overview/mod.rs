//! The overview: one capture on one screen, for people at a terminal.
//!
//! `FACTS` and `LISTS` are the sections, each a file. Facts have as many lines as they need;
//! lists share what the screen has left, and stand side by side if it is wide. Everything comes from
//! the tables, so the overview never says anything else than they do.

mod conversations;
mod heading;
mod many;
mod names;
mod problems;
mod protocols;
mod rows;
mod tcp;
mod traffic;

use crate::report::Report;
use crate::table::Table;
use crate::tally::Needs;
use crate::terminal::Screen;
use crate::terminal::line::{Line, Style};
use many::Many;
use std::io::{self, Write};

/// The tables that the overview of one capture is made of.
pub const TABLES: [&str; 9] = [
    "summary",
    "metadata",
    "protocols",
    "conversations",
    "problems",
    "health",
    "dns",
    "tls",
    "http",
];

/// Tallies and folds that the overview of one capture needs.
pub fn needs() -> Needs {
    let named = TABLES.iter().filter_map(|name| crate::table::named(name));
    let timeline = Needs { timeline: true, ..Needs::NOTHING };
    named.fold(timeline, |needs, table: &Table| needs.union(table.needs))
}

/// A section of facts: its lines in a width, and `height` lines for a graph.
type Facts = fn(&Report, usize, usize) -> Vec<Line>;

/// Facts before the lists, and those after them.
const FACTS: [&[Facts]; 2] =
    [&[heading::lines, traffic::lines], &[tcp::lines, names::lines, problems::lines]];

/// A section that is as long as there is room for: a heading and rows, at most that many.
struct List {
    /// Number of rows that it has to show.
    rows: fn(&Report) -> usize,
    /// Its lines in a width.
    lines: fn(&Report, usize, usize) -> Vec<Line>,
}

/// The lists, left to right or top to bottom.
const LISTS: [List; 2] = [
    List { rows: protocols::rows, lines: protocols::lines },
    List { rows: conversations::rows, lines: conversations::lines },
];

/// Width from which lists stand side by side.
const WIDE: usize = 140;

/// Blanks between lists side by side.
const GAP: usize = 4;

/// Rows that a list has even if the screen is too small.
const LEAST_ROWS: usize = 2;

/// Rows of a list that are worth more than blank lines around it.
const SHORT_ROWS: usize = 5;

/// The overview of a run.
#[derive(Debug)]
pub enum Overview {
    /// One capture.
    One(Screen, Vec<Line>),
    /// A line for each of many.
    Many(Many),
}

impl Overview {
    /// Nothing to show yet. `one` is true if there is one capture.
    pub fn new(screen: Screen, one: bool) -> Overview {
        if one { Overview::One(screen, Vec::new()) } else { Overview::Many(Many::new(screen)) }
    }

    /// Adds a capture; may write lines that wait.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn add(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Overview::One(screen, shown) => {
                *shown = lines(report, *screen);
                Ok(())
            }
            Overview::Many(many) => many.add(report, out),
        }
    }

    /// Writes what waits.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Overview::One(screen, lines) => {
                let text: String = lines.iter().map(|line| line.text(screen.color)).collect();
                out.write_all(text.as_bytes())?;
            }
            Overview::Many(many) => many.finish(out)?,
        }
        out.flush()
    }
}

/// The overview of a capture, for this screen.
pub fn lines(report: &Report, screen: Screen) -> Vec<Line> {
    // The prompt takes a line.
    let room = screen.rows.saturating_sub(1);
    let columns = screen.columns.saturating_sub(1);
    let graph = (screen.rows / 14).clamp(1, 4);
    let [before, after] = FACTS.map(|facts| {
        facts.iter().flat_map(|lines| lines(report, columns, graph)).collect::<Vec<_>>()
    });
    let beside = columns >= WIDE;
    let wanted = LISTS.map(|list| (list.rows)(report));
    let shown = wanted.iter().filter(|rows| **rows > 0).count();
    let headings = if beside { shown.min(1) } else { shown };
    let left = room.saturating_sub(before.len() + after.len() + headings);
    // Blank lines stand before headings and the facts after them where there is room.
    let blanks = headings + usize::from(headings > 0);
    let short = wanted.map(|rows| rows.min(SHORT_ROWS));
    let needed = if beside { short.iter().max().copied() } else { Some(short.iter().sum()) };
    let spacious = left >= blanks + needed.unwrap_or(0);
    let left = if spacious { left - blanks } else { left };
    let given = if beside { wanted.map(|rows| rows.min(left)) } else { divided(wanted, left) };
    let mut all = before;
    let blank = |all: &mut Vec<Line>| {
        if spacious {
            all.push(Line::new());
        }
    };
    let width = if beside && shown > 1 { (columns - GAP) / 2 } else { columns };
    let lists: Vec<Vec<Line>> = LISTS
        .iter()
        .zip(given)
        .filter(|(_, rows)| *rows > 0)
        .map(|(list, rows)| (list.lines)(report, width, rows))
        .collect();
    match (&lists[..], beside) {
        ([left, right], true) => {
            blank(&mut all);
            let line = |at: usize| {
                let cell = |list: &[Line]| list.get(at).cloned().unwrap_or_default();
                cell(left).padded(width + GAP).then(cell(right))
            };
            all.extend((0..left.len().max(right.len())).map(line));
        }
        (lists, _) => {
            for list in lists {
                blank(&mut all);
                all.extend(list.iter().cloned());
            }
        }
    }
    if !after.is_empty() && headings > 0 {
        blank(&mut all);
    }
    all.extend(after);
    all.into_iter().map(|line| line.cut(columns)).collect()
}

/// Rows for each list: what it wants, or else a fair share of those that are left.
fn divided(wanted: [usize; LISTS.len()], left: usize) -> [usize; LISTS.len()] {
    let mut given = wanted.map(|rows| rows.min(LEAST_ROWS));
    let mut left = left.saturating_sub(given.iter().sum());
    while left > 0 && given != wanted {
        for (given, wanted) in given.iter_mut().zip(wanted) {
            if *given < wanted && left > 0 {
                *given += 1;
                left -= 1;
            }
        }
    }
    given
}

/// Width of the labels of facts.
const LABEL: usize = 10;

/// A fact: its label and what it says.
fn fact(label: &str, text: Line) -> Line {
    Line::of(Style::Heading, label).padded(LABEL).then(text)
}

/// Texts with points between them; those that do not fit into a width are left out.
fn separated(parts: Vec<Line>, columns: usize) -> Line {
    let mut all = Line::new();
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if all.is_empty() {
            all = part;
            continue;
        }
        let longer = all.clone().with(Style::Faint, " · ").then(part);
        if longer.width() <= columns {
            all = longer;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_share_what_is_left() {
        assert_eq!(divided([3, 9], 20), [3, 9]);
        assert_eq!(divided([9, 9], 10), [5, 5]);
        assert_eq!(divided([1, 9], 6), [1, 5]);
        assert_eq!(divided([9, 9], 0), [2, 2]);
    }
}
