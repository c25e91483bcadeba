//! Memory of a run: a budget, and reservations against it that are freed on drop.
//!
//! Workers resize the reservation of their part after every range. Entries that several parts know
//! are reserved for each until the parts are merged, so the sum errs on the safe side. Nothing here
//! knows who holds the memory: a reservation carries the holder's own advice.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A kind of memory that grows with a capture, for the message when the budget is exceeded.
#[derive(Debug, PartialEq, Eq)]
pub struct Growth {
    /// Name of the entries, in the plural.
    pub entries: &'static str,
    /// Remedy, as the middle of a sentence.
    pub advice: &'static str,
}

/// Memory held by a part.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryUse {
    /// Bytes held.
    pub bytes: u64,
    /// Kind of entry that takes most of them. None if nothing grows.
    pub largest: Option<(&'static Growth, u64)>,
}

impl MemoryUse {
    /// Memory of `entries` entries of one kind.
    pub fn of(growth: &'static Growth, entries: u64, bytes: u64) -> MemoryUse {
        MemoryUse { bytes, largest: Some((growth, bytes)).filter(|_| entries > 0) }
    }

    /// Sum of both; the larger kind gives its name.
    pub fn plus(self, other: MemoryUse) -> MemoryUse {
        let size = |memory: &MemoryUse| memory.largest.map_or(0, |(_, bytes)| bytes);
        let largest = if size(&other) > size(&self) { other.largest } else { self.largest };
        MemoryUse { bytes: self.bytes + other.bytes, largest }
    }
}

/// A bound, the bytes reserved so far, and whether the bound was ever exceeded.
///
/// The reservations of all inputs share one bound; each input has a budget of its own, so that an
/// excess ends the input that grew.
#[derive(Debug)]
pub struct Budget {
    shared: Arc<Shared>,
    exceeded: OnceLock<Exceeded>,
}

#[derive(Debug)]
struct Shared {
    limit: u64,
    reserved: AtomicU64,
    measure: Option<Measure>,
}

/// Memory in use as the process measures it, which includes what nobody reserved.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Bytes in use.
    pub used: fn() -> u64,
    /// Greatest number of them.
    pub limit: u64,
}

/// The budget was exceeded: by which kind of entry, and the limit in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Exceeded {
    growth: Option<&'static Growth>,
    limit: u64,
}

impl Budget {
    /// A budget of `limit` bytes.
    pub fn new(limit: u64) -> Arc<Budget> {
        Budget::measured(limit, None)
    }

    /// A budget of `limit` bytes that is also exceeded if the process uses too much.
    pub fn measured(limit: u64, measure: Option<Measure>) -> Arc<Budget> {
        let shared = Shared { limit, reserved: AtomicU64::new(0), measure };
        Arc::new(Budget { shared: Arc::new(shared), exceeded: OnceLock::new() })
    }

    /// A budget for another input with the same bound and the same reservations.
    pub fn of_next_input(&self) -> Arc<Budget> {
        Arc::new(Budget { shared: self.shared.clone(), exceeded: OnceLock::new() })
    }

    /// A budget without a bound.
    pub fn unlimited() -> Arc<Budget> {
        Budget::new(u64::MAX)
    }

    /// The bound in bytes.
    pub fn limit(&self) -> u64 {
        self.shared.limit
    }

    /// The first excess. None while all reservations fit.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.get().copied()
    }

    /// True after an excess, and if the process uses too much.
    pub fn is_exceeded(&self) -> bool {
        let Some(measure) = self.shared.measure else { return self.exceeded.get().is_some() };
        if self.exceeded.get().is_none() && (measure.used)() > measure.limit {
            self.exceed(None);
        }
        self.exceeded.get().is_some()
    }

    fn exceed(&self, growth: Option<&'static Growth>) {
        let limit = self.shared.limit;
        self.exceeded.get_or_init(|| Exceeded { growth, limit });
    }
}

/// Bytes of a [`Budget`], given back on drop.
#[derive(Debug)]
pub struct Reservation {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Reservation {
    /// An empty reservation.
    pub fn new(budget: &Arc<Budget>) -> Reservation {
        Reservation { budget: budget.clone(), bytes: 0 }
    }

    /// The first excess of its budget.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.budget.exceeded()
    }

    /// Grows or shrinks to what is held now. Marks the budget as exceeded if that is too much.
    pub fn resize(&mut self, memory: MemoryUse) {
        let before = std::mem::replace(&mut self.bytes, memory.bytes);
        let change = memory.bytes.wrapping_sub(before);
        let shared = &self.budget.shared;
        let reserved = shared.reserved.fetch_add(change, Ordering::Relaxed).wrapping_add(change);
        let measured = shared.measure.is_some_and(|measure| (measure.used)() > measure.limit);
        if (reserved > shared.limit && memory.bytes > before) || measured {
            self.budget.exceed(memory.largest.map(|(growth, _)| growth));
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.shared.reserved.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let growth = self.growth.unwrap_or(&Growth { entries: "tables", advice: "choose fewer" });
        let (Growth { entries, advice }, limit) = (growth, self.limit.div_ceil(1 << 20));
        write!(
            out,
            "out of memory for tables: {entries} need more than the {limit} MiB that --max-memory \
             leaves for counting; raise it, {advice}, or split the capture (editcap -c)"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TALKS: Growth = Growth { entries: "conversations", advice: "choose other tables" };
    static TIMES: Growth = Growth { entries: "intervals", advice: "choose longer ones" };

    #[test]
    fn reservations_are_summed_named_and_freed() {
        let budget = Budget::new(3 << 20);
        let (mut one, mut two) = (Reservation::new(&budget), Reservation::new(&budget));
        one.resize(MemoryUse::of(&TIMES, 9, 2 << 20));
        assert_eq!(budget.exceeded(), None);
        drop(one);
        two.resize(MemoryUse::of(&TALKS, 5, 2 << 20).plus(MemoryUse::of(&TIMES, 1, 1 << 19)));
        assert_eq!(budget.exceeded(), None, "a dropped reservation was kept");
        let mut three = Reservation::new(&budget);
        three.resize(MemoryUse::of(&TALKS, 5, 1 << 20));
        let message = budget.exceeded().map(|excess| excess.to_string()).unwrap_or_default();
        assert!(message.contains("conversations need more than the 3 MiB"), "{message}");
    }
}
