//! The common path of pcapng: Enhanced Packet Blocks without options, of the same interface as the
//! packet before.
//!
//! They are read in runs, so that the length behind a block is looked at when it has come from
//! memory. Everything else, damage included, is left to the general way; the tests hold both to one
//! answer.

use super::ENHANCED_PACKET;
use crate::capture::{Interface, Record, Section, prefetch_records, pseudo_header, u32_at};

/// What was found out about the packet before.
#[derive(Default)]
pub struct FastPath {
    interface: Option<Interface>,
    number: u32,
    section: u32,
    big_endian: bool,
}

impl FastPath {
    /// What packets like this one need.
    pub fn like(record: &Record<'_>, section: &Section) -> FastPath {
        let interface =
            usize::try_from(record.interface).ok().and_then(|index| section.interfaces.get(index));
        let interface = interface.filter(|interface| interface.link_type != pseudo_header::ERF);
        // Only what is needed here: a copy of the name would be an allocation.
        let interface = interface.map(|interface| Interface { name: None, ..*interface });
        FastPath {
            interface,
            number: record.interface,
            section: section.number,
            big_endian: section.big_endian,
        }
    }

    /// Reads packets up to one that is not like the one before: how many, and the length of their
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

    /// A block is believed when its length stands behind it, which is in front of the next block:
    /// both come from memory together, while the block before is dissected.
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
        let mut pending: Option<(Record<'a>, &[u8])> = None;
        loop {
            let at = offset + ahead as u64;
            let next = if at < until {
                self.block::<BIG_ENDIAN>(interface, rest.get(ahead..).unwrap_or_default(), at)
            } else {
                None
            };
            if let Some((_, whole)) = next {
                prefetch_records(rest.get(ahead + whole.len()..).unwrap_or_default(), whole.len());
            }
            if let Some((mut record, whole)) = pending {
                if u32_at::<BIG_ENDIAN>(whole, whole.len() - 4) != u32_at::<BIG_ENDIAN>(whole, 4) {
                    break;
                }
                record.number = first + packets;
                each(&record);
                packets += 1;
                length = ahead;
            }
            let Some((_, whole)) = next else { break };
            ahead += whole.len();
            pending = next;
        }
        (packets, length)
    }

    /// The packet at the beginning of `rest` and its block, if it is like the one before.
    #[inline(always)]
    fn block<'a, const BIG_ENDIAN: bool>(
        &self,
        interface: &Interface,
        rest: &'a [u8],
        offset: u64,
    ) -> Option<(Record<'a>, &'a [u8])> {
        let header = rest.first_chunk::<28>()?;
        let word = |at| u32_at::<BIG_ENDIAN>(header, at);
        let (kind, claims, number) = (word(0)?, word(4)?, word(8)?);
        let (high, low, captured, wire_bytes) = (word(12)?, word(16)?, word(20)?, word(24)?);
        let data_end = (captured as usize).checked_next_multiple_of(4)?.checked_add(28)?;
        let whole = rest.get(..data_end.checked_add(4)?)?;
        let alike = kind == ENHANCED_PACKET
            && number == self.number
            && claims as usize == whole.len()
            && captured <= interface.link_type.longest_record();
        let pseudo_header = pseudo_header::fixed_bytes(interface.link_type);
        let record = Record {
            number: 0,
            offset,
            data: whole
                .get(28..28 + captured as usize)?
                .get(pseudo_header as usize..)
                .unwrap_or_default(),
            wire_bytes: wire_bytes.saturating_sub(pseudo_header),
            time: Some(interface.clock.time(u64::from(high) << 32 | u64::from(low))),
            interface: number,
            section: self.section,
            link_type: interface.link_type,
            framing: interface.framing,
        };
        alike.then_some((record, whole))
    }
}
