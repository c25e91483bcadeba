//! `--salvage` in quantity: real captures damaged in every way. Rows that the original does not have
//! are counted, and packets that are lost though they are not damaged; the rates stand in the docs.
//!
//! `PCAPSTAT_SEED=N` damages other places, `PCAPSTAT_EVERY=1` takes every capture, and
//! `PCAPSTAT_DAMAGED=DIR` keeps the files that are not read as they should be. Rates other than the
//! usual ones are printed and not compared.

use crate::damage::{Damaged, Dice, KINDS, Key, Original, key};
use crate::reading::{Cut, SERIAL, captures_beside, open, options};
use pcapstat::capture::{Capture, Record, is_capture};
use pcapstat::dissect::packet::Packet;
use pcapstat::engine::pass::{Part, Pass, Piece, Shift};
use pcapstat::engine::{self};
use pcapstat::source::{ReadOptions, Source};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Offset and contents of each packet.
#[derive(Default)]
struct Rows(Vec<(u64, Key)>);

impl Part for Rows {
    type Settings = ();

    fn new((): &(), _: u64) -> Rows {
        Rows::default()
    }

    fn observe(&mut self, packet: &Packet<'_>) {
        self.0.push((packet.record.offset, key(&packet.record)));
    }
}

impl Pass for Rows {
    type Part = Rows;
    type Error = Infallible;

    fn settings(&self) {}

    fn piece(&self) -> Piece {
        Piece::Long
    }

    fn take(&mut self, part: Rows, _: Shift) -> Result<(), Infallible> {
        self.0.extend(part.0);
        Ok(())
    }
}

fn salvaged(mut capture: Capture, cut: Cut) -> Vec<(u64, Key)> {
    let mut rows = Rows::default();
    let Ok(_) = engine::run(&mut capture, &options(cut, true), &mut rows);
    rows.0
}

/// The packets of a plain reading, if it finds no damage.
fn readable(bytes: &[u8]) -> Option<Vec<(u64, Key)>> {
    let (capture, mut rows) = (open(bytes).ok()?, Vec::new());
    let each = |record: &Record<'_>| rows.push((record.offset, key(record)));
    let walk = capture.walk(capture.start(), u64::MAX, each);
    (walk.fault.is_none() && walk.end.offset == bytes.len() as u64).then_some(rows)
}

/// Packets that none of the original's are, and intact ones that are lost.
fn compare(rows: &[(u64, Key)], damaged: &Damaged) -> (usize, usize) {
    let mut intact: HashMap<&Key, i64> = HashMap::new();
    damaged.intact.iter().for_each(|key| *intact.entry(key).or_default() += 1);
    let mut invented = 0;
    // A damaged record may equal an intact one, but does not stand for it.
    let is_damaged = |row: &&(u64, Key)| damaged.damaged.contains(&row.0);
    let (hit, others): (Vec<&(u64, Key)>, Vec<_>) = rows.iter().partition(is_damaged);
    for (offset, key) in others.into_iter().chain(hit) {
        match intact.get_mut(key).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => {
                let is_hit = damaged.damaged.contains(offset) || damaged.were.contains(key);
                invented += usize::from(!is_hit);
            }
        }
    }
    (invented, intact.values().filter(|count| **count > 0).map(|count| *count as usize).sum())
}

#[derive(Clone, Copy, Default)]
struct Rates {
    files: usize,
    /// Files with packets that none of the original's are.
    inventing: usize,
    /// Files that lose no intact packet.
    complete: usize,
    /// Files that lose at most one for each damaged place.
    nearly: usize,
}

fn originals() -> Vec<Original> {
    let mut all = Vec::new();
    let everything = std::env::var_os("PCAPSTAT_EVERY").is_some();
    let least = if everything { 3 } else { 12 };
    for path in captures_beside() {
        let short = fs::metadata(&path).is_ok_and(|metadata| metadata.len() < 150_000);
        let Some(capture) =
            short.then(|| fs::read(&path).ok()).flatten().and_then(|b| open(&b).ok())
        else {
            continue;
        };
        let name = path.display().to_string();
        let Some(original) = Original::new(name, &capture) else { continue };
        let usual = matches!(original.format, "pcap" | "pcap-ns" | "pcapng" | "snoop");
        if usual && (least..2000).contains(&original.rows.len()) {
            all.push(original);
        }
    }
    // Few are of a rare format: all of these, and of the others as many as time allows.
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let counts = all.iter().fold(BTreeMap::new(), |mut counts: BTreeMap<&str, usize>, one| {
        *counts.entry(one.format).or_default() += 1;
        counts
    });
    let step = |format: &str| if everything { 1 } else { (counts[format] / 130).max(1) };
    let chosen: Vec<bool> = all
        .iter()
        .map(|one| {
            let number = seen.entry(one.format).or_default();
            *number += 1;
            (*number - 1).is_multiple_of(step(one.format))
        })
        .collect();
    all.into_iter().zip(chosen).filter_map(|(one, chosen)| chosen.then_some(one)).collect()
}

