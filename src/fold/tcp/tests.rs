//! The rules of the analysis that captures rarely show, and the law of the fold.

use super::super::application::announce::Announced;
use super::super::pair::Pair;
use super::super::{Dealt, Folded, Settings};
use super::flags::{ACK_LOST_SEGMENT, LOST_SEGMENT, OUT_OF_ORDER, RETRANSMISSION, REUSED_PORTS};
use super::record::{ACK, Options, RST, Record, SYN};
use super::segment::Segment;
use super::sign::Sign;
use super::streams::More;
use super::{Noted, Tcp};
use crate::capture::time::Timestamp;
use crate::engine::memory::Budget;
use proptest::prelude::*;

/// A segment of one of two hosts, `packet` milliseconds after 1 s.
pub(super) fn record(
    packet: u64,
    from_low: bool,
    flags: u16,
    sequence: u32,
    ack: u32,
    length: u32,
) -> Record {
    let ends = (([10, 0, 0, 1].into(), 1000), ([10, 0, 0, 2].into(), 80));
    let (source, destination) = if from_low { ends } else { (ends.1, ends.0) };
    let (pair, from_low) = Pair::of(source, destination);
    Record {
        packet,
        layer: 0,
        quoted: false,
        from_low,
        pair,
        time: Some(Timestamp { seconds: 1, nanoseconds: packet as u32 % 1000 * 1_000_000 }),
        wire_bytes: 54 + length,
        sequence,
        acknowledgment: ack,
        window: 1000,
        flags,
        header_bytes: 20,
        payload_bytes: Some(length),
        options: Options::default(),
        sign: Sign::None,
    }
}

/// The endpoints of a connection from a client to a proxy.
fn to_proxy(record: Record, client: u16) -> Record {
    let ends = (([10, 0, 0, 1].into(), client), ([10, 0, 0, 2].into(), 1080));
    Record { pair: Pair::of(ends.0, ends.1).0, ..record }
}

#[test]
fn what_a_proxy_relays_takes_a_number() {
    let payloads: [(bool, &[u8]); 3] =
        [(true, b"\x04\x01\0\x50\x01\x02\x03\x04\0"), (false, b"\0\x5A"), (true, b"GET")];
    let (mut next, mut all) = ([1, 1], Vec::new());
    for (packet, (from_low, payload)) in (1..).zip(payloads) {
        let (sender, length) = (usize::from(from_low), payload.len() as u32);
        let segment = record(packet, from_low, ACK, next[sender], next[1 - sender], length);
        next[sender] += length;
        let mut noted = Noted::of(to_proxy(segment, 4000));
        noted.more = Some(Box::new(More { socks: Some(payload.into()), ..More::default() }));
        all.push(noted);
    }
    all.push(Noted::of(to_proxy(record(4, true, SYN, 1, 0, 0), 4001)));
    let mut fold = Folded::<Tcp>::new(&Settings::default(), &Budget::unlimited());
    let dealt = Dealt::of(&all, |noted: &Noted| noted.header.pair.shard());
    fold.apply(vec![(dealt, 0)], &Announced::default());
    let numbers: Vec<_> = fold.streams().iter().map(|(stream, _)| stream.number()).collect();
    assert_eq!(numbers, [0, 2]);
}

#[test]
fn a_port_that_talks_to_itself_is_always_the_same_side() {
    let end = ([10, 0, 0, 1].into(), 1000);
    let own = |record: Record| Record { pair: Pair::of(end, end).0, ..record };
    let rows = segments(&[
        own(record(1, true, SYN, 100, 0, 0)),
        own(record(2, true, SYN | ACK, 500, 101, 0)),
        own(record(3, true, ACK, 501, 101, 10)),
    ]);
    assert_eq!(rows[1].findings.flags, REUSED_PORTS | LOST_SEGMENT);
    assert_eq!(rows[2].acknowledgment, Some(1));
}

/// Applies each piece as a batch of its own. Gives the segments, and the numbers of streams that
/// have packets.
fn fold_of(pieces: &[&[Record]]) -> (Vec<Segment>, Vec<u64>) {
    let mut fold = Folded::<Tcp>::new(
        &Settings { segments: true, ..Settings::default() },
        &Budget::unlimited(),
    );
    let mut segments = Vec::new();
    for records in pieces {
        let noted: Vec<_> = records.iter().map(|header| Noted::of(*header)).collect();
        fold.apply(
            vec![(Dealt::of(&noted, |noted: &Noted| noted.header.pair.shard()), 0)],
            &Announced::default(),
        );
        segments.extend(fold.take_segments());
    }
    (segments, fold.streams().iter().map(|(stream, _)| stream.number()).collect())
}

