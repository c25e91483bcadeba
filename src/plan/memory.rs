//! Memory that a run may take.

use super::quantity;
use crate::capture::cut::DEFAULT_RANGE_BYTES;
use crate::limits;
use crate::table::Table;

/// Memory that the process itself needs in any run, in bytes: not part of `--max-memory`.
pub const OWN_BYTES: u64 = 16 << 20;

/// Memory that a run may take, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// All of it.
    pub all: u64,
    /// Share of counting; sorting and rows take the rest.
    pub counting: u64,
    /// True if it was asked for or is limited by the system: freed memory is then returned.
    pub strict: bool,
    /// Tells the number of bytes in use. None if nobody counts them.
    pub used: Option<fn() -> u64>,
}

/// Memory of a run: `--max-memory`, or three quarters of what is free.
///
/// Counting takes half of it; a quarter if it fills large hash tables, which exist twice while they
/// grow; an eighth if endpoints or ports are derived from conversations afterwards.
pub(super) fn bounds(
    tables: &[&Table],
    max_memory: Option<&str>,
    jobs: usize,
) -> Result<Bounds, String> {
    let all = match max_memory {
        Some(text) => quantity::memory(text)?,
        None => limits::free_memory(jobs).map_or(u64::MAX, |free| free / 4 * 3),
    };
    let ends = tables.iter().any(|table| matches!(table.name, "endpoints" | "ports"));
    let hashes = tables.iter().any(|table| {
        let needs = table.needs;
        needs.intervals || needs.paths || needs.has_folds()
    });
    let counting = all
        / if ends {
            8
        } else if hashes {
            4
        } else {
            2
        };
    let strict = max_memory.is_some() || limits::limits_address_space();
    Ok(Bounds { all, counting, strict, used: None })
}

/// Bytes of a range: fewer if the rows or tables of all workers' ranges would take too much memory.
pub(super) fn range_bytes(memory: Bounds, jobs: usize) -> u64 {
    /// Ranges that the memory for counting should hold, for each worker.
    const RANGES: u64 = 128;
    const LEAST: u64 = 64 << 10;
    let share = memory.counting / RANGES / jobs as u64;
    DEFAULT_RANGE_BYTES.min(share.max(LEAST))
}
