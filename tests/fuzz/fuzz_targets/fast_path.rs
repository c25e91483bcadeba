//! An Ethernet frame: the fast path finds what the general loop finds, or leaves the packet
//! unchanged.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pcapstat::dissect::{self, packet::Packet};
use pcapstat_fuzz::{frames_of_wire_lengths, whole_frame};

const ETHERNET: u16 = 1;

fuzz_target!(|frame: &[u8]| {
    // Reused, as a worker does: earlier contents must not show.
    let mut packet = Packet::empty();
    for record in frames_of_wire_lengths(whole_frame(ETHERNET, frame)) {
        let mut general = Packet::empty();
        dissect::dissect_generally(&record, &mut general);
        dissect::dissect(&record, &mut packet);
        assert_eq!(packet.path, general.path);
        assert_eq!(packet.path.layers(), general.path.layers());
        assert_eq!(packet.address_layers(), general.address_layers());
        assert_eq!(packet.vlans(), general.vlans());
        assert_eq!(packet.problem, general.problem);
        assert_eq!(packet.record.wire_bytes, general.record.wire_bytes);
    }
});
