//! Folds: counts that depend on the order of packets.
//!
//! A tally merges; a fold does not: it applies records one after the other. Workers make records of
//! packets, as plain data without references into the capture, and deal them to [`SHARDS`] shards by
//! the unordered pair of addresses. Each shard applies its records in packet order, so all shards can
//! be folded at once, and the result is that of a serial fold over all packets.

pub mod pair;
pub mod tcp;

/// Number of shards. No result depends on it.
pub const SHARDS: usize = 64;
