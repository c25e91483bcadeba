//! The classic pcap format (draft-ietf-opsawg-pcap): a 24-byte file header, then records of 16
//! bytes and the data.
//!
//! Read in both byte orders: microseconds (`a1b2c3d4`), nanoseconds (`a1b23c4d`) and Alexey
//! Kuznetsov's modified format (`a1b2cd34`, 24-byte record headers). The file header is
//! pcap-parser's where it knows the magic; the record header is read here, because it is read once
//! per packet (the tests hold it to pcap-parser's answer). A version is never refused; records
//! above [`LinkType::longest_record`] are damage.

use super::cut::Candidate;
use super::time::{Clock, Timestamp};
use super::walk::{Format, Step};
use super::{Interface, InterfaceEntry, LinkType, Position, Record, u16_at, u32_at};
use crate::error::{Error, FaultKind};

/// The length of the file header.
pub const HEADER_BYTES: u64 = 24;

/// A pcap file of one byte order.
#[derive(Clone, Debug)]
pub struct Pcap<const BIG_ENDIAN: bool> {
    kind: Kind,
    link_type: LinkType,
    snaplen: u32,
    lengths: Lengths,
}

/// Order of a record's two lengths: versions before 2.3 had the original one first, and 2.3 either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    GreaterIsWire,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Microseconds,
    Nanoseconds,
    Modified,
}

/// Byte order and kind of a magic number.
fn kind_of(magic: &[u8]) -> Option<(bool, Kind)> {
    match magic.first_chunk::<4>()? {
        [0xa1, 0xb2, 0xc3, 0xd4] => Some((true, Kind::Microseconds)),
        [0xd4, 0xc3, 0xb2, 0xa1] => Some((false, Kind::Microseconds)),
        [0xa1, 0xb2, 0x3c, 0x4d] => Some((true, Kind::Nanoseconds)),
        [0x4d, 0x3c, 0xb2, 0xa1] => Some((false, Kind::Nanoseconds)),
        [0xa1, 0xb2, 0xcd, 0x34] => Some((true, Kind::Modified)),
        [0x34, 0xcd, 0xb2, 0xa1] => Some((false, Kind::Modified)),
        _ => None,
    }
}

/// True if a file that begins so is a pcap file of this byte order.
pub fn has_magic<const BIG_ENDIAN: bool>(bytes: &[u8]) -> bool {
    kind_of(bytes).is_some_and(|(big_endian, _)| big_endian == BIG_ENDIAN)
}

impl<const BIG_ENDIAN: bool> Pcap<BIG_ENDIAN> {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] if the header is truncated.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let kind = kind_of(bytes).map_or(Kind::Microseconds, |(_, kind)| kind);
        let (snaplen, network) = match pcap_parser::parse_pcap_header(bytes) {
            Ok((_, header)) => (Some(header.snaplen), Some(header.network.0 as u32)),
            // The big-endian modified magic is unknown to pcap-parser.
            Err(_) => (u32_at::<BIG_ENDIAN>(bytes, 16), u32_at::<BIG_ENDIAN>(bytes, 20)),
        };
        let (Some(snaplen), Some(network)) = (snaplen, network) else {
            return Err(Error::NotACapture(format!(
                "its file header is cut short ({} of 24 bytes)",
                bytes.len()
            )));
        };
        let version = [4, 6].map(|at| u16_at::<BIG_ENDIAN>(bytes, at));
        let lengths = match version {
            [Some(0..2), _] | [Some(2), Some(0..3)] => Lengths::WireFirst,
            [Some(2), Some(3)] => Lengths::GreaterIsWire,
            _ => Lengths::CapturedFirst,
        };
        // The upper half of the field says whether and how long a frame check sequence follows.
        Ok(Pcap { kind, link_type: LinkType(network as u16), snaplen, lengths })
    }

    fn record_header_bytes(&self) -> usize {
        if self.kind == Kind::Modified { 24 } else { 16 }
    }

    /// Nanoseconds in a unit of the records' fraction.
    fn fraction_nanoseconds(&self) -> u64 {
        if self.kind == Kind::Nanoseconds { 1 } else { 1000 }
    }

    /// Header of the record at the start of `rest`.
    #[inline]
    fn fields(&self, rest: &[u8]) -> Option<Fields> {
        fields::<BIG_ENDIAN>(rest, self.lengths)
    }
}

