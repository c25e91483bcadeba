//! Flows and their timeouts.

use super::*;

fn record(packet: u64, seconds: i64, from_low: bool) -> Record {
    let ends = (([10, 0, 0, 1].into(), 1000), ([10, 0, 0, 2].into(), 53));
    let (pair, _) = Pair::of(ends.0, ends.1);
    Record {
        packet,
        time: Some(Timestamp { seconds, nanoseconds: 0 }),
        key: Key { pair, protocol: 17 },
        from_low,
        wire_bytes: 60,
        ip_bytes: 46,
        tcp_flags: 0,
    }
}

fn ends(records: &[Record]) -> Vec<(u64, u64, End)> {
    let settings =
        Settings { flow_idle: 15_000_000_000, flow_active: 60_000_000_000, ..Settings::default() };
    let mut shard = Flows::shard(&settings);
    records.iter().for_each(|record| Flows::apply(&mut shard, record, Position::default()));
    let packets = |flow: &Flow| flow.sent[0].packets + flow.sent[1].packets;
    shard.flows.iter().map(|flow| (flow.first_packet, packets(flow), flow.end)).collect()
}

#[test]
fn a_flow_ends_by_either_timeout() {
    let idle = [record(1, 0, true), record(2, 15, false), record(3, 31, true)];
    assert_eq!(ends(&idle), [(1, 2, End::Idle), (3, 1, End::Capture)]);
    let active: Vec<_> = (0..=6).map(|n| record(n + 1, n as i64 * 10, true)).collect();
    assert_eq!(ends(&active), [(1, 6, End::Active), (7, 1, End::Capture)]);
}

#[test]
fn a_clock_that_goes_back_ends_no_flow() {
    let back = [record(1, 100, true), record(2, 60, false), record(3, 101, true)];
    assert_eq!(ends(&back), [(1, 3, End::Capture)]);
}
