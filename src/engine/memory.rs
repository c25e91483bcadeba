//! What the tables of a run may take, and what they take so far: refused before the system has to.
//!
//! Workers tell after every range how much their counts have grown. Conversations that several runs
//! know are counted for each until the runs are merged, so that the sum errs on the safe side.

use crate::tally::Held;
use std::fmt;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

/// A bound, and how much of it is used.
#[derive(Debug)]
pub struct Memory {
    /// In bytes, for what is counted.
    limit: u64,
    bytes: AtomicU64,
    conversations: AtomicU64,
    intervals: AtomicU64,
}

/// The bound was passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    held: Held,
    limit: u64,
}

impl Memory {
    /// So many bytes for what is counted.
    pub fn new(limit: u64) -> Memory {
        Memory { limit, bytes: 0.into(), conversations: 0.into(), intervals: 0.into() }
    }

    /// No bound.
    pub fn unlimited() -> Memory {
        Memory::new(u64::MAX)
    }

    /// A count has grown from `before` to `now`.
    pub fn grew(&self, before: Held, now: Held) {
        let counters = [
            (&self.bytes, before.bytes, now.bytes),
            (&self.conversations, before.conversations, now.conversations),
            (&self.intervals, before.intervals, now.intervals),
        ];
        for (counter, before, now) in counters {
            // Wrapping: what shrinks is subtracted.
            counter.fetch_add(now.wrapping_sub(before), Ordering::Relaxed);
        }
    }

    /// What is held so far, where it is more than may be.
    pub fn exceeded(&self) -> Option<Exceeded> {
        let held = Held {
            bytes: self.bytes.load(Ordering::Relaxed),
            conversations: self.conversations.load(Ordering::Relaxed),
            intervals: self.intervals.load(Ordering::Relaxed),
        };
        (held.bytes > self.limit).then_some(Exceeded { held, limit: self.limit })
    }
}

impl fmt::Display for Exceeded {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Exceeded { held, limit } = self;
        let (what, count, advice) = if held.conversations >= held.intervals {
            (
                "conversations",
                held.conversations,
                "choose tables other than conversations, endpoints and ports",
            )
        } else {
            ("intervals", held.intervals, "choose a longer --interval")
        };
        let mebibytes = limit.div_ceil(1 << 20);
        write!(
            out,
            "out of memory for tables: {count} {what} need more than the {mebibytes} MiB that --max-memory leaves for counting; \
             raise it, {advice}, or split the capture (editcap -c)"
        )
    }
}

/// How much memory the system and this process's control group have to give, in bytes, where they
/// tell.
pub fn free() -> Option<u64> {
    let number = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|limit| limit.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    [told("/proc/meminfo", "MemAvailable:"), group].into_iter().flatten().min()
}

/// The most resident memory this process has had, in bytes, where the system tells.
pub fn peak() -> Option<u64> {
    told("/proc/self/status", "VmHWM:")
}

/// What a file of Linux' `/proc` says behind a name, in bytes.
fn told(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_and_the_excess_is_named() {
        let memory = Memory::new(3 << 20);
        let held = |conversations, intervals, bytes| Held { conversations, intervals, bytes };
        memory.grew(Held::default(), held(5, 9, 2 << 20));
        assert_eq!(memory.exceeded(), None);
        memory.grew(Held::default(), held(1000, 2, 2 << 20));
        let message = memory.exceeded().map(|exceeded| exceeded.to_string()).unwrap_or_default();
        assert!(message.contains("1005 conversations need more than the 3 MiB"), "{message}");
        memory.grew(held(1000, 2, 2 << 20), Held::default());
        assert_eq!(memory.exceeded(), None);
    }
}
