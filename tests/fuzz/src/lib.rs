//! Shared by the fuzz targets: captures from any bytes, walks that must agree, all tallies and
//! tables.

use pcapstat::capture::{Capture, Framing, LinkType, Record};
use pcapstat::dissect::{self, packet::Packet};
use pcapstat::engine::memory::{Budget, Reservation};
use pcapstat::engine::{Gaps, Options, Walked};
use pcapstat::error::Fault;
use pcapstat::output::csv;
use pcapstat::pass::rows::Rows;
use pcapstat::reading::{self, Continued, Wanted};
use pcapstat::report::{FileFacts, Report};
use pcapstat::source::Source;
use pcapstat::table::{TABLES, packets, row::RowBuffer};
use pcapstat::tally::{Needs, Tallies, Tally};
use rayon::ThreadPool;
use std::sync::LazyLock;

/// Value of the column `file`.
pub const FILE: &str = "fuzzed";

/// Bucket length of `intervals` in nanoseconds.
pub const INTERVAL: u64 = 1_000_000_000;

/// The magic numbers of pcap: every kind in both byte orders.
const PCAP_MAGICS: [[u8; 4]; 6] = [
    [0xd4, 0xc3, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xc3, 0xd4],
    [0x4d, 0x3c, 0xb2, 0xa1],
    [0xa1, 0xb2, 0x3c, 0x4d],
    [0x34, 0xcd, 0xb2, 0xa1],
    [0xa1, 0xb2, 0xcd, 0x34],
];

fn is_pcap(input: &[u8]) -> bool {
    use pcapstat::capture::pcap::has_magic;
    has_magic::<false>(input) || has_magic::<true>(input)
}

/// A pcapng section header in either byte order, of unknown length and without options.
const PCAPNG_HEADERS: [[u8; 28]; 2] = [
    *b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0",
    *b"\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x01\0\0\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\x1c",
];

/// An item of `list`, chosen by the first byte of the input, and the input after it.
fn led_by<const N: usize>(list: &[[u8; N]], input: &[u8]) -> Vec<u8> {
    let choice = usize::from(input.first().copied().unwrap_or(0)) % list.len();
    [list[choice].as_slice(), input].concat()
}

/// The input as a pcap file: a magic number is prepended unless it begins with one.
pub fn as_pcap(input: &[u8]) -> Vec<u8> {
    if is_pcap(input) { input.to_vec() } else { led_by(&PCAP_MAGICS, input) }
}

/// The input as a pcapng file: a section header is prepended unless it begins with one.
pub fn as_pcapng(input: &[u8]) -> Vec<u8> {
    if pcapstat::capture::pcapng::has_magic(input) {
        input.to_vec()
    } else {
        led_by(&PCAPNG_HEADERS, input)
    }
}

/// The input as a capture of any format: its first byte chooses one where it does not begin like
/// one.
pub fn as_capture(input: &[u8]) -> Vec<u8> {
    match input.first() {
        _ if pcapstat::capture::is_capture(input) => input.to_vec(),
        Some(first) if first & 0x80 != 0 => as_pcapng(input),
        _ => as_pcap(input),
    }
}

/// Makes the calling thread the only worker outside of other pools: what is shared among workers
/// stays on it, and nobody wakes and waits for another one at every input. To be called before all
/// else.
pub fn work_alone() {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    alone.build_global().expect("no workers before");
}

/// Opens bytes. None if they are not a capture.
pub fn open(bytes: Vec<u8>) -> Option<Capture> {
    Capture::new(Source::from(bytes)).ok()
}

/// Everything that can be counted.
pub fn all_needs() -> Needs {
    TABLES.iter().fold(Needs::NOTHING, |needs, table| needs.union(table.needs))
}

/// Counts packets in every tally and writes the row of each.
pub struct Counter {
    tallies: Tallies,
    rows: RowBuffer,
    packets: u64,
}

impl Default for Counter {
    fn default() -> Counter {
        Counter {
            tallies: Tallies::new(all_needs(), INTERVAL),
            rows: RowBuffer::delimited(&packets::TABLE, &csv::STYLE, FILE),
            packets: 0,
        }
    }
}

