//! Reads captures in the test's process: every table as CSV, for any number of workers and size of
//! ranges.

use pcapstat::capture::{Capture, MAGIC_BYTES, is_capture};
use pcapstat::engine::Options;
use pcapstat::error::{Error, FaultKind};
use pcapstat::fold::FoldNeeds;
use pcapstat::output::csv;
use pcapstat::pass::rows::{Rows, Sink};
use pcapstat::reading::{self, Continued, Wanted};
use pcapstat::report::Report;
use pcapstat::source::Source;
use pcapstat::table::row::RowBuffer;
use pcapstat::table::{TABLES, Table, packets, segments};
use pcapstat::tally::Needs;
use rayon::ThreadPool;
use std::fs::File;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// Number of workers and size of ranges, on which no result may depend.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub jobs: usize,
    pub range_bytes: u64,
}

/// One range and one worker: the reference.
pub const SERIAL: Cut = Cut { jobs: 1, range_bytes: u64::MAX };

/// Report and tables of a capture.
pub struct Reading {
    pub report: Report,
    /// Every table but `ranges`, `packets` too, in the order of [`TABLES`].
    pub tables: Vec<(&'static str, Vec<u8>)>,
}

/// Opens bytes as a capture.
pub fn open(bytes: &[u8]) -> Result<Capture, Error> {
    Capture::new(Source::from(bytes.to_vec()))
}

/// Reads a capture; `file` is the value of the first column.
pub fn read(file: &str, capture: &mut Capture, cut: Cut) -> Reading {
    let report = count(file, capture, cut, false);
    let (exported, rows) = export(file, capture, cut, false);
    Reading::new(report, exported, &rows)
}

/// Reads a capture that can be read only once, so is made anew for each reading.
pub fn read_anew(file: &str, make: impl Fn() -> Capture, cut: Cut, salvage: bool) -> Reading {
    let report = count(file, &mut make(), cut, salvage);
    let (exported, rows) = export(file, &mut make(), cut, salvage);
    Reading::new(report, exported, &rows)
}

fn wanted() -> Wanted {
    let needs = TABLES.iter().fold(Needs::NOTHING, |needs, table| needs.union(table.needs));
    Wanted::of(needs)
}

/// Options of a cut.
pub fn options(cut: Cut, salvage: bool) -> Options<'static> {
    let mut options = Options::default();
    options.range_bytes = cut.range_bytes;
    options.keep_ranges = true;
    options.keep_interfaces = true;
    options.keep_gaps = true;
    options.salvage = salvage;
    options
}

fn count(file: &str, capture: &mut Capture, cut: Cut, salvage: bool) -> Report {
    pool(cut.jobs).install(|| {
        let options = options(cut, salvage);
        // Folds make pieces short, so they are read by the export alone.
        let mut wanted = wanted();
        wanted.needs.folds = FoldNeeds::NOTHING;
        let report = reading::read(capture, file, &wanted, &options, Continued::default())
            .expect("no output");
        assert_gapless(&report, capture);
        report
    })
}

/// Rows of the tables that are written while a capture is read.
type Exported = [(&'static Table, Vec<u8>); 2];

fn export(file: &str, capture: &mut Capture, cut: Cut, salvage: bool) -> (Report, Exported) {
    pool(cut.jobs).install(|| {
        let written = [Mutex::new(Vec::new()), Mutex::new(Vec::new())];
        let sink = |number: usize| -> Sink<'_> {
            let written = &written[number];
            Box::new(move |rows: RowBuffer| {
                written.lock().expect("no panic while held").extend_from_slice(rows.bytes());
                Ok(Some(rows))
            })
        };
        let empty = |table| RowBuffer::delimited(table, &csv::STYLE, file);
        let continued = Continued {
            packets: Some(Rows::new(empty(&packets::TABLE), 0, sink(0))),
            segments: Some((empty(&segments::TABLE), sink(1))),
            ..Continued::default()
        };
        let options = options(cut, salvage);
        let report =
            reading::read(capture, file, &wanted(), &options, continued).expect("no output");
        assert_gapless(&report, capture);
        let [packets, segments] =
            written.map(|rows| rows.into_inner().expect("no panic while held"));
        (report, [(&packets::TABLE, packets), (&segments::TABLE, segments)])
    })
}

impl Reading {
    fn new(report: Report, exported: Report, rows: &Exported) -> Reading {
        let file = &report.file;
        // A caught panic is the same in every cut, so comparing would not detect it.
        let bug = report.faults.iter().find(|damage| damage.fault.kind == FaultKind::Bug);
        assert_eq!(bug, None, "{file}: a packet makes pcapstat panic");
        assert!(
            exported.tallies == report.tallies,
            "{file}: counting while exporting counts something else"
        );
        assert_eq!(
            (&exported.error, &exported.walked.gaps),
            (&report.error, &report.walked.gaps),
            "{file}"
        );
        let table = |table: &&'static Table| {
            let text = match rows.iter().find(|(one, _)| one.name == table.name) {
                Some((_, rows)) => [csv::header(table), rows.clone()].concat(),
                None if table.needs.folds != FoldNeeds::NOTHING => csv::table(table, &exported),
                None => csv::table(table, &report),
            };
            (table.name, text)
        };
        let tables = TABLES.iter().filter(|table| table.name != "ranges").map(table).collect();
        Reading { report, tables }
    }
}

