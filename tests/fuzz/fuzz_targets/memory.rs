//! A capture whose first part is repeated up to some megabytes, compressed and not, is counted
//! within a bound of memory: tables are whole, or the bound is told to be exceeded. The fuzzer's
//! own bound is 200 MB. Salvage is left to `cuts` and `streams`, whose inputs are short: damage every
//! few bytes of a megabyte costs the sanitizer many seconds and its own memory.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::engine::Options;
use pcapstat::engine::memory::Budget;
use pcapstat::reading::{self, Continued, Wanted};
use pcapstat::source::{ReadOptions, Source};
use pcapstat_fuzz::{FILE, THREE_WORKERS, all_needs, as_capture, tables};
use std::io::Read;

/// Bytes of memory for counting.
const BOUND: u64 = 4 << 20;

/// Bytes of the repeated capture.
const LENGTH: u64 = 8 << 20;

/// A head, then pieces whose bytes are numbered at one place so that they differ.
struct Repeated {
    head: Vec<u8>,
    piece: Vec<u8>,
    at: usize,
    number: u32,
    rest: Vec<u8>,
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest.is_empty() {
            self.rest = self.piece.clone();
            self.number += 1;
            let number = self.number.to_le_bytes();
            let place = self.rest.iter_mut().skip(self.at);
            place.zip(number).for_each(|(byte, number)| *byte ^= number);
        }
        let from = if self.head.is_empty() { &mut self.rest } else { &mut self.head };
        let length = from.len().min(buffer.len());
        buffer[..length].copy_from_slice(&from[..length]);
        from.drain(..length);
        Ok(length)
    }
}

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let [_, at, length, rest @ ..] = input else { return Corpus::Reject };
    let bytes = as_capture(rest);
    let split = bytes.len().saturating_sub(usize::from(*length) + 1);
    let (head, piece) = (bytes[..split].to_vec(), bytes[split..].to_vec());
    let repeated = Repeated { head, piece, at: usize::from(*at), number: 0, rest: Vec::new() };
    let mut reading = ReadOptions::default();
    reading.chunk_bytes = 1 << 20;
    let Ok(source) = Source::read(repeated.take(LENGTH), reading, is_capture) else {
        return Corpus::Reject;
    };
    let Ok(mut capture) = Capture::new(source) else { return Corpus::Reject };
    let mut options = Options::default();
    options.keep_ranges = true;
    options.keep_interfaces = true;
    options.keep_gaps = true;
    options.range_bytes = 64 << 10;
    options.budget = Budget::new(BOUND);
    let mut wanted = Wanted::of(all_needs());
    wanted.interval = 1;
    let continued = Continued::default();
    let read = || reading::read(&mut capture, FILE, &wanted, &options, continued).expect("no output");
    let report = THREE_WORKERS.install(read);
    if options.budget.exceeded().is_none() {
        tables(&report);
    }
    Corpus::Keep
});
