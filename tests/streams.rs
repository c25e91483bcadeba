//! Streams: compressed captures, pipes and unmapped files give the tables of the mapped file, for
//! any size of chunks.

use crate::builder::{ETHERNET, Order, Pcap, Pcapng};
use crate::frames::{tcp, udp};
use crate::reading::{
    Cut, Reading, SERIAL, captures_of_testdata, check_each, open, read, read_anew,
};
use lz4_flex::frame::{BlockSize, FrameEncoder, FrameInfo};
use pcapstat::capture::{Capture, is_capture};
use pcapstat::error::Error;
use pcapstat::report::Status;
use pcapstat::source::{Compression, ReadOptions, Source};
use std::fs;
use std::io::{Cursor, Read, Write};

const COMPRESSIONS: [Compression; 5] =
    [Compression::Gzip, Compression::Zstd, Compression::Lz4, Compression::Xz, Compression::Bzip2];

pub fn compressed(compression: Compression, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    match compression {
        Compression::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(&mut out, flate2::Compression::fast());
            writer.write_all(bytes).and_then(|()| writer.finish().map(drop)).expect("memory");
        }
        Compression::Zstd => out = zstd::encode_all(bytes, 1).expect("memory"),
        Compression::Lz4 => {
            let blocks = FrameInfo::new().block_size(BlockSize::Max64KB).block_checksums(true);
            let mut writer = FrameEncoder::with_frame_info(blocks, &mut out);
            writer.write_all(bytes).expect("memory");
            writer.finish().expect("memory");
        }
        Compression::Xz => {
            liblzma::read::XzEncoder::new(bytes, 1).read_to_end(&mut out).expect("memory");
        }
        Compression::Bzip2 => {
            bzip2::read::BzEncoder::new(bytes, bzip2::Compression::fast())
                .read_to_end(&mut out)
                .expect("memory");
        }
        other => panic!("no test data for {other:?}"),
    }
    out
}

fn stream(bytes: Vec<u8>, options: ReadOptions) -> Result<Capture, Error> {
    Capture::new(Source::read(Cursor::new(bytes), options, is_capture)?)
}

fn in_chunks(chunk_bytes: u64) -> ReadOptions {
    let mut options = ReadOptions::default();
    options.chunk_bytes = chunk_bytes;
    options
}

/// All tables; `summary` only from the column `packets` on, because the columns before it describe
/// the file.
fn comparable(reading: &Reading) -> Vec<(&'static str, String)> {
    let table = |(name, csv): &(&'static str, Vec<u8>)| {
        let text = String::from_utf8_lossy(csv).into_owned();
        let behind = |line: &str| line.split(',').skip(7).collect::<Vec<_>>().join(",");
        let text = if *name == "summary" {
            text.lines().map(behind).collect::<Vec<_>>().join("\n")
        } else {
            text
        };
        (*name, text)
    };
    reading.tables.iter().map(table).collect()
}

#[track_caller]
fn assert_same(what: &str, one: &Reading, two: &Reading) {
    for ((name, one), (_, two)) in comparable(one).into_iter().zip(comparable(two)) {
        assert!(one == two, "{what}: {name} differs:\n{one}\n{two}");
    }
}

#[test]
fn chunks_and_compression_change_nothing() {
    check_each(&captures_of_testdata(), |path| {
        let bytes = fs::read(path).expect("a readable capture");
        let plain = read("capture", &mut open(&bytes).expect("a capture"), SERIAL);
        // One byte at a time is slow for long captures.
        for chunk_bytes in
            [1, 100, 1000].into_iter().filter(|chunk| *chunk > 1 || bytes.len() < 3000)
        {
            for cut in [SERIAL, Cut { jobs: 3, range_bytes: 64 }] {
                let make = || stream(bytes.clone(), in_chunks(chunk_bytes)).expect("a capture");
                let streamed = read_anew("capture", make, cut, false);
                assert_same(
                    &format!("{} in chunks of {chunk_bytes}, {cut:?}", path.display()),
                    &plain,
                    &streamed,
                );
            }
        }
        for compression in COMPRESSIONS {
            let file = compressed(compression, &bytes);
            let make = || stream(file.clone(), in_chunks(5000)).expect("a capture");
            let streamed = read_anew("capture", make, Cut { jobs: 2, range_bytes: 1000 }, false);
            assert_eq!(streamed.report.compressions, [compression.name()]);
            assert_same(
                &format!("{} by {}", path.display(), compression.name()),
                &plain,
                &streamed,
            );
        }
    });
}

fn capture() -> Vec<u8> {
    let mut file = Pcap::ethernet();
    for number in 0..400 {
        file.frame(
            number,
            &tcp(80, number as u16, &number.to_le_bytes().repeat(number as usize % 60)),
        );
        file.frame(number, &udp(53, number as u16, b"question"));
    }
    file.bytes
}

