//! `arrow`: a stream of record batches in Arrow's IPC format, which readers take from a pipe or a
//! file as it is.

use super::Batches;
use crate::output::format::{COLUMNAR, Encoder, Format};
use crate::table::row::RowBuffer;
use arrow_ipc::writer::StreamWriter;
use std::io::{self, Write};

/// Arrow's IPC stream.
pub static ARROW: Format = Format {
    name: COLUMNAR[1].0,
    about: COLUMNAR[1].1,
    extension: "arrow",
    binary: true,
    several: None,
    rows: RowBuffer::columns,
    encoder: |table| Box::new(Stream { batches: Batches::new(table, ROWS), writer: None }),
};

/// Rows of a batch.
const ROWS: usize = 1 << 16;

/// Batches one after another, between a schema and an end mark.
struct Stream {
    batches: Batches,
    writer: Option<StreamWriter<Vec<u8>>>,
}

impl Stream {
    /// Writes batches that are complete, or all.
    fn write(&mut self, more: bool, out: &mut dyn Write) -> io::Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        while let Some(batch) = self.batches.next(more)? {
            writer.write(&batch).map_err(io::Error::other)?;
            out.write_all(&std::mem::take(writer.get_mut()))?;
        }
        Ok(())
    }
}

impl Encoder for Stream {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let writer = StreamWriter::try_new(Vec::new(), &self.batches.schema);
        let writer = writer.map_err(io::Error::other)?;
        out.write_all(&std::mem::take(self.writer.insert(writer).get_mut()))
    }

    fn rows(&mut self, rows: &mut RowBuffer, out: &mut dyn Write) -> io::Result<()> {
        self.batches.add(rows)?;
        self.write(true, out)
    }

    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.write(false, out)?;
        let Some(mut writer) = self.writer.take() else { return Ok(()) };
        writer.finish().map_err(io::Error::other)?;
        out.write_all(writer.get_ref())
    }
}