impl Counter {
    /// Counts a packet.
    pub fn count(&mut self, packet: &Packet<'_>) {
        self.packets += 1;
        self.tallies.observe(packet);
        self.rows.begin_row();
        packets::fill(packet, self.packets, &mut self.rows);
        self.rows.end_row();
    }

    /// Counts and rows.
    pub fn finish(self) -> (Tallies, Vec<u8>) {
        assert_eq!(self.tallies.totals.counts.packets, self.packets, "packets were not counted");
        (self.tallies, self.rows.bytes().to_vec())
    }
}

/// Walks a capture from its start to its end, dissects and counts every record, and makes every
/// table.
pub fn count_everything(capture: &Capture) {
    let (mut packet, mut counter) = (Packet::empty(), Counter::default());
    let walk = capture.walk(capture.start(), u64::MAX, |record| {
        dissect::dissect(record, &mut packet);
        counter.count(&packet);
    });
    let (tally, _) = counter.finish();
    assert_eq!(walk.packets, tally.totals.counts.packets, "records got lost");
    let mut walked =
        Walked { packets: walk.packets, fault: walk.fault, range_count: 1, ..Walked::default() };
    walked.described.take(walk.interface_blocks, true);
    let reservation = Reservation::new(&Budget::unlimited());
    tables(&Report::new(FILE.into(), FileFacts::of(capture), walked, tally, reservation));
}

/// Every table that is made from a report, as CSV.
pub fn tables(report: &Report) -> Vec<(&'static str, Vec<u8>)> {
    let views = TABLES.iter().filter(|table| !table.is_export());
    views.map(|table| (table.name, csv::table(table, report))).collect()
}

/// Holds the walk in one go to the walk that stops after every byte, and both to the file that
/// they read.
pub fn assert_walks_agree(capture: &Capture) {
    let (whole, singly) = (Steps::in_steps(capture, u64::MAX), Steps::in_steps(capture, 1));
    assert_eq!(whole.offsets, singly.offsets, "records begin elsewhere");
    assert!(whole == singly, "in one go:\n{whole:#?}\nin steps:\n{singly:#?}");
    assert!(
        whole.offsets.is_sorted_by(|one, two| one < two),
        "a record begins where another one does"
    );
    assert!(
        whole.offsets.last().is_none_or(|&last| last < capture.source().end()),
        "a record after the file's end"
    );
}

/// A record as a tuple to compare: offset, data, wire bytes, time, interface, section, link type.
type Facts<'a> =
    (u64, &'a [u8], u32, Option<pcapstat::capture::time::Timestamp>, u32, u32, LinkType);

/// Records and end of a walk.
#[derive(Debug, PartialEq)]
struct Steps<'a> {
    offsets: Vec<u64>,
    records: Vec<Facts<'a>>,
    interface_blocks: Vec<pcapstat::capture::InterfaceEntry>,
    end: pcapstat::capture::Position,
    fault: Option<Fault>,
}

impl Steps<'_> {
    /// Walks the whole capture and stops after every `step` bytes.
    fn in_steps(capture: &Capture, step: u64) -> Steps<'_> {
        let (offsets, records, interface_blocks) = (Vec::new(), Vec::new(), Vec::new());
        let mut walked =
            Steps { offsets, records, interface_blocks, end: capture.start(), fault: None };
        while walked.end.offset < capture.source().end() && walked.fault.is_none() {
            let until = walked.end.offset.saturating_add(step);
            let before = walked.records.len();
            let walk = capture.walk(walked.end.clone(), until, |record| {
                walked.offsets.push(record.offset);
                walked.records.push(facts(record));
            });
            assert_eq!(walk.packets, (walked.records.len() - before) as u64, "records got lost");
            assert!(
                walk.fault.is_some() || walk.end.offset > walked.end.offset,
                "a walk that gets nowhere"
            );
            walked.interface_blocks.extend(walk.interface_blocks);
            walked.end = walk.end;
            walked.fault = walk.fault;
        }
        walked
    }
}