fn status_of(file: &[u8]) -> (Status, u64, String) {
    let report = read_anew(
        "capture",
        || stream(file.to_vec(), in_chunks(100_000)).expect("a capture"),
        SERIAL,
        false,
    )
    .report;
    (report.status, report.tallies.totals.counts.packets, report.error.unwrap_or_default())
}

#[test]
fn concatenated_members_or_frames_are_one_capture() {
    let bytes = capture();
    let (one, two) = bytes.split_at(bytes.len() / 3);
    for compression in COMPRESSIONS {
        let file = [compressed(compression, one), compressed(compression, two)].concat();
        assert_eq!(status_of(&file), (Status::Ok, 800, String::new()), "{compression:?}");
    }
    // gzip(1) ignores zeros after its data.
    let padded = [compressed(Compression::Gzip, &bytes), vec![0; 300_000]].concat();
    assert_eq!(status_of(&padded), (Status::Ok, 800, String::new()));
    let followed = [compressed(Compression::Gzip, &bytes), b"something else".to_vec()].concat();
    let (status, packets, error) = status_of(&followed);
    assert_eq!((status, packets), (Status::Damaged, 800), "{error}");
}

/// Random nibbles: they compress evenly, so a part of the compressed file holds the same part of
/// the packets.
fn random_nibbles(packets: u32) -> Vec<u8> {
    let mut file = Pcap::ethernet();
    let mut state = 1u32;
    for number in 0..packets {
        let payload: Vec<u8> = (0..500)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 28) as u8
            })
            .collect();
        file.frame(number, &tcp(80, number as u16, &payload));
    }
    file.bytes
}

/// Bytes of a capture that may be lost before a cut or damage: a block, where a compression has
/// blocks that are only decompressed whole, otherwise one read.
fn largest_loss(compression: Compression) -> u64 {
    match compression {
        Compression::Gzip | Compression::Xz => 8 << 10,
        Compression::Lz4 => 64 << 10,
        Compression::Bzip2 => 100_000,
        Compression::Zstd => 128 << 10,
        other => panic!("no test data for {other:?}"),
    }
}

#[test]
fn a_cut_or_damaged_stream_keeps_the_packets_before() {
    const PACKETS: u64 = 2000;
    let bytes = random_nibbles(PACKETS as u32);
    for compression in COMPRESSIONS {
        let file = compressed(compression, &bytes);
        let held = |length: usize| PACKETS * length as u64 / file.len() as u64;
        let lost = largest_loss(compression) * PACKETS / bytes.len() as u64 + 1;
        for eighth in 4..8 {
            let cut = &file[..file.len() * eighth / 8];
            let (status, packets, error) = status_of(cut);
            assert_eq!(status, Status::CutShort, "{compression:?}: {error}");
            let stream = format!("inside the {} stream", compression.name());
            assert!(error.contains(&stream), "{error}");
            let held = held(cut.len());
            let kept = held.saturating_sub(lost)..=held + 10;
            assert!(kept.contains(&packets), "{compression:?}: {packets} of {held} packets");
        }
        let mut damaged = file.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 40].fill(0x55);
        let (status, packets, error) = status_of(&damaged);
        assert!(status >= Status::CutShort, "{compression:?}: {status} {error}");
        let held = held(middle);
        assert!(packets + lost >= held, "{compression:?}: {packets} of {held} packets");
    }
}

#[test]
fn a_stream_cut_in_its_first_block_is_cut_short() {
    let bytes = capture();
    for compression in [Compression::Xz, Compression::Bzip2] {
        let file = compressed(compression, &bytes);
        match stream(file[..file.len() / 2].to_vec(), in_chunks(3000)) {
            Ok(_) => assert_eq!(status_of(&file[..file.len() / 2]).0, Status::CutShort),
            Err(error) => {
                assert!(error.to_string().contains("cut short"), "{compression:?}: {error}")
            }
        }
    }
}

#[test]
fn a_decompression_bomb_is_stopped() {
    let mut file = Pcap::ethernet();
    file.frame(0, &tcp(1, 2, b"first"));
    let bytes = [file.bytes, vec![0; 5 << 20]].concat();
    for compression in COMPRESSIONS {
        let packed = compressed(compression, &bytes);
        let mut options = in_chunks(100_000);
        options.max_inflated_bytes = Some(1 << 20);
        let report = read_anew(
            "capture",
            || stream(packed.clone(), options).expect("a capture"),
            SERIAL,
            false,
        )
        .report;
        assert_eq!(report.status, Status::Damaged);
        assert!(
            report.error.is_some_and(|error| error.contains("--max-inflated 1048576")),
            "{compression:?}"
        );
        assert!(report.tallies.totals.counts.packets < 70_000);
    }
}

