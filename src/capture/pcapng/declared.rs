//! Statements of blocks that hold no packet: sections, interfaces and their statistics.
//!
//! Refuses options that exceed their block, and sections of a version that is not known.

use super::Options;
use super::block::{
    Block, INTERFACE_DESCRIPTION, INTERFACE_STATISTICS, SECTION_HEADER, number, short,
};
use crate::capture::note::{self, Note, Subject};
use crate::capture::time::Clock;
use crate::capture::{
    Framing, Interface, InterfaceBlock, InterfaceEntry, Interfaces, LinkType, Section,
};
use crate::error::FaultKind;
use std::sync::Arc;

/// Options of interface descriptions and statistics.
const IF_NAME: u16 = 2;

pub(super) const IF_TSRESOL: u16 = 9;

const IF_FCSLEN: u16 = 13;

const IF_TSOFFSET: u16 = 14;

const ISB_IFRECV: u16 = 4;

const ISB_IFDROP: u16 = 5;

/// Takes what a block that is no packet says into the section's state, the list of statements, and
/// the notes if they are kept.
pub(super) fn declare(
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
pub(super) fn interface(link_type: u16, snaplen: u32, options: Options<'_>) -> Interface {
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