fn facts<'a>(record: &Record<'a>) -> Facts<'a> {
    let Record { offset, data, wire_bytes, time, interface, section, link_type, .. } = *record;
    (offset, data, wire_bytes, time, interface, section, link_type)
}

/// A frame of this link type, captured whole.
pub fn whole_frame(link_type: u16, frame: &[u8]) -> Record<'_> {
    Record {
        number: 0,
        offset: 0,
        data: frame,
        wire_bytes: u32::try_from(frame.len()).unwrap_or(u32::MAX),
        time: None,
        interface: 0,
        section: 0,
        link_type: LinkType(link_type),
        framing: Framing::Usual,
        options: Default::default(),
    }
}

/// The frame with the captured length as length on the wire, then with a greater, a far greater and
/// a smaller one.
pub fn frames_of_wire_lengths(whole: Record<'_>) -> impl Iterator<Item = Record<'_>> {
    let lengths =
        [whole.wire_bytes, whole.wire_bytes.saturating_add(64), u32::MAX, whole.wire_bytes / 2];
    lengths.into_iter().map(move |wire_bytes| Record { wire_bytes, ..whole })
}

/// Three workers, made once.
pub static THREE_WORKERS: LazyLock<ThreadPool> =
    LazyLock::new(|| rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads"));

/// Results that may not depend on how a capture is read.
#[derive(PartialEq)]
pub struct Reading {
    error: Option<String>,
    gaps: Gaps,
    tallies: Tallies,
    tables: Vec<(&'static str, Vec<u8>)>,
}

impl Reading {
    /// Reads what `make` opens, twice, on the workers of the pool that it is called in.
    pub fn of(
        make: impl Fn() -> Option<Capture>,
        range_bytes: u64,
        salvage: bool,
    ) -> Option<Reading> {
        let mut options = Options::default();
        options.range_bytes = range_bytes;
        options.keep_ranges = true;
        options.keep_interfaces = true;
        options.keep_gaps = true;
        options.salvage = salvage;
        let wanted = Wanted::of(all_needs());
        let mut capture = make()?;
        let report = reading::read(&mut capture, FILE, &wanted, &options, Continued::default())
            .expect("no output");

        let mut bytes = Vec::new();
        let sink = |rows: RowBuffer| {
            bytes.extend_from_slice(rows.bytes());
            Ok(Some(rows))
        };
        let rows =
            Rows::new(RowBuffer::delimited(&packets::TABLE, &csv::STYLE, FILE), 0, Box::new(sink));
        let continued = Continued { packets: Some(rows), ..Continued::default() };
        let mut again = make()?;
        let exported =
            reading::read(&mut again, FILE, &wanted, &options, continued).expect("no output");
        let rows = bytes;
        let (ended, counted) =
            ((&exported.error, &exported.walked.gaps), (&report.error, &report.walked.gaps));
        assert_eq!(ended, counted, "the export ends elsewhere");
        assert!(
            exported.tallies == report.tallies,
            "counting while exporting counts something else"
        );

        for report in [&report, &exported] {
            let mut offset = capture.start().offset;
            for range in &report.walked.ranges {
                assert_eq!(range.offset, offset, "a gap between ranges");
                offset += range.bytes;
            }
            assert!(
                report.error.is_some() || offset == capture.source().end(),
                "the ranges end early"
            );
        }

        let mut tables = tables(&report);
        // `ranges` measures the run.
        tables.retain(|(name, _)| *name != "ranges");
        tables.push(("packets", rows));
        Some(Reading {
            error: report.error,
            gaps: report.walked.gaps,
            tallies: report.tallies,
            tables,
        })
    }

    /// Panics if the readings differ.
    pub fn assert_same(&self, other: &Reading, how: &str) {
        assert_eq!((&self.error, &self.gaps), (&other.error, &other.gaps), "{how}");
        for ((name, expected), (_, table)) in self.tables.iter().zip(&other.tables) {
            let [expected, table] = [expected, table].map(|table| String::from_utf8_lossy(table));
            assert!(expected == table, "{name}:\n{expected}\n{how}:\n{table}");
        }
        assert!(self.tallies == other.tallies, "{how}: something that no table shows is counted");
    }
}
