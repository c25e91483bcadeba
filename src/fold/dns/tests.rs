//! Transactions as in Wireshark.

use super::*;
use crate::capture::time::Timestamp;

fn record(packet: u64, milliseconds: i64, id: u16, response: Option<u8>) -> Record {
    let ends = (([10, 0, 0, 1].into(), 5000), ([10, 0, 0, 2].into(), 53));
    let (pair, _) = Pair::of(ends.0, ends.1);
    let nanoseconds = (milliseconds % 1000) as u32 * 1_000_000;
    let message = Message {
        id,
        is_response: response.is_some(),
        code: response.unwrap_or(0),
        answers: 1,
        name: "a.example".into(),
        kind: 1,
    };
    Record {
        packet,
        time: Some(Timestamp { seconds: milliseconds / 1000, nanoseconds }),
        wire_bytes: 80,
        protocol: 0,
        pair,
        from_low: response.is_none(),
        segment: None,
        quoted: false,
        message,
    }
}

fn answers(records: &[Record]) -> Answers {
    let mut shard = Shard::default();
    records.iter().for_each(|record| Dns::apply(&mut shard, record, Position::default()));
    assert_eq!(shard.questions.len(), 1);
    shard.questions.into_iter().next().expect("a question").1
}

#[test]
fn queries_and_responses_are_paired_as_in_wireshark() {
    let found = answers(&[
        record(1, 0, 7, None),
        record(2, 1000, 7, None),
        record(3, 1500, 7, Some(0)),
        record(4, 1600, 7, Some(0)),
        record(5, 9000, 7, None),
        record(6, 9000, 9, Some(3)),
    ]);
    assert_eq!((found.transactions, found.answered, found.retransmissions), (2, 1, 2));
    assert_eq!((found.unsolicited, found.times.count, found.times.sum), (1, 1, 1_500_000_000));
    assert_eq!((found.messages, found.codes), ([3, 3], [2, 1, 0, 0, 0]));
}

/// The two questions are two rows; only together they have as many queries as responses.
#[test]
fn a_response_to_another_question_answers_the_query() {
    let mut response = record(2, 10, 7, Some(0));
    response.message.name = "b.example".into();
    let mut shard = Shard::default();
    [record(1, 0, 7, None), response]
        .iter()
        .for_each(|one| Dns::apply(&mut shard, one, Position::default()));
    let sum = |of: fn(&Answers) -> u64| shard.questions.values().map(of).sum::<u64>();
    assert_eq!((shard.questions.len(), sum(|one| one.transactions)), (2, 1));
    assert_eq!(sum(|one| one.answered), 1);
}

#[test]
fn a_segment_that_repeats_another_is_not_read() {
    let segment = |sequence, acknowledgment, one: Record| Record {
        segment: Some(Segment { sequence, end: sequence + 40, acknowledgment }),
        ..one
    };
    let query = |packet| segment(1, 1, record(packet, 0, 7, None));
    let found = answers(&[query(1), query(2)]);
    assert_eq!((found.packets, found.retransmissions), (1, 0));
    // Wireshark reads what was already acknowledged.
    let found = answers(&[query(1), segment(1, 41, record(2, 1, 7, Some(0))), query(3)]);
    assert_eq!(found.packets, 3);
}

/// As in Wireshark, which shows a quoted message and pairs it with none.
#[test]
fn a_quoted_message_counts_in_no_transaction() {
    let quoted = |one| Record { quoted: true, ..one };
    let query = record(1, 0, 7, None);
    let response = quoted(record(2, 1, 7, Some(0)));
    let found = answers(&[query, response, quoted(record(3, 2, 8, None))]);
    assert_eq!((found.packets, found.messages, found.codes[0]), (3, [2, 1], 1));
    assert_eq!((found.transactions, found.answered, found.unsolicited), (1, 0, 1));
}

#[test]
fn a_query_after_five_seconds_is_another() {
    let found = answers(&[record(1, 0, 7, None), record(2, 5000, 7, None)]);
    assert_eq!((found.transactions, found.retransmissions), (2, 0));
}