/// A pool of workers, made once for each size.
pub fn pool(jobs: usize) -> &'static ThreadPool {
    static POOLS: [OnceLock<ThreadPool>; 9] = [const { OnceLock::new() }; 9];
    POOLS[jobs]
        .get_or_init(|| rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("threads"))
}

/// Each row of `ranges` continues the row before it, and together they hold all packets.
fn assert_gapless(report: &Report, capture: &Capture) {
    let mut offset = capture.start().offset;
    for range in &report.walked.ranges {
        assert_eq!(range.offset, offset, "{}: a gap between ranges", report.file);
        offset += range.bytes;
    }
    let packets: u64 = report.walked.ranges.iter().map(|range| range.packets).sum();
    assert_eq!(
        packets, report.tallies.totals.counts.packets,
        "{}: packets outside all ranges",
        report.file
    );
    if report.faults.is_empty() {
        assert_eq!(offset, capture.source().end(), "{}: the ranges end early", report.file);
    }
}

impl Reading {
    pub fn table(&self, name: &str) -> &[u8] {
        let table = self.tables.iter().find(|(known, _)| *known == name);
        &table.expect("a table of this name").1
    }

    pub fn packets(&self) -> u64 {
        self.report.tallies.totals.counts.packets
    }

    /// First difference of two readings: table and lines.
    pub fn difference(&self, other: &Reading) -> Option<String> {
        self.tables.iter().find_map(|(name, one)| {
            let two = other.table(name);
            (one != two).then(|| format!("{name}: {}", first_difference(one, two)))
        })
    }
}

/// The first line in which two texts differ.
pub fn first_difference(one: &[u8], two: &[u8]) -> String {
    let lines =
        |text: &[u8]| String::from_utf8_lossy(text).lines().map(String::from).collect::<Vec<_>>();
    let (one, two) = (lines(one), lines(two));
    let number =
        (0..).find(|&number| one.get(number) != two.get(number) || number > one.len()).unwrap_or(0);
    format!("line {}: {:?} and {:?}", number + 1, one.get(number), two.get(number))
}

/// Reads a capture serially and in each of the cuts, which must all agree. Returns the serial
/// reading and the number of wrong guesses.
pub fn assert_same_in_every_cut(what: &str, capture: &mut Capture, cuts: &[Cut]) -> (Reading, u64) {
    let serial = read("capture", capture, SERIAL);
    let mut rewalked = 0;
    for &cut in cuts {
        let reading = read("capture", capture, cut);
        rewalked += reading.report.walked.rewalked;
        if let Some(difference) = serial.difference(&reading) {
            panic!("{what}: serial and {cut:?} differ: {difference}");
        }
    }
    (serial, rewalked)
}

/// All captures below a directory, detected by their first bytes, in order.
pub fn captures_below(directory: &Path) -> Vec<PathBuf> {
    let entries =
        walkdir::WalkDir::new(directory).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files =
        entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter(|path| begins_like_a_capture(path)).collect()
}

fn begins_like_a_capture(path: &Path) -> bool {
    let mut magic = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAGIC_BYTES as u64).read_to_end(&mut magic));
    read.is_ok() && is_capture(&magic)
}

/// Checks all captures on several threads and names each one that fails.
pub fn check_each(paths: &[PathBuf], check: impl Fn(&Path) + Sync) {
    let failed = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| check(path))).is_err() {
                        failed
                            .lock()
                            .expect("no panic while held")
                            .push(path.display().to_string());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no panic while held");
    assert!(
        failed.is_empty(),
        "{} of {} captures fail:\n{}",
        failed.len(),
        paths.len(),
        failed.join("\n")
    );
}

/// The real captures beside the project. They are not part of it, so tests that read them are
/// ignored by default; `.ci/run` includes them.
pub fn captures_beside() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures");
    let captures = captures_below(&directory);
    assert!(!captures.is_empty(), "no captures in {}", directory.display());
    captures
}

/// The captures of the project itself.
pub fn captures_of_testdata() -> Vec<PathBuf> {
    let captures = captures_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"));
    assert!(!captures.is_empty(), "testdata holds no captures");
    captures
}
