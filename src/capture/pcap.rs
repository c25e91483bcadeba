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
use super::{Interface, LinkType, Position, Record, Walk, prefetch_records, u32_at};
use crate::error::{Error, Fault, FaultKind};

/// The length of the file header.
pub const HEADER_BYTES: u64 = 24;

/// So many records may stand between one that does not look like a record and one that does.
const LOOKAHEAD_RECORDS: usize = 8;

/// What the file header says.
#[derive(Clone, Debug)]
pub struct Pcap {
    big_endian: bool,
    kind: Kind,
    link_type: LinkType,
    snaplen: u32,
    lengths: Lengths,
}

/// In which order a record's two lengths stand: versions before 2.3 had the original one first, and
/// 2.3 either.
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

/// True when a file that begins so is a pcap file.
pub fn has_magic(bytes: &[u8]) -> bool {
    kind_of(bytes).is_some()
}

impl Pcap {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] when the magic is unknown or the header is cut.
    pub fn open(bytes: &[u8]) -> Result<Pcap, Error> {
        let Some((big_endian, kind)) = kind_of(bytes) else {
            return Err(Error::NotACapture(
                "its first bytes are those of no capture format".into(),
            ));
        };
        let (snaplen, network) = match pcap_parser::parse_pcap_header(bytes) {
            Ok((_, header)) => (Some(header.snaplen), Some(header.network.0 as u32)),
            // The big-endian modified magic is unknown to pcap-parser.
            Err(_) if big_endian => (u32_at::<true>(bytes, 16), u32_at::<true>(bytes, 20)),
            Err(_) => (u32_at::<false>(bytes, 16), u32_at::<false>(bytes, 20)),
        };
        let (Some(snaplen), Some(network)) = (snaplen, network) else {
            return Err(Error::NotACapture(format!(
                "its file header is cut short ({} of 24 bytes)",
                bytes.len()
            )));
        };
        let version = [4, 6].map(|at| {
            if big_endian { u16_at::<true>(bytes, at) } else { u16_at::<false>(bytes, at) }
        });
        let lengths = match version {
            [Some(0..2), _] | [Some(2), Some(0..3)] => Lengths::WireFirst,
            [Some(2), Some(3)] => Lengths::GreaterIsWire,
            _ => Lengths::CapturedFirst,
        };
        // The upper half of the field says whether and how long a frame check sequence follows.
        Ok(Pcap { big_endian, kind, link_type: LinkType(network as u16), snaplen, lengths })
    }

    /// The format's stable name.
    pub fn name(&self) -> &'static str {
        match self.kind {
            Kind::Microseconds => "pcap",
            Kind::Nanoseconds => "pcap-ns",
            Kind::Modified => "pcap-modified",
        }
    }

    /// The one interface that the file header describes.
    pub fn interface(&self) -> Interface {
        let clock = Clock::new(if self.kind == Kind::Nanoseconds { 9 } else { 6 }, 0);
        Interface { link_type: self.link_type, snaplen: self.snaplen, clock, name: None }
    }

    fn record_header_bytes(&self) -> usize {
        if self.kind == Kind::Modified { 24 } else { 16 }
    }

    /// Nanoseconds in a unit of the records' fraction.
    fn fraction_nanoseconds(&self) -> u64 {
        if self.kind == Kind::Nanoseconds { 1 } else { 1000 }
    }

    /// Reads the records of `rest`, which begins at `from`, that begin before `until`.
    #[inline]
    pub fn walk<'a>(
        &self,
        rest: &'a [u8],
        from: Position,
        until: u64,
        each: impl FnMut(&Record<'a>),
    ) -> Walk {
        self.walk_unless(rest, from, until, each, |_, _| None)
    }

    /// As [`Pcap::walk`], but stops at a record that neither looks like one nor leads to one within
    /// a few steps.
    ///
    /// So a header whose damage the walk itself cannot see does not lead it through frames' bytes.
    /// `complete` tells that nothing follows `rest`; otherwise what cannot be told yet is as if it
    /// were cut.
    pub fn walk_strict<'a>(
        &self,
        rest: &'a [u8],
        from: Position,
        until: u64,
        complete: bool,
        each: impl FnMut(&Record<'a>),
    ) -> Walk {
        self.walk_unless(rest, from, until, each, |rest, offset| {
            self.implausible(rest, offset, complete)
        })
    }

    /// Why the record at the beginning of `rest` is not believed, if it is not.
    fn implausible(&self, rest: &[u8], offset: u64, complete: bool) -> Option<FaultKind> {
        let mut at = 0;
        for _ in 0..LOOKAHEAD_RECORDS {
            let here = rest.get(at..).unwrap_or_default();
            if here.is_empty() && complete {
                return None;
            }
            if here.len() < self.record_header_bytes() {
                let (have, need) = (here.len() as u64, self.record_header_bytes() as u64);
                // The end of a file that is cut there is told when the walk comes to it.
                return (!complete).then_some(FaultKind::RecordHeaderCut { have, need });
            }
            if self.plausible(here, offset).is_some() {
                return None;
            }
            let captured = self.fields(here)?.captured;
            if at > 0 && captured > self.link_type.longest_record() {
                break;
            }
            at += self.record_header_bytes() + captured as usize;
            if at > rest.len() {
                let (have, need) = (rest.len() as u64, at as u64);
                return Some(if complete {
                    FaultKind::RecordUnlikely
                } else {
                    FaultKind::RecordCut { have, need }
                });
            }
        }
        Some(FaultKind::RecordUnlikely)
    }

    /// Walks up to a record that is disbelieved.
    #[inline]
    fn walk_unless<'a>(
        &self,
        rest: &'a [u8],
        from: Position,
        until: u64,
        each: impl FnMut(&Record<'a>),
        implausible: impl Fn(&[u8], u64) -> Option<FaultKind>,
    ) -> Walk {
        if self.big_endian {
            self.walk_in::<true>(rest, from, until, each, implausible)
        } else {
            self.walk_in::<false>(rest, from, until, each, implausible)
        }
    }

    #[inline]
    fn walk_in<'a, const BIG_ENDIAN: bool>(
        &self,
        mut rest: &'a [u8],
        from: Position,
        until: u64,
        mut each: impl FnMut(&Record<'a>),
        implausible: impl Fn(&[u8], u64) -> Option<FaultKind>,
    ) -> Walk {
        let header_bytes = self.record_header_bytes();
        let scale = self.fraction_nanoseconds();
        let longest = self.link_type.longest_record();
        let pseudo_header = self.link_type.pseudo_header_bytes();
        let mut offset = from.offset;
        let mut packets = 0;
        let mut fault = None;
        while offset < until && !rest.is_empty() {
            let Some((header, body)) = rest.split_at_checked(header_bytes) else {
                let (have, need) = (rest.len() as u64, header_bytes as u64);
                fault = Some(FaultKind::RecordHeaderCut { have, need });
                break;
            };
            let Some(fields) = fields::<BIG_ENDIAN>(header, self.lengths) else { break };
            if fields.captured > longest {
                let (claims, limit) = (u64::from(fields.captured), u64::from(longest));
                fault = Some(FaultKind::RecordTooLong { claims, limit });
                break;
            }
            let Some((data, next)) = body.split_at_checked(fields.captured as usize) else {
                let (have, need) = (body.len() as u64, u64::from(fields.captured));
                fault = Some(FaultKind::RecordCut { have, need });
                break;
            };
            fault = implausible(rest, offset);
            if fault.is_some() {
                break;
            }
            prefetch_records(next, header_bytes + data.len());
            each(&Record {
                number: packets,
                offset,
                data: data.get(pseudo_header as usize..).unwrap_or_default(),
                wire_bytes: fields.wire.saturating_sub(pseudo_header),
                time: Some(Timestamp::new(
                    i64::from(fields.seconds),
                    u64::from(fields.fraction) * scale,
                )),
                interface: 0,
                section: 0,
                link_type: self.link_type,
            });
            packets += 1;
            offset += (header_bytes + data.len()) as u64;
            rest = next;
        }
        let end = Position { offset, section: None };
        Walk {
            end,
            packets,
            fault: fault.map(|kind| Fault { kind, offset }),
            interface_blocks: Vec::new(),
        }
    }

    /// The header of the record at the beginning of `rest`.
    fn fields(&self, rest: &[u8]) -> Option<Fields> {
        if self.big_endian {
            fields::<true>(rest, self.lengths)
        } else {
            fields::<false>(rest, self.lengths)
        }
    }

    /// Whether a record may begin at `offset`, where `rest` begins, and where the next one would.
    ///
    /// Stricter than [`Pcap::walk`], which must accept what Wireshark accepts: it decides only
    /// where to look first.
    pub fn plausible(&self, rest: &[u8], offset: u64) -> Option<Candidate> {
        let fields = self.fields(rest)?;
        let longest = self.link_type.longest_record();
        let fits = fields.captured > 0 && fields.captured <= fields.wire && fields.wire <= longest;
        let in_second = u64::from(fields.fraction) * self.fraction_nanoseconds() < 1_000_000_000;
        (fits && in_second).then(|| Candidate {
            next: offset + self.record_header_bytes() as u64 + u64::from(fields.captured),
            seconds: Some(i64::from(fields.seconds)),
        })
    }

    /// Where the record would end if all of the frame had been captured, as it mostly is.
    pub fn other_end(&self, rest: &[u8], offset: u64) -> Option<u64> {
        let fields = self.fields(rest)?;
        let believed = fields.wire <= self.link_type.longest_record();
        believed.then(|| offset + self.record_header_bytes() as u64 + u64::from(fields.wire))
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

fn u16_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of five bytes captured of nine, as a file of this version writes it.
    fn lengths_of(minor: u8, first: u8, second: u8) -> Vec<(usize, u32)> {
        let mut bytes = vec![
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, minor, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0,
        ];
        bytes.extend([7, 0, 0, 0, 0, 0, 0, 0, first, 0, 0, 0, second, 0, 0, 0, 1, 2, 3, 4, 5]);
        let pcap = Pcap::open(&bytes).unwrap();
        let mut seen = Vec::new();
        let start = Position { offset: HEADER_BYTES, section: None };
        let walk = pcap.walk(&bytes[24..], start, u64::MAX, |record| {
            seen.push((record.data.len(), record.wire_bytes))
        });
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
        let pcap = Pcap::open(&bytes).unwrap();
        let mut rest = &bytes[24..];
        let start = Position { offset: HEADER_BYTES, section: None };
        pcap.walk(&bytes[24..], start, u64::MAX, |record| {
            let (next, expected) = pcap_parser::parse_pcap_frame(rest).unwrap();
            assert_eq!((record.data, record.wire_bytes), (expected.data, expected.origlen));
            let time = record.time.unwrap();
            assert_eq!(
                (time.seconds, time.nanoseconds),
                (i64::from(expected.ts_sec), expected.ts_usec * 1000)
            );
            rest = next;
        });
        assert!(rest.is_empty());
    }
}
