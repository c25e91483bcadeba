//! `parquet`: Apache Parquet, compressed with zstd. The columns of a row group are encoded side by
//! side on all workers.
//!
//! Text has dictionaries; integers and times are stored as differences, which suits numbers of
//! packets and times in order.

use super::Batches;
use crate::output::format::{COLUMNAR, Encoder, Format};
use crate::table::Table;
use crate::table::columns::ColumnType;
use crate::table::row::RowBuffer;
use arrow_array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::io::{self, Write};

/// Apache Parquet.
pub static PARQUET: Format = Format {
    name: COLUMNAR[0].0,
    about: COLUMNAR[0].1,
    extension: "parquet",
    binary: true,
    several: None,
    rows: RowBuffer::columns,
    encoder: |table| Box::new(File { table, batches: Batches::new(table, ROWS), writer: None }),
};

/// Rows of a row group: readers work on groups side by side, and a group is held in memory.
const ROWS: usize = 1 << 17;

/// A file whose bytes are handed on group by group.
struct File {
    table: &'static Table,
    batches: Batches,
    writer: Option<(SerializedFileWriter<Vec<u8>>, ArrowRowGroupWriterFactory)>,
}

fn properties(table: &Table) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_created_by(concat!("pcapstat ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(None)
        .set_dictionary_enabled(false);
    for column in table.columns {
        let path = ColumnPath::from(column.name);
        builder = match column.kind {
            ColumnType::Text => builder.set_column_dictionary_enabled(path, true),
            ColumnType::Integer | ColumnType::Signed | ColumnType::Time => {
                builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
            }
            ColumnType::Boolean | ColumnType::Decimal => builder,
        };
    }
    builder.build()
}

/// Writes a batch as a row group.
fn write_group(
    writer: &mut SerializedFileWriter<Vec<u8>>,
    factory: &ArrowRowGroupWriterFactory,
    batch: &RecordBatch,
) -> Result<(), ParquetError> {
    let columns = factory.create_column_writers(writer.flushed_row_groups().len())?;
    let schema = batch.schema();
    // No column is nested: each has one writer.
    let columns: Vec<_> = columns.into_iter().zip(schema.fields()).zip(batch.columns()).collect();
    let encoded: Vec<ArrowColumnChunk> = columns
        .into_par_iter()
        .with_max_len(1)
        .map(|((mut column, field), array)| {
            compute_leaves(field, array)?.iter().try_for_each(|leaf| column.write(leaf))?;
            column.close()
        })
        .collect::<Result<_, _>>()?;
    let mut group = writer.next_row_group()?;
    for chunk in encoded {
        chunk.append_to_row_group(&mut group)?;
    }
    group.close().map(drop)
}

impl File {
    /// Writes row groups that are complete, or all.
    fn write(&mut self, more: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some((writer, factory)) = &mut self.writer else { return Ok(()) };
        while let Some(batch) = self.batches.next(more)? {
            write_group(writer, factory, &batch).map_err(io::Error::other)?;
            out.write_all(&std::mem::take(writer.inner_mut()))?;
        }
        Ok(())
    }
}

impl Encoder for File {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        let (schema, properties) = (self.batches.schema.clone(), properties(self.table));
        let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties));
        let writer = writer.and_then(ArrowWriter::into_serialized_writer);
        self.writer = Some(writer.map_err(io::Error::other)?);
        Ok(())
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        self.batches.add(rows)?;
        self.write(true, out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write(false, out)?;
        let Some((writer, _)) = self.writer.take() else { return Ok(()) };
        out.write_all(&writer.into_inner().map_err(io::Error::other)?)
    }
}
