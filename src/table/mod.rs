//! The tables: each has a name, columns, the tallies and folds that it needs, and rows made from
//! the merged report.
//!
//! [`TABLES`] is the one list: help, README, schema and tests walk it. A new table is a file and a
//! line there. A table reads a [`Report`], never a packet; `packets` and `segments` are exports,
//! see [`crate::pass::rows`] and [`crate::pass::folding`].

mod address;
pub mod cell;
pub mod columns;
mod conversations;
mod dns;
mod echo;
mod endpoint_counts;
mod endpoint_key;
mod endpoints;
mod flows;
mod gaps;
mod health;
mod http;
mod interfaces;
mod intervals;
mod layers;
mod lengths;
mod metadata;
mod order;
pub mod packets;
mod ports;
mod problems;
mod protocols;
mod ranges;
pub mod row;
pub mod schema;
pub mod segments;
mod streams;
pub mod summary;
mod tls;
pub mod visible;

use crate::report::Report;
use crate::tally::Needs;
use columns::columns;
pub use columns::{Column, ColumnType};
use row::RowBuffer;

/// Writes the cells of the row of a number after the cell of `file`.
pub type Fill<'a> = Box<dyn Fn(usize, &mut RowBuffer) + Sync + Send + 'a>;

/// The rows of a table for one report: made one by one, in any order, by several threads at once.
pub struct Rows<'a> {
    /// Number of rows.
    pub count: usize,
    /// Writes the cells of a row.
    pub fill: Fill<'a>,
}

/// Number of rows for which data is prefetched: it is scattered in memory.
const AHEAD: usize = 8;

impl<'a> Rows<'a> {
    /// Appends the row of a number.
    #[inline]
    pub fn write(&self, number: usize, buffer: &mut RowBuffer) {
        buffer.begin_row();
        (self.fill)(number, buffer);
        buffer.end_row();
    }

    /// No rows.
    fn none() -> Rows<'a> {
        Rows { count: 0, fill: Box::new(|_, _| {}) }
    }

    /// Rows made from a list, each from one item.
    pub(crate) fn from_list<T: Sync + Send + 'a>(
        items: Vec<T>,
        fill: impl Fn(&T, &mut RowBuffer) + Sync + Send + 'a,
    ) -> Rows<'a> {
        let count = items.len();
        let fill = move |number: usize, row: &mut RowBuffer| {
            if let Some(item) = items.get(number) {
                fill(item, row);
            }
        };
        Rows { count, fill: Box::new(fill) }
    }
}

/// Source of the rows of a table.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Content {
    /// Made from the merged report.
    View(for<'a> fn(&'a Report) -> Rows<'a>),
    /// A row per packet, written while the capture is read.
    Packets,
    /// A row per TCP segment, written while the capture is read.
    Segments,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Name for `-t`.
    pub name: &'static str,
    /// Description for people.
    pub about: &'static str,
    /// Its columns in order; the first is `file`.
    pub columns: &'static [Column],
    /// The tallies it needs.
    pub needs: Needs,
    /// Source of its rows.
    pub content: Content,
}

/// All tables.
pub static TABLES: &[&Table] = &[
    &summary::TABLE,
    &protocols::TABLE,
    &conversations::TABLE,
    &endpoints::TABLE,
    &ports::TABLE,
    &intervals::TABLE,
    &lengths::TABLE,
    &problems::TABLE,
    &gaps::TABLE,
    &interfaces::TABLE,
    &metadata::TABLE,
    &health::TABLE,
    &streams::TABLE,
    &dns::TABLE,
    &tls::TABLE,
    &http::TABLE,
    &echo::TABLE,
    &flows::TABLE,
    &ranges::TABLE,
    &packets::TABLE,
    &segments::TABLE,
];

/// The table of this name.
pub fn named(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name).copied()
}

impl Table {
    /// Rows of one report; no rows for exports.
    pub fn rows<'a>(&self, report: &'a Report) -> Rows<'a> {
        match self.content {
            Content::View(rows) => rows(report),
            Content::Packets | Content::Segments => Rows::none(),
        }
    }

    /// True for tables as long as the capture, written while it is read.
    pub fn is_export(&self) -> bool {
        matches!(self.content, Content::Packets | Content::Segments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_unique_and_columns_documented() {
        let names: HashSet<_> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names.len(), TABLES.len());
        for table in TABLES {
            assert_eq!(table.columns[0].name, "file", "{}", table.name);
            assert!(!table.about.is_empty());
            let columns: HashSet<_> = table.columns.iter().map(|column| column.name).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            assert!(
                table.columns.iter().all(|column| !column.meaning.is_empty()),
                "{}",
                table.name
            );
        }
        assert!(named("summary").is_some() && named("summery").is_none());
    }
}
