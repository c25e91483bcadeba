//! A record: one captured packet, as the capture file holds it.

use super::LinkType;
#[cfg(doc)]
use super::Walk;
use super::pcapng::Options;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One captured packet, as the capture file holds it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Record<'a> {
    /// Number of records before it in its walk.
    pub number: u64,
    /// Byte offset of the record, header included, in the decompressed capture.
    pub offset: u64,
    /// The captured bytes of the frame.
    pub data: &'a [u8],
    /// Length of the frame on the wire.
    pub wire_bytes: u32,
    /// Time of capture. None in Simple Packet Blocks.
    pub time: Option<Timestamp>,
    /// The interface's number within its section; 0 where the format knows only one.
    pub interface: u32,
    /// The section's number, from 0; 0 where the format knows only one.
    pub section: u32,
    /// Link type of `data`.
    pub link_type: LinkType,
    /// Form of the frame beyond its link type.
    pub framing: Framing,
    /// Options of its pcapng block; none in other formats.
    pub options: Options<'a>,
}

/// Form of a frame as the file states it, beyond its link type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Framing {
    /// Nothing.
    #[default]
    Usual,
    /// Length of the frame check sequence that ends the frame on the wire; `wire_bytes` includes
    /// it.
    Fcs(u8),
    /// Record type of ERF.
    Erf(u8),
    /// Traffic of an ATM channel.
    Atm(AtmTraffic),
}

/// Traffic of an ATM channel, as far as it is known without the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AtmTraffic {
    /// AAL5 of unknown contents.
    Unknown,
    /// LLC.
    Llc,
    /// LAN emulation.
    Lane,
    /// Interim local management interface.
    Ilmi,
    /// Signalling.
    Signalling,
    /// Not stated: the first bytes tell.
    Guessed,
}

impl AtmTraffic {
    /// Traffic of the channels that are reserved for one kind (ITU-T I.361).
    pub fn of_channel(path: u16, channel: u16) -> AtmTraffic {
        match (path, channel) {
            (0, 5) => AtmTraffic::Signalling,
            (0, 16) => AtmTraffic::Ilmi,
            _ => AtmTraffic::Guessed,
        }
    }
}

impl Framing {
    /// A frame check sequence of this length. As in Wireshark, other link types than Ethernet have
    /// none.
    pub(super) fn fcs(bytes: u8, link_type: LinkType) -> Framing {
        if bytes > 0 && link_type == LinkType(1) { Framing::Fcs(bytes) } else { Framing::Usual }
    }
}
