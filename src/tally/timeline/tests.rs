//! Widths of buckets.

use super::width::SECOND;
use super::*;

#[test]
fn each_width_divides_the_next() {
    for pair in WIDTHS.windows(2) {
        assert!(pair[1] % pair[0] == 0 && pair[1] > pair[0], "{pair:?}");
    }
    let most = u128::from(WIDTHS[WIDTHS.len() - 1]) * (MOST_BUCKETS as u128 - 1);
    assert!(most > 10_000 * 366 * u128::from(DAY));
}

#[test]
fn buckets_become_longer_until_all_times_fit() {
    let mut timeline = Timeline::default();
    for seconds in [1_000, 0, 1_001] {
        let index = timeline.index_of(Timestamp { seconds, nanoseconds: 5 });
        timeline.slots[index].packets += 1;
    }
    assert_eq!((timeline.width(), timeline.start()), (2 * SECOND, 0));
    let packets: Vec<u64> = timeline.slots().map(|slot| slot.packets).collect();
    assert_eq!((packets.len(), packets[0], packets[500]), (501, 1, 2));
}
