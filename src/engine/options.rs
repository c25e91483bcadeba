//! Options of a walk over one capture, stated once for the command, the library, benches and tests.

use super::memory::Budget;
use crate::capture::cut::DEFAULT_RANGE_BYTES;
use crate::dissect::decode_as::DecodeAs;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// Engine options. None of them changes a result but `salvage` and `decode_as`.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options<'a> {
    /// Bytes of the capture that one range covers.
    pub range_bytes: u64,
    /// Start of the program's run, the zero of [`super::RangeStats::start_nanoseconds`].
    pub began: Instant,
    /// Called with the number of bytes done, after every range.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Keep the statistics of every range; otherwise ranges are only counted.
    pub keep_ranges: bool,
    /// Keep statements about every interface; otherwise descriptions are only counted.
    pub keep_interfaces: bool,
    /// Keep every gap; otherwise gaps are only counted.
    pub keep_gaps: bool,
    /// Resynchronise after damage instead of ending the walk.
    pub salvage: bool,
    /// Protocols assigned to values of dispatch fields.
    pub decode_as: Arc<[DecodeAs]>,
    /// Memory that the walk may hold. All workers stop once it is exceeded; the result is then
    /// void.
    pub budget: Arc<Budget>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            range_bytes: DEFAULT_RANGE_BYTES,
            began: Instant::now(),
            progress: &|_| (),
            keep_ranges: false,
            keep_interfaces: false,
            keep_gaps: false,
            salvage: false,
            decode_as: Arc::new([]),
            budget: Budget::unlimited(),
        }
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { range_bytes, keep_ranges, salvage, budget, .. } = self;
        write!(out, "Options {{ {range_bytes}, {keep_ranges}, {salvage}, {budget:?} }}")
    }
}
