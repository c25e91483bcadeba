//! Heads: what records of all folds have in common, as the difference from what came before.
//!
//! Packets of a shard are numbered and dated by the step from the one before. A pair that was seen
//! shortly before is one byte: its place in a table that writer and reader fill alike. The place
//! holds how far its ends have come as well, so that the numbers of a TCP stream are small steps.

use super::super::pair::Pair;
use super::wire::{Damaged, Input, folded, put, put_saved, put_signed, unfolded};
use crate::capture::time::Timestamp;
use crate::saved::MOST_IN_PART;
use std::net::IpAddr;

/// Pairs that are remembered.
const SLOTS: usize = 256;

/// Longest step in time that is written as one, in seconds.
const LONGEST_STEP: i64 = 1 << 31;

const SECOND: i64 = 1_000_000_000;

/// How far one end of a TCP stream has come.
#[derive(Clone, Copy, Default)]
pub struct Sent {
    /// The sequence number that is expected next.
    pub next: u32,
    /// The last window.
    pub window: u16,
}

/// A pair, and what its low and its high end sent.
#[derive(Clone, Copy, Default)]
pub struct Slot {
    pair: Option<Pair>,
    /// By the low and by the high end.
    pub sent: [Sent; 2],
}

/// Head of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Head {
    /// Number of the packet in its part, from 1.
    pub packet: u64,
    /// The endpoints.
    pub pair: Pair,
    /// True if the low endpoint sent it.
    pub from_low: bool,
    /// Time of the packet.
    pub time: Option<Timestamp>,
}

/// Bits of the first byte that heads take: the lower ones are the caller's.
const KNOWN: u8 = 0x10;
const FROM_LOW: u8 = 0x20;
const TIMED: u8 = 0x40;

/// Bits of the first byte that belong to the caller.
pub const OWN: u8 = 0x0F;

/// State of a shard, the same for writer and reader.
pub struct Heads {
    slots: Box<[Slot; SLOTS]>,
    packet: u64,
    time: Timestamp,
}

impl Default for Heads {
    /// Before the first record.
    fn default() -> Heads {
        let time = Timestamp { seconds: 0, nanoseconds: 0 };
        Heads { slots: Box::new([Slot::default(); SLOTS]), packet: 0, time }
    }
}

impl Heads {
    /// Counts the packets of the next part from its start.
    pub fn begin_part(&mut self) {
        self.packet = 0;
    }

    /// Writes a head, and `own` in the first byte. Gives the place of its pair.
    #[inline]
    pub fn put(&mut self, out: &mut Vec<u8>, head: &Head, own: u8) -> &mut Slot {
        let Head { packet, pair, from_low, time } = head;
        let number = place(pair);
        let slot = &mut self.slots[usize::from(number)];
        let known = slot.pair == Some(*pair);
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let bits = bit(known, KNOWN) | bit(*from_low, FROM_LOW) | bit(time.is_some(), TIMED);
        out.push(own & OWN | bits);
        put(out, packet.saturating_sub(self.packet));
        self.packet = *packet;
        if known {
            out.push(number);
        } else {
            put_pair(out, pair);
            *slot = Slot { pair: Some(*pair), ..Slot::default() };
        }
        if let Some(time) = time {
            put_time(out, self.time, *time);
            self.time = *time;
        }
        slot
    }

    /// Reads a head and the caller's bits of its first byte. Gives the place of its pair.
    #[inline]
    pub fn take(&mut self, input: &mut Input<'_>) -> Result<(Head, u8, &mut Slot), Damaged> {
        let bits = input.byte()?;
        let packet = self.packet.saturating_add(input.number()?);
        if !(1..=MOST_IN_PART).contains(&packet) {
            return Err(Damaged);
        }
        self.packet = packet;
        let (pair, number) = if bits & KNOWN != 0 {
            let number = input.byte()?;
            (self.slots.get(usize::from(number)).and_then(|slot| slot.pair).ok_or(Damaged)?, number)
        } else {
            let pair = take_pair(input)?;
            let number = place(&pair);
            self.slots[usize::from(number)] = Slot { pair: Some(pair), ..Slot::default() };
            (pair, number)
        };
        let time = match bits & TIMED != 0 {
            true => {
                self.time = take_time(input, self.time)?;
                Some(self.time)
            }
            false => None,
        };
        let head = Head { packet, pair, from_low: bits & FROM_LOW != 0, time };
        Ok((head, bits & OWN, &mut self.slots[usize::from(number)]))
    }
}

