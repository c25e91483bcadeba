//! Counting: parts are tallies, taking one is a merge.

use crate::dissect::packet::Packet;
use crate::engine::memory::{Budget, MemoryUse, Reservation};
use crate::engine::pass::{Part, Pass, Piece, Shift};
use crate::tally::{Needs, Tallies, Tally};
use std::io;
use std::sync::Arc;

/// Counts all packets of a walk.
#[derive(Debug)]
pub struct Counting {
    needs: Needs,
    interval: u64,
    tallies: Tallies,
    reservation: Reservation,
}

impl Counting {
    /// Counts for tables with these needs; `interval` is the bucket of `intervals` in nanoseconds.
    pub fn new(needs: Needs, interval: u64, budget: &Arc<Budget>) -> Counting {
        let tallies = Tallies::new(needs, interval);
        Counting { needs, interval, tallies, reservation: Reservation::new(budget) }
    }

    /// The tallies, and the memory reserved for them.
    pub fn finish(self) -> (Tallies, Reservation) {
        (self.tallies, self.reservation)
    }
}

impl Pass for Counting {
    type Part = Tallies;
    type Error = io::Error;

    fn settings(&self) -> (Needs, u64) {
        (self.needs, self.interval)
    }

    fn piece(&self) -> Piece {
        Piece::Long
    }

    fn take(&mut self, part: Tallies, shift: Shift) -> io::Result<()> {
        self.tallies.merge(part, shift);
        self.reservation.resize(Tally::memory(&self.tallies));
        Ok(())
    }
}

impl Part for Tallies {
    type Settings = (Needs, u64);

    fn new(&(needs, interval): &(Needs, u64), _: u64) -> Tallies {
        Tallies::new(needs, interval)
    }

    fn wants_layers(&self) -> bool {
        Tallies::wants_layers(self)
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        Tally::observe(self, packet);
    }

    fn memory(&self) -> MemoryUse {
        Tally::memory(self)
    }
}
