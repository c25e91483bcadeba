//! Conversations of a few hosts made of the input, with any flags, numbers and payloads: tables that
//! depend on the order of packets are the same in one piece and cut into ranges.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat_fuzz::{Reading, THREE_WORKERS, open};

/// Bytes of the input that describe a packet, its payload left out.
const DESCRIPTION: usize = 8;

/// Ports that dissectors know, and one that none knows.
const PORTS: [u16; 8] = [53, 80, 443, 21, 25, 1080, 5060, 50_000];

/// A frame: Ethernet, IPv4, TCP or UDP. Addresses, ports, flags and numbers come from `description`.
fn frame(description: &[u8; DESCRIPTION], payload: &[u8]) -> Vec<u8> {
    let [hosts, ports, flags, sequence, acknowledgment, window, kind, _] = *description;
    let (client, server) = (1 + (hosts >> 1 & 3), 9 + (hosts >> 3 & 1));
    let known = PORTS[usize::from(ports & 7)].to_be_bytes();
    let other = (40_000 + u16::from(ports >> 3)).to_be_bytes();
    let back = hosts & 1 == 1;
    let (source, destination) = if back { (server, client) } else { (client, server) };
    let (from, to) = if back { (known, other) } else { (other, known) };
    let tcp = kind & 3 != 0;
    let mut transport = [from, to].concat();
    if tcp {
        // Numbers near the wrap, in steps that overlap, repeat and leave holes.
        let number = |step: u8| (u32::MAX - 300).wrapping_add(u32::from(step) * 5).to_be_bytes();
        transport.extend(number(sequence));
        transport.extend(number(acknowledgment));
        transport.extend([0x50, flags, 0, window, 0, 0, 0, 0]);
    } else {
        transport.extend((8 + payload.len() as u16).to_be_bytes());
        transport.extend([0, 0]);
    }
    transport.extend(payload);
    let mut frame = vec![2, 0, 0, 0, 0, destination, 2, 0, 0, 0, 0, source, 8, 0, 0x45, 0];
    frame.extend((20 + transport.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0, 0, 64, if tcp { 6 } else { 17 }, 0, 0]);
    frame.extend([10, 0, 0, source, 10, 0, 0, destination]);
    frame.extend(transport);
    frame
}

/// A capture of the frames that the input describes; times go on, stand still or go back.
fn capture(mut input: &[u8]) -> Vec<u8> {
    let mut bytes =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    let mut microseconds = 1_000_000_000_000_u64;
    while let Some((description, rest)) = input.split_first_chunk::<DESCRIPTION>() {
        let step = u64::from(description[7]);
        let (payload, rest) = rest.split_at(usize::from(description[6] >> 2).min(rest.len()));
        microseconds =
            if step < 8 { microseconds - step * 1000 } else { microseconds + step * 3000 };
        let frame = frame(description, payload);
        bytes.extend(((microseconds / 1_000_000) as u32).to_le_bytes());
        bytes.extend(((microseconds % 1_000_000) as u32).to_le_bytes());
        bytes.extend((frame.len() as u32).to_le_bytes());
        bytes.extend((frame.len() as u32).to_le_bytes());
        bytes.extend(frame);
        input = rest;
    }
    bytes
}

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some((&range_bytes, rest)) = input.split_first() else { return Corpus::Reject };
    let bytes = capture(rest);
    let make = || open(bytes.clone());
    let Some(serial) = Reading::of(make, u64::MAX, false) else { return Corpus::Reject };
    let range_bytes = 1 + 4 * u64::from(range_bytes);
    let cut = THREE_WORKERS.install(|| Reading::of(make, range_bytes, false));
    serial.assert_same(&cut.expect("it was one"), &format!("in ranges of {range_bytes} bytes"));
    Corpus::Keep
});
