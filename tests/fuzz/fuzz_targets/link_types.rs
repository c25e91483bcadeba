//! A frame of any link type: the first two bytes are its number, little-endian.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::dissect::{self, packet::Packet};
use pcapstat_fuzz::{Counter, frames_of_wire_lengths, whole_frame};

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some((&link_type, frame)) = input.split_first_chunk() else { return Corpus::Reject };
    let (mut packet, mut counter) = (Packet::empty(), Counter::default());
    for record in frames_of_wire_lengths(whole_frame(u16::from_le_bytes(link_type), frame)) {
        dissect::dissect(&record, &mut packet);
        assert!(!packet.path.layers().is_empty() || packet.problem.is_some(), "a packet of nothing at all");
        counter.count(&packet);
    }
    counter.finish();
    Corpus::Keep
});
