//! DNS, multicast DNS and LLMNR: questions by name and type, and how they were answered (RFC 1035,
//! RFC 6762, RFC 4795).
//!
//! Messages are those of ports 53, 5353 and 5355, over UDP, and over TCP if they begin a segment;
//! other UDP payloads if they look like one. A message without a question is left out. As in
//! Wireshark, a query opens a transaction of its conversation and identifier, unless the newest one
//! has no response and is younger than five seconds: then it is a retransmission. A response
//! belongs to the newest transaction; the first one answers it, later ones are retransmissions.
//! Multicast DNS has no transactions.

mod answers;

use super::merged::merged;
use super::message::dns::Dns as Message;
use super::pair::{Pair, addresses};
use super::{Fold, Folded, Position, Settings};
use crate::capture::time::Timestamp;
use crate::dissect::application::Application;
use crate::dissect::decode_as::Field;
use crate::dissect::packet::{Packet, Ports, Transport};
use crate::engine::memory::Growth;
use crate::saved::number;
pub use answers::Answers;
use answers::Transaction;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Questions and answers.
#[derive(Debug)]
pub struct Dns;

static GROWTH: Growth = Growth { entries: "DNS names", advice: "select packets with --filter" };

/// The protocols, in the order of their names.
pub const PROTOCOLS: [(&str, u16); 3] = [("dns", 53), ("llmnr", 5355), ("mdns", 5353)];
const MULTICAST: u8 = 2;

/// A message of a packet.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(deserialize_with = "number")]
    packet: u64,
    time: Option<Timestamp>,
    wire_bytes: u32,
    protocol: u8,
    pair: Pair,
    from_low: bool,
    /// The segment, over TCP.
    segment: Option<Segment>,
    message: Message,
}

/// Fields by which a segment that was seen before is recognized.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Segment {
    sequence: u32,
    end: u32,
    acknowledgment: u32,
}

/// One direction of a TCP connection: the end of the messages, and the last acknowledgment.
#[derive(Clone, Copy, Debug)]
struct Sent {
    end: u32,
    acknowledgment: u32,
}

/// A question: place in [`PROTOCOLS`], name, type.
pub type Question = (u8, Box<str>, u16);

/// The protocol that the user assigned to one of the ports. None if there is none.
fn assigned(packet: &Packet<'_>, ports: Ports) -> Option<usize> {
    let field = match ports.transport {
        Transport::Udp => Field::UdpPort,
        Transport::Tcp => Field::TcpPort,
        Transport::Sctp => return None,
    };
    let applications = packet.assigned_applications(field, ports.source, ports.destination);
    let place = |one: Application| PROTOCOLS.iter().position(|(name, _)| *name == one.name());
    applications.into_iter().flatten().find_map(place)
}

/// Questions of one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shard {
    newest: HashMap<(Pair, u16), Transaction, RandomState>,
    questions: HashMap<Question, Answers, RandomState>,
    #[serde(skip)]
    sent: HashMap<(Pair, bool), Sent, RandomState>,
    heap_bytes: u64,
}

impl Fold for Dns {
    type Record = Record;
    type Shard = Shard;
    type Recent = ();
    const GROWTH: &'static Growth = &GROWTH;

    fn shard(_: &Settings) -> Shard {
        Shard::default()
    }

