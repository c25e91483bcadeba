//! Views of tables for a terminal: captures below each other; the protocol tree with shares and bars;
//! conversations, endpoints, streams and flows with their ports and human units; names; packets as
//! tcpdump shows them. A new view is a function and a line in [`VIEWS`].

mod captures;
mod names;
mod packets;
mod protocols;
mod traffic;

use crate::table::Table;
use crate::terminal::Screen;
use crate::terminal::grid::{Grid, Side};
use crate::terminal::line::{Line, Style};
use crate::terminal::units::{bytes, count, duration};
use std::collections::HashMap;
use std::io::{self, Write};

/// A column of a view: its title, side, and how early it is left out where there is no room; 0 is
/// never.
type Column = (&'static str, Side, u8);

/// A way to show the rows of a table.
struct Kind {
    table: &'static str,
    columns: &'static [Column],
    /// The column that is cut where there is no room for it.
    yields: usize,
    /// Rows of several files stand below each other: one of the columns is the file. A single row is
    /// no view, as all of its columns fit on a screen.
    of_files: bool,
    row: fn(&Row<'_>) -> Vec<Line>,
}

static VIEWS: [Kind; 10] = [
    captures::KIND,
    protocols::KIND,
    traffic::CONVERSATIONS,
    traffic::ENDPOINTS,
    traffic::STREAMS,
    traffic::FLOWS,
    names::DNS,
    names::TLS,
    names::HTTP,
    packets::KIND,
];

/// A view and what it has seen so far.
pub struct View {
    table: &'static Table,
    kind: &'static Kind,
    /// Packets of the outermost protocols of each file.
    packets: HashMap<String, u64>,
    left_out: Vec<&'static str>,
    /// The file of the rows so far and the widths of their columns: later rows go on below.
    shown: Option<(String, Vec<usize>)>,
}

/// A row of the table.
struct Row<'a> {
    table: &'static Table,
    cells: &'a [String],
    /// Packets of the whole file, where the table tells.
    whole: u64,
    screen: Screen,
}

/// The view of a table. None if it has none of its own.
pub fn view(table: &'static Table) -> Option<View> {
    let kind = VIEWS.iter().find(|kind| kind.table == table.name)?;
    Some(View { table, kind, packets: HashMap::new(), left_out: Vec::new(), shown: None })
}

impl View {
    /// Notes a row, shown or not.
    pub fn note(&mut self, cells: &Vec<String>) {
        let row = Row { table: self.table, cells, whole: 0, screen: NO_SCREEN };
        if row.text("depth") == "1" {
            *self.packets.entry(row.text("file").into()).or_default() += row.number("packets");
        }
    }

    /// True if these rows, all that there are, are shown better with every column.
    pub fn is_for_more(&self, rows: &[Vec<String>]) -> bool {
        self.kind.of_files && self.shown.is_none() && rows.len() == 1
    }

    /// Names of the columns for which there was no room.
    pub fn left_out(&self) -> Vec<&'static str> {
        self.left_out.clone()
    }

    /// Writes rows, with a heading for each file that is not that of the rows before.
    pub fn write(
        &mut self,
        rows: Vec<Vec<String>>,
        screen: Screen,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut rows = &rows[..];
        if self.kind.of_files {
            let lines = self.lines("", rows, 0, screen);
            return write_lines(lines, screen, out);
        }
        while let Some(file) = rows.first().and_then(|row| row.first()) {
            let same = rows.iter().take_while(|row| row.first() == Some(file)).count();
            let (of_file, later) = rows.split_at(same);
            rows = later;
            let whole = self.packets.get(file).copied().unwrap_or(0);
            let mut lines = Vec::new();
            if self.shown.as_ref().is_none_or(|(shown, _)| shown != file) {
                self.shown = None;
                lines.push(Line::of(Style::Faint, "file: ").with(Style::Strong, file));
            }
            lines.extend(self.lines(file, of_file, whole, screen));
            write_lines(lines, screen, out)?;
        }
        Ok(())
    }

    /// The titles, unless the rows before had the same columns, and the rows.
    fn lines(&mut self, file: &str, rows: &[Vec<String>], whole: u64, screen: Screen) -> Vec<Line> {
        let Kind { columns, yields, .. } = *self.kind;
        let least = self.shown.take().map(|(_, widths)| widths);
        let style = |at| if at == yields { Style::Heading } else { Style::Faint };
        let titles = columns.iter().enumerate().map(|(at, (title, ..))| Line::of(style(at), title));
        let mut cells: Vec<Vec<Line>> = vec![titles.collect()];
        cells.extend(
            rows.iter()
                .map(|cells| (self.kind.row)(&Row { table: self.table, cells, whole, screen })),
        );
        // A column without a value has no title, and one that was left out before stays out.
        for (column, (title, ..)) in columns.iter().enumerate() {
            let was_shown = least.iter().flatten().nth(column).is_some_and(|width| *width > 0);
            let mut values = cells.iter().skip(1).filter_map(|row| row.get(column));
            if !was_shown && values.all(Line::is_empty) || self.left_out.contains(title) {
                clear(&mut cells, column);
            }
        }
        let width = |cells: &[Vec<Line>], column: usize| {
            cells.iter().filter_map(|row| row.get(column)).map(Line::width).max().unwrap_or(0)
        };
        let room = screen.columns.saturating_sub(1);
        let mut order: Vec<(u8, usize)> =
            columns.iter().enumerate().map(|(at, (.., early))| (*early, at)).collect();
        order.retain(|(early, at)| *early > 0 && width(&cells, *at) > 0);
        order.sort_unstable();
        let mut last = 0;
        for (early, column) in order {
            let widths = (0..columns.len()).map(|at| width(&cells, at)).filter(|width| *width > 0);
            let all: usize = widths.map(|width| width + 2).sum();
            // Columns of one number, as those of two directions, go together.
            if all > room + 2 || early == last {
                last = early;
                clear(&mut cells, column);
                let title = columns.get(column).map_or("", |(title, ..)| title);
                if !self.left_out.contains(&title) {
                    self.left_out.push(title);
                }
            }
        }
        let sides: Vec<Side> = columns.iter().map(|(_, side, _)| *side).collect();
        let mut grid = Grid::new(&sides, yields);
        cells.into_iter().for_each(|row| grid.push(row));
        grid.widen(least.as_deref().unwrap_or_default());
        let widths = grid.widths();
        let shows = |widths: &[usize]| widths.iter().map(|width| *width > 0).collect::<Vec<_>>();
        let goes_on = least.is_some_and(|least| shows(&least) == shows(&widths));
        self.shown = Some((file.into(), widths));
        let mut lines = grid.lines(room, false);
        if goes_on && !lines.is_empty() {
            lines.remove(0);
        }
        lines
    }
}

