//! Memory of a run: a budget, and reservations against it that are freed on drop.
//!
//! Workers resize the reservation of their part after every range. Entries that several parts know
//! are reserved for each until the parts are merged, so the sum errs on the safe side. Nothing here
//! knows who holds the memory: a reservation carries the holder's own advice.

use std::fmt;
use std::fs;
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
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    reserved: AtomicU64,
    exceeded: OnceLock<Exceeded>,
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
        Arc::new(Budget { limit, reserved: AtomicU64::new(0), exceeded: OnceLock::new() })
    }

    /// A budget without a bound.
    pub fn unlimited() -> Arc<Budget> {
        Budget::new(u64::MAX)
    }

    /// The first excess. None while all reservations fit.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.get().copied()
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

    /// Grows or shrinks to what is held now. Marks the budget as exceeded if that is too much.
    pub fn resize(&mut self, memory: MemoryUse) {
        let before = std::mem::replace(&mut self.bytes, memory.bytes);
        let change = memory.bytes.wrapping_sub(before);
        let reserved = self.budget.reserved.fetch_add(change, Ordering::Relaxed);
        if reserved.wrapping_add(change) > self.budget.limit && memory.bytes > before {
            let growth = memory.largest.map(|(growth, _)| growth);
            let limit = self.budget.limit;
            self.budget.exceeded.get_or_init(|| Exceeded { growth, limit });
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.reserved.fetch_sub(self.bytes, Ordering::Relaxed);
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

/// Memory that the system and this process's control group can still give, in bytes. None if they
/// do not say.
pub fn free() -> Option<u64> {
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|limit| limit.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    [field_of("/proc/meminfo", "MemAvailable:"), group].into_iter().flatten().min()
}

/// Peak resident memory of this process, in bytes. None if the system does not say.
pub fn peak() -> Option<u64> {
    field_of("/proc/self/status", "VmHWM:")
}

/// A field of a file of Linux's `/proc`, in bytes.
fn field_of(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
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
