//! First bytes of frames: those that their link type demands.

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
