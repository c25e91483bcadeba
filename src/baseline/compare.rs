//! Two files of one table, paired by their keys.

use super::tolerance::Tolerance;
use crate::table::Table;
use csv::{Reader, StringRecord};
use std::collections::{HashMap, VecDeque};
use std::io::{self, Read};

/// A cell that differs, or a row that only one of the files has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key columns' cells, joined by blanks.
    pub key: String,
    /// The column. None for a whole row.
    pub column: Option<&'static str>,
    /// The earlier cell; for a row, `present` or nothing.
    pub before: String,
    /// The later cell; for a row, `present` or nothing.
    pub after: String,
}

impl Difference {
    /// The cells of its row.
    pub fn cells<'d>(&'d self, table: &'d str) -> [&'d str; 5] {
        [table, &self.key, self.column.unwrap_or_default(), &self.before, &self.after]
    }

    /// A row that is there before or after.
    fn row(row: &StringRecord, keys: usize, is_new: bool) -> Difference {
        let (before, after) = if is_new { ("", PRESENT) } else { (PRESENT, "") };
        Difference { key: key(row, keys), column: None, before: before.into(), after: after.into() }
    }
}

const PRESENT: &str = "present";

/// Rules of a comparison.
pub struct Rules<'r> {
    /// Number of leading columns that are the key of a row.
    pub keys: usize,
    /// Difference of numbers that is none.
    pub tolerance: Tolerance,
    /// True for the columns whose cells are compared.
    pub columns: &'r dyn Fn(&str) -> bool,
}

/// Hands each difference to `each`: first those of earlier rows in their order, then new rows.
///
/// # Errors
/// When a file cannot be read, and those of `each`.
pub fn tables(
    table: &Table,
    rules: Rules<'_>,
    before: impl Read,
    after: impl Read,
    mut each: impl FnMut(Difference) -> io::Result<()>,
) -> io::Result<()> {
    let Rules { keys, tolerance, columns } = rules;
    let mut later = Vec::new();
    let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
    for row in Reader::from_reader(after).into_records() {
        let row = row?;
        places.entry(key(&row, keys)).or_default().push_back(later.len());
        later.push(Some(row));
    }
    for row in Reader::from_reader(before).into_records() {
        let row = row?;
        let place = places.get_mut(&key(&row, keys)).and_then(VecDeque::pop_front);
        match place.and_then(|place| later.get_mut(place)?.take()) {
            None => each(Difference::row(&row, keys, false))?,
            Some(now) => {
                let cells = table.columns.iter().zip(row.iter().zip(now.iter())).skip(keys);
                for (column, (before, after)) in cells {
                    if columns(column.name) && !tolerance.allows(column.kind, before, after) {
                        each(Difference {
                            key: key(&row, keys),
                            column: Some(column.name),
                            before: before.into(),
                            after: after.into(),
                        })?;
                    }
                }
            }
        }
    }
    later.iter().flatten().try_for_each(|row| each(Difference::row(row, keys, true)))
}

/// The key columns' cells, joined by blanks; empty ones keep their place.
fn key(row: &StringRecord, keys: usize) -> String {
    let mut cells: Vec<&str> = row.iter().take(keys).collect();
    let plain = cells.first().map(|file| plain(file)).unwrap_or_default();
    if let Some(file) = cells.first_mut() {
        *file = &plain;
    }
    cells.join(" ")
}

/// A path without the parts that lead nowhere: `./a//b` is `a/b`.
fn plain(path: &str) -> String {
    let (root, rest) = path.strip_prefix('/').map_or(("", path), |rest| ("/", rest));
    let parts = rest.split('/').filter(|part| !matches!(*part, "" | "."));
    format!("{root}{}", parts.collect::<Vec<_>>().join("/"))
}
