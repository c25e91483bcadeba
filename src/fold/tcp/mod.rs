//! TCP: sequence analysis and stream numbers, with the values that tshark 4.0 shows.
//!
//! [`record::each`] makes records of a packet, [`shard::Shard::apply`] applies them, and
//! [`streams::Fold::numbering`] gives streams their numbers when all shards are folded. The rules
//! are those of Wireshark's `tcp.analysis.*` with its default preferences and without reassembly.
//! Multipath TCP's exception for duplicate acknowledgments is left out: it depends on the options of
//! other streams.

pub mod analysis;
pub mod record;
pub mod shard;
pub mod streams;
#[cfg(test)]
mod tests;
