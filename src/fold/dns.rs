//! DNS, multicast DNS and LLMNR: questions by name and type, and how they were answered (RFC 1035,
//! RFC 6762, RFC 4795).
//!
//! Messages are those of ports 53, 5353 and 5355, over UDP, and over TCP if they begin a segment;
//! other UDP payloads if they look like one. A message without a question is left out. As in
//! Wireshark, a query opens a transaction of its conversation and identifier, unless the newest one
//! has no response and is younger than five seconds: then it is a retransmission. A response
//! belongs to the newest transaction; the first one answers it, later ones are retransmissions.
//! Multicast DNS has no transactions, nor have messages that ICMP errors quote.

mod answers;
mod record;

use super::merged::merged;
use super::message::dns::Dns as Message;
use super::pair::Pair;
use super::{Fold, Folded, Position, Settings};
use crate::dissect::packet::Packet;
use crate::engine::memory::Growth;
pub use answers::Answers;
use answers::Transaction;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use rayon::prelude::*;
pub use record::Record;
use record::Segment;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Questions and answers.
#[derive(Debug)]
pub struct Dns;

static GROWTH: Growth = Growth { entries: "DNS names", advice: "select packets with --filter" };

/// The protocols, in the order of their names.
pub const PROTOCOLS: [(&str, u16); 3] = [("dns", 53), ("llmnr", 5355), ("mdns", 5353)];
const MULTICAST: u8 = 2;

/// One direction of a TCP connection: the end of the messages, and the last acknowledgment.
#[derive(Clone, Copy, Debug)]
struct Sent {
    end: u32,
    acknowledgment: u32,
}

/// A question: place in [`PROTOCOLS`], name, type.
pub type Question = (u8, Box<str>, u16);

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
        if let Some(record) = Record::of(packet) {
            deal(record.pair.shard(), record);
        }
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
        if record.quoted {
            answers.unsolicited += u64::from(message.is_response);
        } else if record.protocol != MULTICAST {
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

    fn memory(shard: &Shard) -> (u64, u64) {
        let entry = size_of::<((Pair, u16), Transaction)>() + 1;
        let newest = shard.newest.capacity() * entry * 8 / 7;
        let sent = shard.sent.capacity() * (size_of::<((Pair, bool), Sent)>() + 1) * 8 / 7;
        (shard.questions.len() as u64, (newest + sent) as u64 + shard.heap_bytes)
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
    /// Number of queries other than those of mDNS.
    pub fn unicast_queries(&self) -> u64 {
        let questions = self.shards.iter().flat_map(|shard| &shard.questions);
        let unicast = questions.filter(|((protocol, ..), _)| *protocol != MULTICAST);
        unicast.map(|(_, answers)| answers.messages[0]).fold(0, u64::saturating_add)
    }

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
mod tests;
