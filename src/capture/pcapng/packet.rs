//! The record of an Enhanced, Simple or obsolete Packet Block.
//!
//! Refuses packets of undescribed interfaces, and lengths beyond the block or the link type's limit.

use super::Options;
use super::block::{Block, ENHANCED_PACKET, OBSOLETE_PACKET, SIMPLE_PACKET, number, short};
use crate::capture::{Framing, Record, Section, pseudo_header};
use crate::error::FaultKind;

/// Option of packets: flags that state the length of the frame check sequence.
const EPB_FLAGS: u16 = 2;

/// The record of a packet block.
pub(super) fn packet<'a>(
    section: &Section,
    block: &Block<'a>,
    offset: u64,
) -> Result<Record<'a>, FaultKind> {
    let body = block.body;
    let too_long = FaultKind::BlockContentsTooLong { block: block.kind };
    let word = |at| number(body, at, block.big_endian).ok_or(too_long);
    let (interface, units, captured, wire_bytes, data_at) = match block.kind {
        ENHANCED_PACKET => (word(0)?, Some((word(4)?, word(8)?)), word(12)?, word(16)?, 20),
        OBSOLETE_PACKET => {
            let id = short(body, 0, block.big_endian).ok_or(too_long)?;
            (u32::from(id), Some((word(4)?, word(8)?)), word(12)?, word(16)?, 20)
        }
        _ => (0, None, word(0)?, word(0)?, 4),
    };
    let described = usize::try_from(interface).ok().and_then(|index| section.interfaces.get(index));
    let Some(described) = described else { return Err(FaultKind::InterfaceUnknown { interface }) };
    let captured = match (block.kind, described.snaplen) {
        // A Simple Packet Block has no captured length: the snaplen of the interface applies.
        (SIMPLE_PACKET, snaplen) if snaplen > 0 => captured.min(snaplen),
        _ => captured,
    };
    let limit = described.link_type.longest_record();
    if captured > limit {
        return Err(FaultKind::RecordTooLong {
            claims: u64::from(captured),
            limit: u64::from(limit),
        });
    }
    let contents = body.get(data_at..).ok_or(too_long)?;
    let pseudo_header = pseudo_header::fixed_bytes(described.link_type);
    let data = contents.get(..captured as usize).ok_or(too_long)?;
    // Most packets have no options.
    let bytes = contents.get((captured as usize).next_multiple_of(4)..).unwrap_or_default();
    let mut options = Options::NONE;
    let mut framing = described.framing;
    if block.kind != SIMPLE_PACKET && !bytes.is_empty() {
        options = Options::new(bytes, block.big_endian).ok_or(too_long)?;
        let stated = options.u32(EPB_FLAGS).map_or(0, |flags| (flags >> 5) as u8 & 0xF);
        if stated > 0 {
            framing = Framing::fcs(stated, described.link_type);
        }
    }
    let record = Record {
        number: 0,
        offset,
        data: data.get(pseudo_header as usize..).unwrap_or_default(),
        wire_bytes: wire_bytes.saturating_sub(pseudo_header),
        time: units.map(|(high, low)| described.clock.time(u64::from(high) << 32 | u64::from(low))),
        interface,
        section: section.number,
        link_type: described.link_type,
        framing,
        options,
    };
    if pseudo_header::states_framing(described.link_type) {
        // The timestamp of the block is used, not that of the ERF record.
        return Ok(pseudo_header::remove_stated(record).0);
    }
    Ok(record)
}
