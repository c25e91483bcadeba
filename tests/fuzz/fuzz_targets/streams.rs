//! A capture that comes as a stream, in chunks of a few times as many bytes as the first byte says,
//! gives the tables of the whole, with `--salvage` and without.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::source::{Compression, ReadOptions, Source};
use pcapstat_fuzz::{Reading, THREE_WORKERS, as_capture, open};
use std::io::Cursor;

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some((&size, rest)) = input.split_first() else { return Corpus::Reject };
    let bytes = as_capture(rest);
    if Compression::of(&bytes).is_some() {
        return Corpus::Reject;
    }
    let salvage = size & 1 == 1;
    let Some(whole) = Reading::of(|| open(bytes.clone()), u64::MAX, salvage) else { return Corpus::Reject };
    let mut how = ReadOptions::default();
    how.chunk_bytes = 1 + 7 * u64::from(size);
    let stream = || Capture::new(Source::read(Cursor::new(bytes.clone()), how, is_capture).ok()?).ok();
    let streamed = THREE_WORKERS.install(|| Reading::of(stream, 100, salvage));
    // A header that the first chunk cuts must be waited for.
    if let Some(streamed) = streamed {
        whole.assert_same(&streamed, &format!("in chunks of {} bytes", how.chunk_bytes));
    }
    Corpus::Keep
});
