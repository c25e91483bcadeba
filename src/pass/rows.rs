//! Rows: one row per packet (`packets`), made in parallel and written in file order.
//!
//! Rows hold absolute packet numbers, so their pieces are numbered.

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use crate::table::packets;
use crate::table::row::RowBuffer;
use std::io;

/// Receiver of rows: called with the rows of one piece, in file order.
pub type Sink<'a> = Box<dyn FnMut(RowBuffer) -> io::Result<()> + Send + 'a>;

/// Makes a row of every packet.
pub struct Rows<'a> {
    settings: Settings,
    sink: Sink<'a>,
}

/// Settings of a buffer of rows.
#[derive(Clone, Debug)]
pub struct Settings {
    empty: RowBuffer,
    before: u64,
}

/// The rows of one piece.
pub struct RowsPart {
    rows: RowBuffer,
    /// Number of the piece's first packet.
    first: u64,
}

impl<'a> Rows<'a> {
    /// Rows in copies of an `empty` buffer. `before` is the number of packets of earlier inputs
    /// (`--merge`).
    pub fn new(empty: RowBuffer, before: u64, sink: Sink<'a>) -> Rows<'a> {
        Rows { settings: Settings { empty, before }, sink }
    }
}

impl Pass for Rows<'_> {
    type Part = RowsPart;
    type Error = io::Error;

    fn settings(&self) -> Settings {
        self.settings.clone()
    }

    fn piece(&self) -> Piece {
        Piece::Numbered
    }

    fn take(&mut self, part: RowsPart, _: Shift) -> io::Result<()> {
        (self.sink)(part.rows)
    }
}

impl Part for RowsPart {
    type Settings = Settings;

    fn new(settings: &Settings, first_packet: u64) -> RowsPart {
        RowsPart { rows: settings.empty.clone(), first: settings.before + first_packet + 1 }
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        self.rows.begin_row();
        packets::fill(packet, self.first + packet.record.number, &mut self.rows);
        self.rows.end_row();
    }

    fn memory(&self) -> MemoryUse {
        MemoryUse { bytes: self.rows.memory() as u64, largest: None }
    }
}
