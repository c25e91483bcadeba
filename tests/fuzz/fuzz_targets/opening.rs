//! Any bytes as a file: mapped, read whole or read in chunks, it is opened alike, and so is the
//! walk from there.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::source::{ReadOptions, Source};
use std::fs;
use std::io::Cursor;

/// Files up to this length are never mapped: zeros make the input longer.
const WORTH_MAPPING: usize = (128 << 10) + 1;

/// Format, start and number of packets, or the error.
fn opened(source: Result<Source, pcapstat::error::Error>) -> Result<(&'static str, u64), String> {
    let capture = source.and_then(Capture::new).map_err(|error| error.to_string())?;
    Ok((capture.format(), capture.start().offset))
}

fuzz_target!(|input: &[u8]| -> Corpus {
    let Some((&size, bytes)) = input.split_first() else { return Corpus::Reject };
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().max(WORTH_MAPPING), 0);
    let path = std::env::temp_dir().join(format!("pcapstat-opening-{}", std::process::id()));
    fs::write(&path, &bytes).expect("room");
    let mut options = ReadOptions::default();
    options.max_inflated_bytes = Some(1 << 20);
    options.max_window_bytes = Some(32 << 20);
    options.chunk_bytes = 1 + 64 * u64::from(size);
    let streamed = opened(Source::open(&path, options, is_capture));
    let piped = opened(Source::read(Cursor::new(bytes), options, is_capture));
    options.mmap = true;
    let mapped = opened(Source::open(&path, options, is_capture));
    assert_eq!(streamed, mapped, "a map makes a difference");
    assert_eq!(piped, mapped, "a pipe makes a difference");
    Corpus::Keep
});
