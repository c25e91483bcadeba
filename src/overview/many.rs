//! Many captures: one line each, and a total.
//!
//! The layout is decided from the first lines, so that no more than these are held.

use super::heading::{shown, state};
use super::rows::View;
use crate::report::{Report, Status};
use crate::table::visible::end_of;
use crate::terminal::Screen;
use crate::terminal::grid::{Grid, Side};
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bit_rate, bytes, count, duration};
use std::io::{self, Write};

/// Lines that decide the layout.
const FIRST_LINES: usize = 1000;

/// Captures so far.
#[derive(Debug)]
pub struct Many {
    screen: Screen,
    waiting: Vec<Vec<Line>>,
    captures: u64,
    packets: u64,
    bytes: u64,
    file_bytes: u64,
    /// Sum of the captures' durations in nanoseconds.
    durations: u128,
    /// Times of the first and the last packet.
    extent: Option<(i128, i128)>,
}

impl Many {
    /// No captures yet.
    pub fn new(screen: Screen) -> Many {
        Many {
            screen,
            waiting: Vec::new(),
            captures: 0,
            packets: 0,
            bytes: 0,
            file_bytes: 0,
            durations: 0,
            extent: None,
        }
    }

    /// Adds a capture; writes lines if many wait.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn add(&mut self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let Some(row) = View::of(report, "summary").and_then(|table| table.row(0)) else {
            return Ok(());
        };
        self.captures += 1;
        self.packets += row.number("packets");
        self.bytes += row.number("wire_bytes");
        self.file_bytes += row.number("file_bytes");
        if let Some((first, last)) = report.tallies.totals.time_extent() {
            let (first, last) = (first.total_nanoseconds(), last.total_nanoseconds());
            let (least, greatest) = self.extent.unwrap_or((first, last));
            self.extent = Some((least.min(first), greatest.max(last)));
        }
        let (style, state) = state(report.status);
        let nanoseconds = row.nanoseconds("duration_s");
        self.durations += nanoseconds.unwrap_or(0);
        let plain = |text: &str| Line::of(Style::Plain, text);
        let faint = |text: &str| Line::of(Style::Faint, text);
        let name = end_of(&report.file, self.screen.columns / 2);
        let line = if report.status >= Status::Unreadable {
            vec![Line::of(Style::Strong, &name), Line::of(style, state)]
        } else {
            vec![
                Line::of(Style::Strong, &name),
                Line::of(style, state),
                plain(&count(row.number("packets"))),
                plain(&bytes(row.number("wire_bytes"))),
                faint(&shown(&row.text("earliest_time"), 0)),
                plain(&nanoseconds.filter(|time| *time > 0).map(duration).unwrap_or_default()),
                plain(
                    &bit_rate(row.number("wire_bytes"), nanoseconds.unwrap_or(0))
                        .unwrap_or_default(),
                ),
                faint(&row.text("format")),
                faint(&row.text("link_types")),
            ]
        };
        self.waiting.push(line);
        if self.waiting.len() >= FIRST_LINES { self.write(out) } else { Ok(()) }
    }

    /// Writes the lines that wait, and the total.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.captures == 0 {
            return Ok(());
        }
        let strong = |text: &str| Line::of(Style::Strong, text);
        // Captures of other days, or of one time at several places: a sum says how much was captured,
        // the time from first to last packet does not.
        let extent = self.extent.map(|(first, last)| (last - first).unsigned_abs());
        let extent = extent.filter(|extent| *extent > 0 && *extent != self.durations);
        let within = extent.map(|extent| format!("within {}", duration(extent)));
        // Centuries are times that no clock made.
        const CENTURY: u128 = 100 * 365 * 86_400 * 1_000_000_000;
        let sum = Some(self.durations).filter(|sum| (1..CENTURY).contains(sum));
        let total = format!("{} captures", count(self.captures));
        self.waiting.push(vec![
            Line::of(Style::Heading, &total),
            Line::new(),
            strong(&count(self.packets)),
            strong(&bytes(self.bytes)),
            Line::of(Style::Faint, &within.unwrap_or_default()),
            strong(&sum.map(duration).unwrap_or_default()),
        ]);
        self.write(out)
    }

    /// The lines that wait in a layout that fits: the columns from the right are left out first.
    fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        const HEADINGS: [&str; 9] = [
            "Capture",
            "",
            "packets",
            "bytes",
            "begin (UTC)",
            "duration",
            "rate",
            "format",
            "link",
        ];
        /// Columns in the order in which they are left out.
        const ORDER: [usize; 5] = [8, 7, 6, 4, 5];
        const SIDES: [Side; 9] = {
            use Side::{Left, Right};
            [Left, Left, Right, Right, Left, Right, Right, Left, Left]
        };
        let columns = self.screen.columns.saturating_sub(1);
        let mut rows = vec![
            HEADINGS
                .iter()
                .enumerate()
                .map(|(at, text)| {
                    Line::of(if at == 0 { Style::Heading } else { Style::Faint }, text)
                })
                .collect::<Vec<_>>(),
        ];
        rows.append(&mut self.waiting);
        for row in &mut rows {
            row.resize(HEADINGS.len(), Line::new());
        }
        let width = |rows: &[Vec<Line>], column: usize| {
            rows.iter().filter_map(|row| row.get(column)).map(Line::width).max().unwrap_or(0)
        };
        // Names and numbers of packets and bytes always stay.
        for column in ORDER {
            let all: usize = (0..HEADINGS.len())
                .map(|column| width(&rows, column))
                .filter(|width| *width > 0)
                .map(|width| width + 2)
                .sum();
            if all > columns + 2 {
                rows.iter_mut()
                    .filter_map(|row| row.get_mut(column))
                    .for_each(|cell| *cell = Line::new());
            }
        }
        let mut grid = Grid::new(&SIDES, 0);
        rows.into_iter().for_each(|row| grid.push(row));
        for line in grid.lines(columns, false) {
            out.write_all(line.text(self.screen.color).as_bytes())?;
        }
        Ok(())
    }
}
