//! Numbers of a stream beyond their low bits, and its size.

use super::super::record::ACK;
use super::super::stream::Stream;
use super::super::tests::record;
use super::*;

#[test]
fn a_stream_and_its_counts_stay_small() {
    assert_eq!((size_of::<Stream>(), size_of::<Counts>()), (192, 96));
}

#[test]
fn numbers_beyond_their_low_bits_are_exact() {
    let mut counts = Counts::default();
    let (wire_bytes, payload_bytes) = (u32::MAX, Some(u32::MAX));
    let short = record(1, true, SYN | RST, 1, 1, 0);
    let long = Record { wire_bytes, payload_bytes, ..short };
    let found = |ack_rtt| Findings { flags: RETRANSMISSION, ack_rtt, ..Findings::default() };
    for _ in 0..70_000 {
        counts.add(&long, &found(i64::MAX));
    }
    let back = record(2, false, ACK, 1, 1, 7);
    counts.add(&back, &found(i64::MIN));
    let all = 70_000 * u64::from(u32::MAX);
    let [low, high] = counts.sent();
    assert_eq!((low.packets, low.wire_bytes, low.payload_bytes), (70_000, all, all));
    assert_eq!((high.packets, high.wire_bytes, high.payload_bytes), (1, 61, 7));
    assert_eq!(counts.control(), [70_000, 0, 70_000]);
    assert_eq!((counts.flags()[0], counts.flags()[1]), (70_001, 0));
    assert_eq!(counts.retransmitted_bytes(), all + 7);
    let sum = 70_000 * i128::from(i64::MAX) + i128::from(i64::MIN);
    assert_eq!((counts.ack_rtts, counts.ack_rtt_sum()), (70_001, sum));
    let mut less = Counts::default();
    less.add(&back, &found(-5));
    assert_eq!((less.ack_rtt_sum(), less.ack_rtt_extent), (-5, (-5, -5)));
}
