//! Record batches hold the values of the CSV tables, whatever pieces the rows came in.

use crate::cli::run;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampNanosecondType, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::StreamReader;
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use pcapstat::table::columns::ColumnType;
use pcapstat::table::{TABLES, Table, named};
use std::fs::{self, File};
use std::path::Path;

fn testdata() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata"))
}

/// Captures with many kinds of cells.
const CAPTURES: [&str; 4] = ["dns.pcap", "http.pcap", "ipv6.pcap", "mpls_pppoe.pcap"];

/// Every table of the captures in a format, into a directory.
fn write(directory: &Path, format: &str, options: &[&str]) {
    let names: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    let names = names.join(",");
    let out = directory.to_str().expect("UTF-8");
    let fixed = ["-q", "-f", format, "-t", &names, "-o", out];
    let said = run(testdata(), &[&fixed, options, &CAPTURES].concat());
    assert_eq!(said.code, Some(0), "{format}: {}", said.stderr);
}

fn arrow(directory: &Path, table: &Table) -> Vec<RecordBatch> {
    let file = File::open(directory.join(format!("{}.arrow", table.name))).expect("a stream");
    StreamReader::try_new(file, None).expect("a schema").map(|batch| batch.expect("rows")).collect()
}

fn parquet(directory: &Path, table: &Table) -> Vec<RecordBatch> {
    let file = File::open(directory.join(format!("{}.parquet", table.name))).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a footer");
    reader.build().expect("a reader").map(|batch| batch.expect("rows")).collect()
}

/// The type of a column in record batches.
fn type_of(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Integer => DataType::UInt64,
        ColumnType::Signed => DataType::Int64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Time => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        ColumnType::Decimal => DataType::Float64,
        _ => DataType::Utf8,
    }
}

/// Text of a value as CSV has it; decimals, which are doubles here, are compared apart.
fn text(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Float64 => format!("{:.9}", array.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(..) => {
            let nanoseconds = array.as_primitive::<TimestampNanosecondType>().value(row);
            let time = jiff::Timestamp::from_nanosecond(nanoseconds.into()).expect("a time");
            format!("{time:.9}")
        }
        other => panic!("unexpected type {other}"),
    }
}

fn assert_same(table: &Table, csv: &str, batches: &[RecordBatch]) {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut records = reader.records();
    for batch in batches {
        for (column, field) in table.columns.iter().zip(batch.schema().fields()) {
            assert_eq!(field.name(), column.name);
            assert_eq!(*field.data_type(), type_of(column.kind), "{}", column.name);
        }
        for row in 0..batch.num_rows() {
            let expected = records.next().expect("as many rows").expect("CSV");
            for (place, column) in table.columns.iter().enumerate() {
                let (value, expected) = (text(batch.column(place), row), &expected[place]);
                let same = match (column.kind, value.parse::<f64>(), expected.parse::<f64>()) {
                    (ColumnType::Decimal, Ok(value), Ok(expected)) => {
                        (value - expected).abs() <= expected.abs() * 1e-15 + 1e-9
                    }
                    _ => value == *expected,
                };
                // The run itself is measured in these, so two runs differ.
                let measured = table.name == "ranges";
                assert!(same || measured, "{}.{}: {value}, {expected}", table.name, column.name);
            }
        }
    }
    assert!(records.next().is_none(), "{}: rows are missing", table.name);
}

#[test]
fn record_batches_hold_the_values_of_csv() {
    let directory = tempfile::tempdir().expect("a directory");
    for format in ["csv", "arrow", "parquet"] {
        write(directory.path(), format, &["-j", "2"]);
    }
    for table in TABLES {
        let csv = fs::read_to_string(directory.path().join(format!("{}.csv", table.name)));
        let csv = csv.expect("a table");
        assert_same(table, &csv, &arrow(directory.path(), table));
        assert_same(table, &csv, &parquet(directory.path(), table));
    }
}

#[test]
fn bytes_do_not_depend_on_ranges_and_workers() {
    let [one, two] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
    for format in ["arrow", "parquet"] {
        write(one.path(), format, &["-j", "1"]);
        write(two.path(), format, &["-j", "3", "--range-bytes", "64", "--no-mmap"]);
        for table in TABLES.iter().filter(|table| table.name != "ranges") {
            let name = format!("{}.{format}", table.name);
            let read = |directory: &Path| fs::read(directory.join(&name)).expect("a table");
            assert!(read(one.path()) == read(two.path()), "{name} differs");
        }
    }
}

/// More rows than a batch and a row group hold, in pieces of other sizes.
#[test]
fn batches_and_row_groups_have_a_fixed_number_of_rows() {
    let directory = tempfile::tempdir().expect("a directory");
    let (header, record) = {
        let bytes = fs::read(testdata().join("dns.pcap")).expect("a capture");
        let length = u32::from_le_bytes(bytes[32..36].try_into().expect("four bytes")) as usize;
        (bytes[..24].to_vec(), bytes[24..40 + length].to_vec())
    };
    let bytes = [header, record.repeat(140_000)].concat();
    fs::write(directory.path().join("long.pcap"), bytes).expect("room");
    for format in ["arrow", "parquet"] {
        let write = |out: &str, options: &[&str]| {
            let fixed = ["-q", "-f", format, "-t", "packets", "-o", out, "long.pcap"];
            let said = run(directory.path(), &[&fixed, options].concat());
            assert_eq!(said.code, Some(0), "{}", said.stderr);
            fs::read(directory.path().join(out).join(format!("packets.{format}"))).expect("a table")
        };
        let one = write("one", &["-j", "1"]);
        assert!(one == write("three", &["-j", "3", "--range-bytes", "70000"]), "{format}");
    }
    let file = File::open(directory.path().join("one/packets.parquet")).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("a footer");
    let rows: Vec<_> =
        reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(rows, [131_072, 8_928]);
}

#[test]
fn options_for_rows_work_for_batches_too() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = ["--sort", "packets:desc", "--top", "2", "--total", "--rows", "layer == udp"];
    for format in ["csv", "parquet"] {
        write(directory.path(), format, &options);
    }
    let table = named("conversations").expect("a table");
    let csv = fs::read_to_string(directory.path().join("conversations.csv")).expect("a table");
    assert!(csv.contains("(total)") && csv.contains(",udp,") && !csv.contains(",tcp,"));
    assert_same(table, &csv, &parquet(directory.path(), table));
    for format in ["csv", "arrow"] {
        write(directory.path(), format, &["--rows", "protocols ~ :dns"]);
    }
    let packets = named("packets").expect("a table");
    let csv = fs::read_to_string(directory.path().join("packets.csv")).expect("a table");
    assert!(csv.lines().count() > 1 && csv.lines().skip(1).all(|line| line.contains(":dns,")));
    assert_same(packets, &csv, &arrow(directory.path(), packets));
}

#[test]
fn one_output_holds_one_table() {
    let said = run(testdata(), &["-f", "parquet", "-t", "summary,ports", "dns.pcap"]);
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("use -o DIR"), "{}", said.stderr);
}
