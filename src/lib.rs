//! pcapstat turns packet captures into statistics tables, on every core, with the same bytes out
//! for any number of cores.
//!
//! The way through, which all imports follow:
//!
//! ```text
//! PATH ─ source ─ capture ────── dissect ────── pass ─────────── report ─ table ─ output
//!        bytes    records        Packet         fed by a walk    facts    rows    CSV, …
//!                 └── engine: cut → (walk, dissect, observe) per range on a worker → taken in file order
//! ```
//!
//! - [`source`] gives bytes: a mapped file, or windows of a stream (pipe, compressed file).
//! - [`capture`] reads records and knows no packet's contents.
//! - [`dissect`] sees one record and never the file.
//! - [`engine`] cuts a capture into ranges, has them walked in parallel and hands the verified
//!   parts to a pass in file order. It names no tally, table or format.
//! - [`tally`] counts packets. It is a monoid, so that ranges, files and directories merge alike.
//! - [`pass`] is what a walk feeds: counting, rows, a selection of packets.
//! - [`fold`] is for counts that depend on the order of packets: TCP analysis.
//! - [`reading`] joins the passes of a run into one walk over one capture; a [`report`] remains.
//! - [`table`] is a view of a report, [`output`] writes it in a format, [`page`] shows it to people.
//! - [`batch`] works through many inputs; [`cli`] and [`plan`] say what is wanted; [`exit`] lists
//!   the ways to end.
//!
//! # Examples
//!
//! Read a table of a capture on two threads:
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
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Look at every packet in order, here with a tally of one's own:
//!
//! ```
//! use pcapstat::dissect::packet::Packet;
//! use pcapstat::engine::pass::Shift;
//! use pcapstat::tally::Tally;
//!
//! /// Packets to or from port 53.
//! #[derive(Default)]
//! struct Dns(u64);
//!
//! impl Tally for Dns {
//!     fn observe(&mut self, packet: &Packet<'_>) {
//!         let ports = packet.innermost_ip().and_then(|layer| layer.ports);
//!         self.0 += u64::from(ports.is_some_and(|p| p.source == 53 || p.destination == 53));
//!     }
//!
//!     fn merge(&mut self, later: Dns, _: Shift) {
//!         self.0 += later.0;
//!     }
//! }
//!
//! let mut dns = Dns::default();
//! let walked = pcapstat::packets("testdata/dns.pcap".as_ref(), |_, packet| dns.observe(packet))?;
//! assert!(dns.0 > 0 && dns.0 <= walked.packets);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(unsafe_code)]
#![warn(missing_docs)]

#[cfg(feature = "cli")]
pub mod baseline;
#[cfg(feature = "cli")]
pub mod batch;
pub mod capture;
#[cfg(feature = "cli")]
pub mod cli;
pub mod dissect;
pub mod engine;
pub mod error;
#[cfg(feature = "cli")]
pub mod exit;
#[cfg(feature = "cli")]
pub mod expect;
pub mod filter;
pub mod fold;
#[cfg(feature = "cli")]
pub mod gate;
#[cfg(feature = "cli")]
pub mod hints;
#[cfg(feature = "cli")]
mod inputs;
#[cfg(feature = "cli")]
pub mod interrupt;
#[cfg(feature = "cli")]
pub mod limits;
#[cfg(feature = "cli")]
mod names;
pub mod output;
#[cfg(feature = "cli")]
pub mod overview;
#[cfg(feature = "cli")]
pub mod page;
pub mod pass;
mod path_text;
#[cfg(feature = "cli")]
pub mod plan;
#[cfg(feature = "cli")]
pub mod progress;
pub mod reading;
pub mod report;
mod saved;
#[cfg(feature = "cli")]
pub mod shard;
pub mod source;
mod suggest;
pub mod table;
pub mod tally;
#[cfg(feature = "cli")]
pub mod terminal;

use capture::Capture;
use dissect::packet::Packet;
use engine::{Options, Walked};
use error::Error;
use pass::each::Each;
use reading::{Continued, Wanted};
use report::Report;
use source::{ReadOptions, Source};
use std::path::Path;
use table::Table;
use tally::Needs;

/// Reads one capture on `jobs` threads and counts what these tables need; intervals are one second.
///
/// # Errors
/// If the file cannot be read at all, or no threads can be started. Damage inside the capture is no
/// error: see [`Report::status`].
pub fn read(path: &Path, tables: &[&Table], jobs: usize) -> Result<Report, Error> {
    let needs = tables.iter().fold(Needs::NOTHING, |needs, table| needs.union(table.needs));
    let wanted = Wanted::of(needs);
    let options = Options {
        keep_ranges: needs.ranges,
        keep_interfaces: needs.interfaces,
        keep_gaps: needs.gaps,
        ..Options::default()
    };
    let (mut capture, file) = (open(path)?, path_text::of(path));
    let read = || reading::read(&mut capture, &file, &wanted, &options, Continued::default());
    workers(jobs)?.install(read).map_err(Error::io("cannot write"))
}

/// Hands every packet of a capture, with its number from 1, to `each`: in file order, on one
/// thread. The input may be any that pcapstat reads: pcap, pcapng, snoop, compressed or not, a
/// pipe.
///
/// # Errors
/// If the file cannot be read at all. Damage inside the capture ends the walk: see
/// [`Walked::fault`].
pub fn packets(path: &Path, each: impl FnMut(u64, &Packet<'_>) + Send) -> Result<Walked, Error> {
    let mut capture = open(path)?;
    let (options, mut pass) = (Options::default(), Each::new(each));
    let Ok(walked) = workers(1)?.install(|| engine::run(&mut capture, &options, &mut pass));
    Ok(walked)
}

fn open(path: &Path) -> Result<Capture, Error> {
    Capture::new(Source::open(path, ReadOptions::default(), capture::is_capture)?)
}

fn workers(jobs: usize) -> Result<rayon::ThreadPool, Error> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build();
    pool.map_err(std::io::Error::other).map_err(Error::io("cannot start threads"))
}
