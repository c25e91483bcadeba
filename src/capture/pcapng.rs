//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks, each framed by its length in
//! front and behind.
//!
//! Read are Section Header, Interface Description, Interface Statistics, Enhanced, Simple and
//! obsolete Packet Blocks; every other block is skipped by its length. Section and interface blocks
//! go through pcap-parser, whose option values are decoded here in the section's byte order (it
//! reads them little-endian only); packet blocks are read here, because they are read once per
//! packet and pcap-parser allocates for options and does not know the obsolete one. Refused as
//! damage: lengths that are impossible or differ, contents that do not fit, packets of undescribed
//! interfaces.

mod fast;

use super::cut::Candidate;
use super::time::Clock;
use super::{
    Interface, InterfaceBlock, InterfaceEntry, Interfaces, LinkType, Position, Record, Section,
    Walk, prefetch_records, u32_at,
};
use crate::error::{Error, Fault, FaultKind};
use fast::FastPath;
use pcap_parser::pcapng as parser;
use std::sync::Arc;

/// The state in front of the first section header, which counts it up to 0.
const NO_SECTION: Section =
    Section { number: u32::MAX, big_endian: false, interfaces: Interfaces::new() };

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// Type, length and the length behind.
const FRAMING_BYTES: u32 = 12;

/// The longest block that is believed, in bytes: twice the longest packet. A stream must hold a
/// block before it can be judged.
const LONGEST_BLOCK: u32 = 256 << 20;

/// What was found before the first packet.
#[derive(Clone, Debug)]
pub struct Pcapng {
    start: Position,
    first_packet: Position,
}

/// True when a file that begins so is a pcapng file.
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x0A, 0x0D, 0x0D, 0x0A])
}

impl Pcapng {
    /// Reads the section header and the interface descriptions before the first packet.
    ///
    /// # Errors
    /// [`Error::NotACapture`] when the first section header is cut or of an unknown byte order or
    /// version.
    pub fn open(bytes: &[u8]) -> Result<Pcapng, Error> {
        let mut section = Arc::new(NO_SECTION);
        let mut interface_blocks = Vec::new();
        let start = Position { offset: 0, section: Some(section.clone()) };
        let mut rest = bytes;
        while let Ok(Some(block)) = block(rest, section.big_endian) {
            if is_packet(block.kind)
                || declare(&mut section, &block, &mut interface_blocks).is_err()
            {
                break;
            }
            rest = rest.get(block.bytes..).unwrap_or_default();
        }
        if rest.len() == bytes.len() {
            return Err(Error::NotACapture(
                "its section header is cut short or of an unknown kind".into(),
            ));
        }
        let offset = (bytes.len() - rest.len()) as u64;
        Ok(Pcapng { start, first_packet: Position { offset, section: Some(section) } })
    }

    /// The beginning of the file.
    pub fn start(&self) -> Position {
        self.start.clone()
    }

    /// Where the first packet or damage is.
    pub fn first_packet(&self) -> Position {
        self.first_packet.clone()
    }
}

struct Block<'a> {
    kind: u32,
    /// Its whole length.
    bytes: usize,
    big_endian: bool,
    /// The whole block, framing included.
    whole: &'a [u8],
    /// Between the length in front and the one behind.
    body: &'a [u8],
}

fn number(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    if big_endian { u32_at::<true>(bytes, at) } else { u32_at::<false>(bytes, at) }
}

/// The block at the beginning of `rest`; none at the end of the file.
#[inline]
fn block(rest: &[u8], section_big_endian: bool) -> Result<Option<Block<'_>>, FaultKind> {
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
    // Some writers leave the padding out of the length; it is there nevertheless.
    let bytes = (claims as usize).next_multiple_of(4);
    let whole = rest.get(..bytes).ok_or(FaultKind::BlockCut { have, need: bytes as u64 })?;
    let behind = number(whole, bytes - 4, big_endian).unwrap_or(claims);
    if behind != claims {
        let (front, behind) = (u64::from(claims), u64::from(behind));
        return Err(FaultKind::BlockLengthsDiffer { front, behind });
    }
    Ok(Some(Block {
        kind,
        bytes,
        big_endian,
        whole,
        body: whole.get(8..bytes - 4).unwrap_or_default(),
    }))
}

fn is_packet(kind: u32) -> bool {
    matches!(kind, ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET)
}