impl<const BIG_ENDIAN: bool> Format for Pcap<BIG_ENDIAN> {
    type State = ();

    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Microseconds => "pcap",
            Kind::Nanoseconds => "pcap-ns",
            Kind::Modified => "pcap-modified",
        }
    }

    fn start(&self) -> Position {
        Position { offset: HEADER_BYTES, section: None }
    }

    fn only_interface(&self) -> Option<Interface> {
        let clock = Clock::new(if self.kind == Kind::Nanoseconds { 9 } else { 6 }, 0);
        Some(Interface { link_type: self.link_type, snaplen: self.snaplen, clock, name: None })
    }

    fn begin(&self, _: &Position) {}

    #[inline(always)]
    fn next<'a>(&self, (): &mut (), rest: &'a [u8], offset: u64) -> Result<Step<'a>, FaultKind> {
        let header_bytes = self.record_header_bytes();
        let have = rest.len() as u64;
        let cut = FaultKind::RecordHeaderCut { have, need: header_bytes as u64 };
        let (header, body) = rest.split_at_checked(header_bytes).ok_or(cut)?;
        let fields = self.fields(header).ok_or(cut)?;
        let longest = self.link_type.longest_record();
        if fields.captured > longest {
            let (claims, limit) = (u64::from(fields.captured), u64::from(longest));
            return Err(FaultKind::RecordTooLong { claims, limit });
        }
        let Some(data) = body.get(..fields.captured as usize) else {
            let (have, need) = (body.len() as u64, u64::from(fields.captured));
            return Err(FaultKind::RecordCut { have, need });
        };
        let pseudo_header = self.link_type.pseudo_header_bytes();
        let fraction = u64::from(fields.fraction) * self.fraction_nanoseconds();
        let record = Record {
            number: 0,
            offset,
            data: data.get(pseudo_header as usize..).unwrap_or_default(),
            wire_bytes: fields.wire.saturating_sub(pseudo_header),
            time: Some(Timestamp::new(i64::from(fields.seconds), fraction)),
            interface: 0,
            section: 0,
            link_type: self.link_type,
        };
        Ok(Step::Record(record, header_bytes + data.len()))
    }

    fn end(&self, (): (), offset: u64) -> (Position, Vec<InterfaceEntry>) {
        (Position { offset, section: None }, Vec::new())
    }

    fn plausible(&self, rest: &[u8], _: &Position, offset: u64) -> Option<Candidate> {
        let fields = self.fields(rest)?;
        let longest = self.link_type.longest_record();
        let fits = fields.captured > 0 && fields.captured <= fields.wire && fields.wire <= longest;
        let in_second = u64::from(fields.fraction) * self.fraction_nanoseconds() < 1_000_000_000;
        (fits && in_second).then(|| Candidate {
            next: offset + self.record_header_bytes() as u64 + u64::from(fields.captured),
            seconds: Some(i64::from(fields.seconds)),
        })
    }

    /// The record's end if all of the frame was captured, as is usual.
    fn other_end(&self, rest: &[u8], offset: u64) -> Option<u64> {
        let fields = self.fields(rest)?;
        let fits = fields.wire <= self.link_type.longest_record();
        fits.then(|| offset + self.record_header_bytes() as u64 + u64::from(fields.wire))
    }
}

struct Fields {
    seconds: u32,
    fraction: u32,
    captured: u32,
    wire: u32,
}

#[inline]
fn fields<const BIG_ENDIAN: bool>(header: &[u8], lengths: Lengths) -> Option<Fields> {
    let header = header.first_chunk::<16>()?;
    let (one, two) = (u32_at::<BIG_ENDIAN>(header, 8)?, u32_at::<BIG_ENDIAN>(header, 12)?);
    let swapped = match lengths {
        Lengths::CapturedFirst => false,
        Lengths::WireFirst => true,
        Lengths::GreaterIsWire => one > two,
    };
    let (captured, wire) = if swapped { (two, one) } else { (one, two) };
    Some(Fields {
        seconds: u32_at::<BIG_ENDIAN>(header, 0)?,
        fraction: u32_at::<BIG_ENDIAN>(header, 4)?,
        captured,
        wire,
    })
}

#[cfg(test)]
mod tests {
    use super::super::walk::walk;
    use super::*;

    /// A record of five bytes captured of nine, as a file of this version writes it.
    fn lengths_of(minor: u8, first: u8, second: u8) -> Vec<(usize, u32)> {
        let mut bytes = vec![
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, minor, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
        ];
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, first, 0, 0, 0, second, 0, 0, 0, 1, 2, 3, 4, 5]);
        let pcap = Pcap::<false>::open(&bytes).unwrap();
        let mut seen = Vec::new();
        let start = Position { offset: HEADER_BYTES, section: None };
        let walk = walk(
            &pcap,
            &bytes[24..],
            start,
            0,
            u64::MAX,
            |_, _| None,
            |record| seen.push((record.data.len(), record.wire_bytes)),
        );
        assert_eq!(walk.fault, None);
        seen
    }

    #[test]
    fn old_versions_store_the_two_lengths_in_reverse_order() {
        assert_eq!(lengths_of(4, 5, 9), [(5, 9)]);
        assert_eq!(lengths_of(2, 9, 5), [(5, 9)]);
        assert_eq!(lengths_of(3, 9, 5), [(5, 9)]);
        assert_eq!(lengths_of(3, 5, 9), [(5, 9)]);
    }

    #[test]
    fn records_equal_those_of_pcap_parser() {
        let mut bytes = vec![
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
        ];
        for length in 0..50u8 {
            bytes.extend([length, 0, 0, 0, 1, 2, 0, 0, length, 0, 0, 0, 60, 0, 0, 0]);
            bytes.resize(bytes.len() + usize::from(length), length);
        }
        let pcap = Pcap::<false>::open(&bytes).unwrap();
        let mut rest = &bytes[24..];
        let start = Position { offset: HEADER_BYTES, section: None };
        walk(
            &pcap,
            &bytes[24..],
            start,
            0,
            u64::MAX,
            |_, _| None,
            |record| {
                let (next, expected) = pcap_parser::parse_pcap_frame(rest).unwrap();
                assert_eq!((record.data, record.wire_bytes), (expected.data, expected.origlen));
                let time = record.time.unwrap();
                assert_eq!(
                    (time.seconds, time.nanoseconds),
                    (i64::from(expected.ts_sec), expected.ts_usec * 1000)
                );
                rest = next;
            },
        );
        assert!(rest.is_empty());
    }
}
