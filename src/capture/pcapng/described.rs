//! Interface Description Blocks whose lengths or options are damaged, and Section Header Blocks, in files
//! that are salvaged. The fields that are intact are enough to read packets.
//!
//! Refused: a block whose type, link type or reserved field is damaged too. Packets of a damaged
//! capture are better skipped than read as those of another link type.

use super::Options;
use super::block::{INTERFACE_DESCRIPTION, number, short};
use super::declared::{IF_TSRESOL, interface};
use crate::capture::{Interface, Interfaces, Section};
use std::sync::Arc;

/// Length of the fields before the options.
const FIXED_BYTES: usize = 16;

/// First field of a section header's body, in the byte order of the section.
const BYTE_ORDER_MAGIC: u32 = 0x1A2B_3C4D;

/// Microseconds, which need not be stated, and nanoseconds, which are usual too.
const USUAL_RESOLUTIONS: [u8; 2] = [6, 9];

/// The section that a damaged header begins: without interfaces, and in the byte order of the section before
/// it if its own is destroyed.
pub(super) fn section_without_interfaces(header: &[u8], before: &Section) -> Section {
    let has_magic = |big_endian| number(header, 8, big_endian) == Some(BYTE_ORDER_MAGIC);
    let big_endian = has_magic(true) || (before.big_endian && !has_magic(false));
    Section { number: before.number.wrapping_add(1), big_endian, interfaces: Interfaces::new() }
}

/// The section after a damaged block that begins with these bytes, once for each resolution that
/// its times may have. None if the block describes no interface.
pub(super) fn sections(block: &[u8], before: &Section) -> Vec<Arc<Section>> {
    let big_endian = before.big_endian;
    let fields = (number(block, 0, big_endian), short(block, 8, big_endian));
    let (Some(INTERFACE_DESCRIPTION), Some(link_type)) = fields else { return Vec::new() };
    let (Some(0), Some(snaplen)) = (short(block, 10, big_endian), number(block, 12, big_endian))
    else {
        return Vec::new();
    };
    let bytes = block.get(FIXED_BYTES..).unwrap_or_default();
    let after = |options: Options<'_>| {
        let mut section = before.clone();
        let described = interface(link_type, snaplen, options);
        section.interfaces.push(Interface { name: None, ..described });
        Arc::new(section)
    };
    let options = Options::new(bytes, big_endian);
    if let Some(options) = options.filter(|options| options.value(IF_TSRESOL).is_some()) {
        return vec![after(options)];
    }
    let of_resolution = |resolution: u8| {
        let words = [IF_TSRESOL, 1].map(|word| match big_endian {
            true => word.to_be_bytes(),
            false => word.to_le_bytes(),
        });
        [&words.concat()[..], &[resolution, 0, 0, 0]].concat()
    };
    // Damage may have moved the option.
    let is_stated = |option: &&[u8]| {
        option.get(4).is_some_and(|resolution| **option == of_resolution(*resolution)[..])
    };
    let stated = bytes.windows(8).find(is_stated).and_then(|option| option.get(4)).copied();
    let possible = stated.map_or(USUAL_RESOLUTIONS.to_vec(), |resolution| vec![resolution]);
    let options = possible.into_iter().map(of_resolution);
    options.filter_map(|option| Some(after(Options::new(&option, big_endian)?))).collect()
}
