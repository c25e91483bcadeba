//! The common path of pcapng: Enhanced Packet Blocks without options, of the same interface as the
//! previous packet.
//!
//! They are read in runs: the length at the end of a block is compared only once it is in the
//! cache. All other blocks and all damage are left to the general path; the tests compare both
//! paths.

use super::ENHANCED_PACKET;
use crate::capture::{
    Interface, Options, Record, Section, prefetch_records, pseudo_header, u32_at,
};

/// Properties of the previous packet.
#[derive(Default)]
pub struct FastPath {
    interface: Option<Interface>,
    number: u32,
    section: u32,
    big_endian: bool,
}

impl FastPath {
    /// Properties that the next packet must share to take the common path.
    pub fn like(record: &Record<'_>, section: &Section) -> FastPath {
        let interface =
            usize::try_from(record.interface).ok().and_then(|index| section.interfaces.get(index));
        let interface =
            interface.filter(|interface| !pseudo_header::states_framing(interface.link_type));
        // A copy of the name would be an allocation.
        let interface = interface.map(|interface| Interface { name: None, ..*interface });
        FastPath {
            interface,
            number: record.interface,
            section: section.number,
            big_endian: section.big_endian,
        }
    }

    /// Reads packets up to the first one that differs. Returns their number and the length of their
    /// blocks.
    #[inline]
    pub fn walk<'a>(
        &self,
        rest: &'a [u8],
        offset: u64,
        until: u64,
        first: u64,
        each: impl FnMut(&Record<'a>),
    ) -> (u64, usize) {
        let Some(interface) = &self.interface else { return (0, 0) };
        if self.big_endian {
            self.walk_in::<true>(interface, rest, offset, until, first, each)
        } else {
            self.walk_in::<false>(interface, rest, offset, until, first, each)
        }
    }

    /// A block is valid if its length is repeated at its end, next to the header of the next block:
    /// both are loaded from memory together, while the previous block is dissected.
    #[inline(always)]
    fn walk_in<'a, const BIG_ENDIAN: bool>(
        &self,
        interface: &Interface,
        rest: &'a [u8],
        offset: u64,
        until: u64,
        first: u64,
        mut each: impl FnMut(&Record<'a>),
    ) -> (u64, usize) {
        let (mut packets, mut length, mut ahead) = (0, 0, 0);
        let mut pending: Option<(&'a [u8], u64)> = None;
        loop {
            let at = offset + ahead as u64;
            let next = if at < until {
                self.block::<BIG_ENDIAN>(interface, rest.get(ahead..).unwrap_or_default())
            } else {
                None
            };
            if let Some(whole) = next {
                prefetch_records(rest.get(ahead + whole.len()..).unwrap_or_default(), whole.len());
            }
            if let Some((whole, at)) = pending {
                if u32_at::<BIG_ENDIAN>(whole, whole.len() - 4) != u32_at::<BIG_ENDIAN>(whole, 4) {
                    break;
                }
                let number = first + packets;
                let Some(record) = self.record::<BIG_ENDIAN>(interface, whole, at, number) else {
                    break;
                };
                each(&record);
                packets += 1;
                length = ahead;
            }
            let Some(whole) = next else { break };
            ahead += whole.len();
            pending = Some((whole, at));
        }
        (packets, length)
    }

    /// The block at the beginning of `rest`, if its packet is like the one before.
    #[inline(always)]
    fn block<'a, const BIG_ENDIAN: bool>(
        &self,
        interface: &Interface,
        rest: &'a [u8],
    ) -> Option<&'a [u8]> {
        let header = rest.first_chunk::<28>()?;
        let word = |at| u32_at::<BIG_ENDIAN>(header, at);
        let (kind, claims, number, captured) = (word(0)?, word(4)?, word(8)?, word(20)?);
        let data_end = (captured as usize).checked_next_multiple_of(4)?.checked_add(28)?;
        let whole = rest.get(..data_end.checked_add(4)?)?;
        let alike = kind == ENHANCED_PACKET
            && number == self.number
            && claims as usize == whole.len()
            && captured <= interface.link_type.longest_record();
        alike.then_some(whole)
    }

    /// The packet of such a block. Only its place is kept until the next block is known: a record is
    /// several times as long.
    #[inline(always)]
    fn record<'a, const BIG_ENDIAN: bool>(
        &self,
        interface: &Interface,
        whole: &'a [u8],
        offset: u64,
        number: u64,
    ) -> Option<Record<'a>> {
        let header = whole.first_chunk::<28>()?;
        let word = |at| u32_at::<BIG_ENDIAN>(header, at);
        let (high, low, captured, wire_bytes) = (word(12)?, word(16)?, word(20)?, word(24)?);
        let pseudo_header = pseudo_header::fixed_bytes(interface.link_type);
        Some(Record {
            number,
            offset,
            data: whole
                .get(28..28 + captured as usize)?
                .get(pseudo_header as usize..)
                .unwrap_or_default(),
            wire_bytes: wire_bytes.saturating_sub(pseudo_header),
            time: Some(interface.clock.time(u64::from(high) << 32 | u64::from(low))),
            interface: self.number,
            section: self.section,
            link_type: interface.link_type,
            framing: interface.framing,
            options: Options::NONE,
        })
    }
}
