//! The common path held to the general loop's answer, and any bytes of any link type.

use super::{ETHERNET, MACS, UDP, hex, ipv4, record};
use crate::dissect::packet::Packet;
use crate::dissect::{dissect, dissect_layers, dissect_or_judge, fast};
use proptest::prelude::*;

/// Frames near the common path: some on it, most a field away from it.
fn near_common() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![
        Just("0800"),
        Just("86dd"),
        Just("8100 0001 0800"),
        Just("8100 0002 86dd"),
        Just("88a8 0001 0800")
    ];
    let transport = prop_oneof![Just(6u8), Just(17), Just(1), Just(47)];
    let port = prop_oneof![Just(80u16), Just(4789), Just(2152), any::<u16>()];
    let header = (kind, transport, port, any::<u16>(), 0u8..16, 0usize..40);
    let change = proptest::option::weighted(0.5, (14usize..80, any::<u8>()));
    (header, change, 0usize..100).prop_map(
        |((kind, transport, port, other, words, payload), change, cut)| {
            let segment = if transport == 17 {
                format!("{other:04x} {port:04x} {:04x} 0000", 8 + payload)
            } else {
                format!("{port:04x} {other:04x} 00000001 00000002 {words:x}012 1000 0000 0000")
            };
            let length = hex(&segment).len() + payload;
            let network = if kind.ends_with("0800") {
                ipv4(transport, length)
            } else {
                format!(
                    "60000000 {length:04x} {transport:02x} 40 {} {}",
                    "20".repeat(16),
                    "30".repeat(16)
                )
            };
            let mut frame =
                hex(&format!("{MACS} {kind} {network} {segment} {}", "00".repeat(payload)));
            if let Some((at, value)) = change
                && let Some(byte) = frame.get_mut(at)
            {
                *byte = value;
            }
            // Half of them whole, the others cut.
            frame.truncate(if cut < 50 { frame.len() } else { cut });
            frame
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_fast_path_equals_the_general_loop(frame in near_common(), more in 0u32..100) {
        let record = record(&frame, frame.len() as u32 + more, ETHERNET);
        let (mut fast, mut general) = (Packet::empty(), Packet::empty());
        fast.reset(&record);
        general.reset(&record);
        dissect_layers(&mut general);
        let mut judged = Packet::empty();
        dissect_or_judge(&record, &mut judged, false);
        prop_assert_eq!(judged.problem, general.problem);
        if fast::dissect(&mut fast) {
            prop_assert_eq!(fast.path, general.path);
            prop_assert_eq!(fast.address_layers(), general.address_layers());
            prop_assert_eq!(fast.vlans(), general.vlans());
            prop_assert_eq!(fast.problem, general.problem);
        } else {
            prop_assert_eq!(fast.address_layers().len(), 0);
            prop_assert_eq!(fast.path.layers().len(), 0);
        }
    }

    #[test]
    fn any_bytes_of_any_link_type_are_dissected(frame in proptest::collection::vec(any::<u8>(), 0..200), link_type in 0u16..300, wire in any::<u32>()) {
        let (mut packet, mut judged) = (Packet::empty(), Packet::empty());
        dissect(&record(&frame, wire, link_type), &mut packet);
        dissect_or_judge(&record(&frame, wire, link_type), &mut judged, false);
        prop_assert_eq!(judged.problem, packet.problem);
        prop_assert!(!packet.path.layers().is_empty() || packet.problem.is_some());
    }
}

#[test]
fn the_fast_path_is_taken() {
    let frame = hex(&format!("{MACS} 8100 0007 0800 {} {UDP}", ipv4(17, 8)));
    let mut packet = Packet::empty();
    packet.reset(&record(&frame, frame.len() as u32, ETHERNET));
    assert!(fast::dissect(&mut packet));
    assert_eq!(packet.path.to_string(), "eth:vlan:ip:udp");
}
