//! Faults of inputs as people are told of them, by the file or over all that were merged.

use super::Status;
use crate::engine::Gaps;
use crate::error::Fault;
use std::collections::HashSet;
use std::fmt;

/// A fault of the file, and the number of packets before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The fault and its byte offset.
    pub fault: Fault,
    /// Number of packets before it.
    pub packets: u64,
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fault, packet) = (self.fault, self.packets + 1);
        write!(
            out,
            "{} at byte {} (packet {packet}); kept {} packets",
            fault.kind, fault.offset, self.packets
        )
    }
}

/// Merged inputs that have an error.
#[derive(Clone, Debug, Default)]
pub(super) struct MergedErrors {
    count: u64,
    /// Those that could not be read at all.
    unreadable: u64,
    /// Name and error of the first.
    first: Option<String>,
}

impl MergedErrors {
    pub(super) fn add(&mut self, status: Status, error: impl FnOnce() -> String) {
        self.count += 1;
        self.unreadable += u64::from(status == Status::Unreadable);
        self.first.get_or_insert_with(error);
    }
}

impl fmt::Display for MergedErrors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MergedErrors { count, unreadable, first } = self;
        let plural = if *count == 1 { "" } else { "s" };
        let unreadable = match unreadable {
            0 => String::new(),
            all if all == count => " (unreadable)".into(),
            some => format!(" ({some} unreadable)"),
        };
        let first = first.as_deref().unwrap_or_default();
        write!(out, "{count} damaged input{plural}{unreadable}, the first: {first}")
    }
}

/// The first damage of each kind: with `--salvage` there may be thousands.
pub(super) fn one_of_each(all: impl Iterator<Item = Damage>) -> Vec<Damage> {
    let mut known = HashSet::new();
    all.filter(|damage| known.insert(damage.fault.kind.name())).collect()
}

/// Message for people: skipped regions first, then the fault that ended the walk.
pub(super) fn message(gaps: &Gaps, last: Option<Damage>, packets: u64) -> Option<String> {
    let gaps = gaps.first().map(|first| {
        let (Fault { kind, offset }, packet) = (first.fault, first.packets + 1);
        let (count, plural) = (gaps.len(), if gaps.len() == 1 { "" } else { "s" });
        let bytes = gaps.bytes();
        format!("{kind} at byte {offset} (packet {packet}); skipped {bytes} bytes in {count} gap{plural}; kept {packets} packets")
    });
    let parts: Vec<String> = gaps.into_iter().chain(last.map(|last| last.to_string())).collect();
    Some(parts.join("; ")).filter(|message| !message.is_empty())
}
