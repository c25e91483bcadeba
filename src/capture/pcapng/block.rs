//! A block: type, length, body, and the length again.
//!
//! Refuses lengths that are impossible or differ.

use crate::capture::u32_at;
use crate::error::FaultKind;

pub(super) const SECTION_HEADER: u32 = 0x0A0D_0D0A;

pub(super) const INTERFACE_DESCRIPTION: u32 = 1;

pub(super) const OBSOLETE_PACKET: u32 = 2;

pub(super) const SIMPLE_PACKET: u32 = 3;

pub(super) const INTERFACE_STATISTICS: u32 = 5;

pub(super) const ENHANCED_PACKET: u32 = 6;

/// Length of the fields around a body: type, and length twice.
pub(super) const FRAMING_BYTES: u32 = 12;

/// Length of a block, at most, in bytes: twice the longest packet. A stream has to hold a whole
/// block to check it.
pub(super) const LONGEST_BLOCK: u32 = 256 << 20;

pub(super) struct Block<'a> {
    pub(super) kind: u32,
    /// Its whole length.
    pub(super) bytes: usize,
    pub(super) big_endian: bool,
    /// Contents between the two lengths.
    pub(super) body: &'a [u8],
}

pub(super) fn number(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    if big_endian { u32_at::<true>(bytes, at) } else { u32_at::<false>(bytes, at) }
}

pub(super) fn short(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

/// The block at the beginning of `rest`. None at the end of the file.
#[inline]
pub(super) fn block(rest: &[u8], section_big_endian: bool) -> Result<Option<Block<'_>>, FaultKind> {
    if rest.is_empty() {
        return Ok(None);
    }
    let have = rest.len() as u64;
    let cut = FaultKind::BlockCut { have, need: u64::from(FRAMING_BYTES) };
    let mut big_endian = section_big_endian;
    let kind = number(rest, 0, big_endian).ok_or(cut)?;
    if kind == SECTION_HEADER {
        big_endian = match rest.get(8..12).ok_or(cut)? {
            [0x1A, 0x2B, 0x3C, 0x4D] => true,
            [0x4D, 0x3C, 0x2B, 0x1A] => false,
            _ => return Err(FaultKind::SectionUnknown),
        };
    }
    let claims = number(rest, 4, big_endian).ok_or(cut)?;
    if !(FRAMING_BYTES..=LONGEST_BLOCK).contains(&claims) {
        return Err(FaultKind::BlockLengthImpossible { claims: u64::from(claims) });
    }
    // Some writers pad the block but leave the padding out of its length.
    let bytes = (claims as usize).next_multiple_of(4);
    let whole = rest.get(..bytes).ok_or(FaultKind::BlockCut { have, need: bytes as u64 })?;
    let trailing = number(whole, bytes - 4, big_endian).unwrap_or(claims);
    if trailing != claims {
        let (at_start, at_end) = (u64::from(claims), u64::from(trailing));
        return Err(FaultKind::BlockLengthsDiffer { at_start, at_end });
    }
    Ok(Some(Block { kind, bytes, big_endian, body: whole.get(8..bytes - 4).unwrap_or_default() }))
}

pub(super) fn is_packet(kind: u32) -> bool {
    matches!(kind, ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET)
}
