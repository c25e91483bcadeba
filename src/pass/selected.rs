//! Selected packets: an inner pass that observes only packets that meet every condition.
//!
//! Packets keep their numbers: those come from the walk, not from observers.

use crate::dissect::packet::Packet;
use crate::engine::memory::MemoryUse;
use crate::engine::pass::{Part, Pass, Piece, Shift};
use std::sync::Arc;

/// A condition on packets: one file each.
pub trait Condition: Send + Sync {
    /// True if the packet is selected. `number` counts from 0 within its input, or all that
    /// are merged, if the condition asks for numbers, and within its piece otherwise.
    fn selects(&self, packet: &Packet<'_>, number: u64) -> bool;

    /// True if the condition needs the packet's number within its input.
    fn needs_number(&self) -> bool {
        false
    }
}

/// Conditions that must all be met.
pub type Conditions = Arc<[Box<dyn Condition>]>;

/// A pass over the packets that meet all conditions.
pub struct Selected<P> {
    inner: P,
    conditions: Conditions,
    /// Number of packets of the inputs before, whose numbers continue.
    before: u64,
}

/// A part of the inner pass, and the conditions.
pub struct SelectedPart<A> {
    inner: A,
    conditions: Conditions,
    first_packet: u64,
}

impl<P> Selected<P> {
    /// Limits `inner` to packets that meet all conditions; their numbers continue after `before`.
    pub fn new(inner: P, conditions: Conditions, before: u64) -> Selected<P> {
        Selected { inner, conditions, before }
    }
}

impl<P: Pass> Pass for Selected<P> {
    type Part = SelectedPart<P::Part>;
    type Error = P::Error;

    fn settings(&self) -> <Self::Part as Part>::Settings {
        (self.inner.settings(), self.conditions.clone(), self.before)
    }

    fn piece(&self) -> Piece {
        let numbered = self.conditions.iter().any(|condition| condition.needs_number());
        if numbered { Piece::Numbered } else { self.inner.piece() }
    }

    fn take(&mut self, part: Self::Part, shift: Shift) -> Result<(), P::Error> {
        self.inner.take(part.inner, shift)
    }

    fn settle(&mut self) -> Result<(), P::Error> {
        self.inner.settle()
    }
}

impl<A: Part> Part for SelectedPart<A> {
    type Settings = (A::Settings, Conditions, u64);
    const DISSECTS: bool = A::DISSECTS;

    fn new(settings: &Self::Settings, first_packet: u64) -> SelectedPart<A> {
        let (inner, conditions, before) = settings;
        let inner = A::new(inner, first_packet);
        let first_packet = before + first_packet;
        SelectedPart { inner, conditions: conditions.clone(), first_packet }
    }

    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let number = self.first_packet + packet.record.number;
        if self.conditions.iter().all(|condition| condition.selects(packet, number)) {
            self.inner.observe(packet);
        }
    }

    fn memory(&self) -> MemoryUse {
        self.inner.memory()
    }
}
