//! Capture files: from bytes to records and the positions between them.
//!
//! A [`Capture`] knows its format and can [walk](Capture::walk) its records from any [`Position`]
//! to any other offset. It judges no packet's contents. Bytes that it cannot read are a [`Fault`]:
//! the walk ends there and the records before stand.

pub mod cut;
mod foreign;
mod interface;
mod link_type;
pub mod note;
pub mod pcap;
pub mod pcapng;
mod pseudo_header;
pub mod salvage;
pub mod snoop;
pub mod time;
mod walk;

#[cfg(doc)]
use crate::error::Fault;
use crate::error::{Error, FaultKind};
use crate::source::{Source, prefetch_at};
pub use interface::{Interface, InterfaceBlock, InterfaceEntry, Interfaces};
pub use link_type::{LinkType, LinkTypes};
pub use pcapng::Options;
use salvage::{Before, Found, Tail, Verdict, View};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::sync::Arc;
use time::Timestamp;
use walk::Format;
pub use walk::Walk;

/// One captured packet, as the capture file holds it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// Number of records before it in its walk.
    pub number: u64,
    /// Byte offset of the record, header included, in the decompressed capture.
    pub offset: u64,
    /// The captured bytes of the frame.
    pub data: &'a [u8],
    /// Length of the frame on the wire.
    pub wire_bytes: u32,
    /// Time of capture. None in Simple Packet Blocks.
    pub time: Option<Timestamp>,
    /// The interface's number within its section; 0 where the format knows only one.
    pub interface: u32,
    /// The section's number, from 0; 0 where the format knows only one.
    pub section: u32,
    /// Link type of `data`.
    pub link_type: LinkType,
    /// Form of the frame beyond its link type.
    pub framing: Framing,
    /// Options of its pcapng block; none in other formats.
    pub options: Options<'a>,
}

/// Form of a frame as the file states it, beyond its link type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Framing {
    /// Nothing.
    #[default]
    Usual,
    /// Length of the frame check sequence that ends the frame on the wire; `wire_bytes` includes
    /// it.
    Fcs(u8),
    /// Record type of ERF.
    Erf(u8),
    /// Traffic of an ATM channel.
    Atm(AtmTraffic),
}

/// Traffic of an ATM channel, as far as it is known without the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AtmTraffic {
    /// AAL5 of unknown contents.
    Unknown,
    /// LLC.
    Llc,
    /// LAN emulation.
    Lane,
    /// Interim local management interface.
    Ilmi,
    /// Signalling.
    Signalling,
    /// Not stated: the first bytes tell.
    Guessed,
}

impl AtmTraffic {
    /// Traffic of the channels that are reserved for one kind (ITU-T I.361).
    pub fn of_channel(path: u16, channel: u16) -> AtmTraffic {
        match (path, channel) {
            (0, 5) => AtmTraffic::Signalling,
            (0, 16) => AtmTraffic::Ilmi,
            _ => AtmTraffic::Guessed,
        }
    }
}

impl Framing {
    /// A frame check sequence of this length. As in Wireshark, other link types than Ethernet have
    /// none.
    fn fcs(bytes: u8, link_type: LinkType) -> Framing {
        if bytes > 0 && link_type == LinkType(1) { Framing::Fcs(bytes) } else { Framing::Usual }
    }
}

/// State of a pcapng section: all that is needed to read a packet in the middle of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its number, from 0.
    pub number: u32,
    /// The byte order of its numbers.
    pub big_endian: bool,
    /// The interfaces described so far.
    pub interfaces: Interfaces,
}

/// A place between two records, with all that a reader needs to continue there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Position {
    /// The byte offset.
    pub offset: u64,
    /// State of the pcapng section. None in formats without sections.
    pub section: Option<Arc<Section>>,
    /// Time before it, which only strict walks know and need.
    pub before: Before,
    /// The capture that it is in, if it is not the one that the file begins with. Saved positions
    /// have none: with `--salvage` no file is cut into shards.
    #[serde(skip)]
    pub appended: Option<Arc<Appended>>,
}

