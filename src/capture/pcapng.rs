//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks; each block has its length at
//! its start and at its end.
//!
//! Section Header, Interface Description, Interface Statistics, Enhanced, Simple and obsolete
//! Packet Blocks are read; all other blocks are skipped by their length. Refused as damage: lengths
//! that are impossible or differ, contents that exceed their block, packets of undescribed
//! interfaces. pcap-parser is not used: it allocates for options, does not know the obsolete block,
//! reads option values little-endian only and rejects every block on a big-endian host.

mod described;
mod fast;
mod options;

use super::cut::Candidate;
use super::note::{self, Note, Subject};
use super::salvage::Before;
use super::time::Clock;
use super::walk::{Format, Step};
use super::{
    Framing, Interface, InterfaceBlock, InterfaceEntry, Interfaces, LinkType, Position, Record,
    Section, pseudo_header, u32_at,
};
use crate::error::{Error, FaultKind};
use fast::FastPath;
pub use options::Options;
use std::sync::Arc;

/// The state before the first section header, which increments the number to 0.
const NO_SECTION: Section =
    Section { number: u32::MAX, big_endian: false, interfaces: Interfaces::new() };

const SECTION_HEADER: u32 = 0x0A0D_0D0A;
const INTERFACE_DESCRIPTION: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const INTERFACE_STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;

/// Options of interface descriptions and statistics.
const IF_NAME: u16 = 2;
const IF_TSRESOL: u16 = 9;
const IF_FCSLEN: u16 = 13;
const IF_TSOFFSET: u16 = 14;
const ISB_IFRECV: u16 = 4;
const ISB_IFDROP: u16 = 5;
/// Option of packets: flags that state the length of the frame check sequence.
const EPB_FLAGS: u16 = 2;

/// Length of the fields around a body: type, and length twice.
const FRAMING_BYTES: u32 = 12;

/// Length of a block, at most, in bytes: twice the longest packet. A stream has to hold a whole
/// block to check it.
const LONGEST_BLOCK: u32 = 256 << 20;

/// Positions of the first block and of the first packet.
#[derive(Clone, Debug)]
pub struct Pcapng {
    start: Position,
    first_packet: Position,
    keeps_notes: bool,
}

/// True if these are the first bytes of a pcapng file.
pub fn has_magic(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x0A, 0x0D, 0x0D, 0x0A])
}

impl Pcapng {
    /// Reads the section header and the interface descriptions before the first packet.
    ///
    /// # Errors
    /// [`Error::NotACapture`] if the first section header is truncated or has an unknown byte order
    /// or version.
    pub fn open(bytes: &[u8]) -> Result<Pcapng, Error> {
        /// Memory of interfaces read before the walk, at most: only walks have a reservation.
        const MOST_INTERFACE_BYTES: usize = 4 << 20;
        let mut section = Arc::new(NO_SECTION);
        let mut interface_blocks = Vec::new();
        let start = Position {
            offset: 0,
            section: Some(section.clone()),
            before: Before::Unknown,
            appended: None,
        };
        let mut rest = bytes;
        while let Ok(Some(block)) = block(rest, section.big_endian) {
            if is_packet(block.kind)
                || section.interfaces.bytes() > MOST_INTERFACE_BYTES
                || declare(&mut section, &block, &mut interface_blocks, None).is_err()
            {
                break;
            }
            // The walk takes them.
            interface_blocks.clear();
            rest = rest.get(block.bytes..).unwrap_or_default();
        }
        if rest.len() == bytes.len() {
            return Err(Error::NotACapture(
                "its section header is cut short or of an unknown kind".into(),
            ));
        }
        let offset = (bytes.len() - rest.len()) as u64;
        let first_packet =
            Position { offset, section: Some(section), before: Before::Unknown, appended: None };
        Ok(Pcapng { start, first_packet, keeps_notes: false })
    }
}

/// State of a walk.
pub struct State {
    section: Arc<Section>,
    interface_blocks: Vec<InterfaceEntry>,
    /// Notes on sections and interfaces; None if nobody asks for them.
    notes: Option<Vec<Note>>,
    fast: FastPath,
}

impl Format for Pcapng {
    type State = State;

    const FRAMED: bool = true;

