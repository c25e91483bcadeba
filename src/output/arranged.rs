//! `--sort` and `--top`: rows of each input put in order and limited, for every table and format.
//!
//! Numbers compare as numbers, times as times, other values by the bytes of their text. Empty cells
//! come last in either direction; equal cells stay in the table's own order.

use crate::engine::memory::{Budget, Growth, MemoryUse, Reservation};
use crate::suggest::hint;
use crate::table::cell::Cell;
use crate::table::row::RowBuffer;
use crate::table::{Rows, Table};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::sync::Arc;

/// Order and number of rows.
#[derive(Clone, Debug, Default)]
pub struct Arrangement {
    column: Option<String>,
    descending: bool,
    top: Option<usize>,
}

/// A row whose cells are kept.
type Row = Box<[Cell<'static>]>;

static GROWTH: Growth = Growth { entries: "rows to sort", advice: "limit them with --top" };

impl Arrangement {
    /// The order that `COLUMN`, `COLUMN:asc` or `COLUMN:desc` asks for, of the first `top` rows.
    ///
    /// # Errors
    /// A message if none of the tables has the column, or the direction is neither.
    pub fn new(
        sort: Option<&str>,
        top: Option<usize>,
        tables: &[&Table],
    ) -> Result<Arrangement, String> {
        let Some(text) = sort else { return Ok(Arrangement { top, ..Arrangement::default() }) };
        let (name, direction) = text.split_once(':').unwrap_or((text, "asc"));
        let name = name.trim().to_ascii_lowercase();
        let descending = match direction.trim().to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            other => return Err(format!("--sort {text}: {other:?} is neither asc nor desc")),
        };
        let columns = || tables.iter().flat_map(|table| table.columns.iter().map(|one| one.name));
        if !columns().any(|column| column == name) {
            let hint = hint(&name, columns());
            return Err(format!("--sort {text}: no table of this run has that column{hint}"));
        }
        Ok(Arrangement { column: Some(name), descending, top })
    }

    /// True if `--top` says how many rows there are.
    pub fn is_limited(&self) -> bool {
        self.top.is_some()
    }

    /// Place of the column among those of a table, without `file`. None if it has no such column.
    fn place(&self, table: &Table) -> Option<usize> {
        let name = self.column.as_deref()?;
        table.columns.iter().skip(1).position(|column| column.name == name)
    }

    /// True if rows of a table cannot be written as they come.
    pub fn keeps(&self, table: &Table) -> bool {
        self.top.is_some() || self.place(table).is_some()
    }

    fn compare(&self, one: &Cell<'_>, two: &Cell<'_>) -> Ordering {
        match (one.is_empty(), two.is_empty()) {
            (false, false) if self.descending => two.compare(one),
            (false, false) => one.compare(two),
            (one, two) => one.cmp(&two),
        }
    }

    /// The rows in order.
    pub fn arrange<'a>(&self, table: &'static Table, rows: Rows<'a>) -> Rows<'a> {
        let most = self.top.unwrap_or(usize::MAX);
        let Some(place) = self.place(table) else {
            return Rows { count: rows.count.min(most), ..rows };
        };
        let key = |number: usize| {
            let mut buffer = RowBuffer::kept(table, Some(place));
            rows.write(number, &mut buffer);
            (buffer.take_kept().pop().unwrap_or(Cell::Empty), number)
        };
        let mut keys: Vec<_> = (0..rows.count).into_par_iter().map(key).collect();
        keys.par_sort_by(|(one, _), (two, _)| self.compare(one, two));
        let order: Vec<usize> = keys.into_iter().take(most).map(|(_, number)| number).collect();
        let Rows { fill, .. } = rows;
        let arranged = move |number: usize, row: &mut RowBuffer| {
            if let Some(number) = order.get(number) {
                fill(*number, row);
            }
        };
        Rows { count: rows.count.min(most), fill: Box::new(arranged) }
    }
}

/// Rows of one table and input that wait until all are known.
#[derive(Debug)]
pub struct Waiting {
    rows: Vec<Row>,
    reservation: Reservation,
}

/// Rows beyond `--top` that are kept before they are dropped together.
const SLACK: usize = 10_000;

impl Waiting {
    /// No rows.
    pub fn new(budget: &Arc<Budget>) -> Waiting {
        Waiting { rows: Vec::new(), reservation: Reservation::new(budget) }
    }

    /// Adds the rows of a buffer of kept cells.
    pub fn add(&mut self, arrangement: &Arrangement, buffer: &mut RowBuffer) {
        let columns = buffer.table().columns.len() - 1;
        let mut cells = buffer.take_kept().into_iter();
        let mut row = || cells.by_ref().take(columns).collect::<Row>();
        self.rows.extend(std::iter::from_fn(|| Some(row()).filter(|row| !row.is_empty())));
        let most = arrangement.top.map_or(usize::MAX, |top| top.saturating_add(SLACK));
        if self.rows.len() > most {
            self.arrange(arrangement, buffer.table());
        }
        let row = columns * size_of::<Cell<'static>>() + size_of::<Row>();
        let count = self.rows.len() as u64;
        self.reservation.resize(MemoryUse::of(&GROWTH, count, count * row as u64));
    }

    fn arrange(&mut self, arrangement: &Arrangement, table: &Table) {
        if let Some(place) = arrangement.place(table) {
            self.rows.par_sort_by(|one, two| match (one.get(place), two.get(place)) {
                (Some(one), Some(two)) => arrangement.compare(one, two),
                _ => Ordering::Equal,
            });
        }
        self.rows.truncate(arrangement.top.unwrap_or(usize::MAX));
    }

    /// The rows in order; none remain.
    pub fn take(&mut self, arrangement: &Arrangement, table: &Table) -> Rows<'static> {
        self.arrange(arrangement, table);
        let rows = std::mem::take(&mut self.rows);
        self.reservation.resize(MemoryUse::default());
        Rows::from_list(rows, |cells, buffer| buffer.push_all(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::named;

    #[test]
    fn empty_cells_come_last_and_numbers_are_numbers() {
        let table = named("conversations").expect("a table");
        for (sort, expected) in [
            ("packets", [Cell::Integer(9), Cell::Integer(10), Cell::Empty]),
            ("packets:desc", [Cell::Integer(10), Cell::Integer(9), Cell::Empty]),
        ] {
            let arrangement = Arrangement::new(Some(sort), None, &[table]).expect("an order");
            let mut cells = [Cell::Empty, Cell::Integer(10), Cell::Integer(9)];
            cells.sort_by(|one, two| arrangement.compare(one, two));
            assert_eq!(cells, expected);
        }
        let wrong = |sort| Arrangement::new(Some(sort), None, &[table]).unwrap_err();
        assert!(wrong("packtes").contains("did you mean packets?"));
        assert!(wrong("packets:up").contains("neither asc nor desc"));
    }
}
