//! Folding: parts are records dealt to shards, which are applied batch by batch on all workers.
//!
//! Rows of `segments` leave with their batch, so their number costs no memory.

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use crate::fold::tcp::shard::Segment;
use crate::fold::{FoldNeeds, Folds, Parts};
use crate::pass::rows::Sink;
use crate::table::row::RowBuffer;
use crate::table::segments;
use rayon::prelude::*;
use std::io;

/// Number of rows of `segments` that a worker makes at a time.
const ROWS_AT_ONCE: usize = 4096;

/// Folds the packets of a walk.
pub struct Folding<'a> {
    folds: &'a mut Folds,
    /// Packets of earlier inputs (`--merge`).
    before: u64,
    waiting: Vec<(Parts, u64)>,
    /// An empty buffer, and where the rows of `segments` go.
    rows: Option<(RowBuffer, Sink<'a>)>,
}

impl<'a> Folding<'a> {
    /// Continues `folds` with an input that has `before` packets before it.
    pub fn new(
        folds: &'a mut Folds,
        before: u64,
        rows: Option<(RowBuffer, Sink<'a>)>,
    ) -> Folding<'a> {
        Folding { folds, before, waiting: Vec::new(), rows }
    }
}

impl Pass for Folding<'_> {
    type Part = Parts;
    type Error = io::Error;

    fn settings(&self) -> FoldNeeds {
        self.folds.needs()
    }

    fn piece(&self) -> Piece {
        Piece::Range
    }

    fn take(&mut self, part: Parts, shift: Shift) -> io::Result<()> {
        self.waiting.push((part, self.before + shift.packets));
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        self.folds.apply(std::mem::take(&mut self.waiting));
        let Some((empty, sink)) = &mut self.rows else { return Ok(()) };
        let segments = self.folds.tcp.as_mut().map(|tcp| tcp.take_segments()).unwrap_or_default();
        let made = |chunk: &[Segment]| {
            let mut rows = empty.clone();
            for segment in chunk {
                rows.begin_row();
                segments::fill(segment, &mut rows);
                rows.end_row();
            }
            rows
        };
        let rows: Vec<_> = segments.par_chunks(ROWS_AT_ONCE).map(made).collect();
        rows.into_iter().try_for_each(sink)
    }
}

impl Part for Parts {
    type Settings = FoldNeeds;

    fn new(needs: &FoldNeeds, _: u64) -> Parts {
        Parts::new(*needs)
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        Parts::observe(self, packet);
    }

    fn memory(&self) -> MemoryUse {
        MemoryUse { bytes: self.bytes(), largest: None }
    }
}
