//! The work of decisions, counted in tests: bytes that are searched and records that are followed.
//! All of it together is at most some hundred times the bytes of any file, however it is damaged.

#[cfg(test)]
thread_local! {
    static DONE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Notes that so many bytes or records were looked at.
#[inline(always)]
pub fn note(count: u64) {
    #[cfg(test)]
    DONE.with(|done| done.set(done.get() + count));
    let _ = count;
}

#[cfg(test)]
mod tests {
    use super::DONE;
    use crate::capture::Capture;
    use crate::capture::salvage::Found;
    use crate::source::Source;

    /// Work of reading a capture with all that is after its damages, and its packets.
    fn work(bytes: Vec<u8>) -> (u64, u64) {
        DONE.set(0);
        let capture = Capture::new(Source::from(bytes)).expect("a capture");
        let (mut at, mut packets) = (capture.start(), 0);
        loop {
            let walk = capture.walk_strict(at, 0, u64::MAX, |_| ()).walk;
            packets += walk.packets;
            let Some(fault) = walk.fault else { break };
            let Found::At(next) = capture.resume(&walk.end, fault.offset + 1) else { break };
            at = next;
        }
        (DONE.get(), packets)
    }

    fn record(seconds: u32, data: &[u8]) -> Vec<u8> {
        let length = data.len() as u32;
        [[seconds, 0, length, length].map(u32::to_le_bytes).concat(), data.to_vec()].concat()
    }

    /// A pcap file of raw IP, in which `piece` gives the records and garbage of each number.
    fn file(piece: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
        file_of(1 << 19, piece)
    }

    fn file_of(length: usize, piece: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
        let header = [0xA1B2_C3D4_u32, 0x0004_0002, 0, 0, 262_144, 101];
        let mut bytes = header.map(u32::to_le_bytes).concat();
        let mut number = 0;
        while bytes.len() < length {
            bytes.extend(piece(number));
            number += 1;
        }
        bytes
    }

    /// A block of a packet. Times are in seconds.
    fn block(seconds: u32, data: &[u8; 4]) -> Vec<u8> {
        let words = [6, 36, 0, 0, seconds, 4, 4].map(u32::to_le_bytes).concat();
        [&words[..], data, &36_u32.to_le_bytes()].concat()
    }

    /// A pcapng file of such pieces.
    fn blocks(piece: impl Fn(u32) -> Vec<u8>) -> Vec<u8> {
        let section = [0x0A0D_0D0A, 28, 0x1A2B_3C4D, 1, !0, !0, 28];
        let interface = [1, 32, 101, 0, 0x0001_0009, 0, 0, 32];
        let words = section.iter().chain(&interface).flat_map(|word: &u32| word.to_le_bytes());
        words.chain(file(piece).into_iter().skip(24)).collect()
    }

    /// Nine days, no two of the next thousands of which are near each other.
    const JUMP: u32 = 9 * 86_400;

    const GARBAGE: [u8; 16] = *b"\xFE\xDC\xBA\x98\x76\x54\x32\x10\xEF\xCD\xAB\x89\x67\x45\x23\x01";

    #[test]
    fn work_is_in_proportion_to_the_file() {
        let short = [0x45, 0x11, 0xA2, 0x93];
        let time = |number: u32| (1 + number % 5000) * JUMP;
        let header = file(|_| GARBAGE.to_vec())[..24].to_vec();
        let nested = |number: u32| {
            let inner: Vec<u8> = (0..50).flat_map(|_| record(time(number) + 1, &short)).collect();
            record(time(number), &inner)
        };
        // Longer than what can be read to its end.
        let long = 3 << 19;
        let kinds: [(&str, Vec<u8>); 16] = [
            ("a jump at each record", file(|number| record(time(number), &short))),
            ("a jump at every second record", file(|number| record(time(number / 2), &short))),
            ("two clocks", file(|number| record((number % 2 + 1000) * JUMP, &short))),
            ("clocks set back", file(|number| record(u32::MAX - 2 * number, &short))),
            ("records without bytes", file_of(long, |number| record(time(number), &[]))),
            ("records without bytes in order", file_of(long, |number| record(JUMP + number, &[]))),
            ("zeros", file_of(long, |_| vec![0; 16])),
            (
                "garbage after each record",
                file(|number| [&record(number, &short)[..], &GARBAGE].concat()),
            ),
            (
                "garbage after each jump",
                file(|number| {
                    let records: Vec<u8> =
                        (0..17).flat_map(|_| record(time(number), &short)).collect();
                    [records, GARBAGE.to_vec()].concat()
                }),
            ),
            (
                "garbage after jumps",
                file(|number| {
                    let records: Vec<u8> =
                        (0..40).flat_map(|one| record(time(number + one / 18), &short)).collect();
                    [records, GARBAGE.to_vec()].concat()
                }),
            ),
            (
                "clocks set back between garbage",
                file(|number| {
                    let records: Vec<u8> = (0..500)
                        .flat_map(|one| record(100_000 - 2 * one + number, &short))
                        .collect();
                    [records, GARBAGE.to_vec()].concat()
                }),
            ),
            ("records in records", file(nested)),
            ("records in damaged records", file(|number| [&GARBAGE[..], &nested(number)].concat())),
            (
                "file headers",
                file(|number| match number {
                    0 => [record(0, &short), GARBAGE.to_vec()].concat(),
                    _ => [&header[..], &[0x30; 24]].concat(),
                }),
            ),
            (
                "blocks between garbage",
                blocks(|number| [block(number, &short), GARBAGE.to_vec()].concat()),
            ),
            (
                "blocks that jump after garbage",
                blocks(|number| match number % 20 {
                    0 => GARBAGE.to_vec(),
                    _ => block(number / 20 % 5000 * JUMP, &short),
                }),
            ),
        ];
        for (kind, bytes) in kinds {
            let length = bytes.len() as u64;
            let (work, packets) = work(bytes);
            assert!(work < 512 * length, "{kind}: {} for each byte", work / length);
            assert!(packets > 0 || kind == "zeros", "{kind}");
        }
    }
}
