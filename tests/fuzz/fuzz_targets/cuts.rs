//! A capture of any format, cut into ranges of as many bytes as the first byte says and read by three workers, gives
//! the tables that one worker makes of it in one go. Wherever a record is guessed to begin, the merge must find out.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::engine::{self, Work};
use pcapstat::export::Export;
use pcapstat::output::csv;
use pcapstat::progress::Progress;
use pcapstat::report::Report;
use pcapstat::tally::Tallies;
use pcapstat_fuzz::{FILE, INTERVAL, all_needs, as_pcap, as_pcapng, open, tables};
use rayon::ThreadPool;
use std::convert::Infallible;
use std::sync::LazyLock;
use std::time::Instant;

static THREE_WORKERS: LazyLock<ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads"));

/// What must be the same wherever the capture is cut.
struct Reading {
    error: Option<String>,
    tallies: Tallies,
    tables: Vec<(&'static str, Vec<u8>)>,
}

/// On the workers of the pool that it is called in.
fn read(capture: &Capture, range_bytes: u64) -> Reading {
    let progress = Progress::hidden();
    let work = Work { range_bytes, began: Instant::now(), progress: &progress, keep_ranges: true };
    let needs = all_needs();
    let report = Report::new(FILE.into(), capture, engine::run(capture, work, &|| Tallies::new(needs, INTERVAL)));

    let mut rows = Vec::new();
    let export = Export { file: FILE, before: 0, style: &csv::STYLE, needs, interval: INTERVAL };
    let Ok(exported) = export.run(capture, work, |bytes| -> Result<(), Infallible> {
        rows.extend_from_slice(bytes);
        Ok(())
    });
    let exported = Report::new(FILE.into(), capture, exported);
    assert_eq!(exported.error, report.error, "the export ends elsewhere");
    assert!(exported.tallies == report.tallies, "counting while exporting counts something else");

    for report in [&report, &exported] {
        let mut offset = capture.start().offset;
        for range in &report.ranges {
            assert_eq!(range.offset, offset, "a gap between ranges");
            offset += range.bytes;
        }
        assert!(report.error.is_some() || offset == capture.file_bytes(), "the ranges end early");
    }

    let mut tables = tables(&report);
    // How it was cut is what this table tells.
    tables.retain(|(name, _)| *name != "ranges");
    tables.push(("packets", rows));
    Reading { error: report.error, tallies: report.tallies, tables }
}

fuzz_target!(init: pcapstat_fuzz::work_alone(), |input: &[u8]| -> Corpus {
    let Some((&range_bytes, rest)) = input.split_first() else { return Corpus::Reject };
    let bytes = match rest.first() {
        _ if is_capture(rest) => rest.to_vec(),
        Some(first) if first & 0x80 != 0 => as_pcapng(rest),
        _ => as_pcap(rest),
    };
    let Some(capture) = open(bytes) else { return Corpus::Reject };
    let serial = read(&capture, u64::MAX);
    let cut = THREE_WORKERS.install(|| read(&capture, u64::from(range_bytes).max(1)));
    assert_eq!(serial.error, cut.error);
    for ((name, expected), (_, table)) in serial.tables.iter().zip(&cut.tables) {
        let [expected, table] = [expected, table].map(|table| String::from_utf8_lossy(table));
        assert!(expected == table, "{name} in one go:\n{expected}\nin ranges of {range_bytes} bytes:\n{table}");
    }
    assert!(
        serial.tallies == cut.tallies,
        "in ranges of {range_bytes} bytes, something that no table shows is counted"
    );
    Corpus::Keep
});
