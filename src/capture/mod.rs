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
mod number;
pub mod pcap;
pub mod pcapng;
mod position;
mod pseudo_header;
mod record;
pub mod salvage;
pub mod snoop;
pub mod time;
mod walk;

use crate::error::Error;
#[cfg(doc)]
use crate::error::Fault;
use crate::source::{Source, prefetch_at};
pub use interface::{Interface, InterfaceBlock, InterfaceEntry, Interfaces};
pub use link_type::{LinkType, LinkTypes};
use number::{u16_at, u32_at};
pub use pcapng::Options;
pub use position::{Position, Section};
pub use record::{AtmTraffic, Framing, Record};
use salvage::{Before, Tail};
use walk::Format;
pub use walk::Walk;

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
mod strict;
pub use appended::Appended;
pub use strict::StrictWalk;

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

#[cfg(test)]
mod tests;
