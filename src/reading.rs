//! Reading one capture: the passes that a run needs, joined into one walk, and their report.
//!
//! The command, the library, benches and tests all come through [`read`].

use crate::capture::Capture;
use crate::engine::{self, Options};
use crate::pass::counting::Counting;
use crate::pass::rows::Rows;
use crate::pass::selected::{Conditions, Selected};
use crate::report::Report;
use crate::tally::Needs;
use std::io;
use std::sync::Arc;

/// What is wanted of a capture.
#[derive(Clone)]
#[non_exhaustive]
pub struct Wanted {
    /// Tallies of the chosen tables.
    pub needs: Needs,
    /// Length of a bucket of `intervals` in nanoseconds.
    pub interval: u64,
    /// Conditions that a packet must meet to be observed.
    pub conditions: Conditions,
}

impl Wanted {
    /// The tallies of these needs over all packets; intervals of one second.
    pub fn of(needs: Needs) -> Wanted {
        Wanted { needs, interval: 1_000_000_000, conditions: Arc::new([]) }
    }
}

/// Reads a capture to its end. Call it on a worker of the pool to use; `file` is what the report
/// calls the capture.
///
/// # Errors
/// Those of the sink of `rows`. Damage of the capture is no error: see [`Report::status`].
pub fn read(
    capture: &mut Capture,
    file: &str,
    wanted: &Wanted,
    options: &Options<'_>,
    rows: Option<Rows<'_>>,
) -> io::Result<Report> {
    let mut counting = Counting::new(wanted.needs, wanted.interval, &options.budget);
    // Counting alone is the hottest loop: it pays for no pass that is off.
    let walked = if rows.is_none() && wanted.conditions.is_empty() {
        engine::run(capture, options, &mut counting)?
    } else {
        let passes = (&mut counting, rows);
        engine::run(capture, options, &mut Selected::new(passes, wanted.conditions.clone()))?
    };
    let (tallies, reservation) = counting.finish();
    Ok(Report::new(file.to_string(), capture, walked, tallies, reservation))
}
