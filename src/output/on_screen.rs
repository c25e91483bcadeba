//! `table` on a terminal: no more rows than a screen holds, unless `--top` says how many, and a line
//! that tells how many more there are. Some tables have a [view](super::views) of their own; of the
//! others, columns that do not fit are left out and named.

use super::aligned::Aligned;
use super::format::Encoder;
use super::views::{View, view};
use crate::table::Table;
use crate::table::row::{Encoded, RowBuffer};
use crate::terminal::Screen;
use crate::terminal::line::{Line, Style};
use crate::terminal::units::counted;
use std::io::{self, Write};

/// Lines of a screen that are no rows: a heading, the names of columns, the last line, the prompt.
const OTHER_LINES: usize = 6;

/// Rows that a view holds before it writes them.
const HELD_ROWS: usize = 1000;

/// Writes the rows of one table on a screen.
pub struct OnScreen {
    table: &'static Table,
    screen: Screen,
    /// Rows that are still shown.
    left: usize,
    /// A row came.
    has_rows: bool,
    /// Rows that are not shown.
    more: u64,
    body: Body,
}

enum Body {
    Columns(Aligned),
    View(View, Vec<Vec<String>>),
}

impl OnScreen {
    /// Shows a screenful of rows, or all.
    pub fn new(table: &'static Table, screen: Screen, all: bool) -> OnScreen {
        let left = if all { usize::MAX } else { screen.rows.saturating_sub(OTHER_LINES) };
        let body = match view(table) {
            Some(view) => Body::View(view, Vec::new()),
            None => Body::Columns(Aligned::on(table, screen)),
        };
        OnScreen { table, screen, left, has_rows: false, more: 0, body }
    }
}

impl Encoder for OnScreen {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        let Encoded::Cells(cells) = rows.encoded() else { return Ok(()) };
        for row in cells.rows(self.table.columns.len()) {
            if let Body::View(view, _) = &mut self.body {
                view.note(&row);
            }
            self.has_rows = true;
            if self.left == 0 {
                self.more += 1;
                continue;
            }
            self.left -= 1;
            match &mut self.body {
                Body::Columns(aligned) => aligned.push(row, out)?,
                Body::View(view, held) => {
                    held.push(row);
                    if held.len() >= HELD_ROWS {
                        view.write(std::mem::take(held), self.screen, out)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn hand_on(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match &mut self.body {
            Body::Columns(aligned) => aligned.write_early(out),
            Body::View(view, held) => view.write(std::mem::take(held), self.screen, out),
        }
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let left_out = match &mut self.body {
            _ if !self.has_rows => {
                let nothing = Line::of(Style::Faint, "no rows");
                return out.write_all(nothing.text(self.screen.color).as_bytes());
            }
            Body::Columns(aligned) => {
                aligned.finish(out)?;
                aligned.left_out()
            }
            Body::View(view, held) if view.is_for_more(held) => {
                let mut aligned = Aligned::on(self.table, self.screen);
                held.drain(..).try_for_each(|row| aligned.push(row, out))?;
                aligned.finish(out)?;
                aligned.left_out()
            }
            Body::View(view, held) => {
                view.write(std::mem::take(held), self.screen, out)?;
                view.left_out()
            }
        };
        let mut last = String::new();
        if self.more > 0 {
            let more = counted(self.more, "more row");
            last = format!("{more}: --top N shows more, | less all");
        }
        if !left_out.is_empty() {
            let separator = if last.is_empty() { "" } else { "; " };
            last += &format!("{separator}no room for {}: -f csv has them", left_out.join(", "));
        }
        for line in wrapped(&last, self.screen.columns.saturating_sub(1)) {
            let line = Line::of(Style::Faint, &line);
            out.write_all(line.text(self.screen.color).as_bytes())?;
        }
        Ok(())
    }
}

/// Words in lines of a width.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}
