//! The cost of each stage on generated captures: the walk alone as the floor, then with dissection,
//! then with counting, then rows. Throughput is in packets; a packet takes 344 bytes of file on
//! average.
//!
//! `cargo bench` prints it. `docs/performance.md` says how to compare whole programs.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use pcapstat::capture::{Capture, cut};
use pcapstat::dissect::{self, packet::Packet};
use pcapstat::engine::{Options, pass::Shift};
use pcapstat::reading::{self, Continued, Wanted};
use pcapstat::report::Report;
use pcapstat::source::Source;
use pcapstat::tally::{Needs, Tallies, Tally};
use pcapstat::{output, table};
use std::hint::black_box;

const PACKETS: u32 = 100_000;

/// Ethernet frames with IPv4, TCP and UDP between a few thousand pairs, from a fixed linear
/// congruential generator.
fn frame(number: u32) -> Vec<u8> {
    let random = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    let tcp = random & 0x100 != 0;
    let payload = (random >> 16) as usize % 600;
    let transport = if tcp { 20 } else { 8 };
    let total = (20 + transport + payload) as u16;
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0];
    frame.extend(total.to_be_bytes());
    frame.extend([0, 0, 0x40, 0, 64, if tcp { 6 } else { 17 }, 0, 0, 10, 0]);
    frame.extend(((random >> 8) as u16 & 0xFFF).to_be_bytes());
    frame.extend([10, 1, 0, 1]);
    frame.extend([(random >> 4) as u8, random as u8, 0, 80]);
    if tcp {
        frame.extend([0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 1, 0, 0, 0, 0, 0]);
    } else {
        frame.extend((8 + payload as u16).to_be_bytes());
        frame.extend([0, 0]);
    }
    frame.resize(frame.len() + payload, 0x55);
    frame
}

