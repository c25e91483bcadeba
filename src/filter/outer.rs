//! Fields of the outermost link layer that a [`Packet`] does not keep: type fields, tags, labels
//! and the addresses in ARP.
//!
//! Ethernet (IEEE 802.3), Linux cooked capture versions 1 and 2, SNAP after either, VLAN tags (IEEE
//! 802.1Q, 802.1ad). Other link types have none of these fields.

use crate::dissect::packet::Packet;

/// A type field and the bytes after it.
#[derive(Clone, Copy, Debug)]
pub struct TypeField<'a> {
    /// The EtherType.
    pub number: u16,
    /// The layer that it announces.
    pub rest: &'a [u8],
}

/// The type fields of a frame, outermost first: one for each tag and one for the layer after them.
pub fn type_fields<'a>(packet: &Packet<'a>) -> impl Iterator<Item = TypeField<'a>> {
    std::iter::successors(first(packet), next)
}

fn first<'a>(packet: &Packet<'a>) -> Option<TypeField<'a>> {
    let frame = packet.record.data;
    let (type_at, rest_at) = match packet.record.link_type.0 {
        1 => (12, 14),
        113 => (14, 16),
        276 => (0, 20),
        _ => return None,
    };
    Some(resolved(u16_at(frame, type_at)?, frame.get(rest_at..)?))
}

/// The type field itself, or that of the SNAP header after a length.
fn resolved(number: u16, rest: &[u8]) -> TypeField<'_> {
    const LONGEST_LENGTH: u16 = 1500;
    match rest {
        [0xAA, 0xAA, 0x03, 0, 0, 0, high, low, rest @ ..] if number <= LONGEST_LENGTH => {
            TypeField { number: u16::from_be_bytes([*high, *low]), rest }
        }
        _ => TypeField { number, rest },
    }
}

fn next<'a>(field: &TypeField<'a>) -> Option<TypeField<'a>> {
    field.is_tag().then_some(())?;
    Some(resolved(u16_at(field.rest, 2)?, field.rest.get(4..)?))
}

impl<'a> TypeField<'a> {
    fn is_tag(&self) -> bool {
        matches!(self.number, 0x8100 | 0x88A8 | 0x9100)
    }

    /// The VLAN id if this announces a tag.
    pub fn vlan_id(&self) -> Option<u16> {
        let control = if self.is_tag() { u16_at(self.rest, 0) } else { None };
        control.map(|control| control & 0x0FFF)
    }

    /// The labels of an MPLS stack (RFC 3032), outermost first, as far as they were captured.
    pub fn labels(&self) -> impl Iterator<Item = u32> {
        const BOTTOM: u32 = 0x100;
        let stack = if matches!(self.number, 0x8847 | 0x8848) { self.rest } else { &[] };
        let mut above = 0;
        let entries = stack.chunks_exact(4).filter_map(|entry| entry.first_chunk());
        entries.map(|entry| u32::from_be_bytes(*entry)).map_while(move |entry| {
            let inside = above & BOTTOM == 0;
            above = entry;
            inside.then_some(entry >> 12)
        })
    }

    /// The sender's and the target's IPv4 address in ARP or RARP (RFC 826) over Ethernet.
    pub fn arp_addresses(&self) -> Option<(&'a [u8; 4], &'a [u8; 4])> {
        let arp = matches!(self.number, 0x0806 | 0x8035);
        let packet = self.rest.first_chunk::<28>().filter(|_| arp)?;
        let lengths = packet.get(4..6)?;
        let at = |at: usize| packet.get(at..)?.first_chunk();
        if lengths == [6, 4] { Some((at(14)?, at(24)?)) } else { None }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}
