//! Rows: one row per packet (`packets`), made in parallel and written in file order.
//!
//! Rows hold absolute packet numbers, so their pieces are numbered.

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use crate::fold::application::named::Names;
use crate::table::packets;
use crate::table::row::RowBuffer;
use rayon::prelude::*;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

/// Receiver of rows: called with the rows of one piece, in file order. Gives the buffer back if others
/// may go into it.
pub type Sink<'a> = Box<dyn FnMut(RowBuffer) -> io::Result<Option<RowBuffer>> + Send + 'a>;

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
    /// True if names will be added to the rows.
    named: bool,
    /// Buffers whose rows are written: new memory costs as much as the rows that go into it.
    spare: Arc<Mutex<Vec<RowBuffer>>>,
}

impl Settings {
    /// A buffer without rows.
    fn buffer(&self) -> RowBuffer {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| self.empty.clone())
    }

    /// Keeps a buffer whose rows are written.
    fn keep(&self, mut rows: RowBuffer) {
        rows.clear();
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(rows);
    }
}

/// The rows of one piece.
pub struct RowsPart {
    rows: RowBuffer,
    /// Number of the packet of each row in the piece, if names will be added.
    packets: Option<Vec<u32>>,
    /// Number of the piece's first packet.
    first: u64,
}

impl<'a> Rows<'a> {
    /// Rows in copies of an `empty` buffer. `before` is the number of packets of earlier inputs
    /// (`--merge`).
    pub fn new(empty: RowBuffer, before: u64, sink: Sink<'a>) -> Rows<'a> {
        Rows { settings: Settings { empty, before, named: false, spare: Arc::default() }, sink }
    }

    /// Makes room for the rows of an input of so many bytes if it is a short one: they are seldom
    /// longer than its packets.
    pub fn with_room(self, bytes: u64) -> Rows<'a> {
        /// Length above which memory that grows costs little of the time of the rows.
        const SHORT: u64 = 128 << 10;
        if bytes <= SHORT {
            let mut room = self.settings.empty.clone();
            room.reserve(bytes as usize);
            self.settings.keep(room);
        }
        self
    }
}

impl Rows<'_> {
    /// Settings of rows to which names will be added.
    pub fn named(&self) -> Settings {
        Settings { named: true, ..self.settings.clone() }
    }

    /// Writes the rows of pieces with the names of their packets, in order.
    ///
    /// # Errors
    /// Those of the sink.
    pub fn write(&mut self, parts: Vec<RowsPart>, names: &[Names]) -> io::Result<()> {
        let named = |(part, names): (RowsPart, &Names)| {
            let RowsPart { mut rows, packets, .. } = part;
            let name = |packet: &u32| names.get(*packet as usize).copied().flatten();
            let names: Vec<_> = packets.iter().flatten().map(name).collect();
            rows.extend_paths(&names);
            rows
        };
        let rows: Vec<_> = parts.into_par_iter().zip(names).with_max_len(1).map(named).collect();
        rows.into_iter().try_for_each(|rows| self.hand_on(rows))
    }

    /// Hands rows to the sink.
    fn hand_on(&mut self, rows: RowBuffer) -> io::Result<()> {
        if let Some(written) = (self.sink)(rows)? {
            self.settings.keep(written);
        }
        Ok(())
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
        self.hand_on(part.rows)
    }
}

impl RowsPart {
    /// After the number of the last packet that has a row, in the piece; 0 unless names are added.
    pub fn end(&self) -> usize {
        self.packets
            .as_ref()
            .and_then(|packets| packets.last())
            .map_or(0, |last| *last as usize + 1)
    }
}

impl Part for RowsPart {
    type Settings = Settings;

    fn new(settings: &Settings, first_packet: u64) -> RowsPart {
        RowsPart {
            rows: settings.buffer(),
            packets: settings.named.then(Vec::new),
            first: settings.before + first_packet + 1,
        }
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(packets) = &mut self.packets {
            packets.push(packet.record.number as u32);
        }
        self.rows.begin_row();
        packets::fill(packet, self.first + packet.record.number, &mut self.rows);
        self.rows.end_row();
    }

    fn memory(&self) -> MemoryUse {
        MemoryUse { bytes: self.rows.memory() as u64, largest: None }
    }
}