fn pcap() -> Vec<u8> {
    let mut file =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for number in 0..PACKETS {
        let frame = frame(number);
        for word in [
            1_700_000_000 + number / 5000,
            number % 5000 * 200,
            frame.len() as u32,
            frame.len() as u32,
        ] {
            file.extend(word.to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

fn pcapng() -> Vec<u8> {
    let mut file = Vec::new();
    let words = |file: &mut Vec<u8>, words: &[u32]| {
        words.iter().for_each(|word| file.extend(word.to_le_bytes()))
    };
    words(&mut file, &[0x0A0D_0D0A, 28, 0x1A2B_3C4D, 1, u32::MAX, u32::MAX, 28]);
    words(&mut file, &[1, 20, 1, 0x40000, 20]);
    for number in 0..PACKETS {
        let mut frame = frame(number);
        let length = frame.len() as u32;
        frame.resize(frame.len().next_multiple_of(4), 0);
        let block = 32 + frame.len() as u32;
        words(&mut file, &[6, block, 0, 0x5_0000, number * 200, length, length]);
        file.extend(frame);
        words(&mut file, &[block]);
    }
    file
}

/// Keeps the compiler from removing the computation of a value.
fn keep(length: usize) {
    black_box(length);
}

/// Small records that stay in the cache: the cost of parsing headers without cache misses.
fn headers(criterion: &mut Criterion) {
    let mut bytes =
        vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    for second in 0..1000u32 {
        for word in [second, 0, 60, 60] {
            bytes.extend(word.to_le_bytes());
        }
        bytes.extend([0; 60]);
    }
    let capture = Capture::new(Source::from(bytes.clone())).expect("a capture");
    let mut group = criterion.benchmark_group("headers in cache");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("walk", |bencher| {
        bencher.iter(|| capture.walk(capture.start(), u64::MAX, |record| keep(record.data.len())))
    });
    group.bench_function("walk with pcap-parser", |bencher| {
        bencher.iter(|| walk_with_pcap_parser(&bytes))
    });
    group.finish();
}

/// The same walk with pcap-parser, which the tests compare with.
fn walk_with_pcap_parser(bytes: &[u8]) {
    let mut rest = &bytes[24..];
    while let Ok((next, record)) = pcap_parser::parse_pcap_frame(rest) {
        keep(record.data.len());
        rest = next;
    }
}

fn stages(criterion: &mut Criterion) {
    let bytes = pcap();
    let capture = Capture::new(Source::from(bytes.clone())).expect("a capture");
    let mut group = criterion.benchmark_group("packets");
    group.throughput(Throughput::Elements(u64::from(PACKETS)));
    group.sample_size(20);

    group.bench_function("walk", |bencher| {
        bencher.iter(|| capture.walk(capture.start(), u64::MAX, |record| keep(record.data.len())))
    });
    group.bench_function("walk with pcap-parser", |bencher| {
        bencher.iter(|| walk_with_pcap_parser(&bytes))
    });
    let capture_ng = Capture::new(Source::from(pcapng())).expect("a capture");
    group.bench_function("walk pcapng", |bencher| {
        bencher.iter(|| {
            capture_ng.walk(capture_ng.start(), u64::MAX, |record| keep(record.data.len()))
        })
    });
    group.bench_function("walk, dissect", |bencher| {
        let mut packet = Packet::empty();
        bencher.iter(|| {
            capture.walk(capture.start(), u64::MAX, |record| {
                dissect::dissect(record, &mut packet);
                black_box(&packet);
            })
        })
    });
    for (name, needs) in [
        ("walk, dissect, observe totals", Needs::default()),
        ("walk, dissect, observe paths", Needs { paths: true, ..Needs::default() }),
        ("walk, dissect, observe conversations", Needs { conversations: true, ..Needs::default() }),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| observe(&capture, needs)));
    }
    let needs = Needs { conversations: true, ..Needs::default() };
    let observed = observe(&capture, needs);
    group.bench_function("merge conversations", |bencher| {
        bencher.iter_batched(
            || (observed.clone(), observed.clone()),
            |(mut earlier, later)| {
                earlier.merge(later, Shift::of_packets(u64::from(PACKETS)));
                earlier
            },
            criterion::BatchSize::LargeInput,
        )
    });
    group.finish();
}

fn observe(capture: &Capture, needs: Needs) -> Tallies {
    let mut tallies = Tallies::new(needs, 1_000_000_000);
    let mut packet = Packet::empty();
    capture.walk(capture.start(), u64::MAX, |record| {
        dissect::dissect(record, &mut packet);
        tallies.observe(&packet);
    });
    tallies
}

fn cuts(criterion: &mut Criterion) {
    let capture = Capture::new(Source::from(pcap())).expect("a capture");
    criterion.bench_function("resync", |bencher| {
        let middle = capture.source().end() / 2;
        bencher.iter(|| cut::resync(&capture, &capture.assumed(), black_box(middle), u64::MAX))
    });
}

/// `--salvage` in a gap of 256 KiB: random bytes, and file headers, each of which may begin a
/// capture that a packet carried.
fn gaps(criterion: &mut Criterion) {
    const GAP: usize = 256 << 10;
    let mut number = 1_u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 24) as u8
    })
    .take(GAP)
    .collect();
    let header = &pcap()[..24];
    let headers: Vec<u8> = [header, &[0x30; 24]].concat().repeat(GAP / 48);
    let mut group = criterion.benchmark_group("gap");
    group.throughput(Throughput::Bytes(GAP as u64));
    group.sample_size(20);
    for (name, gap) in [("random bytes", noise), ("file headers", headers)] {
        let bytes = [&pcap()[..1 << 20], &[0xFF; 16], &gap].concat();
        let mut capture = Capture::new(Source::from(bytes)).expect("a capture");
        let mut options = Options::default();
        options.salvage = true;
        let wanted = Wanted::of(Needs::NOTHING);
        let mut run = || {
            reading::read(&mut capture, "gap", &wanted, &options, Continued::default())
                .expect("no output")
        };
        group.bench_function(name, |bencher| bencher.iter(&mut run));
    }
    group.finish();
}

fn report(capture: &mut Capture, needs: Needs) -> Report {
    let wanted = Wanted::of(needs);
    let mut options = Options::default();
    options.range_bytes = 1 << 20;
    reading::read(capture, "generated", &wanted, &options, Continued::default()).expect("no output")
}

/// Rows from finished counts; no capture is read here.
fn rows(criterion: &mut Criterion) {
    let mut capture = Capture::new(Source::from(pcap())).expect("a capture");
    let mut group = criterion.benchmark_group("rows");
    group.sample_size(20);
    for name in ["conversations", "endpoints", "ports"] {
        let table = table::named(name).expect("a table");
        let report = report(&mut capture, table.needs);
        group.throughput(Throughput::Elements(table.rows(&report).count as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| output::csv::table(table, &report).len())
        });
    }
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    let mut capture = Capture::new(Source::from(pcap())).expect("a capture");
    let mut group = criterion.benchmark_group("whole");
    group.throughput(Throughput::Bytes(capture.source().end()));
    group.sample_size(20);
    let table = table::named("conversations").expect("a table");
    for jobs in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs).build().expect("a pool");
        let mut run = || output::csv::table(table, &report(&mut capture, table.needs)).len();
        group.bench_function(format!("conversations as CSV, {jobs} workers"), |bencher| {
            bencher.iter(|| pool.install(&mut run))
        });
    }
    group.finish();
}

criterion_group!(benches, headers, stages, cuts, gaps, rows, whole);
criterion_main!(benches);
