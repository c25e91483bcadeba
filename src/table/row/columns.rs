//! Rows as columns of typed values, for record batches: a vector per column, and one of the rows
//! whose cell is empty.
//!
//! Times are nanoseconds since 1970 in 64 bits: those before 1677-09-21 and after 2262-04-11 do not
//! fit and are empty.

use super::CellSink;
use super::paths::PathTexts;
use crate::dissect::application::Application;
use crate::table::Table;
use crate::table::cell::Cell;
use crate::table::columns::ColumnType;

/// Rows of one table as columns, `file` among them.
#[derive(Clone, Debug)]
pub struct Columns {
    table: &'static Table,
    file: String,
    columns: Vec<Values>,
    /// Place of the next cell in its row.
    at: usize,
    paths: PathTexts,
    /// Place of the column of paths. None before the first path.
    path_column: Option<usize>,
}

/// Values of one column.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Values {
    /// Text: the end of each value in the bytes, and the bytes, which are UTF-8.
    Text(Vec<i32>, Vec<u8>, Valid),
    /// Unsigned integers.
    Integer(Vec<u64>, Valid),
    /// Signed integers.
    Signed(Vec<i64>, Valid),
    /// `true` or `false`.
    Boolean(Vec<bool>, Valid),
    /// Nanoseconds since 1970.
    Time(Vec<i64>, Valid),
    /// Decimals.
    Decimal(Vec<f64>, Valid),
}

/// End of a text that was appended to `bytes`. Batches refuse more bytes than it can tell.
fn end(bytes: &[u8]) -> i32 {
    i32::try_from(bytes.len()).unwrap_or(i32::MAX)
}

/// False for the rows whose cell is empty.
pub type Valid = Vec<bool>;

impl Values {
    fn new(kind: ColumnType) -> Values {
        match kind {
            ColumnType::Text => Values::Text(vec![0], Vec::new(), Valid::new()),
            ColumnType::Integer => Values::Integer(Vec::new(), Valid::new()),
            ColumnType::Signed => Values::Signed(Vec::new(), Valid::new()),
            ColumnType::Boolean => Values::Boolean(Vec::new(), Valid::new()),
            ColumnType::Time => Values::Time(Vec::new(), Valid::new()),
            ColumnType::Decimal => Values::Decimal(Vec::new(), Valid::new()),
        }
    }

    fn clear(&mut self) {
        match self {
            Values::Text(ends, bytes, valid) => {
                ends.truncate(1);
                bytes.clear();
                valid.clear();
            }
            Values::Integer(values, valid) => (values.clear(), valid.clear()).1,
            Values::Signed(values, valid) => (values.clear(), valid.clear()).1,
            Values::Boolean(values, valid) => (values.clear(), valid.clear()).1,
            Values::Time(values, valid) => (values.clear(), valid.clear()).1,
            Values::Decimal(values, valid) => (values.clear(), valid.clear()).1,
        }
    }

    fn memory(&self) -> usize {
        match self {
            Values::Text(ends, bytes, valid) => ends.len() * 4 + bytes.len() + valid.len(),
            Values::Integer(values, valid) => values.len() * 8 + valid.len(),
            Values::Signed(values, valid) | Values::Time(values, valid) => {
                values.len() * 8 + valid.len()
            }
            Values::Boolean(values, valid) => values.len() + valid.len(),
            Values::Decimal(values, valid) => values.len() * 8 + valid.len(),
        }
    }

    /// Appends a cell. One of another type than the column is empty.
    #[inline]
    fn push(&mut self, cell: &Cell<'_>, paths: &mut PathTexts) {
        match self {
            Values::Text(ends, bytes, valid) => {
                match cell {
                    Cell::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                    Cell::Made(text) => bytes.extend_from_slice(text.as_bytes()),
                    Cell::Path(path) => bytes.extend_from_slice(paths.of(path)),
                    cell => cell.write(bytes),
                }
                ends.push(end(bytes));
                valid.push(!cell.is_empty());
            }
            Values::Integer(values, valid) => {
                let value = match cell {
                    Cell::Integer(value) => Some(*value),
                    _ => None,
                };
                values.push(value.unwrap_or_default());
                valid.push(value.is_some());
            }
            Values::Signed(values, valid) => {
                let value = match cell {
                    Cell::Integer(value) => i64::try_from(*value).ok(),
                    Cell::Signed(value) => Some(*value),
                    _ => None,
                };
                values.push(value.unwrap_or_default());
                valid.push(value.is_some());
            }
            Values::Boolean(values, valid) => {
                values.push(matches!(cell, Cell::Boolean(true)));
                valid.push(matches!(cell, Cell::Boolean(_)));
            }
            Values::Time(values, valid) => {
                let value = match cell {
                    Cell::Time(time) => i64::try_from(time.total_nanoseconds()).ok(),
                    _ => None,
                };
                values.push(value.unwrap_or_default());
                valid.push(value.is_some());
            }
            Values::Decimal(values, valid) => {
                let value = match cell {
                    Cell::Billionths(value) => Some(*value as f64 / 1e9),
                    Cell::Integer(value) => Some(*value as f64),
                    _ => None,
                };
                values.push(value.unwrap_or_default());
                valid.push(value.is_some());
            }
        }
    }
}

/// The columns of a table without rows.
fn empty(table: &Table) -> Vec<Values> {
    table.columns.iter().map(|column| Values::new(column.kind)).collect()
}

impl Columns {
    /// No rows yet; `file` is the first cell of each.
    pub fn new(table: &'static Table, file: &str) -> Columns {
        let (columns, paths) = (empty(table), PathTexts::default());
        Columns { table, file: file.into(), columns, at: 0, paths, path_column: None }
    }

    pub(super) fn begin_row(&mut self) {
        if let Some(Values::Text(ends, bytes, valid)) = self.columns.first_mut() {
            bytes.extend_from_slice(self.file.as_bytes());
            ends.push(end(bytes));
            valid.push(true);
        }
        self.at = 1;
    }

    pub(super) fn clear(&mut self) {
        self.columns.iter_mut().for_each(Values::clear);
    }

    pub(super) fn memory(&self) -> usize {
        self.columns.iter().map(Values::memory).sum()
    }

    /// Adds a layer to the path of each row that has a name.
    pub(super) fn extend_paths(&mut self, names: &[Option<Application>]) {
        let Some(place) = self.path_column else { return };
        let Some(Values::Text(ends, bytes, valid)) = self.columns.get_mut(place) else { return };
        let mut longer = Vec::with_capacity(bytes.len() + names.len() * 8);
        let mut from = 0;
        for (row, end) in ends.iter_mut().skip(1).enumerate() {
            longer.extend_from_slice(bytes.get(from..*end as usize).unwrap_or_default());
            from = *end as usize;
            if let Some(name) = names.get(row).copied().flatten() {
                longer.push(b':');
                longer.extend_from_slice(name.name().as_bytes());
                if let Some(valid) = valid.get_mut(row) {
                    *valid = true;
                }
            }
            *end = self::end(&longer);
        }
        *bytes = longer;
    }

    /// Takes the columns, in order; none of their rows remain.
    pub fn take(&mut self) -> Vec<Values> {
        std::mem::replace(&mut self.columns, empty(self.table))
    }
}

impl CellSink for Columns {
    #[inline]
    fn push(&mut self, cell: Cell<'_>) {
        if matches!(cell, Cell::Path(_)) {
            self.path_column = Some(self.at);
        }
        if let Some(values) = self.columns.get_mut(self.at) {
            values.push(&cell, &mut self.paths);
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests;
