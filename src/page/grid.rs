//! Tables of the page: columns of a table that are worth a person's look, with bars.

use super::lines::{Line, Lines};
use super::{rendered, text};
use crate::table::cell::Cell;
use crate::terminal::units::endpoint;
use askama::Template;

/// A column of a grid.
#[derive(Clone, Copy)]
pub struct Column {
    /// Heading.
    pub title: &'static str,
    /// Column of the table.
    pub name: &'static str,
    /// Form in which its values are shown.
    pub show: Show,
    /// True if it is shown only when asked for.
    extra: bool,
}

/// Form in which values are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// As text.
    Text,
    /// An address and the port in another column.
    Port(&'static str),
    /// A number.
    Count,
    /// A number with a bar.
    Bar,
    /// A size in bytes.
    Bytes,
    /// A duration.
    Seconds,
}

impl Column {
    /// A column.
    pub const fn new(title: &'static str, name: &'static str, show: Show) -> Column {
        Column { title, name, show, extra: false }
    }

    /// The same, shown only when asked for.
    pub const fn extra(self) -> Column {
        Column { extra: true, ..self }
    }

    /// The same with bars, and shown.
    pub const fn barred(self) -> Column {
        Column { show: Show::Bar, extra: false, ..self }
    }
}

#[derive(Template)]
#[template(path = "grid.html")]
struct Grid<'a> {
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
    left_out: String,
    table: &'a str,
    extra: String,
    empty: String,
}

struct Head {
    title: &'static str,
    meaning: &'static str,
    class: &'static str,
}

impl Grid<'_> {
    /// True if it would look lost in the whole width.
    fn is_narrow(&self) -> bool {
        self.heads.len() < 6
    }
}

/// A cell of a grid.
struct Shown {
    text: String,
    /// Value to sort by. None if it is the text.
    value: Option<String>,
    /// Length of its bar in percent.
    bar: Option<String>,
    class: &'static str,
}

/// Greatest number of characters of a text that stays on one line.
const ONE_LINE: usize = 22;

/// Class of a cell: number, long address, text of several lines, neither; `x` if it is shown only
/// when asked for.
fn class(column: &Column, text: &str) -> &'static str {
    let several = text.chars().count() > ONE_LINE;
    let address = matches!(column.show, Show::Port(_));
    match (column.show, column.extra) {
        _ if address && several => "l",
        (Show::Text, false) if several => "w",
        (Show::Text, true) if several => "w x",
        (Show::Text | Show::Port(_), false) => "",
        (Show::Text | Show::Port(_), true) => "x",
        (_, false) => "n",
        (_, true) => "n x",
    }
}

/// A grid of lines of a table; columns that are zero or empty in all lines are left out, and named.
pub fn grid(table: &str, columns: &[Column], lines: &Lines) -> String {
    let known = |column: &&Column| lines.columns.iter().any(|known| known.name == column.name);
    let filled = |column: &&Column| {
        let says = |line: &Line| match line.cell(column.name) {
            Some(Cell::Integer(0) | Cell::Billionths(0)) => column.show == Show::Text,
            Some(cell) => !cell.to_text().is_empty(),
            None => false,
        };
        lines.rows.iter().any(says)
    };
    let (columns, empty): (Vec<&Column>, Vec<&Column>) =
        columns.iter().filter(known).partition(filled);
    let empty: Vec<&str> = empty.iter().map(|column| column.title).collect();
    let extra = columns.iter().filter(|column| column.extra).count();
    let explain = lines.rows.len() > 5;
    let meaning = |name: &str| {
        let known = lines.columns.iter().find(|known| known.name == name);
        known.filter(|_| explain).map_or("", |known| known.meaning)
    };
    let heads = columns.iter().map(|column| Head {
        title: column.title,
        meaning: meaning(column.name),
        class: class(column, ""),
    });
    let greatest =
        |column: &Column| lines.rows.iter().map(|line| line.number(column.name)).max().unwrap_or(0);
    let greatest: Vec<u64> = columns.iter().map(|column| greatest(column)).collect();
    let row = |line: &Line| {
        let cells = columns.iter().zip(&greatest);
        cells.map(|(column, most)| shown(column, line, *most)).collect()
    };
    rendered(&Grid {
        heads: heads.collect(),
        rows: lines.rows.iter().map(row).collect(),
        left_out: match lines.total.saturating_sub(lines.rows.len()) {
            0 => String::new(),
            more => text::count(more as u64),
        },
        table,
        extra: match extra {
            0 => String::new(),
            _ => text::counted(extra as u64, "more column"),
        },
        empty: empty.join(", "),
    })
}

fn shown(column: &Column, line: &Line, greatest: u64) -> Shown {
    let known = !line.text(column.name).is_empty();
    let number = || line.number(column.name);
    let (mut text, mut value, mut bar) = (String::new(), None, None);
    match column.show {
        Show::Text if known => text = text::name(&line.text(column.name)),
        Show::Text => text = "–".into(),
        Show::Port(port) => text = endpoint(&line.text(column.name), &line.text(port)),
        Show::Count if known => text = text::count(number()),
        Show::Bar if known => {
            text = text::count(number());
            bar = Some(format!("{:.1}", text::percent(number(), greatest)));
        }
        Show::Bytes if known => {
            text = text::bytes(number());
            value = Some(number().to_string());
        }
        Show::Seconds => {
            let nanoseconds = line.billionths(column.name);
            text = match nanoseconds {
                // A single packet has no duration.
                None | Some(0) => String::new(),
                Some(some) => text::duration(some),
            };
            value = nanoseconds.map(|value| value.to_string());
        }
        _ => {}
    }
    Shown { class: class(column, &text), text, value, bar }
}
