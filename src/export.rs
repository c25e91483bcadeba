//! The `packets` table: a row per packet, written in index order while the capture is read.
//!
//! Rows need absolute packet numbers, so they are made range by range once it is known how many
//! packets come before (see [`engine::run_in_order`]); what is held at once is bounded by its
//! window.

use crate::capture::Capture;
use crate::dissect::packet::Packet;
use crate::engine::{self, Run, Work};
use crate::table::packets;
use crate::table::row::{RowBuffer, Style};
use crate::tally::{Held, Needs, Tallies, Tally};

/// The rows of the packets of one range, and what the other tables count of them.
struct RangeRows {
    /// How many packets come before the next one.
    before: u64,
    rows: RowBuffer,
    tallies: Tallies,
}

impl Tally for RangeRows {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        self.before += 1;
        self.rows.begin_row();
        packets::fill(packet, self.before, &mut self.rows);
        self.rows.end_row();
        self.tallies.observe(packet);
    }

    fn merge(&mut self, later: Self) {
        self.before = later.before;
        self.rows.append(later.rows);
        self.tallies.merge(later.tallies);
    }

    fn held(&self) -> Held {
        self.tallies.held()
    }
}

/// What an export is made with.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The first cell of every row.
    pub file: &'a str,
    /// The number of packets in front of this capture's.
    pub before: u64,
    /// How cells are set apart.
    pub style: &'static Style,
    /// What the other tables need.
    pub needs: Needs,
    /// The length of a bucket of time in nanoseconds.
    pub interval: u64,
}

impl Export<'_> {
    /// Reads the capture, hands the rows to `write` in order and returns what was counted.
    ///
    /// # Errors
    /// Those of `write`.
    pub fn run<E: Send>(
        self,
        capture: &mut Capture,
        work: Work<'_>,
        mut write: impl FnMut(&[u8]) -> Result<(), E> + Send,
    ) -> Result<Run<Tallies>, E> {
        let fresh = |before: u64| RangeRows {
            before: self.before + before,
            rows: RowBuffer::new(self.style, self.file),
            tallies: Tallies::new(self.needs, self.interval),
        };
        let mut tallies = Tallies::new(self.needs, self.interval);
        let run = engine::run_in_order(capture, work, &fresh, |range| {
            let before = tallies.held();
            tallies.merge(range.tallies);
            work.memory.grew(before, tallies.held());
            write(&range.rows.into_bytes())
        })?;
        let held = tallies.held();
        Ok(Run { held, ..run.with_tally(tallies).0 })
    }
}
