//! Messages with one question, and the times of their answers.

use super::super::samples::{Samples, Span};
use super::Record;
use crate::capture::time::Timestamp;
use foldhash::fast::RandomState;
use hashbrown::HashSet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Time in which the same query again is a retransmission, in nanoseconds.
const RETRANSMITTED: i128 = 5_000_000_000;
/// Types of zone transfers, whose responses come in several messages.
const TRANSFERS: [u16; 2] = [251, 252];

/// Messages with one question.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Answers {
    /// Number of packets.
    pub packets: u64,
    /// Their bytes on the wire.
    pub wire_bytes: u64,
    /// Number of queries and of responses.
    pub messages: [u64; 2],
    /// Responses by code: no error, name error, server failure, refused, any other.
    pub codes: [u64; 5],
    /// Transactions with a response.
    pub answered: u64,
    /// Transactions.
    pub transactions: u64,
    /// Repeated queries and responses.
    pub retransmissions: u64,
    /// Responses without a query.
    pub unsolicited: u64,
    /// Times from a query to its first response.
    pub times: Samples,
    /// Sum of the numbers of answers.
    pub answers: u64,
    /// Addresses that asked.
    pub clients: HashSet<IpAddr, RandomState>,
    /// Addresses that responded.
    pub servers: HashSet<IpAddr, RandomState>,
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time.
    pub seen: Span,
}

/// The newest transaction of a conversation and identifier.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Transaction {
    pub(super) time: Option<Timestamp>,
    pub(super) answered: bool,
}

impl Answers {
    /// Counts a message; there are `before` packets before its part.
    pub(super) fn count(&mut self, record: &Record, before: u64) {
        let message = &record.message;
        if self.packets == 0 {
            self.first_packet = record.packet + before;
        }
        self.packets += 1;
        self.wire_bytes += u64::from(record.wire_bytes);
        self.messages[usize::from(message.is_response)] += 1;
        let ((sender, _), _) = record.pair.ends(record.from_low);
        if message.is_response {
            let code = match message.code {
                0 => 0,
                3 => 1,
                2 => 2,
                5 => 3,
                _ => 4,
            };
            self.codes[code] += 1;
            self.answers += u64::from(message.answers);
            self.servers.insert(sender);
        } else {
            self.clients.insert(sender);
        }
        self.seen.note(record.time);
    }

    /// Continues the newest transaction of the conversation and identifier, or begins another.
    pub(super) fn transact(&mut self, record: &Record, newest: &mut Transaction) {
        let since = newest
            .time
            .zip(record.time)
            .map(|(then, now)| now.total_nanoseconds() - then.total_nanoseconds());
        if !record.message.is_response {
            if !newest.answered && since.is_none_or(|since| since < RETRANSMITTED) {
                self.retransmissions += 1;
            } else {
                *newest = Transaction { time: record.time, answered: false };
                self.transactions += 1;
            }
            return;
        }
        if newest.answered {
            let transfer = TRANSFERS.contains(&record.message.kind);
            self.retransmissions += u64::from(!transfer);
            return;
        }
        newest.answered = true;
        self.answered += 1;
        self.times.note(newest.time, record.time);
    }

    /// Adds the messages of another shard.
    pub(super) fn merge(&mut self, other: &Answers) {
        let add = |one: &mut u64, two: u64| *one += two;
        self.first_packet = self.first_packet.min(other.first_packet);
        add(&mut self.packets, other.packets);
        add(&mut self.wire_bytes, other.wire_bytes);
        self.messages.iter_mut().zip(other.messages).for_each(|(one, two)| *one += two);
        self.codes.iter_mut().zip(other.codes).for_each(|(one, two)| *one += two);
        add(&mut self.answered, other.answered);
        add(&mut self.transactions, other.transactions);
        add(&mut self.retransmissions, other.retransmissions);
        add(&mut self.unsolicited, other.unsolicited);
        add(&mut self.answers, other.answers);
        self.times.merge(&other.times);
        self.clients.extend(&other.clients);
        self.servers.extend(&other.servers);
        self.seen.merge(other.seen);
    }
}