fn segments(records: &[Record]) -> Vec<Segment> {
    fold_of(&[records]).0
}

#[test]
fn sequence_numbers_wrap() {
    let rows = segments(&[
        record(1, true, ACK, u32::MAX - 9, 1, 10),
        record(2, true, ACK, 0, 1, 10),
        record(3, true, ACK, u32::MAX - 9, 1, 10),
    ]);
    assert_eq!(rows.iter().map(|row| row.sequence).collect::<Vec<_>>(), [1, 11, 1]);
    assert_eq!(rows[1].findings.flags, 0);
    assert_eq!(rows[1].findings.bytes_in_flight, 20);
    assert_ne!(rows[2].findings.flags & (RETRANSMISSION | OUT_OF_ORDER), 0);
}

#[test]
fn a_syn_with_another_number_opens_a_stream() {
    let rows = segments(&[
        record(1, true, SYN, 100, 0, 0),
        record(2, false, RST | ACK, 0, 101, 0),
        record(3, true, SYN, 100, 0, 0),
        record(4, true, SYN, 900, 0, 0),
        record(5, true, ACK, 901, 1, 5),
    ]);
    assert_eq!(rows.iter().map(|row| row.stream).collect::<Vec<_>>(), [0, 0, 0, 1, 1]);
    assert_eq!(rows[3].findings.flags, REUSED_PORTS);
    assert_eq!(rows[3].completeness, 1);
}

#[test]
fn a_clock_that_goes_back_makes_a_retransmission() {
    let first = record(1, true, ACK, 100, 1, 10);
    let second = record(2, true, ACK, 110, 1, 10);
    let early = Timestamp { seconds: 0, nanoseconds: 5 };
    let back = Record { time: Some(early), ..record(3, true, ACK, 100, 1, 10) };
    assert_eq!(segments(&[first, second, back])[2].findings.flags, RETRANSMISSION);
    let soon = record(3, true, ACK, 100, 1, 10);
    assert_eq!(segments(&[first, second, soon])[2].findings.flags, OUT_OF_ORDER);
}

#[test]
fn at_most_ten_thousand_segments_are_unacknowledged() {
    let many: Vec<_> = (0..10_001).map(|n| record(n + 1, true, ACK, n as u32, 1, 1)).collect();
    let many: Vec<_> = many.into_iter().map(|one| Record { time: None, ..one }).collect();
    let rows = segments(&many);
    assert_eq!(rows[9_999].findings.bytes_in_flight, 10_000);
    assert_eq!(rows[10_000].findings.bytes_in_flight, 10_000);
}

#[test]
fn gaps_are_told_on_both_sides() {
    let rows = segments(&[
        record(1, true, ACK, 100, 1, 10),
        record(2, true, ACK, 120, 1, 10),
        record(3, false, ACK, 1, 500, 0),
    ]);
    assert_eq!(rows[1].findings.flags, LOST_SEGMENT);
    assert_eq!(rows[2].findings.flags, ACK_LOST_SEGMENT);
}

#[test]
fn a_quoted_header_opens_a_stream_without_a_row() {
    let quoted = record(1, true, SYN, 7, 0, 0);
    let quoted = Record { quoted: true, payload_bytes: None, ..quoted };
    let other = record(2, true, SYN, 7, 0, 0);
    let other = Record { pair: Pair { low: ([9, 9, 9, 9].into(), 1), ..other.pair }, ..other };
    let (segments, streams) = fold_of(&[&[quoted, other]]);
    assert_eq!(streams, [1]);
    assert_eq!(segments.len(), 2);
}

proptest! {
    #[test]
    fn a_fold_goes_on_after_any_cut(
        fields in prop::collection::vec(
            (any::<bool>(), 0_u16..32, 0_u32..50, 0_u32..50, 0_u32..4), 0..60,
        ),
        cut in 0_usize..60,
    ) {
        let records: Vec<_> = (1..)
            .zip(fields)
            .map(|(packet, (low, flags, seq, ack, length))| {
                record(packet, low, flags, seq, ack, length)
            })
            .collect();
        let (one, two) = records.split_at(cut.min(records.len()));
        prop_assert_eq!(fold_of(&[&records]), fold_of(&[one, two]));
    }
}
