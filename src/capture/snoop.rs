//! Solaris' snoop format (RFC 1761): a 16-byte file header, then records of 24 bytes, the data and
//! padding. Shomiti's Surveyor writes it, too, with data links and versions (3 to 5) of its own and
//! a trailer in the padding, by which the first record tells it, as in Wireshark's `snoop.c`.
//!
//! Refused: other versions. A record whose length is not that of its parts is damage.

use super::cut::Candidate;
use super::salvage::{self, Before};
use super::time::{Clock, Timestamp};
use super::walk::{Format, Step};
use super::{
    Framing, Interface, InterfaceEntry, LinkType, Options, Position, Record, pseudo_header, u32_at,
};
use crate::error::{Error, FaultKind};

/// The length of the file header.
pub const HEADER_BYTES: u64 = 16;

const RECORD_HEADER_BYTES: usize = 24;

/// Shortest padding that holds Shomiti's trailer.
const SHOMITI_PADDING: usize = 16;

const VERSIONS: std::ops::RangeInclusive<u32> = 2..=5;

/// 802.11 after Shomiti's radio header; not a number of the registry.
const SHOMITI_WIRELESS: LinkType = LinkType(0x7F12);

/// Most bytes after a record's data that may be padding: a stream must hold a record
/// before it can be judged.
const MOST_PADDING: usize = 1 << 16;

const MAGIC: &[u8] = b"snoop\0\0\0";

/// Version and data link by the file header and the first record.
#[derive(Clone, Debug)]
pub struct Snoop {
    link_type: LinkType,
    framing: Framing,
    shomiti: bool,
}

/// True if a file that begins so is a snoop file.
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Number of leading bytes that opening needs. None if those in memory are enough.
pub fn needed_bytes(bytes: &[u8]) -> Option<u64> {
    let needed = HEADER_BYTES + RECORD_HEADER_BYTES as u64;
    (has_magic(bytes) && (bytes.len() as u64) < needed).then_some(needed)
}

impl Snoop {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] if the header is truncated or of another version.
    pub fn open(bytes: &[u8]) -> Result<Snoop, Error> {
        let (Some(version), Some(data_link)) =
            (u32_at::<true>(bytes, 8), u32_at::<true>(bytes, 12))
        else {
            let have = bytes.len();
            return Err(Error::NotACapture(format!(
                "its snoop header is truncated ({have} of {HEADER_BYTES} bytes)"
            )));
        };
        if !VERSIONS.contains(&version) {
            return Err(Error::NotACapture(format!(
                "its snoop version is {version}; versions 2 to 5 are read"
            )));
        }
        let first = bytes.get(HEADER_BYTES as usize..).unwrap_or_default();
        let padding = match (u32_at::<true>(first, 4), u32_at::<true>(first, 8)) {
            (Some(captured), Some(length)) => {
                u64::from(length).saturating_sub(RECORD_HEADER_BYTES as u64 + u64::from(captured))
            }
            _ => 0,
        };
        let shomiti = padding >= SHOMITI_PADDING as u64;
        let link_type = if shomiti { shomiti_link_type(data_link) } else { link_type(data_link) };
        let framing = match (shomiti, link_type) {
            (true, LinkType(1) | SHOMITI_WIRELESS) => Framing::Fcs(4),
            _ => Framing::Usual,
        };
        Ok(Snoop { link_type, framing, shomiti })
    }

    /// Length of what comes before a frame in its data.
    fn prefix_bytes(&self, data: &[u8]) -> usize {
        if self.link_type == SHOMITI_WIRELESS {
            // The fourth byte is the length of what follows the first four, at least 8.
            return 4 + usize::from(data.get(3).copied().unwrap_or_default().max(8));
        }
        pseudo_header::fixed_bytes(self.link_type) as usize
    }

    /// The record at the start of `rest`, and its whole length.
    fn record<'a>(&self, rest: &'a [u8], offset: u64) -> Result<(Record<'a>, usize), FaultKind> {
        let have = rest.len() as u64;
        let cut = FaultKind::RecordHeaderCut { have, need: RECORD_HEADER_BYTES as u64 };
        let word = |at| u32_at::<true>(rest, at).ok_or(cut);
        let (wire_bytes, captured, length) = (word(0)?, word(4)?, word(8)?);
        let (seconds, microseconds) = (word(16)?, word(20)?);
        let limit = self.link_type.longest_record();
        if captured > limit {
            return Err(FaultKind::RecordTooLong {
                claims: u64::from(captured),
                limit: u64::from(limit),
            });
        }
        let data_end = RECORD_HEADER_BYTES + captured as usize;
        let length = length as usize;
        if !(data_end..=data_end + MOST_PADDING).contains(&length) {
            return Err(FaultKind::BlockLengthImpossible { claims: length as u64 });
        }
        let data = rest.get(..length).and_then(|record| record.get(RECORD_HEADER_BYTES..data_end));
        let data = data.ok_or(FaultKind::RecordCut { have, need: length as u64 })?;
        let prefix = self.prefix_bytes(data);
        let record = Record {
            number: 0,
            offset,
            data: data.get(prefix..).unwrap_or_default(),
            wire_bytes: wire_bytes.saturating_sub(prefix as u32),
            time: Some(Timestamp::new(i64::from(seconds), u64::from(microseconds) * 1000)),
            interface: 0,
            section: 0,
            link_type: self.link_type,
            framing: self.framing,
            options: Options::NONE,
        };
        Ok((record, length))
    }
}

