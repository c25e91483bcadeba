//! Rows of tables as lines of named cells.

use crate::output::arranged::Arrangement;
use crate::report::Report;
use crate::table::cell::Cell;
use crate::table::row::RowBuffer;
use crate::table::{self, Column, Rows, Table};
use std::ops::Range;

/// Some rows of a table.
pub struct Lines {
    /// Its columns without `file`.
    pub columns: &'static [Column],
    /// The rows.
    pub rows: Vec<Line>,
    /// Number of rows that there are.
    pub total: usize,
}

/// One row.
pub struct Line {
    columns: &'static [Column],
    cells: Vec<Cell<'static>>,
}

impl Line {
    /// The cell of a column. None if the table has no such column.
    pub fn cell(&self, name: &str) -> Option<&Cell<'static>> {
        self.cells.get(self.columns.iter().position(|column| column.name == name)?)
    }

    /// A cell's text; empty if there is none.
    pub fn text(&self, name: &str) -> String {
        self.cell(name).map(Cell::to_text).unwrap_or_default()
    }

    /// A whole number; 0 if there is none.
    pub fn number(&self, name: &str) -> u64 {
        match self.cell(name) {
            Some(Cell::Integer(value)) => *value,
            _ => 0,
        }
    }

    /// A decimal in units of 10^-9. None if it is unknown.
    pub fn billionths(&self, name: &str) -> Option<i128> {
        match self.cell(name) {
            Some(Cell::Billionths(value)) => Some(*value),
            _ => None,
        }
    }
}

impl Lines {
    /// No rows.
    fn none() -> Lines {
        Lines { columns: &[], rows: Vec::new(), total: 0 }
    }

    /// The first rows of a table.
    pub fn first(name: &str, report: &Report, most: usize) -> Lines {
        let Some(table) = table::named(name) else { return Lines::none() };
        let rows = table.rows(report);
        let total = rows.count;
        Lines::some(table, &rows, 0..total, most)
    }

    /// The rows with the greatest values of a column.
    pub fn greatest(name: &str, column: &str, report: &Report, most: usize) -> Lines {
        let Some(table) = table::named(name) else { return Lines::none() };
        let rows = table.rows(report);
        let total = rows.count;
        let order = Arrangement::new(Some(&format!("{column}:desc")), Some(most), &[table]);
        let rows = order.map(|order| order.arrange(table, rows, &report.file)).ok();
        let lines = rows.map(|rows| Lines::some(table, &rows, 0..rows.count, most));
        Lines { total, ..lines.unwrap_or_else(Lines::none) }
    }

    /// The first rows of each layer, of a table whose rows are in the order of `layers`.
    pub fn by_layer(name: &str, layers: &[&str], report: &Report, most: usize) -> Vec<Lines> {
        let Some(table) = table::named(name) else { return Vec::new() };
        let rows = table.rows(report);
        let place = table.columns.iter().skip(1).position(|column| column.name == "layer");
        let Some(place) = place else { return Vec::new() };
        let layer_of = |number: usize| {
            let mut buffer = RowBuffer::kept_column(table, place);
            rows.write(number, &mut buffer);
            let layer = buffer.take_kept().pop().map(|cell| cell.to_text());
            layers.iter().position(|known| Some(*known) == layer.as_deref())
        };
        let begins = |layer: usize| first_where(rows.count, |row| layer_of(row) >= Some(layer));
        let of = |layer| Lines::some(table, &rows, begins(layer)..begins(layer + 1), most);
        (0..layers.len()).map(of).collect()
    }

    fn some(table: &'static Table, rows: &Rows<'_>, range: Range<usize>, most: usize) -> Lines {
        let columns = table.columns.get(1..).unwrap_or_default();
        let total = range.len();
        let line = |number| {
            let mut buffer = RowBuffer::kept(table, "");
            rows.write(number, &mut buffer);
            Line { columns, cells: buffer.take_kept() }
        };
        Lines { columns, rows: range.take(most).map(line).collect(), total }
    }
}

/// Number of the first row of which something holds that holds of all rows after it.
fn first_where(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}