fn write_lines(lines: Vec<Line>, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
    lines.into_iter().try_for_each(|line| {
        let line = line.cut(screen.columns.saturating_sub(1));
        out.write_all(line.text(screen.color).as_bytes())
    })
}

/// Characters of an address that are shown at least: any of IPv4 and Ethernet.
const LEAST_ADDRESS: usize = 17;

/// A text without its middle if it is longer than this.
fn middle_cut(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let Some(over) = letters.len().checked_sub(most).filter(|over| *over > 0) else {
        return text.into();
    };
    // The end tells hosts of a network apart.
    let begin = (most.saturating_sub(1)) / 2;
    let end = begin + over + 1;
    letters.iter().take(begin).chain(&['…']).chain(letters.iter().skip(end)).collect()
}

const NO_SCREEN: Screen = Screen { columns: 0, rows: 0, color: false };

fn clear(cells: &mut [Vec<Line>], column: usize) {
    cells.iter_mut().filter_map(|row| row.get_mut(column)).for_each(|cell| *cell = Line::new());
}

impl Row<'_> {
    fn text(&self, column: &str) -> &str {
        let place = self.table.columns.iter().position(|known| known.name == column);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }

    fn number(&self, column: &str) -> u64 {
        self.text(column).parse().unwrap_or(0)
    }

    fn count(&self, column: &str) -> Line {
        Line::of(Style::Plain, &count(self.number(column)))
    }

    fn bytes(&self, column: &str, style: Style) -> Line {
        Line::of(style, &bytes(self.number(column)))
    }

    /// A number of seconds with nine decimals as a duration.
    fn duration(&self, column: &str) -> Line {
        let nanoseconds = self.nanoseconds(column);
        let text = if nanoseconds > 0 { duration(nanoseconds) } else { String::new() };
        Line::of(Style::Faint, &text)
    }

    /// A number of seconds with nine decimals in nanoseconds; 0 if there is none.
    fn nanoseconds(&self, column: &str) -> u128 {
        let digits: String = self.text(column).chars().filter(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    }

    /// An address and its port. A long address is cut in the middle where two would take the line.
    fn side(&self, address: &str, port: &str) -> Line {
        let most = (self.screen.columns / 5).max(LEAST_ADDRESS);
        let address = middle_cut(self.text(address), most);
        Line::of(Style::Plain, &crate::terminal::units::endpoint(&address, self.text(port)))
    }
}
