//! QUIC Initial packets (RFC 9000, RFC 9001, RFC 9287, RFC 9369): long headers, hellos in frames.
//!
//! Versions are 1 and 2, the drafts from 22 on, and those of Facebook and Google with TLS. An
//! Initial packet that does not authenticate is refused: nothing is read from a truncated one.

mod frames;
mod keys;

use super::bytes::Bytes;
pub use frames::{Frame, frames};
pub use keys::{Keys, Opened};
#[cfg(test)]
pub use keys::{seal, seal_with};

/// Most bytes of a connection identifier.
const LONGEST_ID: usize = 20;

/// A connection identifier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Id {
    bytes: [u8; LONGEST_ID],
    length: u8,
}

impl Id {
    fn of(id: &[u8]) -> Option<Id> {
        let mut bytes = [0; LONGEST_ID];
        bytes.get_mut(..id.len())?.copy_from_slice(id);
        Some(Id { bytes, length: id.len() as u8 })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length.into()).unwrap_or_default()
    }
}

/// A version whose Initial packets can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// Drafts up to 22.
    Draft22,
    /// Drafts 23 to 28.
    Draft23,
    /// Drafts 29 to 32, and numbers that are reserved to force a negotiation.
    Draft29,
    /// Google's T050.
    T050,
    /// Google's T051.
    T051,
    /// Version 1, and drafts 33 and 34.
    One,
    /// Version 2.
    Two,
}

impl Version {
    fn of(number: u32) -> Option<Version> {
        Some(match number {
            0x0000_0001 | 0xFF00_0021 | 0xFF00_0022 => Version::One,
            0x6B33_43CF => Version::Two,
            0xFF00_0016 | 0xFACE_B001 => Version::Draft22,
            0xFF00_0017..=0xFF00_001C | 0xFACE_B002 | 0xFACE_B00E => Version::Draft23,
            0xFF00_001D..=0xFF00_0020 => Version::Draft29,
            0x5430_3530 => Version::T050,
            0x5430_3531 => Version::T051,
            _ if number & 0x0F0F_0F0F == 0x0A0A_0A0A => Version::Draft29,
            _ => return None,
        })
    }
}

/// An Initial packet.
#[derive(Clone, Copy, Debug)]
pub struct Initial<'a> {
    /// The version.
    pub version: Version,
    /// Identifier of the receiver.
    pub receiver: Id,
    /// Identifier of the sender.
    pub sender: Id,
    /// True if it has a token, as after a retry.
    pub has_token: bool,
    /// The packet.
    packet: &'a [u8],
    /// Place of the packet number in it.
    number_at: usize,
}

/// Calls back with each Initial packet of a datagram, and the place of its end.
pub fn initials<'a>(datagram: &'a [u8], mut back: impl FnMut(Initial<'a>, usize)) {
    let mut rest = Bytes(datagram);
    while let Some(initial) = next(&mut rest) {
        if let Some(initial) = initial {
            back(initial, datagram.len() - rest.0.len());
        }
    }
}

/// The number of bytes up to the end of the last Initial packet; 0 if there is none.
#[inline]
pub fn initial_bytes(datagram: &[u8]) -> usize {
    let mut bytes = 0;
    if matches!(datagram, [0x80..=0xFF, _, _, _, _, _, ..]) {
        initials(datagram, |_, end| bytes = end);
    }
    bytes
}

/// The next packet with a long header, if it is an Initial one. None at the end: after a packet
/// without a length, one that is truncated and one of another version.
fn next<'a>(rest: &mut Bytes<'a>) -> Option<Option<Initial<'a>>> {
    let whole = rest.0;
    // The second bit, once fixed, may be cleared (RFC 9287).
    let first = rest.u8().filter(|first| *first >= 0x80)?;
    let version = Version::of(rest.u32()?)?;
    let length = rest.u8()?;
    let receiver = Id::of(rest.exactly(length.into())?)?;
    let length = rest.u8()?;
    let sender = Id::of(rest.exactly(length.into())?)?;
    // Version 2 counts types from another one (RFC 9369 section 3.2).
    let kind = match version {
        Version::Two => (first >> 4).wrapping_sub(1) & 3,
        _ => first >> 4 & 3,
    };
    let mut has_token = false;
    match kind {
        0 => {
            let token = rest.integer()?;
            has_token = token > 0;
            rest.exactly(usize::try_from(token).ok()?)?;
        }
        3 => return None,
        _ => {}
    }
    let length = rest.integer()?;
    let number_at = whole.len() - rest.0.len();
    rest.exactly(usize::try_from(length).ok()?)?;
    let packet = whole.get(..whole.len() - rest.0.len())?;
    Some((kind == 0).then_some(Initial { version, receiver, sender, has_token, packet, number_at }))
}
