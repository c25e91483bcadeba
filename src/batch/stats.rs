//! Statistics of a run, and its closing line.

use std::fmt;
use std::time::Duration;

/// Statistics of the work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Number of inputs.
    pub inputs: u64,
    /// Inputs read to their end.
    pub ok: u64,
    /// Inputs that end inside a record.
    pub cut_short: u64,
    /// Damaged inputs.
    pub damaged: u64,
    /// Inputs of which nothing could be read.
    pub unreadable: u64,
    /// Inputs that this process is too short of memory or descriptors to read.
    pub unknown: u64,
    /// Inputs with packets of a link type that is not dissected.
    pub undissected: u64,
    /// Files found in directories that are no captures.
    pub skipped: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their packets.
    pub packets: u64,
    /// Those that the run's conditions select. None if there are none.
    pub matching: Option<u64>,
    /// Number of ranges.
    pub ranges: u64,
    /// Number of segments whose start was guessed wrong.
    pub rewalked: u64,
    /// Time spent reading and counting.
    pub working: Duration,
    /// Time spent taking parts, summed over inputs.
    pub merging: Duration,
    /// Time spent making and writing rows.
    pub writing: Duration,
}

/// The closing line: inputs by status, skipped files, packets.
impl fmt::Display for Stats {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inputs == 0 {
            write!(out, "no capture found")?;
        } else {
            write!(out, "{} input{}: {} ok", self.inputs, plural(self.inputs), self.ok)?;
        }
        for (count, status) in [
            (self.cut_short, "cut short"),
            (self.damaged, "damaged"),
            (self.unreadable, "unreadable"),
            (self.unknown, "not counted"),
        ] {
            if count > 0 {
                write!(out, ", {count} {status}")?;
            }
        }
        if self.undissected > 0 {
            let inputs = self.undissected;
            write!(out, "; {inputs} with a link type that is not dissected")?;
        }
        if self.skipped > 0 {
            write!(out, "; {} file{} skipped", self.skipped, plural(self.skipped))?;
        }
        write!(out, "; {}", self.packets())
    }
}

impl Stats {
    /// `7 packets`, or with `--filter`, `--packets`, `--from` or `--to` `3 of 7 packets match`.
    pub fn packets(&self) -> String {
        let packets = format!("{} packet{}", self.packets, plural(self.packets));
        match self.matching {
            None => packets,
            Some(1) => format!("1 of {packets} matches"),
            Some(matching) => format!("{matching} of {packets} match"),
        }
    }
}

pub(super) fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
