//! Record batches (Apache Arrow) of rows, for the formats `arrow` and `parquet`.
//!
//! Batches have a fixed number of rows, whatever pieces the rows came in: the bytes of an output do
//! not depend on ranges and workers. Text is UTF-8, integers have 64 bits, times are nanoseconds in
//! UTC, decimals are doubles; empty cells are null.

pub mod arrow;
pub mod parquet;

use crate::table::Table;
use crate::table::columns::ColumnType;
use crate::table::row::RowBuffer;
use crate::table::row::columns::Values;
use arrow_array::{
    ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow_select::concat::concat_batches;
use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::Arc;

/// Columns of a table. Units and meanings are metadata of the fields.
pub fn schema(table: &Table) -> SchemaRef {
    let field = |(place, column): (usize, &crate::table::columns::Column)| {
        let metadata = [("unit", column.unit), ("meaning", column.meaning)];
        let metadata = metadata.iter().filter(|(_, text)| !text.is_empty());
        // `file` is in every row.
        Field::new(column.name, data_type(column.kind), place > 0).with_metadata(
            metadata
                .map(|(key, text)| (key.to_string(), text.to_string()))
                .collect::<HashMap<_, _>>(),
        )
    };
    Arc::new(Schema::new(table.columns.iter().enumerate().map(field).collect::<Vec<_>>()))
}

fn data_type(kind: ColumnType) -> DataType {
    match kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Integer => DataType::UInt64,
        ColumnType::Signed => DataType::Int64,
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Time => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        ColumnType::Decimal => DataType::Float64,
    }
}

fn array(values: Values) -> Result<ArrayRef, ArrowError> {
    let nulls = |valid: Vec<bool>| {
        Some(NullBuffer::from(valid)).filter(|nulls: &NullBuffer| nulls.null_count() > 0)
    };
    Ok(match values {
        Values::Text(_, bytes, _) if i32::try_from(bytes.len()).is_err() => {
            return Err(ArrowError::OffsetOverflowError(bytes.len()));
        }
        Values::Text(ends, bytes, valid) => {
            let ends = OffsetBuffer::new(ScalarBuffer::from(ends));
            Arc::new(StringArray::try_new(ends, Buffer::from_vec(bytes), nulls(valid))?)
        }
        Values::Integer(values, valid) => {
            Arc::new(UInt64Array::try_new(values.into(), nulls(valid))?)
        }
        Values::Signed(values, valid) => {
            Arc::new(Int64Array::try_new(values.into(), nulls(valid))?)
        }
        Values::Boolean(values, valid) => Arc::new(BooleanArray::new(values.into(), nulls(valid))),
        Values::Time(values, valid) => Arc::new(
            TimestampNanosecondArray::try_new(values.into(), nulls(valid))?.with_timezone("UTC"),
        ),
        Values::Decimal(values, valid) => {
            Arc::new(Float64Array::try_new(values.into(), nulls(valid))?)
        }
    })
}

/// Number of pieces that wait before they are joined.
const MOST_WAITING: usize = 256;

/// Rows that wait until there are enough for a batch.
struct Batches {
    schema: SchemaRef,
    /// Rows of a batch.
    rows: usize,
    waiting: VecDeque<RecordBatch>,
    count: usize,
}

impl Batches {
    fn new(table: &Table, rows: usize) -> Batches {
        Batches { schema: schema(table), rows, waiting: VecDeque::new(), count: 0 }
    }

    /// Adds the rows of a buffer.
    fn add(&mut self, rows: &mut RowBuffer) -> io::Result<()> {
        let count = rows.len();
        let arrays = rows.take_columns().into_iter().map(array).collect::<Result<Vec<_>, _>>();
        let batch = arrays
            .and_then(|arrays| RecordBatch::try_new(self.schema.clone(), arrays))
            .map_err(io::Error::other)?;
        self.count += count;
        self.waiting.push_back(batch);
        // Thousands of inputs have a row each: arrays of few rows take a multiple of their values.
        if self.waiting.len() >= MOST_WAITING {
            let pieces: Vec<_> = self.waiting.drain(..).collect();
            let joined = concat_batches(&self.schema, &pieces).map_err(io::Error::other)?;
            self.waiting.push_back(joined);
        }
        Ok(())
    }

    /// The next batch. None if there are too few rows and more may come.
    fn next(&mut self, more: bool) -> io::Result<Option<RecordBatch>> {
        if self.count == 0 || (more && self.count < self.rows) {
            return Ok(None);
        }
        let (mut left, mut pieces) = (self.rows.min(self.count), Vec::new());
        self.count -= left;
        while left > 0 {
            let Some(batch) = self.waiting.pop_front() else { break };
            let taken = left.min(batch.num_rows());
            if taken < batch.num_rows() {
                self.waiting.push_front(batch.slice(taken, batch.num_rows() - taken));
            }
            pieces.push(batch.slice(0, taken));
            left -= taken;
        }
        concat_batches(&self.schema, &pieces).map(Some).map_err(io::Error::other)
    }
}
