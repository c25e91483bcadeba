//! Any bytes as a compressed file: decompressed bytes do not depend on the chunks (except the last
//! ones before damage), stay within the limit, and end.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::error::FaultKind;
use pcapstat::source::{Compression, ReadOptions, Source};
use std::io::Cursor;

const MAGICS: [&[u8]; 5] = [
    &[0x1F, 0x8B, 8],
    &[0x28, 0xB5, 0x2F, 0xFD],
    &[0x04, 0x22, 0x4D, 0x18],
    &[0xFD, b'7', b'z', b'X', b'Z', 0],
    b"BZh9",
];

/// Limit of decompressed bytes.
const MOST: u64 = 1 << 20;

/// All bytes of a stream and how it ends. None if it cannot begin.
fn inflated(bytes: &[u8], chunk_bytes: u64) -> Option<(Vec<u8>, Result<(), FaultKind>)> {
    let mut reading = ReadOptions::default();
    reading.max_inflated_bytes = Some(MOST);
    reading.chunk_bytes = chunk_bytes;
    let source = Source::read(Cursor::new(bytes.to_vec()), reading, |_| true).ok()?;
    let mut all = source.rest(0).to_vec();
    loop {
        let chunk = source.read_ahead()?;
        all.extend_from_slice(&chunk.bytes);
        if let (true, Some(end)) = (chunk.bytes.is_empty(), chunk.end) {
            return Some((all, end));
        }
    }
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some(first) = input.first() else { return Corpus::Reject };
    let bytes = match Compression::of(input) {
        Some(_) => input.to_vec(),
        None => [MAGICS[usize::from(*first) % MAGICS.len()], input].concat(),
    };
    let (Some((one, end)), Some((two, other_end))) =
        (inflated(&bytes, MOST * 2), inflated(&bytes, 1000))
    else {
        return Corpus::Reject;
    };
    assert!(one.len() as u64 <= MOST);
    assert_eq!(end, other_end);
    // The number of bytes just before damage depends on the chunks.
    assert!(one.starts_with(&two) || two.starts_with(&one), "chunks make a difference");
    assert!(end.is_err() || one == two, "chunks make a difference");
    Corpus::Keep
});
