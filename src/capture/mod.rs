//! Capture files: from bytes to records and the positions between them.
//!
//! A [`Capture`] knows its format and can [walk](Capture::walk) its records from any [`Position`]
//! to any other offset. It judges no packet's contents. What it cannot read is a [`Fault`]: the
//! walk ends there and what came before stands.

pub mod cut;
mod interface;
pub mod pcap;
pub mod pcapng;
pub mod salvage;
pub mod snoop;
pub mod time;

use crate::error::{Error, Fault};
use crate::source::{Source, prefetch};
pub use interface::{Interface, InterfaceBlock, InterfaceEntry, Interfaces};
use std::fmt;
use std::sync::Arc;
use time::Timestamp;

/// What a record's first byte is the first byte of: a number of the tcpdump.org link-layer header
/// type registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct LinkType(pub u16);

impl LinkType {
    /// The longest record that is believed, in bytes: as Wireshark, to tell damage from data.
    #[inline]
    pub fn longest_record(self) -> u32 {
        match self.0 {
            231 | 249 => 128 << 20, // D-Bus and USBPcap messages are no network frames.
            279 => 32 << 20,        // Elektrobit bus data.
            _ => 262_144,
        }
    }

    /// How many bytes in front of the frame are not the frame's: a pseudo header that Wireshark
    /// does not count.
    pub fn pseudo_header_bytes(self) -> u32 {
        match self.0 {
            123 => 4,             // ATM on SunOS
            139 | 201 | 254 => 4, // MTP2, Bluetooth H4 and the Linux Bluetooth monitor
            144 | 177 => 16,      // IrDA and LAPD, Linux cooked
            204..=207 => 1,       // PPP, Cisco HDLC, Frame Relay and LAPB with a direction
            196 | 209 => 5,       // SITA and I2C
            _ => 0,
        }
    }
}

/// One captured packet, as the capture file holds it.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Number of records before it in its walk.
    pub number: u64,
    /// The byte of the file at which the record, header included, begins.
    pub offset: u64,
    /// What was captured of the frame.
    pub data: &'a [u8],
    /// The frame's length on the wire.
    pub wire_bytes: u32,
    /// When it was captured; Simple Packet Blocks do not say.
    pub time: Option<Timestamp>,
    /// The interface's number within its section; 0 where the format knows only one.
    pub interface: u32,
    /// The section's number, from 0; 0 where the format knows only one.
    pub section: u32,
    /// What `data` begins with.
    pub link_type: LinkType,
}

/// What must be known of a pcapng section to read a packet in the middle of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its number, from 0.
    pub number: u32,
    /// The byte order of its numbers.
    pub big_endian: bool,
    /// The interfaces described so far.
    pub interfaces: Interfaces,
}

/// A place between two records, with all that a reader needs to go on there.
#[derive(Clone, Debug)]
pub struct Position {
    /// The byte offset.
    pub offset: u64,
    /// The state of the pcapng section; none in formats without sections.
    pub section: Option<Arc<Section>>,
}

impl PartialEq for Position {
    fn eq(&self, other: &Position) -> bool {
        self.offset == other.offset && self.same_section(other)
    }
}

impl Position {
    /// True when a reader at both would read the same bytes the same way.
    pub fn same_section(&self, other: &Position) -> bool {
        match (&self.section, &other.section) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two) || one == two,
            (one, two) => one.is_none() && two.is_none(),
        }
    }
}

/// How a walk over records ended.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Behind the last record that was read.
    pub end: Position,
    /// How many records were read.
    pub packets: u64,
    /// Why it ended before its limit, where it did.
    pub fault: Option<Fault>,
    /// What was said of interfaces on the way.
    pub interface_blocks: Vec<InterfaceEntry>,
}

/// The capture formats.
#[derive(Clone, Debug)]
enum Format {
    Pcap(pcap::Pcap),
    Pcapng(pcapng::Pcapng),
    Snoop(snoop::Snoop),
}

/// An opened capture.
pub struct Capture {
    source: Source,
    format: Format,
}

/// How many leading bytes decide whether a file is a capture.
pub const MAGIC_BYTES: usize = 8;

/// True when a file that begins with these bytes is a capture.
pub fn is_capture(magic: &[u8]) -> bool {
    pcapng::has_magic(magic) || pcap::has_magic(magic) || snoop::has_magic(magic)
}

impl Capture {
    /// Reads the file header.
    ///
    /// # Errors
    /// [`Error::NotACapture`] when the first bytes are those of no format, or the header is cut or
    /// unknown.
    pub fn new(source: Source) -> Result<Capture, Error> {
        let bytes = source.rest(0);
        let format = if pcapng::has_magic(bytes) {
            Format::Pcapng(pcapng::Pcapng::open(bytes)?)
        } else if snoop::has_magic(bytes) {
            Format::Snoop(snoop::Snoop::open(bytes)?)
        } else {
            Format::Pcap(pcap::Pcap::open(bytes)?)
        };
        Ok(Capture { source, format })
    }

    /// The input's bytes and what can be done with their pages.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The same, to go on in a stream.
    pub fn source_mut(&mut self) -> &mut Source {
        &mut self.source
    }

