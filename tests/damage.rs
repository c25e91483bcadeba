//! Damage of captures, of every kind that disks, networks and programs do to them. What a reader may
//! give of the damaged file is known.

use crate::builder::Order;
use pcapstat::capture::time::Timestamp;
use pcapstat::capture::{Capture, Record};

/// A packet of a capture.
#[derive(Clone, Debug)]
pub struct Row {
    pub at: usize,
    pub end: usize,
    pub link_type: u16,
    pub key: Key,
    data: Vec<u8>,
}

/// Time, length on the wire, and the bytes.
pub type Key = (Option<Timestamp>, u32, u64);

/// A capture that is to be damaged.
pub struct Original {
    pub name: String,
    pub format: &'static str,
    pub bytes: Vec<u8>,
    pub rows: Vec<Row>,
}

/// A damaged capture.
pub struct Damaged {
    pub bytes: Vec<u8>,
    /// Packets that are not damaged.
    pub intact: Vec<Key>,
    /// Offsets of damaged records: they may be given or not.
    pub damaged: Vec<u64>,
    /// The damaged records as they were: a byte before the damage may stand for the one that was
    /// lost.
    pub were: Vec<Key>,
    /// Number of damaged places.
    pub places: usize,
}

pub fn key(record: &Record<'_>) -> Key {
    // FNV-1a.
    let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01B3);
    (record.time, record.wire_bytes, record.data.iter().fold(0xCBF2_9CE4_8422_2325, hash))
}

impl Original {
    /// None if it is damaged already, or most of its records hold no bytes: zeros are read as such
    /// records too.
    pub fn new(name: String, capture: &Capture) -> Option<Original> {
        let mut rows: Vec<Row> = Vec::new();
        let walk = capture.walk(capture.start(), u64::MAX, |record| {
            rows.push(Row {
                at: record.offset as usize,
                end: 0,
                link_type: record.link_type.0,
                key: key(record),
                data: record.data.to_vec(),
            });
        });
        let ends: Vec<usize> =
            rows.iter().skip(1).map(|row| row.at).chain([walk.end.offset as usize]).collect();
        rows.iter_mut().zip(ends).for_each(|(row, end)| row.end = end);
        let bytes = capture.source().rest(0).to_vec();
        let whole = walk.fault.is_none() && walk.end.offset as usize == bytes.len();
        let empty = rows.iter().filter(|row| row.data.is_empty()).count();
        (whole && 2 * empty <= rows.len()).then(|| Original {
            name,
            format: capture.format(),
            bytes,
            rows,
        })
    }

    fn header_bytes(&self) -> usize {
        match self.format {
            "pcapng" => 28,
            "snoop" | "shomiti" => 24,
            _ => 16,
        }
    }
}

/// A small generator of numbers, the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// Bytes from `at` on that others replace.
struct Edit {
    at: usize,
    removed: usize,
    inserted: Vec<u8>,
}

fn apply(original: &Original, mut edits: Vec<Edit>) -> Damaged {
    edits.sort_by_key(|edit| edit.at);
    let (mut bytes, mut copied) = (Vec::new(), 0);
    // Offset in the original, and how far it moved.
    let mut moved: Vec<(usize, i64)> = vec![(0, 0)];
    for edit in &edits {
        let at = edit.at.max(copied);
        bytes.extend_from_slice(&original.bytes[copied..at]);
        bytes.extend_from_slice(&edit.inserted);
        copied = (edit.at + edit.removed).clamp(at, original.bytes.len());
        moved.push((at, bytes.len() as i64 - copied as i64));
    }
    bytes.extend_from_slice(&original.bytes[copied..]);
    let is_hit = |row: &&Row| {
        edits.iter().any(|edit| {
            let inside = row.at < edit.at && edit.at < row.end;
            inside
                || (edit.at <= row.at && row.at < edit.at + edit.removed)
                || (edit.removed > 0 && edit.at == row.at)
        })
    };
    let (hit, intact): (Vec<&Row>, Vec<&Row>) = original.rows.iter().partition(is_hit);
    let offset = |row: &&Row| {
        let shift = moved.iter().rev().find(|(at, _)| *at < row.at).map_or(0, |(_, shift)| *shift);
        (row.at as i64 + shift) as u64
    };
    Damaged {
        intact: intact.into_iter().map(|row| row.key).collect(),
        damaged: hit.iter().map(offset).collect(),
        were: hit.iter().map(|row| row.key).collect(),
        places: edits.len(),
        bytes,
    }
}