    fn name(&self) -> &'static str {
        "pcapng"
    }

    fn start(&self) -> Position {
        self.start.clone()
    }

    fn assumed(&self) -> Position {
        self.first_packet.clone()
    }

    fn alignment(&self) -> u64 {
        4
    }

    fn begin(&self, from: &Position) -> State {
        let section = from.section.clone().unwrap_or_else(|| Arc::new(NO_SECTION));
        let notes = self.keeps_notes.then(Vec::new);
        State { section, interface_blocks: Vec::new(), notes, fast: FastPath::default() }
    }

    fn next<'a>(
        &self,
        state: &mut State,
        rest: &'a [u8],
        offset: u64,
    ) -> Result<Step<'a>, FaultKind> {
        let Some(block) = block(rest, state.section.big_endian)? else { return Ok(Step::Skip(0)) };
        if is_packet(block.kind) {
            let record = packet(&state.section, &block, offset)?;
            state.fast = FastPath::like(&record, &state.section);
            return Ok(Step::Record(record, block.bytes));
        }
        // The next packet may have another interface or byte order.
        state.fast = FastPath::default();
        let State { section, interface_blocks, notes, .. } = state;
        declare(section, &block, interface_blocks, notes.as_mut())?;
        Ok(Step::Skip(block.bytes))
    }

    #[inline]
    fn run<'a>(
        &self,
        state: &State,
        rest: &'a [u8],
        offset: u64,
        until: u64,
        number: u64,
        each: &mut impl FnMut(&Record<'a>),
    ) -> (u64, usize) {
        state.fast.walk(rest, offset, until, number, each)
    }

    fn keep_notes(&mut self) {
        self.keeps_notes = true;
    }

    fn take_notes(&self, state: &mut State) -> Vec<Note> {
        state.notes.take().unwrap_or_default()
    }

    fn end(&self, state: State, offset: u64) -> (Position, Vec<InterfaceEntry>) {
        (
            Position {
                offset,
                section: Some(state.section),
                before: Before::Unknown,
                appended: None,
            },
            state.interface_blocks,
        )
    }

    fn plausible(&self, rest: &[u8], from: &Position, offset: u64) -> Option<Candidate> {
        let big_endian = from.section.as_ref()?.big_endian;
        let one = block(rest, big_endian).ok()??;
        // Only registered types and those for local use: zeros and text have two equal lengths too
        // easily. A length that comes again and again makes any bytes a block for local use, unless
        // another block follows it.
        let is_registered = |kind: u32| {
            kind == SECTION_HEADER || (1..=0x0C).contains(&kind) || kind & !0x4000_0000 == 0xBAD
        };
        let leads_on = || match rest.get(one.bytes..).map(|rest| block(rest, big_endian)) {
            Some(Ok(next)) => next.is_none_or(|next| is_registered(next.kind)),
            _ => false,
        };
        let is_local = one.kind & 0x8000_0000 != 0;
        let known = is_registered(one.kind) || (is_local && leads_on());
        known.then(|| Candidate { next: offset + one.bytes as u64, seconds: None })
    }

    fn claims(&self, rest: &[u8], from: &Position, offset: u64) -> Option<Candidate> {
        /// Length of options, at most, in bytes.
        const MOST_OPTIONS: u32 = 1 << 16;
        let section = from.section.as_ref()?;
        let word = |at| number(rest, at, section.big_endian);
        let (kind, claims) = (word(0)?, word(4)?);
        let fits = claims.is_multiple_of(4) && (FRAMING_BYTES..=LONGEST_BLOCK).contains(&claims);
        let next = offset.saturating_add(u64::from(claims));
        if kind != ENHANCED_PACKET {
            let known = (1..=0x0C).contains(&kind) && claims <= MOST_OPTIONS;
            return (fits && known).then_some(Candidate { next, seconds: None });
        }
        let described = section.interfaces.get(usize::try_from(word(8)?).ok()?)?;
        let captured = word(20)?;
        let data_end = captured.checked_next_multiple_of(4)?.checked_add(32)?;
        let fits = fits && (0..=MOST_OPTIONS).contains(&claims.checked_sub(data_end)?);
        let time = described.clock.time(u64::from(word(12)?) << 32 | u64::from(word(16)?));
        fits.then_some(Candidate { next, seconds: Some(time.seconds) })
    }

    fn ends_block(&self, rest: &[u8], bytes: u64, at_damage: &[u8]) -> bool {
        let is_length = |big_endian| {
            let length = number(rest, 0, big_endian).unwrap_or_default();
            let is_stated = || number(at_damage, 4, big_endian) == Some(length);
            let is_valid = (FRAMING_BYTES..=LONGEST_BLOCK).contains(&length);
            is_valid && (u64::from(length) == bytes.saturating_add(4) || is_stated())
        };
        bytes >= u64::from(FRAMING_BYTES) - 4 && (is_length(false) || is_length(true))
    }

    fn described(&self, block: &[u8], at: &Position) -> Vec<Position> {
        let sections = at.section.as_ref().map(|section| described::sections(block, section));
        let after = |section| Position { section: Some(section), ..at.clone() };
        sections.into_iter().flatten().map(after).collect()
    }

    /// The end of an Enhanced Packet Block by its captured length, or by the length after it.
    fn other_end(&self, rest: &[u8], offset: u64) -> Option<u64> {
        let ends = [false, true].into_iter().filter_map(|big_endian| {
            let captured =
                number(rest, 20, big_endian).filter(|captured| *captured <= LONGEST_BLOCK)?;
            let end = 32 + (captured as usize).next_multiple_of(4);
            (number(rest, end - 4, big_endian) == Some(end as u32)).then_some(offset + end as u64)
        });
        ends.min()
    }
}

struct Block<'a> {
    kind: u32,
    /// Its whole length.
    bytes: usize,
    big_endian: bool,
    /// Contents between the two lengths.
    body: &'a [u8],
}

