//! Ports of a flow, and what stands for them in ICMP (Community ID 1.0).

use crate::dissect::packet::AddressLayer;

/// Types of ICMP (protocol 1) and ICMPv6 (58), and the type that answers each.
const COUNTERPARTS: &[(u8, u8, u8)] = &[
    (1, 8, 0),
    (1, 0, 8),
    (1, 13, 14),
    (1, 14, 13),
    (1, 15, 16),
    (1, 16, 15),
    (1, 17, 18),
    (1, 18, 17),
    (1, 10, 9),
    (1, 9, 10),
    (58, 128, 129),
    (58, 129, 128),
    (58, 133, 134),
    (58, 134, 133),
    (58, 135, 136),
    (58, 136, 135),
    (58, 130, 131),
    (58, 131, 130),
    (58, 139, 140),
    (58, 140, 139),
    (58, 144, 145),
    (58, 145, 144),
];

/// True if no type answers this type of ICMP: its code stands for the destination port.
pub fn is_one_way(protocol: u8, kind: u16) -> bool {
    let answers = |(of, one, _): &(u8, u8, u8)| *of == protocol && u16::from(*one) == kind;
    !COUNTERPARTS.iter().any(answers)
}

/// Source and destination port; type and counterpart, or code, of ICMP; otherwise 0.
pub(super) fn ports(layer: &AddressLayer<'_>) -> (u16, u16) {
    if let Some(ports) = layer.ports {
        return (ports.source, ports.destination);
    }
    match (layer.protocol, layer.segment) {
        (Some(protocol @ (1 | 58)), [kind, code, ..]) => {
            let found = COUNTERPARTS.iter().find(|(of, one, _)| of == &protocol && one == kind);
            (u16::from(*kind), u16::from(found.map_or(*code, |(_, _, other)| *other)))
        }
        _ => (0, 0),
    }
}

/// True for the protocol numbers of TCP, UDP and SCTP.
pub fn has_ports(protocol: u8) -> bool {
    matches!(protocol, 6 | 17 | 132)
}