/// Takes what a block that is no packet says into the section's state and the list of statements.
fn declare(
    section: &mut Arc<Section>,
    block: &Block<'_>,
    interface_blocks: &mut Vec<InterfaceEntry>,
) -> Result<(), FaultKind> {
    let too_long = FaultKind::BlockContentsTooLong { block: block.kind };
    let options_at = match block.kind {
        SECTION_HEADER => 16,
        INTERFACE_DESCRIPTION => 8,
        INTERFACE_STATISTICS => 12,
        _ => return Ok(()),
    };
    if !options_fit(block.body.get(options_at..).ok_or(too_long)?, block.big_endian) {
        return Err(too_long);
    }
    match block.kind {
        SECTION_HEADER => {
            let (_, header) = if block.big_endian {
                parser::parse_sectionheaderblock_be(block.whole).map_err(|_| too_long)?
            } else {
                parser::parse_sectionheaderblock_le(block.whole).map_err(|_| too_long)?
            };
            if header.major_version != 1 {
                return Err(FaultKind::SectionUnknown);
            }
            let number = section.number.wrapping_add(1);
            *section = Arc::new(Section {
                number,
                big_endian: block.big_endian,
                interfaces: Interfaces::new(),
            });
        }
        INTERFACE_DESCRIPTION => {
            let (_, description) = if block.big_endian {
                parser::parse_interfacedescriptionblock_be(block.whole).map_err(|_| too_long)?
            } else {
                parser::parse_interfacedescriptionblock_le(block.whole).map_err(|_| too_long)?
            };
            let described = interface(&description, block.big_endian);
            let section = Arc::make_mut(section);
            interface_blocks.push(InterfaceEntry {
                section: section.number,
                interface: section.interfaces.len() as u32,
                block: InterfaceBlock::Description(described.clone()),
            });
            section.interfaces.push(described);
        }
        INTERFACE_STATISTICS => {
            let (_, statistics) = if block.big_endian {
                parser::parse_interfacestatisticsblock_be(block.whole).map_err(|_| too_long)?
            } else {
                parser::parse_interfacestatisticsblock_le(block.whole).map_err(|_| too_long)?
            };
            let number = |code| {
                let option = statistics.options.iter().find(|option| option.code == code);
                option
                    .and_then(|option| option.value.first_chunk::<8>())
                    .map(|value| u64_of(*value, block.big_endian))
            };
            interface_blocks.push(InterfaceEntry {
                section: section.number,
                interface: statistics.if_id,
                block: InterfaceBlock::Statistics {
                    received: number(parser::OptionCode::IsbIfRecv),
                    dropped: number(parser::OptionCode::IsbIfDrop),
                },
            });
        }
        _ => {}
    }
    Ok(())
}

/// True when every option up to the last ends inside the block.
fn options_fit(mut options: &[u8], big_endian: bool) -> bool {
    const END: u16 = 0;
    while !options.is_empty() {
        let Some((&[a, b, c, d], values)) = options.split_first_chunk() else { return false };
        let word =
            |bytes| if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) };
        if word([a, b]) == END {
            return true;
        }
        let padded = usize::from(word([c, d])).next_multiple_of(4);
        let Some(next) = values.get(padded..) else { return false };
        options = next;
    }
    true
}

fn u64_of(bytes: [u8; 8], big_endian: bool) -> u64 {
    if big_endian { u64::from_be_bytes(bytes) } else { u64::from_le_bytes(bytes) }
}

fn interface(description: &parser::InterfaceDescriptionBlock<'_>, big_endian: bool) -> Interface {
    let option = |code| {
        description.options.iter().find(|option| option.code == code).map(|option| &*option.value)
    };
    let tsresol = option(parser::OptionCode::IfTsresol).and_then(|value| value.first()).copied();
    let tsoffset =
        option(parser::OptionCode::IfTsoffset).and_then(|value| value.first_chunk::<8>());
    let name = option(parser::OptionCode::IfName).map(|name| {
        // pcap-parser leaves the padding in place.
        String::from_utf8_lossy(name).trim_end_matches('\0').to_owned()
    });
    Interface {
        link_type: LinkType(description.linktype.0 as u16),
        snaplen: description.snaplen,
        clock: Clock::new(
            tsresol.unwrap_or(6),
            tsoffset.map_or(0, |offset| u64_of(*offset, big_endian) as i64),
        ),
        name: name.filter(|name| !name.is_empty()),
    }
}

