//! Columns: name, type, unit, meaning and value of each, written together by `columns!`.

/// Type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnType {
    /// A name or message.
    Text,
    /// An unsigned integer.
    Integer,
    /// An integer that may be negative.
    Signed,
    /// `true` or `false`.
    Boolean,
    /// RFC 3339, UTC, nine decimals.
    Time,
    /// A decimal with nine digits.
    Decimal,
}

impl ColumnType {
    /// Its name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            ColumnType::Text => "text",
            ColumnType::Integer => "integer",
            ColumnType::Signed => "signed",
            ColumnType::Boolean => "boolean",
            ColumnType::Time => "time",
            ColumnType::Decimal => "decimal",
        }
    }

    /// True for values that line up on their last digit.
    pub fn is_number(self) -> bool {
        matches!(self, ColumnType::Integer | ColumnType::Signed | ColumnType::Decimal)
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Type of its values.
    pub kind: ColumnType,
    /// Unit of its values; empty if they have none.
    pub unit: &'static str,
    /// Its meaning, for people.
    pub meaning: &'static str,
}

/// The first column of every table.
pub(super) const FILE: Column = Column {
    name: "file",
    kind: ColumnType::Text,
    unit: "",
    meaning: "path of the input as given; (merged) with --merge",
};

/// Declares the columns of a table after `file`: the list `COLUMNS`, and the function that writes a
/// row's cells after the cell of `file`, so that the two cannot drift apart.
///
/// A column is `name: Type "unit", "meaning" => value;`. Statements in braces run before the cells.
macro_rules! columns {
    (
        $(#[$attribute:meta])*
        $visibility:vis fn $fill:ident($($argument:ident: $of:ty),+ $(,)?) { $($before:tt)* }
        $($name:ident: $kind:ident $($unit:literal)?, $meaning:literal => $value:expr;)+
    ) => {
        const COLUMNS: &[$crate::table::columns::Column] = &[
            $crate::table::columns::FILE,
            $($crate::table::columns::Column {
                name: stringify!($name),
                kind: $crate::table::columns::ColumnType::$kind,
                unit: concat!($($unit)?),
                meaning: $meaning,
            },)+
        ];

        $(#[$attribute])*
        $visibility fn $fill($($argument: $of),+, row: &mut $crate::table::row::RowBuffer) {
            #[inline]
            fn cells<S: $crate::table::row::CellSink>($($argument: $of),+, row: &mut S) {
                $($before)*
                $(row.push($value);)+
            }
            $crate::table::row::with_sink!(row, sink => cells($($argument),+, sink))
        }
    };
}
pub(super) use columns;