#[test]
fn a_block_longer_than_a_chunk_is_read_whole() {
    let mut file = Pcapng::new(Order::Little);
    file.interface(ETHERNET, 0, None)
        .packet(0, 7, &[1; 60], 60)
        .block(0x0BAD, &vec![3; 50_000])
        .packet(0, 8, &[2; 60], 60);
    let plain = read("capture", &mut open(&file.bytes).expect("a capture"), SERIAL);
    let make = || stream(file.bytes.clone(), in_chunks(700)).expect("a capture");
    assert_same(
        "a long block",
        &plain,
        &read_anew("capture", make, Cut { jobs: 2, range_bytes: 500 }, false),
    );
}

/// A skippable frame of zstd and lz4.
fn skippable(contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u32).to_le_bytes();
    [&[0x5A, 0x2A, 0x4D, 0x18][..], &length, contents].concat()
}

#[test]
fn skippable_frames_are_skipped_wherever_they_stand() {
    let bytes = capture();
    let (one, two) = bytes.split_at(bytes.len() / 3);
    for compression in [Compression::Zstd, Compression::Lz4] {
        let frames = [compressed(compression, one), compressed(compression, two)];
        for length in [0, 4, 600, 200_000] {
            let note = skippable(&vec![7; length]);
            let file = [&note[..], &note, &frames[0], &note, &frames[1], &note].concat();
            assert_eq!(Compression::of(&file), Some(compression));
            assert_eq!(
                status_of(&file),
                (Status::Ok, 800, String::new()),
                "{compression:?}, {length} bytes"
            );
        }
    }
    assert_eq!(Compression::of(&[skippable(b"note"), bytes.clone()].concat()), None);
    assert!(stream([skippable(b"note"), bytes].concat(), ReadOptions::default()).is_err());
}

#[test]
fn the_legacy_frame_of_lz4_is_read() {
    let bytes = capture();
    let block = lz4_flex::block::compress(&bytes);
    let length = (block.len() as u32).to_le_bytes();
    let file = [&[0x02, 0x21, 0x4C, 0x18][..], &length, &block].concat();
    assert_eq!(status_of(&file), (Status::Ok, 800, String::new()));
}

#[test]
fn bytes_after_compressed_data_lose_nothing_before_them() {
    let bytes = capture();
    for compression in COMPRESSIONS {
        for tail in [&b"something else"[..], b"BZ", &[0xFD], &[0x1F], &[0, 0, 0, 1]] {
            let file = [compressed(compression, &bytes), tail.to_vec()].concat();
            let (status, packets, error) = status_of(&file);
            assert_ne!(status, Status::Ok, "{compression:?} {tail:?}");
            assert_eq!(packets, 800, "{compression:?} {tail:?}: {error}");
        }
    }
}

#[test]
fn a_longer_window_than_allowed_is_refused() {
    let bytes = [capture(), vec![0; 3 << 20]].concat();
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).expect("memory");
    encoder.window_log(22).expect("a window of 4 MiB");
    encoder.write_all(&bytes).expect("memory");
    let zstd = encoder.finish().expect("memory");
    for file in [zstd, compressed(Compression::Xz, &bytes)] {
        let bounded = |max_window_bytes| {
            let mut options = ReadOptions::default();
            options.max_window_bytes = max_window_bytes;
            stream(file.clone(), options).map(drop).map_err(|error| error.to_string())
        };
        assert_eq!(bounded(Some(64 << 20)), Ok(()));
        assert_eq!(bounded(None), Ok(()));
        let refused = bounded(Some(100 << 10)).expect_err("too long a window");
        assert!(refused.contains("window than --max-memory allows (102400 bytes)"), "{refused}");
    }
}

#[test]
fn a_section_header_longer_than_a_chunk_is_read() {
    let mut options = Vec::new();
    for _ in 0..50 {
        options.extend([1, 0, 0, 4]);
        options.extend([b'c'; 1024]);
    }
    options.extend([0; 4]);
    let length = (28 + options.len() as u32).to_le_bytes();
    let mut file = [&[0x0A, 0x0D, 0x0D, 0x0A][..], &length, &[0x4D, 0x3C, 0x2B, 0x1A]].concat();
    file.extend([1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]);
    file.extend([&options[..], &length].concat());
    file.extend([1_u32, 20, 1, 0, 20].iter().flat_map(|word| word.to_le_bytes()));
    let packet = [&[6_u32, 92, 0, 0, 0, 60, 60][..], &[0; 15], &[92]].concat();
    file.extend(packet.iter().flat_map(|word| word.to_le_bytes()));
    for chunk_bytes in [1, 1000, 1 << 20] {
        let make = || stream(file.clone(), in_chunks(chunk_bytes)).expect("a capture");
        let report = read_anew("capture", make, SERIAL, false).report;
        assert_eq!((report.status, report.tallies.totals.counts.packets), (Status::Ok, 1));
    }
}
