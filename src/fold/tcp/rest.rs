//! A ClientHello that is longer than its segment: its parts are put together.

use super::super::handshake::pieces::Pieces;
use super::super::message::hello::ClientHello;
use super::super::message::tls::Records;
use super::begun::{PACKETS, SEGMENTS};
use super::record::Record;

/// A hello that waits for its rest.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// False if too little of it was seen for a handshake.
    pub is_noted: bool,
    from_low: bool,
    /// Number of the packet that it begins in.
    packet: u64,
    /// Segments of its sender since.
    segments: u8,
    /// Sequence number of its first byte.
    sequence: u32,
    pieces: Pieces,
}

impl Unfinished {
    /// Waits for the rest of a record that begins in a segment and continues after it.
    pub fn new(header: &Record, begun: &[u8], is_noted: bool) -> Unfinished {
        let before = header.payload_bytes.unwrap_or(0).saturating_sub(begun.len() as u32);
        let mut pieces = Pieces::default();
        pieces.add(0, begun);
        Unfinished {
            is_noted,
            from_low: header.from_low,
            packet: header.packet,
            segments: 0,
            sequence: header.sequence.wrapping_add(before),
            pieces,
        }
    }

    /// Adds the payload of a later segment; None if it was not kept. Gives the hello once it is
    /// whole, and tells whether to wait no longer.
    pub fn add(&mut self, header: &Record, payload: Option<&[u8]>) -> (Option<ClientHello>, bool) {
        if header.from_low != self.from_low || header.payload_bytes.is_none_or(|bytes| bytes == 0) {
            return (None, false);
        }
        let waits = self.segments < SEGMENTS && header.packet <= self.packet + PACKETS;
        self.segments = self.segments.saturating_add(1);
        let Some(payload) = payload.filter(|_| waits) else { return (None, !waits) };
        let offset = header.sequence.wrapping_sub(self.sequence);
        self.pieces.add(usize::try_from(offset).unwrap_or(usize::MAX), payload);
        let records = Records::of(self.pieces.bytes());
        let whole = records.and_then(|records| records.client).filter(|hello| hello.ja3.is_some());
        let ends = whole.is_some();
        (whole, ends)
    }

    /// Memory held, in bytes.
    pub fn heap_bytes(&self) -> u64 {
        size_of::<Unfinished>() as u64 + self.pieces.heap_bytes()
    }
}
