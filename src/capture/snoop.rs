//! Solaris' snoop format (RFC 1761), version 2: a 16-byte file header, then records of 24 bytes,
//! the data and padding.
//!
//! Refused: other versions. A record whose length is not that of its parts is damage.

use super::cut::Candidate;
use super::time::{Clock, Timestamp};
use super::walk::{Format, Step};
use super::{Framing, Interface, InterfaceEntry, LinkType, Position, Record, u32_at};
use crate::error::{Error, FaultKind};

/// The length of the file header.
pub const HEADER_BYTES: u64 = 16;

const RECORD_HEADER_BYTES: usize = 24;

/// Most bytes after a record's data that may be padding: a stream must hold a record
/// before it can be judged.
const MOST_PADDING: usize = 1 << 16;

const MAGIC: &[u8] = b"snoop\0\0\0";

/// What the file header says.
#[derive(Clone, Debug)]
pub struct Snoop {
    link_type: LinkType,
}

/// True when a file that begins so is a snoop file.
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

impl Snoop {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] when the header is cut or of another version.
    pub fn open(bytes: &[u8]) -> Result<Snoop, Error> {
        match (u32_at::<true>(bytes, 8), u32_at::<true>(bytes, 12)) {
            (Some(2), Some(data_link)) => Ok(Snoop { link_type: link_type_of(data_link) }),
            _ => {
                Err(Error::NotACapture("its snoop header is cut short or not of version 2".into()))
            }
        }
    }

    /// The record at the beginning of `rest`, and its whole length.
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
        let record = Record {
            number: 0,
            offset,
            data: data.ok_or(FaultKind::RecordCut { have, need: length as u64 })?,
            wire_bytes,
            time: Some(Timestamp::new(i64::from(seconds), u64::from(microseconds) * 1000)),
            interface: 0,
            section: 0,
            link_type: self.link_type,
            framing: Framing::Usual,
        };
        Ok((record, length))
    }
}

impl Format for Snoop {
    type State = ();

    fn name(&self) -> &'static str {
        "snoop"
    }

    fn start(&self) -> Position {
        Position { offset: HEADER_BYTES, section: None }
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
        (Position { offset, section: None }, Vec::new())
    }

    fn plausible(&self, rest: &[u8], _: &Position, offset: u64) -> Option<Candidate> {
        let (record, length) = self.record(rest, offset).ok()?;
        let padding = length - RECORD_HEADER_BYTES - record.data.len();
        let fits = !record.data.is_empty()
            && record.data.len() <= record.wire_bytes as usize
            && padding < 4;
        let seconds = record.time.map(|time| time.seconds);
        fits.then(|| Candidate { next: offset + length as u64, seconds })
    }
}

/// The link type of a data link of RFC 1761; others keep their number out of the registry's way.
fn link_type_of(data_link: u32) -> LinkType {
    match data_link {
        0 | 4 => LinkType(1),
        8 => LinkType(10),
        other => LinkType(0x7F00 | other as u16 & 0xFF),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(lengths: &[(u32, u32, u32)]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([0, 0, 0, 2, 0, 0, 0, 4]);
        for &(wire, captured, length) in lengths {
            for word in [wire, captured, length, 0, 7, 5] {
                bytes.extend(u32::to_be_bytes(word));
            }
            bytes.resize(bytes.len() + length as usize - RECORD_HEADER_BYTES, 0);
        }
        bytes
    }

    fn walk(bytes: &[u8]) -> (Vec<(usize, u32)>, crate::capture::Walk) {
        let snoop = Snoop::open(bytes).unwrap();
        let mut seen = Vec::new();
        let start = Position { offset: HEADER_BYTES, section: None };
        let walk = super::super::walk::walk(
            &snoop,
            &bytes[16..],
            start,
            0,
            u64::MAX,
            |_, _| None,
            |record| seen.push((record.data.len(), record.wire_bytes)),
        );
        (seen, walk)
    }

    #[test]
    fn records_end_after_their_padding() {
        let bytes = file(&[(100, 61, 88), (60, 60, 84)]);
        let (seen, walk) = walk(&bytes);
        assert_eq!(seen, [(61, 100), (60, 60)]);
        assert_eq!((walk.packets, walk.fault, walk.end.offset), (2, None, bytes.len() as u64));
    }

    #[test]
    fn a_cut_file_keeps_its_complete_records() {
        let bytes = file(&[(60, 60, 84), (60, 60, 84)]);
        for length in HEADER_BYTES as usize..bytes.len() {
            let (seen, walk) = walk(&bytes[..length]);
            assert_eq!(seen.len(), (length - 16) / 84);
            assert_eq!(walk.fault.is_some(), (length - 16) % 84 != 0);
            assert!(walk.fault.is_none_or(|fault| fault.kind.is_cut()));
        }
    }

    #[test]
    fn lengths_that_contradict_each_other_are_damage() {
        let mut bytes = file(&[(60, 60, 84)]);
        bytes[27] = 83;
        assert_eq!(walk(&bytes).1.fault.map(|fault| fault.kind.is_cut()), Some(false));
        assert!(Snoop::open(&bytes[..14]).is_err());
    }
}