/// Reads the packets of `rest`, which begins at `from`, whose blocks begin before `until`.
pub fn walk<'a>(
    mut rest: &'a [u8],
    from: Position,
    until: u64,
    mut each: impl FnMut(&Record<'a>),
) -> Walk {
    let Position { mut offset, section } = from;
    let mut section = section.unwrap_or_else(|| Arc::new(NO_SECTION));
    let mut interface_blocks = Vec::new();
    let mut packets = 0;
    let mut fault = None;
    let mut common = FastPath::default();
    while offset < until {
        let (read, length) = common.walk(rest, offset, until, &mut each);
        if read > 0 {
            packets += read;
            offset += length as u64;
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        let read = block(rest, section.big_endian).and_then(|block| {
            let Some(block) = block else { return Ok(0) };
            prefetch_records(rest.get(block.bytes..).unwrap_or_default(), block.bytes);
            if is_packet(block.kind) {
                let record = packet(&section, &block, offset)?;
                common = FastPath::like(&record, &section);
                each(&record);
                packets += 1;
            } else {
                // Whatever it says may make the next packet another one.
                common = FastPath::default();
                declare(&mut section, &block, &mut interface_blocks)?;
            }
            Ok(block.bytes)
        });
        match read {
            Ok(0) => break,
            Ok(length) => {
                offset += length as u64;
                rest = rest.get(length..).unwrap_or_default();
            }
            Err(kind) => {
                fault = Some(Fault { kind, offset });
                break;
            }
        }
    }
    Walk { end: Position { offset, section: Some(section) }, packets, fault, interface_blocks }
}

/// The record that a packet block holds.
fn packet<'a>(section: &Section, block: &Block<'a>, offset: u64) -> Result<Record<'a>, FaultKind> {
    let body = block.body;
    let too_long = FaultKind::BlockContentsTooLong { block: block.kind };
    let word = |at| number(body, at, block.big_endian).ok_or(too_long);
    let (interface, units, captured, wire_bytes, data_at) = match block.kind {
        ENHANCED_PACKET => (word(0)?, Some((word(4)?, word(8)?)), word(12)?, word(16)?, 20),
        OBSOLETE_PACKET => {
            let ids = body.first_chunk::<2>().ok_or(too_long)?;
            let id =
                if block.big_endian { u16::from_be_bytes(*ids) } else { u16::from_le_bytes(*ids) };
            (u32::from(id), Some((word(4)?, word(8)?)), word(12)?, word(16)?, 20)
        }
        _ => (0, None, word(0)?, word(0)?, 4),
    };
    let described = usize::try_from(interface).ok().and_then(|index| section.interfaces.get(index));
    let Some(described) = described else { return Err(FaultKind::InterfaceUnknown { interface }) };
    let captured = match (block.kind, described.snaplen) {
        // A Simple Packet Block states no captured length: it is the interface's limit.
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
    let pseudo_header = described.link_type.pseudo_header_bytes();
    let data = contents.get(..captured as usize).ok_or(too_long)?;
    // Looked at only where there are any.
    let options = contents.get((captured as usize).next_multiple_of(4)..).unwrap_or_default();
    if block.kind != SIMPLE_PACKET && !options.is_empty() && !options_fit(options, block.big_endian)
    {
        return Err(too_long);
    }
    Ok(Record {
        number: 0,
        offset,
        data: data.get(pseudo_header as usize..).unwrap_or_default(),
        wire_bytes: wire_bytes.saturating_sub(pseudo_header),
        time: units.map(|(high, low)| described.clock.time(u64::from(high) << 32 | u64::from(low))),
        interface,
        section: section.number,
        link_type: described.link_type,
    })
}

/// Whether a block may begin at `offset`, where `rest` begins, in the state of `from`, and where
/// the next one would.
pub fn plausible(rest: &[u8], from: &Position, offset: u64) -> Option<Candidate> {
    let big_endian = from.section.as_ref()?.big_endian;
    let block = block(rest, big_endian).ok()??;
    // Registered types and those for local use only: zeros and text frame themselves too easily.
    let local = block.kind & 0x8000_0000 != 0;
    let known = block.kind == SECTION_HEADER
        || (1..=0x0C).contains(&block.kind)
        || block.kind & !0x4000_0000 == 0xBAD
        || local;
    known.then(|| Candidate { next: offset + block.bytes as u64, seconds: None })
}

/// Where an Enhanced Packet Block would end by its captured length, or by the length behind it.
pub fn other_end(rest: &[u8], offset: u64) -> Option<u64> {
    let ends = [false, true].into_iter().filter_map(|big_endian| {
        let captured =
            number(rest, 20, big_endian).filter(|captured| *captured <= LONGEST_BLOCK)?;
        let end = 32 + (captured as usize).next_multiple_of(4);
        (number(rest, end - 4, big_endian) == Some(end as u32)).then_some(offset + end as u64)
    });
    ends.min()
}