    #[inline]
    fn records(
        packet: &Packet<'_>,
        _: &Settings,
        (): &mut (),
        mut deal: impl FnMut(usize, Record),
    ) {
        let Some(layer) = packet.innermost_ip() else { return };
        let Some(ports) = layer.ports else { return };
        let is = |(_, port): &(&str, u16)| ports.source == *port || ports.destination == *port;
        let known = PROTOCOLS.iter().position(is);
        let known = assigned(packet, ports).or(known);
        let mut segment = None;
        let payload = match ports.transport {
            Transport::Udp => layer.segment.get(8..),
            _ if known.is_none() => None,
            // Two bytes of length come before a message.
            Transport::Tcp => {
                segment = Segment::of(layer.segment, layer.payload_bytes.unwrap_or(0));
                let words = layer.segment.get(12).map_or(0, |byte| usize::from(byte >> 4));
                layer.segment.get(words * 4 + 2..)
            }
            Transport::Sctp => None,
        };
        let read = if known.is_some() { Message::of } else { Message::guess };
        // Names of NetBIOS have the same form.
        const NETBIOS: u16 = 137;
        if ports.source == NETBIOS || ports.destination == NETBIOS {
            return;
        }
        let Some(message) = payload.and_then(read) else { return };
        let Some((source, destination)) = addresses(layer.addresses) else { return };
        let (from, to) = ((source, ports.source), (destination, ports.destination));
        let (pair, from_low) = Pair::of(from, to);
        let record = Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            wire_bytes: packet.record.wire_bytes,
            protocol: known.unwrap_or(0) as u8,
            pair,
            from_low,
            segment,
            message,
        };
        deal(pair.shard(), record);
    }

    fn apply(shard: &mut Shard, record: &Record, position: Position<'_>) {
        if record.segment.is_some_and(|segment| shard.has_seen(record, segment)) {
            return;
        }
        let message = &record.message;
        let question = (record.protocol, message.name.clone(), message.kind);
        let held = shard.questions.len();
        let answers = shard.questions.entry(question).or_default();
        let known = answers.clients.len() + answers.servers.len();
        answers.count(record, position.before);
        if record.protocol != MULTICAST {
            let newest = shard.newest.entry((record.pair, message.id));
            let newest = match newest {
                hashbrown::hash_map::Entry::Occupied(entry) => Some(entry.into_mut()),
                hashbrown::hash_map::Entry::Vacant(entry) if !message.is_response => {
                    entry.insert(Transaction { time: record.time, answered: false });
                    answers.transactions += 1;
                    None
                }
                hashbrown::hash_map::Entry::Vacant(_) => {
                    answers.unsolicited += 1;
                    None
                }
            };
            if let Some(transaction) = newest {
                answers.transact(record, transaction);
            }
        }
        let grown = answers.clients.len() + answers.servers.len() - known;
        let new = (shard.questions.len() - held) * (message.name.len() + size_of::<Answers>());
        shard.heap_bytes += (new + grown * 2 * size_of::<IpAddr>()) as u64;
    }

    fn owns_memory(_: &Record) -> bool {
        true
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let entry = size_of::<((Pair, u16), Transaction)>() + 1;
        let newest = shard.newest.capacity() * entry * 8 / 7;
        let sent = shard.sent.capacity() * (size_of::<((Pair, bool), Sent)>() + 1) * 8 / 7;
        (shard.questions.len() as u64, (newest + sent) as u64 + shard.heap_bytes)
    }
}

impl Segment {
    fn of(header: &[u8], payload_bytes: u32) -> Option<Segment> {
        let word = |at: usize| Some(u32::from_be_bytes(*header.get(at..)?.first_chunk()?));
        let (sequence, acknowledgment) = (word(4)?, word(8)?);
        Some(Segment { sequence, end: sequence.wrapping_add(payload_bytes), acknowledgment })
    }
}

/// True if a sequence number is after another.
fn is_after(one: u32, two: u32) -> bool {
    (two.wrapping_sub(one) as i32) < 0
}

impl Shard {
    /// True if a segment is a retransmission that Wireshark does not read. One that was already
    /// acknowledged is read again.
    fn has_seen(&mut self, record: &Record, segment: Segment) -> bool {
        let Segment { sequence, end, acknowledgment } = segment;
        let reverse = self.sent.get(&(record.pair, !record.from_low));
        let is_acknowledged = reverse.is_some_and(|sent| !is_after(end, sent.acknowledgment));
        let first = Sent { end: sequence, acknowledgment };
        let sent = self.sent.entry((record.pair, record.from_low)).or_insert(first);
        let seen = is_after(sent.end, sequence);
        if is_after(end, sent.end) {
            sent.end = end;
        }
        sent.acknowledgment = acknowledgment;
        seen && !is_acknowledged
    }

    /// Messages of each question, in no order.
    pub fn questions(&self) -> impl Iterator<Item = &Answers> {
        self.questions.values()
    }
}

impl Folded<Dns> {
    /// The questions, most packets first, then by protocol, name and type.
    pub fn questions(&self) -> Vec<(Question, Answers)> {
        let shards: Vec<_> = self.shards.iter().map(|shard| &shard.questions).collect();
        let mut list = merged(&shards, Answers::merge);
        list.par_sort_unstable_by(|(one, a), (two, b)| {
            let order = |question: &Question| (question.2, question.0);
            let by_name = || one.1.cmp(&two.1).then_with(|| order(one).cmp(&order(two)));
            b.packets.cmp(&a.packets).then_with(by_name)
        });
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_query_after_five_seconds_is_another() {
        let found = answers(&[record(1, 0, 7, None), record(2, 5000, 7, None)]);
        assert_eq!((found.transactions, found.retransmissions), (2, 0));
    }
}