fn table(rates: &BTreeMap<&'static str, Rates>) -> String {
    let mut text = String::from(
        "| damage | files | with invented packets | nothing else lost | at most one lost at each place |\n|---|---|---|---|---|\n",
    );
    let percent = |part: usize, whole: usize| {
        let tenths = part * 1000 / whole.max(1);
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    let mut all = Rates::default();
    let mut row = |name: &str, rates: &Rates| {
        let Rates { files, inventing, complete, nearly } = *rates;
        let (complete, nearly) = (percent(complete, files), percent(nearly, files));
        text += &format!("| {name} | {files} | {inventing} | {complete} | {nearly} |\n");
    };
    for (name, _) in KINDS {
        let rates = rates.get(name).copied().unwrap_or_default();
        row(name, &rates);
        all.files += rates.files;
        all.inventing += rates.inventing;
        all.complete += rates.complete;
        all.nearly += rates.nearly;
    }
    row("all", &all);
    text
}

#[test]
#[ignore = "needs ../shared/captures"]
fn thousands_of_damaged_captures_lose_little_and_gain_nothing() {
    let originals = originals();
    let seed: usize =
        std::env::var("PCAPSTAT_SEED").map_or(0, |seed| seed.parse().expect("number"));
    let all = Mutex::new(BTreeMap::<&'static str, Rates>::new());
    let failures = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(one) = originals.get(next.fetch_add(1, Ordering::Relaxed)) {
            let at = originals.iter().position(|other| other.name == one.name).unwrap_or(0);
            for (number, (kind, make)) in KINDS.iter().enumerate() {
                let mut numbers = Dice((seed * 1_000_003 + at * 64 + number) as u64);
                numbers.below(2);
                let other = numbers.below(originals.len());
                // Its own packets would be none that the original does not have.
                let other = &originals[(other + usize::from(other == at)) % originals.len()];
                let Some(damaged) = make(one, other, &mut numbers) else { continue };
                let Ok(capture) = open(&damaged.bytes) else { continue };
                let rows = salvaged(capture, SERIAL);
                if let Some(plain) = readable(&damaged.bytes) {
                    assert!(
                        rows == plain,
                        "{kind}: {}: another reading than the plain one",
                        one.name
                    );
                    continue;
                }
                if (at + number).is_multiple_of(9) {
                    let what = format!("{kind}: {}", one.name);
                    assert_same(&what, &damaged.bytes, &rows);
                }
                let (invented, lost) = compare(&rows, &damaged);
                let mut all = all.lock().expect("no panic while held");
                let rates = all.entry(kind).or_default();
                rates.files += 1;
                rates.inventing += usize::from(invented > 0);
                rates.complete += usize::from(lost == 0);
                rates.nearly += usize::from(lost <= damaged.places);
                if invented > 0 || lost > 0 {
                    let file = number * 100_000 + at;
                    let line = format!(
                        "{kind}\t{invented}\t{lost}\t{}\t{}\t{:?}\t{}\t{}\t{file}",
                        one.format, damaged.places, damaged.damaged, one.name, other.name
                    );
                    failures.lock().expect("no panic while held").push(line);
                    if let Some(directory) = std::env::var_os("PCAPSTAT_DAMAGED") {
                        let path = Path::new(&directory).join(file.to_string());
                        fs::write(path, &damaged.bytes).expect("room");
                    }
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().for_each(|worker| worker.join().expect("no panic"));
    });
    let all = all.into_inner().expect("no panic while held");
    let table = table(&all);
    let mut failures = failures.into_inner().expect("no panic while held");
    failures.sort();
    println!("{table}\n{}", failures.join("\n"));
    if seed > 0 || std::env::var_os("PCAPSTAT_EVERY").is_some() {
        return;
    }
    assert_page(&table);
    let sum = |of: fn(&Rates) -> usize| all.values().map(of).sum::<usize>();
    let files = sum(|rates| rates.files);
    assert!(files > 5000, "{files} files");
    assert_eq!(sum(|rates| rates.inventing), 0, "packets are invented");
    assert!(sum(|rates| rates.complete) * 1000 >= files * 987, "packets are lost");
    assert!(sum(|rates| rates.nearly) * 1000 >= files * 995, "many packets are lost");
}

/// The page shows these rates; `PCAPSTAT_BLESS=1` makes it so.
fn assert_page(table: &str) {
    const MARKS: [&str; 2] = ["<!-- salvage rates -->\n", "<!-- end of rates -->"];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/robustness.md");
    let page = fs::read_to_string(&path).expect("a page").replace('\r', "");
    let (before, rest) = page.split_once(MARKS[0]).expect("a mark");
    let (shown, after) = rest.split_once(MARKS[1]).expect("a mark");
    if std::env::var_os("PCAPSTAT_BLESS").is_some_and(|value| value == "1") {
        let page = format!("{before}{}{table}{}{after}", MARKS[0], MARKS[1]);
        fs::write(&path, page).expect("a page that can be written");
    } else {
        assert!(shown == table, "{}: other rates; accept with PCAPSTAT_BLESS=1", path.display());
    }
}

/// Ranges and streams give the same packets.
fn assert_same(what: &str, bytes: &[u8], rows: &[(u64, Key)]) {
    let capture = open(bytes).expect("a capture");
    let parallel = salvaged(capture, Cut { jobs: 1, range_bytes: 1000 });
    assert!(parallel == rows, "{what}: small ranges give other packets");
    let mut options = ReadOptions::default();
    options.chunk_bytes = 5000;
    let source = Source::read(Cursor::new(bytes.to_vec()), options, is_capture).expect("memory");
    let streamed = salvaged(Capture::new(source).expect("a capture"), SERIAL);
    assert!(streamed == rows, "{what}: a stream gives other packets");
}
