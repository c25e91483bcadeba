//! Any bytes as a compressed file: what is inflated does not depend on the chunks (but for the last
//! of it in front of damage), stays within the limit, and ends.
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

/// More than this is not inflated, in bytes.
const MOST: u64 = 1 << 20;

/// All that comes of a stream, and how it ends; nothing where it cannot even begin.
fn inflated(bytes: &[u8], chunk_bytes: u64) -> Option<(Vec<u8>, Result<(), FaultKind>)> {
    let reading = ReadOptions { max_inflated_bytes: Some(MOST), chunk_bytes, ..ReadOptions::default() };
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
    let (Some((one, end)), Some((two, other_end))) = (inflated(&bytes, MOST * 2), inflated(&bytes, 1000)) else {
        return Corpus::Reject;
    };
    assert!(one.len() as u64 <= MOST);
    assert_eq!(end, other_end);
    // Of what stands right in front of damage, more or less comes.
    assert!(one.starts_with(&two) || two.starts_with(&one), "chunks make a difference");
    assert!(end.is_err() || one == two, "chunks make a difference");
    Corpus::Keep
});
