//! Folding: parts are records dealt to shards, which are applied batch by batch on all workers.
//!
//! Rows of `segments` leave with their batch, so their number costs no memory. So do those of
//! `packets`, once the fold has told the applications of their packets.

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use crate::fold::tcp::segment::Segment;
use crate::fold::{Folds, Parts, Wants};
use crate::pass::rows::{self, Rows, RowsPart, Sink};
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
    /// Rows of `packets` that wait for the names of their packets.
    unnamed: Vec<RowsPart>,
    packets: Option<Rows<'a>>,
    /// An empty buffer, and where the rows of `segments` go.
    rows: Option<(RowBuffer, Sink<'a>)>,
}

impl<'a> Folding<'a> {
    /// Continues `folds` with an input that has `before` packets before it. `rows` is for
    /// `segments`, `packets` for rows with names.
    pub fn new(
        folds: &'a mut Folds,
        before: u64,
        rows: Option<(RowBuffer, Sink<'a>)>,
        packets: Option<Rows<'a>>,
    ) -> Folding<'a> {
        Folding { folds, before, waiting: Vec::new(), unnamed: Vec::new(), packets, rows }
    }
}

impl Pass for Folding<'_> {
    type Part = (Parts, Option<RowsPart>);
    type Error = io::Error;

    fn settings(&self) -> (Wants, Option<rows::Settings>) {
        (self.folds.wants(), self.packets.as_ref().map(Rows::named))
    }

    fn piece(&self) -> Piece {
        if self.packets.is_some() { Piece::Numbered } else { Piece::Range }
    }

    fn take(&mut self, (part, rows): Self::Part, shift: Shift) -> io::Result<()> {
        self.waiting.push((part, self.before + shift.packets));
        self.unnamed.extend(rows);
        Ok(())
    }

    fn settle(&mut self) -> io::Result<()> {
        let names = self.folds.apply(std::mem::take(&mut self.waiting));
        if let Some(packets) = &mut self.packets {
            packets.write(std::mem::take(&mut self.unnamed), &names)?;
        }
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
        rows.into_iter().try_for_each(|rows| sink(rows).map(drop))
    }
}

impl Part for Parts {
    type Settings = Wants;

    fn new(wants: &Wants, _: u64) -> Parts {
        Parts::new(wants)
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        Parts::observe(self, packet);
    }

    fn memory(&self) -> MemoryUse {
        MemoryUse { bytes: self.bytes(), largest: None }
    }
}
