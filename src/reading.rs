//! Reading one capture: the passes that a run needs, joined into one walk, and their report.
//!
//! The command, the library, benches and tests all come through [`read`].

use crate::capture::{Capture, Position};
use crate::engine::memory::Budget;
use crate::engine::{self, Options, Walked, Within};
use crate::fold::encoded::Records;
use crate::fold::{FoldNeeds, Folds, Settings};
use crate::pass::counting::Counting;
use crate::pass::folding::Folding;
use crate::pass::keeping::Keeping;
use crate::pass::rows::{Rows, Sink};
use crate::pass::selected::{Conditions, Selected};
use crate::report::{FileFacts, Report};
use crate::table::row::RowBuffer;
use crate::tally::{Needs, Tallies};
use std::io;
use std::sync::Arc;

/// Tallies, folds and selection that a run wants of a capture.
#[derive(Clone)]
#[non_exhaustive]
pub struct Wanted {
    /// Tallies of the chosen tables.
    pub needs: Needs,
    /// Length of a bucket of `intervals` in nanoseconds.
    pub interval: u64,
    /// Time without a packet after which a flow ends, in nanoseconds.
    pub flow_idle: u64,
    /// Age at which a flow ends, in nanoseconds.
    pub flow_active: u64,
    /// Conditions that a packet must meet to be observed.
    pub conditions: Conditions,
}

impl Wanted {
    /// These needs over all packets: intervals of one second, flows that end after a minute without
    /// a packet or half an hour.
    pub fn of(needs: Needs) -> Wanted {
        const SECOND: u64 = 1_000_000_000;
        Wanted {
            needs,
            interval: SECOND,
            flow_idle: 60 * SECOND,
            flow_active: 1800 * SECOND,
            conditions: Arc::new([]),
        }
    }

    /// Folds over no packet. None if no table needs one.
    pub fn folds(&self, segments: bool, budget: &Arc<Budget>) -> Option<Folds> {
        let Needs { folds, applications, packet_names, .. } = self.needs;
        let settings = Settings {
            segments,
            messages: folds.tcp,
            applications,
            packet_names,
            flow_idle: self.flow_idle,
            flow_active: self.flow_active,
        };
        // Tables of TCP streams need no names of UDP and SCTP.
        let datagrams = self.needs.conversations || packet_names || folds.flows;
        let decide = FoldNeeds { tcp: true, datagrams, ..FoldNeeds::NOTHING };
        let needs = if applications { folds.union(decide) } else { folds };
        (needs != FoldNeeds::NOTHING).then(|| Folds::new(needs, &settings, budget))
    }
}

/// Receiver of rows that are written while the capture is read, and the state of earlier inputs.
#[derive(Default)]
pub struct Continued<'a> {
    /// Rows of `packets`, if they are wanted.
    pub packets: Option<Rows<'a>>,
    /// An empty buffer for rows of `segments` and where they go, if they are wanted.
    pub segments: Option<(RowBuffer, Sink<'a>)>,
    /// Folds of the inputs before this one (`--merge`). None to begin anew.
    pub folds: Option<&'a mut Folds>,
    /// Number of packets of the inputs before this one.
    pub before: u64,
    /// Folds of all inputs as one, beside those of each (`--total`), and the number of packets
    /// before this input.
    pub total: Option<(&'a mut Folds, u64)>,
}

/// Result of reading a part of a capture.
#[derive(Debug)]
pub struct Stretch {
    /// The walk.
    pub within: Within,
    /// Counts of its packets.
    pub tallies: Tallies,
    /// Records of the folds.
    pub records: Records,
}

impl Stretch {
    /// No packets, at this place.
    pub fn nothing(end: Position, wanted: &Wanted) -> Stretch {
        let tallies = Tallies::new(wanted.needs, wanted.interval);
        let walked = Walked::default();
        let within = Within { walked, end, first_time: None, unsure: false };
        Stretch { within, tallies, records: Records::default() }
    }
}

/// Reads the records that begin at or after `start` and before the byte `until`. Counts are those of
/// [`read`]; what depends on the order of packets is kept as records. Call it on a worker of the pool
/// to use.
///
/// # Errors
/// None: nothing is written.
pub fn read_stretch(
    capture: &mut Capture,
    wanted: &Wanted,
    options: &Options<'_>,
    start: Position,
    until: u64,
) -> io::Result<Stretch> {
    if wanted.needs.comments {
        capture.keep_notes();
    }
    let mut counting = Counting::new(wanted.needs, wanted.interval, &options.budget);
    let folds = wanted.folds(false, &options.budget);
    let mut keeping = folds.map(|folds| Keeping::new(&folds, &options.budget));
    let conditions = wanted.conditions.clone();
    let within = if keeping.is_none() && conditions.is_empty() {
        engine::run_within(capture, options, &mut counting, start, until)?
    } else {
        let passes = (&mut counting, keeping.as_mut());
        let mut pass = Selected::new(passes, conditions, 0);
        engine::run_within(capture, options, &mut pass, start, until)?
    };
    let (tallies, _) = counting.finish();
    let records = keeping.map(Keeping::finish).unwrap_or_default();
    Ok(Stretch { within, tallies, records })
}

/// Reads a capture to its end. Call it on a worker of the pool to use; `file` is what the report
/// calls the capture.
///
/// # Errors
/// Those of the sinks of rows. Damage of the capture is no error: see [`Report::status`].
pub fn read(
    capture: &mut Capture,
    file: &str,
    wanted: &Wanted,
    options: &Options<'_>,
    continued: Continued<'_>,
) -> io::Result<Report> {
    let Continued { packets, segments, folds, before, total } = continued;
    if wanted.needs.comments {
        capture.keep_notes();
    }
    let mut counting = Counting::new(wanted.needs, wanted.interval, &options.budget);
    let mut own = match folds {
        Some(_) => None,
        None => wanted.folds(segments.is_some(), &options.budget),
    };
    let walked = {
        // Rows whose packets have names wait for the fold.
        let (named, packets) = match wanted.needs.packet_names {
            true => (packets, None),
            false => (None, packets),
        };
        let folding = folds.or(own.as_mut());
        let folding = folding.map(|folds| Folding::new(folds, before, segments, named));
        let total = total.map(|(folds, before)| Folding::new(folds, before, None, None));
        let conditions = wanted.conditions.clone();
        // Counting alone is the hottest loop: it pays for no pass that is off.
        match (packets.is_none() && folding.is_none(), conditions.is_empty()) {
            (true, true) => engine::run(capture, options, &mut counting)?,
            (true, false) => engine::run(
                capture,
                options,
                &mut Selected::new(&mut counting, conditions, before),
            )?,
            (false, _) => {
                let passes = (&mut counting, (packets, (folding, total)));
                engine::run(capture, options, &mut Selected::new(passes, conditions, before))?
            }
        }
    };
    let (tallies, reservation) = counting.finish();
    let facts = FileFacts::of(capture);
    let mut report = Report::new(file.to_string(), facts, walked, tallies, reservation);
    report.folds = own;
    Ok(report)
}
