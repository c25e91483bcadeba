//! First bytes of frames: those that their link type demands, and the length that they state.

use super::super::LinkType;

/// True if a frame does not begin as its link type demands. False if the link type demands nothing
/// that is known here.
pub(super) fn is_odd(link_type: LinkType, data: &[u8]) -> bool {
    match link_type.0 {
        // The type of an Ethernet frame is a length or an EtherType, and none is between them.
        1 => data.get(12..14).is_some_and(|field| {
            let field = field.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte));
            (1501..1536).contains(&field)
        }),
        // Raw IP begins with its version.
        12 | 14 | 101 => data.first().is_some_and(|byte| !matches!(byte >> 4, 4 | 6)),
        228 => data.first().is_some_and(|byte| byte >> 4 != 4),
        229 => data.first().is_some_and(|byte| byte >> 4 != 6),
        // The packet type of Linux cooked captures is a small number.
        113 => data.first().is_some_and(|byte| *byte != 0),
        // The version of radiotap is 0.
        127 => data.first().is_some_and(|byte| *byte != 0),
        _ => false,
    }
}

/// Shortest frame of Ethernet, which shorter packets are padded to.
const SHORTEST_ETHERNET: u64 = 60;

/// Length of the frame at the start of `data` by the header of the packet that it carries, without
/// padding and with it. None if it states no length.
pub(in super::super) fn lengths(link_type: LinkType, data: &[u8]) -> Option<[u64; 2]> {
    let short = |at: usize| {
        let bytes = data.get(at..at.checked_add(2)?)?;
        Some(bytes.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte)))
    };
    let (header, network) = match link_type.0 {
        1 => {
            let tagged = matches!(short(12)?, 0x8100 | 0x88A8);
            let header = if tagged { 18 } else { 14 };
            (header, short(header - 2)?)
        }
        113 => (16, short(14)?),
        12 | 14 | 101 | 228 | 229 => (0, 0),
        _ => return None,
    };
    let version = data.get(header)? >> 4;
    let packet = match (network, version) {
        (0x0800 | 0, 4) => u64::from(short(header + 2)?).max(20),
        (0x86DD | 0, 6) => u64::from(short(header + 4)?) + 40,
        // ARP of Ethernet and IPv4.
        (0x0806, _) if short(header + 4)? == 0x0604 => 28,
        _ => return None,
    };
    let length = header as u64 + packet;
    Some([length, if link_type.0 == 1 { length.max(SHORTEST_ETHERNET) } else { length }])
}
