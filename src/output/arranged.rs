//! `--rows`, `--sort` and `--top`: rows of each input chosen, put in order and limited, for every
//! table and format.
//!
//! Numbers compare as numbers, times as times, other values by the bytes of their text. Empty cells
//! come last in either direction; equal cells stay in the table's own order.

use crate::engine::memory::{Budget, Growth, MemoryUse, Reservation};
use crate::suggest::{elsewhere, hint};
use crate::table::cell::Cell;
use crate::table::row::RowBuffer;
use crate::table::{Rows, Table};
use rayon::prelude::*;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// A condition that the rows of a table must meet to be written.
pub struct RowCondition {
    /// The table.
    pub table: &'static Table,
    /// Place of the column that it looks at; 0 is `file`.
    pub column: usize,
    /// True for the text of a cell that meets it.
    pub holds: Box<dyn Fn(&str) -> bool + Send + Sync>,
}

impl RowCondition {
    /// True if a row of `file` meets it. `cell` gives the text at a place without `file`.
    fn is_met(&self, file: &str, cell: impl FnOnce(usize) -> String) -> bool {
        match self.column.checked_sub(1) {
            Some(place) => (self.holds)(&cell(place)),
            None => (self.holds)(file),
        }
    }
}

impl fmt::Debug for RowCondition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RowCondition { table, column, .. } = self;
        out.debug_struct("RowCondition")
            .field("table", &table.name)
            .field("column", column)
            .finish()
    }
}

/// Choice, order and number of rows.
#[derive(Clone, Debug, Default)]
pub struct Arrangement {
    conditions: Arc<[RowCondition]>,
    column: Option<String>,
    descending: bool,
    top: Option<usize>,
}

/// A row whose cells are kept, without `file`.
pub type Row = Box<[Cell<'static>]>;

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
            let (hint, elsewhere) = (hint(&name, columns()), elsewhere(&name));
            let hint = if hint.is_empty() { elsewhere } else { hint };
            let hint = match name.strip_prefix('-') {
                Some(column) => format!("; the greatest first is {column}:desc"),
                None => hint,
            };
            return Err(format!("--sort {text}: no table of this run has that column{hint}"));
        }
        Ok(Arrangement { column: Some(name), descending, top, ..Arrangement::default() })
    }

    /// The same of the rows that meet all these conditions on their table.
    pub fn of_rows(self, conditions: Vec<RowCondition>) -> Arrangement {
        Arrangement { conditions: conditions.into(), ..self }
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

    /// The conditions on the rows of a table.
    fn conditions(&self, table: &Table) -> impl Iterator<Item = &RowCondition> {
        self.conditions.iter().filter(|one| one.table.name == table.name)
    }

    /// True if rows of a table wait until all are known.
    pub fn waits(&self, table: &Table) -> bool {
        self.top.is_some() || self.place(table).is_some()
    }

    /// True if rows of a table must be looked at before they are written.
    pub fn keeps(&self, table: &Table) -> bool {
        self.waits(table) || self.conditions(table).next().is_some()
    }

    fn compare(&self, one: &Cell<'_>, two: &Cell<'_>) -> Ordering {
        match (one.is_empty(), two.is_empty()) {
            (false, false) if self.descending => two.compare(one),
            (false, false) => one.compare(two),
            (one, two) => one.cmp(&two),
        }
    }

    /// The rows of a file that are to be written, in order.
    pub fn arrange<'a>(&self, table: &'static Table, rows: Rows<'a>, file: &str) -> Rows<'a> {
        let most = self.top.unwrap_or(usize::MAX);
        let place = self.place(table);
        if place.is_none() && self.conditions(table).next().is_none() {
            return Rows { count: rows.count.min(most), ..rows };
        }
        let cell = |place: usize, number: usize| {
            let mut buffer = RowBuffer::kept_column(table, place);
            rows.write(number, &mut buffer);
            buffer.take_kept().pop().unwrap_or(Cell::Empty)
        };
        let mut order: Vec<usize> = (0..rows.count).collect();
        for condition in self.conditions(table) {
            let is_met =
                |number: &usize| condition.is_met(file, |place| cell(place, *number).to_text());
            order = order.into_par_iter().filter(is_met).collect();
        }
        if let Some(place) = place {
            let key = |number: usize| (cell(place, number), number);
            let mut keys: Vec<_> = order.into_par_iter().map(key).collect();
            keys.par_sort_by(|(one, _), (two, _)| self.compare(one, two));
            order = keys.into_iter().map(|(_, number)| number).collect();
        }
        order.truncate(most);
        let Rows { fill, .. } = rows;
        Rows::from_list(order, move |number, row| fill(*number, row))
    }

    /// Takes the rows of a buffer of kept cells that are to be written.
    pub fn chosen(&self, buffer: &mut RowBuffer) -> Vec<Row> {
        let table = buffer.table();
        let columns = table.columns.len() - 1;
        let mut cells = buffer.take_kept().into_iter();
        let mut row = || cells.by_ref().take(columns).collect::<Row>();
        let mut rows: Vec<Row> =
            std::iter::from_fn(|| Some(row()).filter(|row| !row.is_empty())).collect();
        let file = buffer.kept_file().unwrap_or_default();
        for condition in self.conditions(table) {
            let is_met = |row: &Row| {
                let cell = |place: usize| row.get(place).map(Cell::to_text).unwrap_or_default();
                condition.is_met(file, cell)
            };
            rows = rows.into_par_iter().filter(is_met).collect();
        }
        rows
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

    /// Adds rows of a table.
    pub fn add(&mut self, arrangement: &Arrangement, table: &Table, rows: Vec<Row>) {
        self.rows.extend(rows);
        let most = arrangement.top.map_or(usize::MAX, |top| top.saturating_add(SLACK));
        if self.rows.len() > most {
            self.arrange(arrangement, table);
        }
        let row = (table.columns.len() - 1) * size_of::<Cell<'static>>() + size_of::<Row>();
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
