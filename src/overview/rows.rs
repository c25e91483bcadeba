//! Rows of the tables by the names of their columns.

use crate::report::Report;
use crate::table::cell::Cell;
use crate::table::row::RowBuffer;
use crate::table::{Rows, Table, named};
use crate::terminal::units::endpoint;

/// A table's rows for a report.
pub struct View<'a> {
    table: &'static Table,
    rows: Rows<'a>,
}

/// A row of it.
pub struct Row {
    table: &'static Table,
    cells: Vec<Cell<'static>>,
}

impl<'a> View<'a> {
    /// Rows of the table of a name.
    pub fn of(report: &'a Report, name: &str) -> Option<View<'a>> {
        let table = named(name)?;
        Some(View { table, rows: table.rows(report) })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.count
    }

    /// The row of a number.
    pub fn row(&self, number: usize) -> Option<Row> {
        let mut buffer = RowBuffer::kept(self.table, "");
        if number < self.rows.count {
            self.rows.write(number, &mut buffer);
        }
        let cells = buffer.take_kept();
        (!cells.is_empty()).then_some(Row { table: self.table, cells })
    }

    /// The first rows.
    pub fn first(&self, most: usize) -> impl Iterator<Item = Row> {
        (0..self.len().min(most)).filter_map(|number| self.row(number))
    }
}

impl Row {
    fn cell(&self, column: &str) -> Option<&Cell<'static>> {
        let mut columns = self.table.columns.iter().skip(1);
        self.cells.get(columns.position(|known| known.name == column)?)
    }

    /// A number; 0 if the cell is empty.
    pub fn number(&self, column: &str) -> u64 {
        match self.cell(column) {
            Some(Cell::Integer(number)) => *number,
            _ => 0,
        }
    }

    /// A cell's text; empty if the table has no such column.
    pub fn text(&self, column: &str) -> String {
        self.cell(column).map(Cell::to_text).unwrap_or_default()
    }

    /// A duration in nanoseconds. None if it is unknown.
    pub fn nanoseconds(&self, column: &str) -> Option<u128> {
        match self.cell(column) {
            Some(Cell::Billionths(value)) => Some(value.unsigned_abs()),
            _ => None,
        }
    }

    /// An address, with a port if there is one: `10.0.0.1:80`, `[::1]:80`.
    pub fn endpoint(&self, address: &str, port: &str) -> String {
        endpoint(&self.text(address), &self.text(port))
    }
}
