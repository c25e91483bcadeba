//! pcapstat turns packet captures into statistics tables, on every core, with the same bytes out
//! whatever the cores.
//!
//! The way through, and the way of all imports:
//!
//! ```text
//! PATH ─ source ─ capture ─────────── dissect ─── tally ──────── table ─── output
//!        bytes    records, positions  Packet      observe,merge  rows      CSV, …
//!                 └── engine: cut → (walk, dissect, observe) per range on a worker → merge in index order
//! ```
//!
//! [`capture`] reads records and knows no packet's contents. [`dissect`] sees one record and never
//! the file. A [`tally`] sees a packet and never bytes; it is a monoid, so that ranges, files and
//! directories merge alike. A [`table`] is a view of what was counted. [`engine`] cuts a capture
//! into ranges, has them walked in parallel and joins the runs in order; it names no protocol,
//! table or format. A mapped file is all there at once; a [`source`] that is compressed or a pipe
//! comes stretch by stretch, and the engine works through one while the next is read. [`batch`]
//! does this for many inputs; [`cli`] and [`plan`] say what is wanted. A [`report`] is what a
//! merged run leaves for the tables; it stands between `engine` and `table`.
//!
//! # Example
//!
//! Open a capture, choose tables, run on two threads, read the rows:
//!
//! ```
//! use pcapstat::{output, table};
//!
//! let protocols = table::named("protocols").ok_or("no such table")?;
//! let report = pcapstat::read("testdata/dns.pcap".as_ref(), &[protocols], 2)?;
//! assert!(report.tallies.totals.counts.packets > 0);
//!
//! let csv = String::from_utf8(output::csv::table(protocols, &report))?;
//! assert!(csv.starts_with("file,protocols,protocol,depth,packets,"));
//! for row in csv.lines().skip(1) {
//!     println!("{row}");
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod batch;
pub mod capture;
pub mod cli;
pub mod dissect;
pub mod engine;
pub mod error;
pub mod export;
pub mod filter;
mod inputs;
pub mod output;
pub mod plan;
pub mod progress;
pub mod report;
pub mod source;
pub mod speed;
pub mod table;
pub mod tally;

use capture::Capture;
use capture::cut::DEFAULT_RANGE_BYTES;
use engine::Work;
use engine::memory::Memory;
use error::Error;
use progress::Progress;
use report::Report;
use source::{ReadOptions, Source};
use std::path::Path;
use std::time::Instant;
use table::Table;
use tally::{Needs, Tallies};

/// Reads one capture file on `jobs` threads and counts what these tables need; intervals are one
/// second.
///
/// # Errors
/// When the file cannot be read at all, or no threads can be started. Damage inside the capture is
/// no error: see [`Report::status`].
pub fn read(path: &Path, tables: &[&Table], jobs: usize) -> Result<Report, Error> {
    const INTERVAL: u64 = 1_000_000_000;
    let needs = tables.iter().fold(Needs::default(), |needs, table| needs.and(table.needs));
    let mut capture =
        Capture::new(Source::open(path, ReadOptions::default(), capture::is_capture)?)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    let pool = pool.map_err(std::io::Error::other).map_err(Error::io("cannot start threads"))?;
    let (progress, memory) = (Progress::hidden(), Memory::unlimited());
    let work = Work {
        range_bytes: DEFAULT_RANGE_BYTES,
        began: Instant::now(),
        progress: &progress,
        keep_ranges: needs.ranges,
        salvage: false,
        memory: &memory,
    };
    let run = pool.install(|| engine::run(&mut capture, work, &|| Tallies::new(needs, INTERVAL)));
    Ok(Report::new(inputs::display_path(path), &capture, run))
}
