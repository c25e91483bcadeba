//! The pcapng format (draft-ietf-opsawg-pcapng): sections of blocks; each block has its length at
//! its start and at its end.
//!
//! Section Header, Interface Description, Interface Statistics, Enhanced, Simple and obsolete
//! Packet Blocks are read; all other blocks are skipped by their length. Refused as damage: lengths
//! that are impossible or differ, contents that exceed their block, packets of undescribed
//! interfaces. pcap-parser is not used: it allocates for options, does not know the obsolete block,
//! reads option values little-endian only and rejects every block on a big-endian host.

mod block;
mod declared;
mod described;
mod fast;
mod options;
mod packet;

use super::cut::Candidate;
use super::note::Note;
use super::salvage::Before;
use super::walk::{Format, Step};
use super::{InterfaceEntry, Interfaces, Position, Record, Section};
use crate::error::{Error, FaultKind};
use block::{
    ENHANCED_PACKET, FRAMING_BYTES, LONGEST_BLOCK, SECTION_HEADER, block, is_packet, number,
};
use declared::declare;
use fast::FastPath;
pub use options::Options;
use packet::packet;
use std::sync::Arc;

/// The state before the first section header, which increments the number to 0.
const NO_SECTION: Section =
    Section { number: u32::MAX, big_endian: false, interfaces: Interfaces::new() };

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

    fn after_damaged(&self, block: &[u8], at: &Position) -> Option<Position> {
        let before = at.section.as_ref().filter(|_| has_magic(block))?;
        let section = described::section_without_interfaces(block, before);
        Some(Position { section: Some(Arc::new(section)), ..at.clone() })
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