fn number(bytes: &[u8], at: usize, big_endian: bool) -> Option<u32> {
    if big_endian { u32_at::<true>(bytes, at) } else { u32_at::<false>(bytes, at) }
}

fn short(bytes: &[u8], at: usize, big_endian: bool) -> Option<u16> {
    let bytes = *bytes.get(at..)?.first_chunk()?;
    Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
}

/// The block at the beginning of `rest`. None at the end of the file.
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

fn is_packet(kind: u32) -> bool {
    matches!(kind, ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET)
}

/// Takes what a block that is no packet says into the section's state, the list of statements, and
/// the notes if they are kept.
fn declare(
    section: &mut Arc<Section>,
    block: &Block<'_>,
    interface_blocks: &mut Vec<InterfaceEntry>,
    notes: Option<&mut Vec<Note>>,
) -> Result<(), FaultKind> {
    let too_long = FaultKind::BlockContentsTooLong { block: block.kind };
    let options_at = match block.kind {
        SECTION_HEADER => 16,
        INTERFACE_DESCRIPTION => 8,
        INTERFACE_STATISTICS => 12,
        _ => return Ok(()),
    };
    let options = block.body.get(options_at..).ok_or(too_long)?;
    let options = Options::new(options, block.big_endian).ok_or(too_long)?;
    let word = |at| number(block.body, at, block.big_endian).ok_or(too_long);
    match block.kind {
        SECTION_HEADER => {
            let major = short(block.body, 4, block.big_endian).ok_or(too_long)?;
            if major != 1 {
                return Err(FaultKind::SectionUnknown);
            }
            let number = section.number.wrapping_add(1);
            *section = Arc::new(Section {
                number,
                big_endian: block.big_endian,
                interfaces: Interfaces::new(),
            });
            if let Some(notes) = notes {
                notes.extend(note::notes(options, note::OF_SECTIONS).map(|(key, value)| Note {
                    section: number,
                    subject: Subject::Section,
                    key,
                    value,
                }));
            }
        }
        INTERFACE_DESCRIPTION => {
            let link_type = short(block.body, 0, block.big_endian).ok_or(too_long)?;
            let described = interface(link_type, word(4)?, options);
            let section = Arc::make_mut(section);
            if let Some(notes) = notes {
                let number = section.interfaces.len() as u32;
                add_interface_notes(notes, section.number, number, word(4)?, options);
            }
            // Packets need no name: a section may describe millions of interfaces.
            let nameless = Interface { name: None, ..described };
            interface_blocks.push(InterfaceEntry {
                section: section.number,
                interface: section.interfaces.len() as u32,
                block: InterfaceBlock::Description(described),
            });
            section.interfaces.push(nameless);
        }
        INTERFACE_STATISTICS => {
            interface_blocks.push(InterfaceEntry {
                section: section.number,
                interface: word(0)?,
                block: InterfaceBlock::Statistics {
                    received: options.u64(ISB_IFRECV),
                    dropped: options.u64(ISB_IFDROP),
                },
            });
        }
        _ => {}
    }
    Ok(())
}

/// Adds what the description of an interface says in words.
fn add_interface_notes(
    notes: &mut Vec<Note>,
    section: u32,
    interface: u32,
    snaplen: u32,
    options: Options<'_>,
) {
    let subject = Subject::Interface(interface);
    let texts = note::notes(options, note::OF_INTERFACES);
    let snaplen = Some(snaplen).filter(|snaplen| *snaplen > 0);
    let snaplen = snaplen.map(|snaplen| (note::SNAPLEN, snaplen.to_string()));
    let all = texts.chain(snaplen);
    notes.extend(all.map(|(key, value)| Note { section, subject, key, value }));
}

/// An interface from the fields and options of its description.
fn interface(link_type: u16, snaplen: u32, options: Options<'_>) -> Interface {
    /// Microseconds.
    const DEFAULT_TSRESOL: u8 = 6;
    let tsresol = options.value(IF_TSRESOL).and_then(|value| value.first()).copied();
    let name = options.value(IF_NAME).map(|name| {
        // Some writers include the padding or a terminating zero in the length.
        String::from_utf8_lossy(name).trim_end_matches('\0').to_owned()
    });
    let fcs_bytes = match options.value(IF_FCSLEN).and_then(|value| value.first()) {
        // The specification states the length in bits. A value that is no multiple of 8 is in
        // bytes.
        Some(bits @ 8..) => bits / 8,
        Some(bytes) => *bytes,
        None => 0,
    };
    let link_type = LinkType(link_type);
    Interface {
        link_type,
        snaplen,
        clock: Clock::new(
            tsresol.unwrap_or(DEFAULT_TSRESOL),
            options.u64(IF_TSOFFSET).map_or(0, |offset| offset as i64),
        ),
        framing: Framing::fcs(fcs_bytes, link_type),
        name: name.filter(|name| !name.is_empty()),
    }
}

/// The record of a packet block.
fn packet<'a>(section: &Section, block: &Block<'a>, offset: u64) -> Result<Record<'a>, FaultKind> {
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
