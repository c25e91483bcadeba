//! Records of the folds that most packets have: TCP headers, flows, datagrams.
//!
//! They are written packet by packet, and what two of them would say of a packet is written once.

mod read;
mod write;

pub use read::{Shards, Shared};
pub use write::Lists;

use super::super::application::Offers;
use super::super::tcp::record::Record as Header;
use super::heads::{Heads, Sent};

/// A TCP header.
const TCP: u8 = 0;
/// A TCP header, and the flow that its packet belongs to.
const TCP_AND_FLOW: u8 = 1;
/// A packet of a flow.
const FLOW: u8 = 2;
/// A packet of a flow, and its datagram.
const FLOW_AND_DATAGRAM: u8 = 3;
/// A datagram.
const DATAGRAM: u8 = 4;
/// The end of the records; nothing follows.
const END: u8 = 5;

/// Bits of a TCP header.
const QUOTED: u8 = 1;
const PAYLOAD: u8 = 2;
const OPTIONS: u8 = 4;
const SIGN: u8 = 8;
const OFFERS: u8 = 16;
const INNERMOST: u8 = 32;
const MORE: u8 = 64;
const INNER_LAYER: u8 = 128;

/// IP protocol numbers.
const IP_TCP: u8 = 6;
const IP_SCTP: u8 = 132;

/// Offers that are remembered.
const MOST_OFFERS: usize = 64;

/// State of a shard from part to part, the same for writer and reader.
#[derive(Default)]
pub struct Packets {
    heads: Heads,
    offers: Vec<Offers>,
}

/// The sender's end and the receiver's.
#[inline]
fn ends(sent: &mut [Sent; 2], from_low: bool) -> (&mut Sent, &Sent) {
    let [low, high] = sent;
    if from_low { (low, high) } else { (high, low) }
}

#[inline]
fn advance(own: &mut Sent, header: &Header) {
    let payload = header.payload_bytes.unwrap_or(0);
    *own = Sent { next: header.sequence.wrapping_add(payload), window: header.window };
}

/// The step from one number to another, the shorter way around.
#[inline]
fn step(from: u32, to: u32) -> i64 {
    i64::from(to.wrapping_sub(from) as i32)
}

#[inline]
fn stepped(from: u32, step: i64) -> u32 {
    from.wrapping_add(step as u32)
}