impl PartialEq for Position {
    fn eq(&self, other: &Position) -> bool {
        self.offset == other.offset && self.same_section(other)
    }
}

impl Position {
    /// Interfaces that the section describes here, and not yet at `before`.
    pub fn described_since(&self, before: &Position) -> impl Iterator<Item = InterfaceEntry> {
        let first = before.section.as_ref().map_or(0, |section| section.interfaces.len());
        self.section.iter().flat_map(move |section| {
            (first..section.interfaces.len()).filter_map(|index| {
                Some(InterfaceEntry {
                    section: section.number,
                    interface: u32::try_from(index).ok()?,
                    block: InterfaceBlock::Description(section.interfaces.get(index)?.clone()),
                })
            })
        })
    }

    /// True if readers at both would read the same bytes the same way.
    pub fn same_section(&self, other: &Position) -> bool {
        if self.appended != other.appended {
            return false;
        }
        match (&self.section, &other.section) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two) || one == two,
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

/// The capture formats, in the order in which their magic numbers are tried. A new format is a file
/// and a line.
macro_rules! formats {
    ($($variant:ident: $format:ty = $magic:expr, $open:expr;)*) => {
        /// The format of an opened capture.
        #[derive(Clone, Debug)]
        enum AnyFormat {
            $($variant($format),)*
        }

        /// True if a file that begins with these bytes is a capture.
        pub fn is_capture(magic: &[u8]) -> bool {
            false $(|| $magic(magic))*
        }

        impl AnyFormat {
            fn open(bytes: &[u8]) -> Result<AnyFormat, Error> {
                $(if $magic(bytes) {
                    return $open(bytes).map(AnyFormat::$variant);
                })*
                Err(Error::NotACapture("its first bytes are those of no capture format".into()))
            }
        }

        /// Does the same with whichever format it is.
        macro_rules! with_format {
            ($any:expr, $bound:ident => $body:expr) => {
                match $any {
                    $(AnyFormat::$variant($bound) => $body,)*
                }
            };
        }
    };
}

formats! {
    Pcapng: pcapng::Pcapng = pcapng::has_magic, pcapng::Pcapng::open;
    Snoop: snoop::Snoop = snoop::has_magic, snoop::Snoop::open;
    PcapLittleEndian: pcap::Pcap<false> = pcap::has_magic::<false>, pcap::Pcap::open;
    PcapBigEndian: pcap::Pcap<true> = pcap::has_magic::<true>, pcap::Pcap::open;
}

mod appended;
pub use appended::Appended;

impl AnyFormat {
    /// Reads a file header; the flag is true if each record begins with a header of its framing.
    fn open_any(bytes: &[u8]) -> Result<(AnyFormat, bool), Error> {
        let format = AnyFormat::open(bytes)?;
        let interface = with_format!(&format, format => format.only_interface());
        let stated =
            interface.is_some_and(|interface| pseudo_header::states_framing(interface.link_type));
        Ok((format, stated))
    }
}

/// How a strict walk ended.
pub struct StrictWalk {
    /// The walk.
    pub walk: Walk,
    /// Seconds of the first record that has a time.
    pub first_time: Option<i64>,
    /// It ended at a record that cannot be judged without the time before its start.
    pub unsure: bool,
}

/// An opened capture.
pub struct Capture {
    source: Source,
    format: AnyFormat,
    /// Each record begins with a header of its framing. In pcapng, this depends on its interface.
    has_stated_framing: bool,
    keeps_notes: bool,
    tail: Tail,
}

/// Number of leading bytes that decide whether a file is a capture.
pub const MAGIC_BYTES: usize = 8;

/// Number of leading bytes that opening needs. None if these are enough.
fn needed_bytes(bytes: &[u8]) -> Option<u64> {
    pcap::needed_bytes(bytes).or_else(|| snoop::needed_bytes(bytes))
}

impl Capture {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] if the first bytes are those of no format, or the header is truncated
    /// or unknown.
    pub fn new(mut source: Source) -> Result<Capture, Error> {
        source.read_to(foreign::header_bytes(source.rest(0)));
        while let Some(needed) = needed_bytes(source.rest(0)) {
            source.read_to(needed);
            if source.end() < needed {
                break;
            }
        }
        if !is_capture(source.rest(0)) {
            return Err(foreign::not_a_capture(source.rest(0), source.compression()));
        }
        let (format, has_stated_framing) = AnyFormat::open_any(source.rest(0))?;
        let (keeps_notes, tail) = (false, Tail::default());
        Ok(Capture { source, format, has_stated_framing, keeps_notes, tail })
    }

