//! Values of typed columns.

use super::*;
use crate::capture::time::Timestamp;
use crate::table::named;

#[test]
fn cells_keep_their_values_and_empty_ones_are_not_valid() {
    let table = named("summary").expect("a table");
    let mut columns = Columns::new(table, "a.pcap");
    columns.begin_row();
    for column in table.columns.iter().skip(1) {
        columns.push(match column.kind {
            ColumnType::Text => Cell::Text("é"),
            ColumnType::Integer => Cell::Integer(u64::MAX),
            ColumnType::Signed => Cell::Signed(-1),
            ColumnType::Boolean => Cell::Boolean(true),
            ColumnType::Time => Cell::Time(Timestamp::new(1, 5)),
            ColumnType::Decimal => Cell::Billionths(1_500_000_000),
        });
    }
    columns.begin_row();
    table.columns.iter().skip(1).for_each(|_| columns.push(Cell::Empty));
    for (values, column) in columns.take().into_iter().zip(table.columns) {
        let valid = match values {
            Values::Text(ends, bytes, valid) => {
                assert_eq!(ends.len(), 3);
                assert!(column.name == "file" || bytes == "é".as_bytes());
                valid
            }
            Values::Integer(values, valid) => (assert_eq!(values, [u64::MAX, 0]), valid).1,
            Values::Signed(values, valid) => (assert_eq!(values, [-1, 0]), valid).1,
            Values::Boolean(values, valid) => (assert_eq!(values, [true, false]), valid).1,
            Values::Time(values, valid) => (assert_eq!(values, [1_000_000_005, 0]), valid).1,
            Values::Decimal(values, valid) => (assert_eq!(values, [1.5, 0.0]), valid).1,
        };
        assert_eq!(valid, [true, column.name == "file"], "{}", column.name);
    }
}

#[test]
fn times_beyond_64_bits_of_nanoseconds_are_empty() {
    let mut values = Values::new(ColumnType::Time);
    for seconds in [9_223_372_036, 9_223_372_037, -9_223_372_037] {
        values.push(&Cell::Time(Timestamp::new(seconds, 0)), &mut PathTexts::default());
    }
    let Values::Time(_, valid) = values else { panic!("another type") };
    assert_eq!(valid, [true, false, false]);
}
