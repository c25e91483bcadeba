//! The description of all tables, itself as a table (`--schema`): one row per column.

use super::cell::Cell;
use super::columns::{Column, ColumnType};
use super::row::{CellSink, RowBuffer, with_sink};
use super::{Content, Table};
use crate::tally::Needs;

/// Columns of all tables. Not one of [`super::TABLES`]: it describes no input.
pub static TABLE: Table = Table {
    name: "schema",
    about: "columns of all tables: type, unit and meaning",
    columns: &[
        text("table", "name of the table"),
        text("column", "name of the column"),
        text("type", "text, integer, signed (integer), boolean, time or decimal"),
        text("unit", "unit of the values; empty if they have none"),
        text("meaning", "what the values say"),
    ],
    needs: Needs::NOTHING,
    content: Content::Packets,
};

const fn text(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: ColumnType::Text, unit: "", meaning }
}

/// Appends the columns of a table to a buffer whose first cell is the table's name.
fn write(table: &Table, buffer: &mut RowBuffer) {
    for column in table.columns {
        buffer.begin_row();
        for cell in [column.name, column.kind.name(), column.unit, column.meaning] {
            with_sink!(buffer, sink => sink.push(Cell::Text(cell)));
        }
        buffer.end_row();
    }
}

/// The rows of tables, in buffers that `empty` makes for the first cell of their rows.
pub fn rows(
    tables: &[&'static Table],
    empty: impl Fn(&str) -> RowBuffer,
) -> impl Iterator<Item = RowBuffer> {
    tables.iter().map(move |table| {
        let mut buffer = empty(table.name);
        write(table, &mut buffer);
        buffer
    })
}
