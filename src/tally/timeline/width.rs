//! Lengths of the buckets of a timeline.

const MILLISECOND: u64 = 1_000_000;

pub(super) const SECOND: u64 = 1_000 * MILLISECOND;

const MINUTE: u64 = 60 * SECOND;

const HOUR: u64 = 60 * MINUTE;

pub(super) const DAY: u64 = 24 * HOUR;

/// Lengths of a bucket in nanoseconds; each divides the next.
#[rustfmt::skip]
pub const WIDTHS: [u64; 36] = [
    1, 2, 10, 20, 100, 200,
    1_000, 2_000, 10_000, 20_000, 100_000, 200_000,
    MILLISECOND, 2 * MILLISECOND, 10 * MILLISECOND, 20 * MILLISECOND, 100 * MILLISECOND, 200 * MILLISECOND,
    SECOND, 2 * SECOND, 10 * SECOND, 20 * SECOND,
    MINUTE, 2 * MINUTE, 10 * MINUTE, 20 * MINUTE,
    HOUR, 2 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 10 * DAY, 100 * DAY, 1_000 * DAY, 10_000 * DAY, 100_000 * DAY,
];
