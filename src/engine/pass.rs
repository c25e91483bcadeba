//! Passes: what a walk over a capture feeds.
//!
//! A worker makes a [`Part`] of one piece of the capture. A [`Pass`] takes the parts in file order,
//! each exactly once. So the engine knows packets and positions, and no tally, table or format.

use super::memory::MemoryUse;
use crate::dissect::packet::Packet;

/// Result of one worker for one piece of a capture.
pub trait Part: Send + Sized {
    /// Settings that every part of a pass shares.
    type Settings: Clone + Send + Sync;

    /// False if packets need not be dissected.
    const DISSECTS: bool = true;

    /// A part of no packet. `first_packet` is the number of packets before it in the input, or 0
    /// unless the pass asks for [`Piece::Numbered`].
    fn new(settings: &Self::Settings, first_packet: u64) -> Self;

    /// False if it looks at a packet's record and problem alone: the layers are then not told.
    fn wants_layers(&self) -> bool {
        true
    }

    /// Observes the next packet; `packet.record.number` counts from the start of the part.
    fn observe(&mut self, packet: &Packet<'_>);

    /// Memory held so far.
    fn memory(&self) -> MemoryUse {
        MemoryUse::default()
    }
}

/// Consumer of the parts of a walk.
pub trait Pass: Send {
    /// The parts.
    type Part: Part;
    /// Reason to end the walk early.
    type Error: Send;

    /// Settings for new parts.
    fn settings(&self) -> <Self::Part as Part>::Settings;

    /// Largest piece that one part may cover.
    fn piece(&self) -> Piece;

    /// Takes the next part in file order; `shift` is what lies before it.
    ///
    /// # Errors
    /// Those of the pass; the walk then ends.
    fn take(&mut self, part: Self::Part, shift: Shift) -> Result<(), Self::Error>;

    /// Called after several parts were taken: work that all workers can share is best done here.
    ///
    /// # Errors
    /// Those of the pass; the walk then ends.
    fn settle(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Size of the piece of a capture that one part covers, coarsest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece {
    /// Many ranges: merging parts is the cost.
    Long,
    /// One range: holding parts is the cost.
    Range,
    /// One range whose first packet's number is known: the range is walked once before to count.
    Numbered,
}

/// Number of packets, bytes and sections before a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// Packets before it.
    pub packets: u64,
    /// Bytes of earlier inputs (`--merge`); offsets within one input are absolute.
    pub bytes: u64,
    /// Sections of earlier inputs.
    pub sections: u32,
}

impl Shift {
    /// A shift within the same input.
    pub fn of_packets(packets: u64) -> Shift {
        Shift { packets, ..Shift::default() }
    }

    /// Sum of both.
    pub fn plus(self, other: Shift) -> Shift {
        Shift {
            packets: self.packets + other.packets,
            bytes: self.bytes + other.bytes,
            sections: self.sections.saturating_add(other.sections),
        }
    }
}

/// Observes nothing: a walk that only counts packets.
impl Part for () {
    type Settings = ();
    const DISSECTS: bool = false;

    fn new((): &(), _: u64) {}
    fn observe(&mut self, _: &Packet<'_>) {}
}

impl<A: Part, B: Part> Part for (A, B) {
    type Settings = (A::Settings, B::Settings);
    const DISSECTS: bool = A::DISSECTS || B::DISSECTS;

    fn new(settings: &Self::Settings, first_packet: u64) -> Self {
        (A::new(&settings.0, first_packet), B::new(&settings.1, first_packet))
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        self.0.observe(packet);
        self.1.observe(packet);
    }

    fn memory(&self) -> MemoryUse {
        self.0.memory().plus(self.1.memory())
    }
}

/// Two passes in one walk.
impl<A: Pass, B: Pass<Error = A::Error>> Pass for (A, B) {
    type Part = (A::Part, B::Part);
    type Error = A::Error;

    fn settings(&self) -> <Self::Part as Part>::Settings {
        (self.0.settings(), self.1.settings())
    }

    fn piece(&self) -> Piece {
        self.0.piece().max(self.1.piece())
    }

    fn take(&mut self, (a, b): Self::Part, shift: Shift) -> Result<(), Self::Error> {
        self.0.take(a, shift)?;
        self.1.take(b, shift)
    }

    fn settle(&mut self) -> Result<(), Self::Error> {
        self.0.settle()?;
        self.1.settle()
    }
}

impl<A: Part> Part for Option<A> {
    type Settings = Option<A::Settings>;
    const DISSECTS: bool = A::DISSECTS;

    fn new(settings: &Self::Settings, first_packet: u64) -> Self {
        settings.as_ref().map(|settings| A::new(settings, first_packet))
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        if let Some(part) = self {
            part.observe(packet);
        }
    }

    fn memory(&self) -> MemoryUse {
        self.as_ref().map_or(MemoryUse::default(), Part::memory)
    }
}

/// A pass that may be off.
impl<A: Pass> Pass for Option<A> {
    type Part = Option<A::Part>;
    type Error = A::Error;

    fn settings(&self) -> <Self::Part as Part>::Settings {
        self.as_ref().map(Pass::settings)
    }

    fn piece(&self) -> Piece {
        self.as_ref().map_or(Piece::Long, Pass::piece)
    }

    fn take(&mut self, part: Self::Part, shift: Shift) -> Result<(), Self::Error> {
        match (self, part) {
            (Some(pass), Some(part)) => pass.take(part, shift),
            _ => Ok(()),
        }
    }

    fn settle(&mut self) -> Result<(), Self::Error> {
        self.as_mut().map_or(Ok(()), Pass::settle)
    }
}

/// A borrowed pass: its owner looks at it after the walk.
impl<A: Pass> Pass for &mut A {
    type Part = A::Part;
    type Error = A::Error;

    fn settings(&self) -> <Self::Part as Part>::Settings {
        A::settings(self)
    }

    fn piece(&self) -> Piece {
        A::piece(self)
    }

    fn take(&mut self, part: Self::Part, shift: Shift) -> Result<(), Self::Error> {
        A::take(self, part, shift)
    }

    fn settle(&mut self) -> Result<(), Self::Error> {
        A::settle(self)
    }
}
