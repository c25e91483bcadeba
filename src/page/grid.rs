//! Tables of the page: columns of a table that are worth a person's look, with bars.

use super::lines::{Line, Lines};
use super::{rendered, text};
use crate::terminal::units::endpoint;
use askama::Template;

/// A column of a grid.
pub struct Column {
    /// Heading.
    pub title: &'static str,
    /// Column of the table.
    pub name: &'static str,
    /// Form in which its values are shown.
    pub show: Show,
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
        Column { title, name, show }
    }
}

#[derive(Template)]
#[template(path = "grid.html")]
struct Grid<'a> {
    heads: Vec<Head>,
    rows: Vec<Vec<Shown>>,
    left_out: usize,
    table: &'a str,
}

struct Head {
    title: &'static str,
    meaning: &'static str,
    number: bool,
}

/// A cell of a grid.
struct Shown {
    text: String,
    /// Value to sort by. None if it is the text.
    value: Option<String>,
    /// Length of its bar in percent.
    bar: Option<String>,
    number: bool,
}

/// A grid of lines of a table; columns that are empty in all lines are left out.
pub fn grid(table: &str, columns: &[Column], lines: &Lines) -> String {
    let filled = |column: &&Column| {
        let known = lines.columns.iter().any(|known| known.name == column.name);
        let says = |line: &Line| !matches!(line.text(column.name).as_str(), "" | "0");
        known && lines.rows.iter().any(says)
    };
    let columns: Vec<&Column> = columns.iter().filter(filled).collect();
    let explain = lines.rows.len() > 5;
    let meaning = |name: &str| {
        let known = lines.columns.iter().find(|known| known.name == name);
        known.filter(|_| explain).map_or("", |known| known.meaning)
    };
    let heads = columns.iter().map(|column| Head {
        title: column.title,
        meaning: meaning(column.name),
        number: !matches!(column.show, Show::Text | Show::Port(_)),
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
        left_out: lines.total.saturating_sub(lines.rows.len()),
        table,
    })
}

fn shown(column: &Column, line: &Line, greatest: u64) -> Shown {
    let known = !line.text(column.name).is_empty();
    let number = || line.number(column.name);
    let (mut text, mut value, mut bar) = (String::new(), None, None);
    match column.show {
        Show::Text => text = text::name(&line.text(column.name)),
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
            text = nanoseconds.map(text::duration).unwrap_or_default();
            value = nanoseconds.map(|value| value.to_string());
        }
        _ => {}
    }
    let number = !matches!(column.show, Show::Text | Show::Port(_));
    Shown { text, value, bar, number }
}