impl Format for Snoop {
    type State = ();

    fn name(&self) -> &'static str {
        if self.shomiti { "shomiti" } else { "snoop" }
    }

    fn start(&self) -> Position {
        Position { offset: HEADER_BYTES, section: None, before: Before::Unknown, appended: None }
    }

    fn only_interface(&self) -> Option<Interface> {
        let clock = Clock::default();
        Some(Interface {
            link_type: self.link_type,
            snaplen: 0,
            clock,
            framing: Framing::Usual,
            name: None,
        })
    }

    fn begin(&self, _: &Position) {}

    fn next<'a>(&self, (): &mut (), rest: &'a [u8], offset: u64) -> Result<Step<'a>, FaultKind> {
        self.record(rest, offset).map(|(record, length)| Step::Record(record, length))
    }

    fn end(&self, (): (), offset: u64) -> (Position, Vec<InterfaceEntry>) {
        (Position { offset, section: None, before: Before::Unknown, appended: None }, Vec::new())
    }

    fn plausible(&self, rest: &[u8], _: &Position, offset: u64) -> Option<Candidate> {
        let (record, length) = self.record(rest, offset).ok()?;
        let captured = u32_at::<true>(rest, 4)? as usize;
        let padding = length - RECORD_HEADER_BYTES - captured;
        let longest_padding = if self.shomiti { 2 * SHOMITI_PADDING } else { 8 };
        let fits = !record.data.is_empty()
            && record.data.len() <= record.wire_bytes as usize
            && record.wire_bytes <= self.link_type.longest_record()
            && padding < longest_padding;
        let seconds = record.time.map(|time| time.seconds);
        fits.then(|| Candidate { next: offset + length as u64, seconds })
    }

    fn claims(&self, rest: &[u8], _: &Position, offset: u64) -> Option<Candidate> {
        let word = |at| u32_at::<true>(rest, at);
        let (wire, captured, length) = (word(0)?, word(4)?, word(8)?);
        let fits = captured <= wire
            && wire <= self.link_type.longest_record()
            && length.checked_sub(captured)? <= (RECORD_HEADER_BYTES + MOST_PADDING) as u32;
        let seconds = Some(i64::from(word(16)?));
        fits.then(|| Candidate { next: offset.saturating_add(u64::from(length)), seconds })
    }

    /// Records are padded to four bytes.
    fn ends_by_packet(&self, rest: &[u8], offset: u64) -> Option<[u64; 2]> {
        let data = rest.get(RECORD_HEADER_BYTES..).filter(|_| !self.shomiti)?;
        let before = (RECORD_HEADER_BYTES + self.prefix_bytes(data)) as u64;
        let frame = rest.get(before as usize..)?;
        let lengths = salvage::packet_lengths(self.link_type, frame)?;
        Some(lengths.map(|length| offset + (before + length).next_multiple_of(4)))
    }
}

/// Link type of a data link of RFC 1761 and IANA's list. Others get a number that no link type has.
fn link_type(data_link: u32) -> LinkType {
    match data_link {
        0 | 4 => LinkType(1),
        2 => LinkType(6),
        8 => LinkType(10),
        9 | 14 => LinkType(0),
        16 => LinkType(122),
        18 => LinkType(123),
        0x8000_0005 => LinkType(226),
        other => LinkType(0x7F00 | (other >> 24) as u16 & 0x80 | other as u16 & 0x7F),
    }
}

/// Link type of a data link of Shomiti's.
fn shomiti_link_type(data_link: u32) -> LinkType {
    match data_link {
        10 | 12 | 19 => LinkType(1),
        11 | 13 | 14 => LinkType(6),
        18 => SHOMITI_WIRELESS,
        9 | 16 => LinkType(0x7F00 | data_link as u16),
        other => link_type(other),
    }
}

#[cfg(test)]
mod tests;
