//! The classic pcap format (draft-ietf-opsawg-pcap): a 24-byte file header, then records of 16
//! bytes and the data.
//!
//! Read in both byte orders, with microseconds (`a1b2c3d4`) or nanoseconds (`a1b23c4d`), and in the
//! layouts of the module `variant`. The file header is pcap-parser's where it knows the magic
//! number; the record header is read here, because it is read once per packet (the tests hold it to
//! pcap-parser's answer). A version is never refused; records above [`LinkType::longest_record`]
//! are damage.

mod variant;

use super::cut::Candidate;
use super::salvage::{self, Before};
use super::time::{Clock, Timestamp};
use super::walk::{Format, Step};
use super::{
    Framing, Interface, InterfaceEntry, LinkType, Options, Position, Record, pseudo_header, u32_at,
};
use crate::error::{Error, FaultKind};
use variant::Layout;
pub use variant::needed_bytes;

/// A pcap file of one byte order.
#[derive(Clone, Debug)]
pub struct Pcap<const BIG_ENDIAN: bool> {
    layout: Layout,
    lengths: Lengths,
    link_type: LinkType,
    snaplen: u32,
    longest: u32,
    framing: Framing,
    /// Bytes before each frame that its lengths include.
    prefix_bytes: u32,
}

/// Order of a record's two lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    CapturedFirst,
    WireFirst,
    GreaterIsWire,
}

/// True if a file that begins so is a pcap file of this byte order.
pub fn has_magic<const BIG_ENDIAN: bool>(bytes: &[u8]) -> bool {
    u32_at::<BIG_ENDIAN>(bytes, 0).is_some_and(variant::is_magic)
}

impl<const BIG_ENDIAN: bool> Pcap<BIG_ENDIAN> {
    /// Reads the file header and detects the variant.
    ///
    /// # Errors
    /// [`Error::NotACapture`] if the header is truncated.
    pub fn open(bytes: &[u8]) -> Result<Self, Error> {
        let truncated = |need: u64| {
            let have = bytes.len();
            Error::NotACapture(format!("its file header is truncated ({have} of {need} bytes)"))
        };
        let detected = variant::detect::<BIG_ENDIAN>(bytes, true).map_err(truncated)?;
        let layout = detected.layout;
        if bytes.len() < layout.file_header_bytes {
            return Err(truncated(layout.file_header_bytes as u64));
        }
        let snaplen = match pcap_parser::parse_pcap_header(bytes) {
            Ok((_, header)) => header.snaplen,
            // pcap-parser knows neither Ixia's magic numbers nor the big-endian modified one.
            Err(_) => u32_at::<BIG_ENDIAN>(bytes, 16).unwrap_or_default(),
        };
        Ok(Pcap {
            layout,
            lengths: detected.lengths,
            link_type: detected.link_type,
            snaplen,
            longest: detected.link_type.longest_record(),
            framing: detected.framing,
            prefix_bytes: detected.padding_bytes + pseudo_header::fixed_bytes(detected.link_type),
        })
    }

    /// Nanoseconds of a record's fraction of a second.
    #[inline]
    fn nanoseconds(&self, fields: &Fields) -> u64 {
        u64::from(fields.fraction) * u64::from(self.layout.fraction_nanoseconds)
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
        self.layout.name
    }

    fn start(&self) -> Position {
        Position {
            offset: self.layout.file_header_bytes as u64,
            section: None,
            before: Before::Unknown,
            appended: None,
        }
    }

    fn only_interface(&self) -> Option<Interface> {
        let clock = Clock::new(if self.layout.fraction_nanoseconds == 1 { 9 } else { 6 }, 0);
        let Pcap { link_type, snaplen, framing, .. } = *self;
        Some(Interface { link_type, snaplen, clock, framing, name: None })
    }

    fn begin(&self, _: &Position) {}

    #[inline(always)]
    fn next<'a>(&self, (): &mut (), rest: &'a [u8], offset: u64) -> Result<Step<'a>, FaultKind> {
        let header_bytes = self.layout.record_header_bytes;
        let have = rest.len() as u64;
        let cut = FaultKind::RecordHeaderCut { have, need: header_bytes as u64 };
        let (header, body) = rest.split_at_checked(header_bytes).ok_or(cut)?;
        let fields = self.fields(header).ok_or(cut)?;
        if fields.captured > self.longest {
            let (claims, limit) = (u64::from(fields.captured), u64::from(self.longest));
            return Err(FaultKind::RecordTooLong { claims, limit });
        }
        let Some(data) = body.get(..fields.captured as usize) else {
            let (have, need) = (body.len() as u64, u64::from(fields.captured));
            return Err(FaultKind::RecordCut { have, need });
        };
        let record = Record {
            number: 0,
            offset,
            data: data.get(self.prefix_bytes as usize..).unwrap_or_default(),
            wire_bytes: fields.wire.saturating_sub(self.prefix_bytes),
            time: Some(Timestamp::new(i64::from(fields.seconds), self.nanoseconds(&fields))),
            interface: 0,
            section: 0,
            link_type: self.link_type,
            framing: self.framing,
            options: Options::NONE,
        };
        Ok(Step::Record(record, header_bytes + data.len()))
    }

    fn end(&self, (): (), offset: u64) -> (Position, Vec<InterfaceEntry>) {
        (Position { offset, section: None, before: Before::Unknown, appended: None }, Vec::new())
    }

    #[inline]
    fn plausible(&self, rest: &[u8], _: &Position, offset: u64) -> Option<Candidate> {
        let fields = self.fields(rest)?;
        // The rarest first: garbage is looked at byte by byte.
        let fits =
            fields.wire <= self.longest && fields.captured > 0 && fields.captured <= fields.wire;
        let in_second = self.nanoseconds(&fields) < 1_000_000_000;
        (fits && in_second).then(|| Candidate {
            next: offset + self.layout.record_header_bytes as u64 + u64::from(fields.captured),
            seconds: Some(i64::from(fields.seconds)),
        })
    }

    /// The record's end if all of the frame was captured, as is usual.
    fn other_end(&self, rest: &[u8], offset: u64) -> Option<u64> {
        let fields = self.fields(rest)?;
        let fits = fields.wire <= self.longest;
        fits.then(|| offset + self.layout.record_header_bytes as u64 + u64::from(fields.wire))
    }

    fn ends_by_packet(&self, rest: &[u8], offset: u64) -> Option<[u64; 2]> {
        let before = self.layout.record_header_bytes + self.prefix_bytes as usize;
        let fcs = if let Framing::Fcs(bytes) = self.framing { u64::from(bytes) } else { 0 };
        let lengths = salvage::packet_lengths(self.link_type, rest.get(before..)?)?;
        Some(lengths.map(|length| offset + before as u64 + length + fcs))
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
mod tests;
