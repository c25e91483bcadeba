//! Rows of a table made on all workers, chunk by chunk, and handed out in order while the next ones
//! are made.

use crate::table::Rows;
use crate::table::row::RowBuffer;
use rayon::prelude::*;
use std::io;

/// Greatest number of rows that a worker makes at a time.
const CHUNK: usize = 2048;

/// Number of chunks per worker that are made while the ones before them are written.
const WINDOW: usize = 8;

/// Greatest number of rows that wait: the more workers, the shorter the chunks.
const WAITING: usize = 2 * WINDOW * CHUNK;

/// Makes rows in copies of an `empty` buffer and calls `write` with them, in order.
///
/// Buffers are used again and again: new memory costs as much as the rows that go into it.
///
/// # Errors
/// Those of `write`.
pub fn for_each_chunk(
    empty: &RowBuffer,
    rows: &Rows<'_>,
    mut write: impl FnMut(&mut RowBuffer) -> io::Result<()> + Send,
) -> io::Result<()> {
    let window = WINDOW * rayon::current_num_threads();
    let chunk = (WAITING / window).clamp(1, CHUNK);
    let buffers = || vec![empty.clone(); window.min(rows.count.div_ceil(chunk))];
    let make = |begin: usize, buffer: &mut RowBuffer| {
        buffer.clear();
        (begin..(begin + chunk).min(rows.count)).for_each(|number| rows.write(number, buffer));
    };
    if rows.count <= chunk {
        // No worker is woken for the few rows of a short capture.
        let mut buffer = empty.clone();
        make(0, &mut buffer);
        return if rows.count > 0 { write(&mut buffer) } else { Ok(()) };
    }
    let (mut made, mut making) = (Vec::new(), Vec::new());
    for first in (0..rows.count).step_by(window * chunk) {
        // At most twice, and once for the many tables of one window.
        if making.is_empty() {
            making = buffers();
        }
        let begins = (first..rows.count).into_par_iter().step_by(chunk);
        let (written, ()) = rayon::join(
            || made.iter_mut().try_for_each(&mut write),
            || {
                begins
                    .zip(&mut making)
                    .with_max_len(1)
                    .for_each(|(begin, buffer)| make(begin, buffer))
            },
        );
        written?;
        // The last window may need fewer buffers than there are.
        making.iter_mut().skip((rows.count - first).div_ceil(chunk)).for_each(RowBuffer::clear);
        std::mem::swap(&mut made, &mut making);
    }
    made.iter_mut().try_for_each(write)
}