    /// The format's stable name.
    pub fn format(&self) -> &'static str {
        match &self.format {
            Format::Pcap(pcap) => pcap.name(),
            Format::Pcapng(_) => "pcapng",
            Format::Snoop(_) => "snoop",
        }
    }

    /// Where the records begin.
    pub fn start(&self) -> Position {
        match &self.format {
            Format::Pcap(_) => Position { offset: pcap::HEADER_BYTES, section: None },
            Format::Pcapng(pcapng) => pcapng.start(),
            Format::Snoop(_) => Position { offset: snoop::HEADER_BYTES, section: None },
        }
    }

    /// The state that a reader in the middle may suppose: that of the file's first packet.
    pub fn assumed(&self) -> Position {
        match &self.format {
            Format::Pcap(_) | Format::Snoop(_) => self.start(),
            Format::Pcapng(pcapng) => pcapng.first_packet(),
        }
    }

    /// Reads the records that begin at or behind `from` and before the byte `until`, in order, as
    /// far as they are in memory.
    #[inline]
    pub fn walk<'a>(&'a self, from: Position, until: u64, each: impl FnMut(&Record<'a>)) -> Walk {
        let rest = self.source.rest(from.offset);
        match &self.format {
            Format::Pcap(pcap) => pcap.walk(rest, from, until, each),
            Format::Pcapng(_) => pcapng::walk(rest, from, until, each),
            Format::Snoop(snoop) => snoop.walk(rest, from, until, each),
        }
    }

    /// As [`Capture::walk`], but with less trust where a format has nothing that frames its
    /// records: for [`salvage`].
    pub fn walk_strict<'a>(
        &'a self,
        from: Position,
        until: u64,
        each: impl FnMut(&Record<'a>),
    ) -> Walk {
        match &self.format {
            Format::Pcap(pcap) => {
                let rest = self.source.rest(from.offset);
                pcap.walk_strict(rest, from, until, self.source.is_complete(), each)
            }
            Format::Pcapng(_) | Format::Snoop(_) => self.walk(from, until, each),
        }
    }

    /// The next record's offset if what stands at `offset` looks like a record; see
    /// [`cut::resync`].
    fn plausible(&self, from: &Position, offset: u64) -> Option<cut::Candidate> {
        let rest = self.source.rest(offset);
        match &self.format {
            Format::Pcap(pcap) => pcap.plausible(rest, offset),
            Format::Pcapng(_) => pcapng::plausible(rest, from, offset),
            Format::Snoop(snoop) => snoop.plausible(rest, offset),
        }
    }

    /// Where the record at `offset` would end by what its header says a second time; see
    /// [`salvage`].
    fn other_end(&self, offset: u64) -> Option<u64> {
        let rest = self.source.rest(offset);
        match &self.format {
            Format::Pcap(pcap) => pcap.other_end(rest, offset),
            Format::Pcapng(_) => pcapng::other_end(rest, offset),
            Format::Snoop(_) => None,
        }
    }

    /// What every record's offset is a multiple of.
    fn alignment(&self) -> u64 {
        match &self.format {
            Format::Pcap(_) | Format::Snoop(_) => 1,
            Format::Pcapng(_) => 4,
        }
    }

    /// The one interface of formats that know only one, as the file header describes it.
    pub fn only_interface(&self) -> Option<Interface> {
        match &self.format {
            Format::Pcap(pcap) => Some(pcap.interface()),
            Format::Snoop(snoop) => Some(snoop.interface()),
            Format::Pcapng(_) => None,
        }
    }
}

impl fmt::Display for LinkType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match LINK_TYPE_NAMES.iter().find(|(number, _)| *number == self.0) {
            Some((_, name)) => out.write_str(name),
            None => write!(out, "dlt-{}", self.0),
        }
    }
}

/// Wireshark's names of the link types.
const LINK_TYPE_NAMES: &[(u16, &str)] = &[
    (0, "null"),
    (1, "ether"),
    (8, "slip"),
    (9, "ppp"),
    (10, "fddi"),
    (12, "rawip"),
    (14, "rawip"),
    (50, "ppp"),
    (101, "rawip"),
    (104, "chdlc"),
    (105, "ieee-802-11"),
    (107, "frelay"),
    (108, "null"),
    (113, "linux-sll"),
    (127, "ieee-802-11-radiotap"),
    (192, "ppi"),
    (195, "wpan"),
    (228, "rawip4"),
    (229, "rawip6"),
    (239, "nflog"),
    (242, "ip-ib"),
    (276, "linux-sll2"),
];

/// Asks for the records ahead: the next one, and those behind it where they are if all are as long
/// as this one.
///
/// Only the next one's place is known, and it is known too late to be in the cache in time; most
/// captures have runs of records of one length.
#[inline]
fn prefetch_records(next: &[u8], length: usize) {
    for ahead in 0..3 {
        prefetch(next.get(ahead * length..).unwrap_or_default());
    }
}

/// Reads a four-byte number at `at`.
#[inline]
fn u32_at<const BIG_ENDIAN: bool>(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if BIG_ENDIAN { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
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