/// Endpoints of IPv4, and of IPv6; others are written as plain data.
const IPV4: u8 = 4;
const IPV6: u8 = 6;
const OTHER: u8 = 0;

fn put_pair(out: &mut Vec<u8>, pair: &Pair) {
    let Pair { high: (high, high_port), low: (low, low_port) } = pair;
    match (high, low) {
        (IpAddr::V4(high), IpAddr::V4(low)) => {
            out.push(IPV4);
            out.extend_from_slice(&high.octets());
            out.extend_from_slice(&low.octets());
        }
        (IpAddr::V6(high), IpAddr::V6(low)) => {
            out.push(IPV6);
            out.extend_from_slice(&high.octets());
            out.extend_from_slice(&low.octets());
        }
        _ => {
            out.push(OTHER);
            put_saved(out, &(high, low));
        }
    }
    out.extend_from_slice(&high_port.to_le_bytes());
    out.extend_from_slice(&low_port.to_le_bytes());
}

fn take_pair(input: &mut Input<'_>) -> Result<Pair, Damaged> {
    let (high, low): (IpAddr, IpAddr) = match input.byte()? {
        IPV4 => (input.array::<4>()?.into(), input.array::<4>()?.into()),
        IPV6 => (input.array::<16>()?.into(), input.array::<16>()?.into()),
        OTHER => input.saved()?,
        _ => return Err(Damaged),
    };
    let (high_port, low_port) = (input.array()?, input.array()?);
    let (high_port, low_port) = (u16::from_le_bytes(high_port), u16::from_le_bytes(low_port));
    Ok(Pair { high: (high, high_port), low: (low, low_port) })
}

/// Place of a pair in the table.
#[inline]
fn place(pair: &Pair) -> u8 {
    let word = |address: IpAddr| match address {
        IpAddr::V4(address) => u64::from(u32::from(address)),
        IpAddr::V6(address) => {
            let bits = u128::from(address);
            (bits as u64) ^ (bits >> 64) as u64
        }
    };
    let addresses = word(pair.high.0).rotate_left(32) ^ word(pair.low.0);
    let ports = u64::from(pair.high.1) << 16 | u64::from(pair.low.1);
    let mixed = addresses.wrapping_mul(0xD6E8_FEB8_6659_FD93).rotate_left(32) ^ ports;
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8
}

/// Writes the step from one time to the next; 0 stands before a time that is written whole.
#[inline]
fn put_time(out: &mut Vec<u8>, before: Timestamp, time: Timestamp) {
    let near = |seconds: &i64| (-LONGEST_STEP..LONGEST_STEP).contains(seconds);
    let Some(seconds) = time.seconds.checked_sub(before.seconds).filter(near) else {
        put(out, 0);
        put_signed(out, time.seconds);
        put(out, time.nanoseconds.into());
        return;
    };
    let step = seconds * SECOND + i64::from(time.nanoseconds) - i64::from(before.nanoseconds);
    put(out, folded(step) + 1);
}

#[inline]
fn take_time(input: &mut Input<'_>, before: Timestamp) -> Result<Timestamp, Damaged> {
    let Some(step) = input.number()?.checked_sub(1) else {
        return Ok(Timestamp::new(input.signed()?, input.number()?));
    };
    let nanoseconds = unfolded(step).checked_add(before.nanoseconds.into()).ok_or(Damaged)?;
    let seconds = before.seconds.checked_add(nanoseconds.div_euclid(SECOND)).ok_or(Damaged)?;
    Ok(Timestamp { seconds, nanoseconds: nanoseconds.rem_euclid(SECOND) as u32 })
}

#[cfg(test)]
mod tests;