/// A kind of damage: its name, and what makes it of a capture and another one. None if it cannot be
/// done to this capture.
pub type Kind = (&'static str, fn(&Original, &Original, &mut Dice) -> Option<Damaged>);

pub const KINDS: [Kind; 22] = [
    ("header destroyed", |one, _, numbers| {
        let at = any(one, numbers).at;
        let inserted = numbers.bytes(one.header_bytes());
        Some(apply(one, vec![Edit { at, removed: inserted.len(), inserted }]))
    }),
    ("header zeroed", |one, _, numbers| {
        let (at, removed) = (any(one, numbers).at, one.header_bytes());
        Some(apply(one, vec![Edit { at, removed, inserted: vec![0; removed] }]))
    }),
    ("lengths destroyed", |one, _, numbers| {
        let lengths_at = if one.format == "pcapng" { 4 } else { one.header_bytes() / 2 };
        let at = any(one, numbers).at + lengths_at;
        let inserted = numbers.bytes(if one.format == "pcapng" { 4 } else { 8 });
        Some(apply(one, vec![Edit { at, removed: inserted.len(), inserted }]))
    }),
    ("length changed a little", |one, _, numbers| {
        let lengths_at = match one.format {
            "pcapng" | "snoop" | "shomiti" => 4,
            _ => 8,
        };
        let at = any(one, numbers).at + lengths_at;
        let mut inserted = one.bytes.get(at..at + 4)?.to_vec();
        // The least byte that is not zero, of either order.
        let least = (0..4).rev().find(|index| inserted[*index] != 0)?;
        inserted[least] ^= 1 << numbers.below(7);
        Some(apply(one, vec![Edit { at, removed: 4, inserted }]))
    }),
    ("bytes destroyed", |one, _, numbers| {
        let (at, removed) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed, inserted: numbers.bytes(removed) }]))
    }),
    ("bytes zeroed", |one, _, numbers| {
        let (at, removed) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed, inserted: vec![0; removed] }]))
    }),
    ("bytes of another capture", |one, other, numbers| {
        let (at, removed) = stretch(one, numbers);
        let inserted = part(other, removed, numbers);
        Some(apply(one, vec![Edit { at, removed: inserted.len(), inserted }]))
    }),
    ("random bytes inserted", |one, _, numbers| {
        let (at, count) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed: 0, inserted: numbers.bytes(count) }]))
    }),
    ("zeros inserted", |one, _, numbers| {
        let (at, count) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed: 0, inserted: vec![0; count] }]))
    }),
    ("bytes of another capture inserted", |one, other, numbers| {
        let (at, count) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed: 0, inserted: part(other, count, numbers) }]))
    }),
    ("bytes deleted", |one, _, numbers| {
        let (at, removed) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed, inserted: Vec::new() }]))
    }),
    ("one byte inserted", |one, _, numbers| {
        let (at, _) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed: 0, inserted: numbers.bytes(1) }]))
    }),
    ("one byte deleted", |one, _, numbers| {
        let (at, _) = stretch(one, numbers);
        Some(apply(one, vec![Edit { at, removed: 1, inserted: Vec::new() }]))
    }),
    ("a capture carried", |one, other, numbers| {
        let inside = &other.bytes[..other.rows.get(40).map_or(other.bytes.len(), |row| row.at)];
        Some(apply(one, vec![carrying(one, inside, numbers)]))
    }),
    ("a cut capture carried", |one, other, numbers| {
        let length = 1 + numbers.below(other.bytes.len().min(60_000));
        Some(apply(one, vec![carrying(one, &other.bytes[..length], numbers)]))
    }),
    ("records of another capture carried", |one, other, numbers| {
        let first = numbers.below(other.rows.len());
        let last = (first + numbers.below(30)).min(other.rows.len() - 1);
        let (from, to) = (other.rows[first].at, other.rows[last].end);
        Some(apply(one, vec![carrying(one, &other.bytes[from..to], numbers)]))
    }),
    ("appended, same kind", |one, other, _| {
        let other = other.bytes.starts_with(&one.bytes[..4]).then_some(other)?;
        Some(appended(one, one.bytes.len(), &other.bytes, &other.rows))
    }),
    ("appended, other byte order", |one, other, _| {
        let little = matches!(one.bytes[0], 0xD4 | 0x4D);
        let order = if little { Order::Big } else { Order::Little };
        let rows = of_one_link_type(other);
        let second =
            if one.format == "pcapng" { pcapng(Order::Big, &rows) } else { pcap(order, &rows) };
        Some(appended(one, one.bytes.len(), &second, &rows))
    }),
    ("appended, other link type", |one, other, _| {
        let mut rows = of_one_link_type(other);
        let link_type = if one.rows[0].link_type == 147 { 148 } else { 147 };
        rows.iter_mut().for_each(|row| row.link_type = link_type);
        let second = match one.format {
            "pcapng" => pcapng(Order::Little, &rows),
            _ => pcap(Order::Little, &rows),
        };
        Some(appended(one, one.bytes.len(), &second, &rows))
    }),
    ("appended, pcapng after pcap or pcap after pcapng", |one, other, _| {
        let rows = of_one_link_type(other);
        let second = match one.format {
            "pcapng" => pcap(Order::Little, &rows),
            _ => pcapng(Order::Little, &rows),
        };
        Some(appended(one, one.bytes.len(), &second, &rows))
    }),
    ("appended to a cut capture", |one, other, numbers| {
        let rows = of_one_link_type(other);
        let second = match one.format {
            "pcapng" => pcapng(Order::Little, &rows),
            _ => pcap(Order::Little, &rows),
        };
        let last = one.rows.last()?;
        Some(appended(one, last.at + 1 + numbers.below(last.end - last.at - 1), &second, &rows))
    }),
    ("two damages", |one, other, numbers| {
        let edits = (0..2).map(|_| {
            let (at, count) = stretch(one, numbers);
            match numbers.below(4) {
                0 => Edit { at, removed: count, inserted: numbers.bytes(count) },
                1 => Edit { at, removed: 0, inserted: numbers.bytes(count) },
                2 => Edit { at, removed: count, inserted: Vec::new() },
                _ => {
                    let inserted = part(other, count, numbers);
                    Edit { at, removed: inserted.len(), inserted }
                }
            }
        });
        Some(apply(one, edits.collect()))
    }),
];

