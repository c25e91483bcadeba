//! Keeping: records of folds are encoded part by part, to be applied elsewhere in packet order.

use crate::engine::memory::{Budget, Growth, MemoryUse, Reservation};
use crate::engine::pass::{Pass, Piece, Shift};
use crate::fold::encoded::{Encoder, Records};
use crate::fold::{Folds, Parts, Wants};
use std::io;
use std::sync::Arc;

static GROWTH: Growth =
    Growth { entries: "records of packets", advice: "choose a smaller --shard-bytes" };

/// Keeps the records of a walk.
pub struct Keeping {
    wants: Wants,
    waiting: Vec<(Parts, u64)>,
    encoder: Encoder,
    records: Records,
    bytes: u64,
    reservation: Reservation,
}

impl Keeping {
    /// Keeps what these folds need.
    pub fn new(folds: &Folds, budget: &Arc<Budget>) -> Keeping {
        let wants = folds.wants();
        let (waiting, records) = (Vec::new(), Records::default());
        let (encoder, reservation) = (Encoder::default(), Reservation::new(budget));
        Keeping { wants, waiting, encoder, records, bytes: 0, reservation }
    }

    /// The records, each part with the number of packets before it.
    pub fn finish(self) -> Records {
        self.records
    }
}

impl Pass for Keeping {
    type Part = Parts;
    type Error = io::Error;

    fn settings(&self) -> Wants {
        self.wants.clone()
    }

    fn piece(&self) -> Piece {
        Piece::Range
    }

    fn take(&mut self, part: Parts, shift: Shift) -> io::Result<()> {
        self.waiting.push((part, shift.packets));
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        let records = self.encoder.encode(&self.waiting);
        self.wants.put(self.waiting.drain(..).map(|(part, _)| part));
        self.bytes += records.bytes();
        self.records.append(records, 0);
        self.reservation.resize(MemoryUse::of(&GROWTH, 1, self.bytes));
        Ok(())
    }
}