    /// Number of leading bytes that opening it needs, and the first packet's section.
    pub fn opening_bytes(&self) -> u64 {
        let rest = self.source.rest(0);
        let (all, mut needed) = (rest.len() as u64, MAGIC_BYTES as u64);
        while let Some(more) = rest.get(..needed as usize).and_then(needed_bytes) {
            needed = more;
        }
        needed.min(all).max(foreign::header_bytes(rest)).max(self.assumed().offset)
    }

    /// The same capture, of which only a part is at hand.
    pub fn of_part(self, source: Source) -> Capture {
        Capture { source, tail: Tail::default(), ..self }
    }

    /// The bytes of the input.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The bytes of the input, to continue in a stream.
    pub fn source_mut(&mut self) -> &mut Source {
        &mut self.source
    }

    /// Stable name of the format.
    pub fn format(&self) -> &'static str {
        with_format!(&self.format, format => format.name())
    }

    /// Has walks give what the capture says of its sections and interfaces.
    pub fn keep_notes(&mut self) {
        self.keeps_notes = true;
        with_format!(&mut self.format, format => format.keep_notes());
    }

    /// Position of the first record.
    pub fn start(&self) -> Position {
        let start = with_format!(&self.format, format => format.start());
        Position { before: Before::Nothing, ..start }
    }

    /// Section state that a reader in the middle assumes: that of the first packet.
    pub fn assumed(&self) -> Position {
        with_format!(&self.format, format => format.assumed())
    }

    /// Reads the records in memory that begin at or after `from` and before the byte `until`, in
    /// order.
    #[inline]
    pub fn walk<'a>(&'a self, from: Position, until: u64, each: impl FnMut(&Record<'a>)) -> Walk {
        self.walk_numbered(from, 0, until, each)
    }

    /// As [`Capture::walk`], but numbers records from `first` on.
    #[inline]
    pub fn walk_numbered<'a>(
        &'a self,
        from: Position,
        first: u64,
        until: u64,
        mut each: impl FnMut(&Record<'a>),
    ) -> Walk {
        let rest = self.source.rest(from.offset);
        if self.has_stated_framing {
            // Dynamic, because rare: the common walk has no part in it.
            let mut each = |record: &Record<'a>| each(&pseudo_header::without_stated(*record));
            let each: &mut dyn FnMut(&Record<'a>) = &mut each;
            return with_format!(&self.format, format => walk::walk(format, rest, from, first, until, |_, _| None, each));
        }
        with_format!(&self.format, format => walk::walk(format, rest, from, first, until, |_, _| None, each))
    }

    /// As [`Capture::walk_numbered`], but stops at a record whose header may be damaged: a damaged
    /// length that still looks legal must not make payload bytes look like records.
    pub fn walk_strict<'a>(
        &'a self,
        from: Position,
        first: u64,
        until: u64,
        mut each: impl FnMut(&Record<'a>),
    ) -> StrictWalk {
        let (rest, complete) = (self.source.rest(from.offset), self.source.is_complete());
        let (before, first_time) = (Cell::new(from.before), Cell::new(None));
        let (unsure, of) = (Cell::new(false), from.appended.clone());
        let has_stated_framing =
            of.as_ref().map_or(self.has_stated_framing, |appended| appended.has_stated_framing);
        let each = |record: &Record<'a>| {
            if let Some(time) = record.time {
                before.set(Before::Time(time));
                first_time.set(first_time.get().or(Some(time.seconds)));
            }
            let record = of.as_ref().map_or(*record, |appended| appended.number(record));
            each(&if has_stated_framing { pseudo_header::without_stated(record) } else { record });
        };
        let (section, appended) = (from.section.clone(), from.appended.clone());
        let own = of.as_ref().map_or(&self.format, |appended| &appended.format);
        let header = of.as_ref().map_or(0, |appended| appended.offset());
        let walk = with_format!(own, format => {
            let check = |rest: &[u8], offset| {
                let (section, appended) = (section.clone(), None);
                let position = Position { offset, section, before: before.get(), appended };
                let is_readable = |view: &View<'_, _>| self.tail.is_readable(view, header);
                match salvage::judge(format, rest, &position, complete, is_readable) {
                    Verdict::Fine => None,
                    Verdict::Refused => Some(FaultKind::RecordUnlikely),
                    Verdict::NeedsMore => {
                        Some(FaultKind::RecordHeaderCut { have: rest.len() as u64, need: u64::MAX })
                    }
                    Verdict::Unsure => {
                        unsure.set(true);
                        Some(FaultKind::RecordUnlikely)
                    }
                }
            };
            walk::walk(format, rest, from, first, until, check, each)
        });
        let end = Position { before: before.get(), appended, ..walk.end };
        let first_time = first_time.get();
        StrictWalk { walk: Walk { end, ..walk }, first_time, unsure: unsure.get() }
    }

    /// Looks for a record after `damage`, from `from` on.
    pub fn resume(&self, damage: &Position, from: u64) -> Found {
        let at_damage = match damage.offset >= self.source.start() {
            true => self.source.rest(damage.offset),
            false => &[],
        };
        let (bytes, complete) = ((self.source.rest(from), from), self.source.is_complete());
        let found = with_format!(self.format_at(damage), format => {
            // Pages of a map that hold no record need not stay in memory.
            let passed = |from, until| self.source.release(from, until);
            salvage::resume(format, at_damage, bytes, damage, complete, passed)
        });
        match found {
            Found::At(mut next) if self.keeps_notes && next.appended != damage.appended => {
                next.appended = next.appended.map(Appended::keeping_notes);
                Found::At(next)
            }
            found => found,
        }
    }

    /// The record that may begin at `offset`. None if the bytes there do not look like one.
    fn plausible(&self, from: &Position, offset: u64) -> Option<cut::Candidate> {
        let rest = self.source.rest(offset);
        with_format!(self.format_at(from), format => format.plausible(rest, from, offset))
    }

    /// Record alignment in bytes, in the section of a position.
    fn alignment(&self, at: &Position) -> u64 {
        with_format!(self.format_at(at), format => format.alignment())
    }

    /// The format at a position.
    fn format_at<'a>(&'a self, position: &'a Position) -> &'a AnyFormat {
        position.appended.as_ref().map_or(&self.format, |appended| &appended.format)
    }

    /// The interface that the file header describes. None in formats that describe each apart.
    pub fn only_interface(&self) -> Option<Interface> {
        with_format!(&self.format, format => format.only_interface())
    }
}

/// Number of records that are prefetched.
const AHEAD: usize = 8;

/// Prefetches the next record, and those after it where they are if all are as long as this one.
///
/// The place of the next record is known too late for it to be in the cache in time, and no prefetcher
/// of the processor sees a pattern. Most captures have runs of records of one length; among others
/// the guesses are wrong, but near a header all the same.
#[inline(always)]
fn prefetch_records(next: &[u8], length: usize) {
    for ahead in 0..AHEAD {
        prefetch_at(next, ahead.wrapping_mul(length));
    }
}

/// Reads a four-byte number at `at`.
#[inline]
fn u32_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
}

/// Reads a two-byte number at `at`.
fn u16_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_numbered_from_the_start_of_their_walk() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata");
        let mut formats = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
            let Ok(capture) = Capture::new(Source::from(bytes)) else { continue };
            let mut position = capture.start();
            for until in [capture.source().end() / 2, u64::MAX] {
                let mut numbers = Vec::new();
                let walk = capture.walk(position, until, |record| numbers.push(record.number));
                assert!(numbers.into_iter().eq(0..walk.packets));
                position = walk.end;
                formats.insert(capture.format());
            }
        }
        assert!(formats.len() >= 2, "{formats:?}");
    }
}
