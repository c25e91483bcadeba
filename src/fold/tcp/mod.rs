//! TCP: sequence analysis and stream numbers, with the values that tshark 4.0 shows.
//!
//! [`record::each`] makes records of a packet, [`shard::Shard::apply`] applies them, and
//! [`Tcp::settle`](super::Fold::settle) gives streams their numbers. The rules are those of
//! Wireshark's `tcp.analysis.*` with its default preferences and without reassembly. Multipath
//! TCP's exception for duplicate acknowledgments is left out: it depends on the options of other
//! streams.

pub mod analysis;
mod announced;
mod begun;
pub mod counts;
pub mod flags;
mod number;
pub mod record;
pub mod requests;
mod rest;
pub mod segment;
mod several;
pub mod shard;
pub mod side;
pub mod sign;
mod socks;
pub mod stream;
mod streams;
#[cfg(test)]
mod tests;
mod unacked;

pub use streams::{Noted, Tcp};

/// True if sequence number `a` is after `b`.
fn after(a: u32, b: u32) -> bool {
    (b.wrapping_sub(a) as i32) < 0
}