fn any<'a>(one: &'a Original, numbers: &mut Dice) -> &'a Row {
    &one.rows[numbers.below(one.rows.len())]
}

/// Any place after the first record begins, and a length of up to 400 bytes.
fn stretch(one: &Original, numbers: &mut Dice) -> (usize, usize) {
    let from = one.rows[0].at;
    let at = from + numbers.below(one.bytes.len() - from);
    (at, 1 + numbers.below(400.min(one.bytes.len() - at)))
}

fn part(other: &Original, count: usize, numbers: &mut Dice) -> Vec<u8> {
    let count = count.min(other.bytes.len());
    let from = numbers.below(other.bytes.len() - count + 1);
    other.bytes[from..from + count].to_vec()
}

/// A record before any other: its header is destroyed, and its frame carries `inside`.
fn carrying(one: &Original, inside: &[u8], numbers: &mut Dice) -> Edit {
    let at = any(one, numbers).at;
    let frame =
        [&[0x02, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45][..], &[0; 27], inside].concat();
    let mut inserted = numbers.bytes(one.header_bytes());
    inserted.extend_from_slice(&frame);
    if one.format == "pcapng" {
        inserted.resize(inserted.len().next_multiple_of(4), 0);
        inserted.extend((inserted.len() as u32 + 4).to_le_bytes());
    }
    Edit { at, removed: 0, inserted }
}

/// The first `length` bytes of a capture, and another one after them.
fn appended(one: &Original, length: usize, second: &[u8], rows: &[Row]) -> Damaged {
    let whole = one.rows.iter().filter(|row| row.end <= length);
    let cut = one.rows.iter().filter(|row| row.at < length && length < row.end);
    Damaged {
        bytes: [&one.bytes[..length], second].concat(),
        intact: whole.chain(rows).map(|row| row.key).collect(),
        damaged: cut.clone().map(|row| row.at as u64).collect(),
        were: cut.map(|row| row.key).collect(),
        places: 1,
    }
}

/// The packets of a capture that have the link type of its first one and a time after 1970.
fn of_one_link_type(other: &Original) -> Vec<Row> {
    let is_alike = |row: &&Row| {
        let seconds = row.key.0.map_or(-1, |time| time.seconds);
        row.link_type == other.rows[0].link_type && (0..1 << 32).contains(&seconds)
    };
    other.rows.iter().filter(is_alike).cloned().collect()
}

fn seconds(row: &Row) -> (u64, u32) {
    row.key.0.map_or((0, 0), |time| (time.seconds as u64, time.nanoseconds))
}

/// A pcap file of nanoseconds.
fn pcap(order: Order, rows: &[Row]) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|word| order.u32(*word)).collect::<Vec<_>>();
    let version = if matches!(order, Order::Big) { 0x0002_0004 } else { 0x0004_0002 };
    let link_type = u32::from(rows.first().map_or(1, |row| row.link_type));
    let mut bytes = words(&[0xA1B2_3C4D, version, 0, 0, 262_144, link_type]);
    for row in rows {
        let (seconds, nanoseconds) = seconds(row);
        bytes.extend(words(&[seconds as u32, nanoseconds, row.data.len() as u32, row.key.1]));
        bytes.extend(&row.data);
    }
    bytes
}

/// A pcapng file of nanoseconds.
fn pcapng(order: Order, rows: &[Row]) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|word| order.u32(*word)).collect::<Vec<_>>();
    let big = matches!(order, Order::Big);
    let pair = |one: u32, two: u32| if big { one << 16 | two } else { two << 16 | one };
    let link_type = u32::from(rows.first().map_or(1, |row| row.link_type));
    let mut bytes = words(&[0x0A0D_0D0A, 28, 0x1A2B_3C4D, pair(1, 0), !0, !0, 28]);
    bytes.extend(words(&[1, 32, pair(link_type, 0), 0, pair(9, 1)]));
    bytes.extend([9, 0, 0, 0]);
    bytes.extend(words(&[0, 32]));
    for row in rows {
        let (seconds, nanoseconds) = seconds(row);
        let units = seconds * 1_000_000_000 + u64::from(nanoseconds);
        let padded = row.data.len().next_multiple_of(4);
        let length = 32 + padded as u32;
        let (high, low, captured) = ((units >> 32) as u32, units as u32, row.data.len() as u32);
        bytes.extend(words(&[6, length, 0, high, low, captured, row.key.1]));
        bytes.extend(&row.data);
        bytes.resize(bytes.len() + padded - row.data.len(), 0);
        bytes.extend(words(&[length]));
    }
    bytes
}
