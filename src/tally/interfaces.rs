//! Packets per interface: the counts of the `interfaces` table.

use super::Tally;
use super::totals::Counts;
use crate::dissect::packet::Packet;
use crate::engine::InterfaceId;
use crate::engine::memory::{Growth, MemoryUse};
use crate::engine::pass::Shift;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Packets per interface.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "BTreeMap<InterfaceId, Counts>", into = "BTreeMap<InterfaceId, Counts>")]
pub struct InterfaceCounts {
    counts: BTreeMap<InterfaceId, Counts>,
    /// The interface of the packet before, not yet in `counts`: mostly it is the next one's too.
    current: (InterfaceId, Counts),
}

impl InterfaceCounts {
    /// The packets of every interface that has any.
    pub fn counts(&self) -> Cow<'_, BTreeMap<InterfaceId, Counts>> {
        if self.current.1.packets == 0 {
            return Cow::Borrowed(&self.counts);
        }
        let mut settled = self.clone();
        settled.settle();
        Cow::Owned(settled.counts)
    }

    fn settle(&mut self) {
        let (id, counts) = std::mem::take(&mut self.current);
        if counts.packets > 0 {
            self.counts.entry(id).or_default().merge(counts);
        }
    }
}

impl From<BTreeMap<InterfaceId, Counts>> for InterfaceCounts {
    fn from(counts: BTreeMap<InterfaceId, Counts>) -> InterfaceCounts {
        InterfaceCounts { counts, ..InterfaceCounts::default() }
    }
}

impl From<InterfaceCounts> for BTreeMap<InterfaceId, Counts> {
    fn from(counts: InterfaceCounts) -> BTreeMap<InterfaceId, Counts> {
        counts.counts().into_owned()
    }
}

impl PartialEq for InterfaceCounts {
    fn eq(&self, other: &InterfaceCounts) -> bool {
        self.counts() == other.counts()
    }
}

impl Tally for InterfaceCounts {
    #[inline]
    fn observe(&mut self, packet: &Packet<'_>) {
        let id = (packet.record.section, packet.record.interface);
        if self.current.0 != id {
            self.settle();
            self.current.0 = id;
        }
        self.current.1.add(packet);
    }

    fn merge(&mut self, mut later: InterfaceCounts, shift: Shift) {
        self.settle();
        later.settle();
        for ((section, interface), counts) in later.counts {
            let id = (section.saturating_add(shift.sections), interface);
            self.counts.entry(id).or_default().merge(counts);
        }
    }

    fn memory(&self) -> MemoryUse {
        static GROWTH: Growth =
            Growth { entries: "interfaces", advice: "choose tables other than interfaces" };
        /// A map's nodes are at least half full.
        const NODES: usize = 2;
        let bytes = self.counts.len() * NODES * size_of::<(InterfaceId, Counts)>();
        MemoryUse::of(&GROWTH, self.counts.len() as u64, bytes as u64)
    }
}
