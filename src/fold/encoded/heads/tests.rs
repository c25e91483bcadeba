//! Heads that come back, and those that are refused.

use super::*;

fn head(packet: u64, port: u16, time: Option<(i64, u32)>) -> Head {
    let (pair, from_low) = Pair::of(([10, 0, 0, 1].into(), port), ([10, 0, 0, 2].into(), 53));
    let time = time.map(|(seconds, nanoseconds)| Timestamp { seconds, nanoseconds });
    Head { packet, pair, from_low, time }
}

#[test]
fn heads_come_back_and_a_pair_seen_before_is_a_byte() {
    let heads = [
        head(1, 4000, Some((1_700_000_000, 999_999_999))),
        head(2, 4000, Some((1_700_000_001, 0))),
        head(2, 4001, None),
        head(9, 4000, Some((1_699_999_999, 1))),
        head(10, 4000, Some((i64::MAX, 5))),
        head(11, 4000, Some((i64::MIN, 999_999_999))),
    ];
    let (mut out, mut writer, mut reader) = (Vec::new(), Heads::default(), Heads::default());
    let mut lengths = Vec::new();
    for (own, head) in (0..).zip(&heads) {
        writer.put(&mut out, head, own);
        lengths.push(out.len());
    }
    assert_eq!(lengths[1] - lengths[0], 4, "{lengths:?}");
    let mut input = Input(&out);
    for (own, head) in (0..).zip(&heads) {
        let (read, bits, _) = reader.take(&mut input).unwrap();
        assert_eq!((read, bits), (*head, own));
    }
    assert!(input.0.is_empty());
}

#[test]
fn heads_that_no_part_has_are_refused() {
    let read = |bytes: &[u8]| Heads::default().take(&mut Input(bytes)).map(|(head, ..)| head);
    assert_eq!(read(&[KNOWN, 1, 7]), Err(Damaged));
    assert_eq!(read(&[0, 0]), Err(Damaged));
    assert_eq!(read(&[0, 0xFF, 0xFF, 0xFF, 0x7F]), Err(Damaged));
}
