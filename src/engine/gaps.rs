//! Regions that `--salvage` skipped: counted always, kept one by one only for the table that lists
//! them.

use super::memory::{Growth, MemoryUse};
use super::pass::Shift;
use crate::error::Fault;
use crate::saved::count;
use serde::{Deserialize, Serialize};

/// Bytes between two records that `--salvage` skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Damage at its start.
    pub fault: Fault,
    /// Number of packets before it.
    #[serde(deserialize_with = "count")]
    pub packets: u64,
    /// Its length.
    #[serde(deserialize_with = "count")]
    pub bytes: u64,
}

impl Gap {
    /// Byte offset of the next record.
    pub fn end(&self) -> u64 {
        self.fault.offset.saturating_add(self.bytes)
    }
}

/// Skipped regions, in file order. Adjacent ones are one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaps {
    #[serde(deserialize_with = "count")]
    count: u64,
    #[serde(deserialize_with = "count")]
    bytes: u64,
    first: Option<Gap>,
    last: Option<Gap>,
    /// The first of each kind of damage among those after the first.
    kinds: Vec<(Fault, u64)>,
    list: Vec<Gap>,
}

impl Gaps {
    /// Number of gaps.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// True if nothing was skipped.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Number of skipped bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The first gap.
    pub fn first(&self) -> Option<&Gap> {
        self.first.as_ref()
    }

    /// The last gap.
    pub fn last(&self) -> Option<&Gap> {
        self.last.as_ref()
    }

    /// Damage at the first gap of each kind, at least, and the number of packets before it; in
    /// order.
    pub fn kinds(&self) -> impl Iterator<Item = (Fault, u64)> {
        let first = self.first.map(|gap| (gap.fault, gap.packets));
        first.into_iter().chain(self.kinds.iter().copied())
    }

    /// Every gap, if they are kept.
    pub fn iter(&self) -> impl Iterator<Item = &Gap> {
        self.list.iter()
    }

    /// Adds the next gap. `keep` is false if no table lists gaps.
    pub fn push(&mut self, gap: Gap, keep: bool) {
        self.bytes += gap.bytes;
        if !self.joins(&gap) {
            self.count += 1;
            self.last = Some(gap);
            match self.first {
                None => self.first = Some(gap),
                Some(_) => self.note_kind(gap.fault, gap.packets),
            }
            if keep {
                self.list.push(gap);
            }
        }
    }

    /// Appends the gaps of what follows `shift`.
    pub fn append(&mut self, later: Gaps, shift: Shift) {
        let shifted = |gap: Gap| Gap {
            fault: Fault { offset: gap.fault.offset + shift.bytes, ..gap.fault },
            packets: gap.packets + shift.packets,
            bytes: gap.bytes,
        };
        let Some(first) = later.first.map(shifted) else { return };
        let bytes = self.bytes + later.bytes;
        self.push(first, !later.list.is_empty());
        for (fault, packets) in later.kinds {
            let fault = Fault { offset: fault.offset + shift.bytes, ..fault };
            self.note_kind(fault, packets + shift.packets);
        }
        self.list.extend(later.list.into_iter().skip(1).map(shifted));
        self.count = (self.count + later.count).saturating_sub(1);
        self.bytes = bytes;
        if later.count > 1 {
            self.last = later.last.map(shifted);
        }
    }

    /// Memory held.
    pub fn memory(&self) -> MemoryUse {
        static GROWTH: Growth = Growth { entries: "gaps", advice: "choose tables other than gaps" };
        let bytes = self.list.capacity() * size_of::<Gap>();
        MemoryUse::of(&GROWTH, self.list.len() as u64, bytes as u64)
    }

    /// Extends the last gap by `next` if nothing lies between them.
    fn joins(&mut self, next: &Gap) -> bool {
        let adjoins =
            |last: &&mut Gap| last.end() == next.fault.offset && last.packets == next.packets;
        let Some(last) = self.last.as_mut().filter(adjoins) else { return false };
        last.bytes += next.bytes;
        let longer = *last;
        if self.count == 1 {
            self.first = Some(longer);
        }
        self.list.last_mut().into_iter().for_each(|last| *last = longer);
        true
    }

    fn note_kind(&mut self, fault: Fault, packets: u64) {
        if self.kinds.iter().all(|(known, _)| known.kind.name() != fault.kind.name()) {
            self.kinds.push((fault, packets));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::FaultKind;

    fn gap(kind: FaultKind, offset: u64, bytes: u64, packets: u64) -> Gap {
        Gap { fault: Fault { kind, offset }, packets, bytes }
    }

    /// Some adjoin, some do not, and a kind that only a joined gap has comes again later.
    #[test]
    fn gaps_are_the_same_wherever_they_are_cut() {
        let unlikely = FaultKind::RecordUnlikely;
        let (long, bug) = (FaultKind::RecordTooLong { claims: 9, limit: 1 }, FaultKind::Bug);
        let gaps = [
            gap(unlikely, 10, 5, 1),
            gap(long, 15, 5, 1),
            gap(bug, 20, 5, 2),
            gap(long, 30, 7, 2),
            gap(unlikely, 37, 3, 2),
            gap(long, 50, 1, 9),
        ];
        for keep in [false, true] {
            let of = |gaps: &[Gap]| {
                let mut all = Gaps::default();
                gaps.iter().for_each(|gap| all.push(*gap, keep));
                all
            };
            let whole = of(&gaps);
            assert_eq!((whole.len(), whole.bytes()), (4, 26));
            assert_eq!(whole.iter().count(), if keep { 4 } else { 0 });
            assert_eq!(whole.kinds().count(), 3);
            for cut in 0..=gaps.len() {
                let (before, after) = gaps.split_at(cut);
                let mut one = of(before);
                one.append(of(after), Shift::default());
                assert_eq!(one, whole, "cut at {cut}, keep {keep}");
            }
        }
    }
}
