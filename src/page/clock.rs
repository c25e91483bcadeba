//! Times of a capture: by the clock, or of a device that had none.

use crate::capture::time::Timestamp;

/// The years 1990 to 2099, in seconds since 1970.
const YEARS: std::ops::Range<i64> = 631_152_000..4_102_444_800;

/// True if a clock may have shown both times.
pub fn is_plausible((first, last): (Timestamp, Timestamp)) -> bool {
    YEARS.contains(&first.seconds) && YEARS.contains(&last.seconds)
}
