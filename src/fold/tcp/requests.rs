//! HTTP/1 requests of streams and their responses.
//!
//! As in Wireshark, a response belongs to the newest request of its stream if that has none yet,
//! else to none. So an interim response takes the place of the final one, and of pipelined requests
//! only the last has a response. NOTIFY and SUBSCRIBE have none.

use super::super::message::http::{Method, Request, any_method};
use super::super::samples::{Samples, Span};
use super::record::Record;
use crate::capture::time::Timestamp;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Host and method of a request, and the status of its response.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Kind {
    /// Host; None in a response without a request.
    pub host: Option<Box<str>>,
    /// Method; None in a response without a request.
    #[serde(deserialize_with = "any_method")]
    pub method: Option<Method>,
    /// Status. None without a response.
    pub status: Option<u16>,
}

/// Pairs of one kind.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pairs {
    /// Number of requests.
    pub requests: u64,
    /// Number of responses.
    pub responses: u64,
    /// Times from a request to its response.
    pub times: Samples,
    /// Payload of the segments that hold the heads.
    pub payload_bytes: u64,
    /// Addresses of the clients.
    pub clients: HashSet<IpAddr, RandomState>,
    /// Addresses of the servers.
    pub servers: HashSet<IpAddr, RandomState>,
    /// Number of the first packet, from 1.
    pub first_packet: u64,
    /// Least and greatest time.
    pub seen: Span,
}

/// Pairs by kind.
pub type Kinds = HashMap<Kind, Pairs, RandomState>;

/// The newest request of a stream, without a response yet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    request: Request,
    head: Head,
}

/// The segment that holds a head.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Head {
    packet: u64,
    time: Option<Timestamp>,
    payload_bytes: u64,
    client: IpAddr,
    server: IpAddr,
}

impl Head {
    fn of(record: &Record, packet: u64, is_request: bool) -> Head {
        let ((client, _), (server, _)) = record.pair.ends(record.from_low == is_request);
        let payload_bytes = record.payload_bytes.unwrap_or(0).into();
        Head { packet, time: record.time, payload_bytes, client, server }
    }
}

/// Notes a request in its stream; one that waits gets no response any more.
pub fn ask(
    pending: &mut Option<Box<Pending>>,
    kinds: &mut Kinds,
    record: &Record,
    packet: u64,
    request: &Request,
) {
    if let Some(before) = pending.take() {
        before.settle(kinds);
    }
    let head = Head::of(record, packet, true);
    let asked = Pending { request: request.clone(), head };
    if matches!(request.method, "NOTIFY" | "SUBSCRIBE") {
        asked.settle(kinds);
    } else {
        *pending = Some(Box::new(asked));
    }
}

/// Notes a response: to the request that waits, or to none.
pub fn respond(
    pending: &mut Option<Box<Pending>>,
    kinds: &mut Kinds,
    record: &Record,
    packet: u64,
    status: u16,
) {
    let head = Head::of(record, packet, false);
    let Some(asked) = pending.take() else {
        let kind = Kind { status: Some(status), ..Kind::default() };
        let pairs = kinds.entry(kind).or_default();
        pairs.responses += 1;
        return pairs.note(&head);
    };
    let Request { method, host } = asked.request;
    let pairs = kinds.entry(Kind { host, method: Some(method), status: Some(status) }).or_default();
    pairs.requests += 1;
    pairs.responses += 1;
    pairs.note(&asked.head);
    pairs.note(&head);
    pairs.times.note(asked.head.time, head.time);
}

impl Pending {
    /// Host of the request.
    pub fn host(&self) -> Option<&str> {
        self.request.host.as_deref()
    }

    /// Counts the request as one without a response.
    pub fn settle(&self, kinds: &mut Kinds) {
        let Request { method, host } = self.request.clone();
        let pairs = kinds.entry(Kind { host, method: Some(method), status: None }).or_default();
        pairs.requests += 1;
        pairs.note(&self.head);
    }
}

impl Pairs {
    fn note(&mut self, head: &Head) {
        if self.first_packet == 0 || head.packet < self.first_packet {
            self.first_packet = head.packet;
        }
        self.payload_bytes += head.payload_bytes;
        self.clients.insert(head.client);
        self.servers.insert(head.server);
        self.seen.note(head.time);
    }

    /// Adds the pairs of other streams.
    pub fn merge(&mut self, other: &Pairs) {
        self.first_packet = self.first_packet.min(other.first_packet);
        self.requests += other.requests;
        self.responses += other.responses;
        self.times.merge(&other.times);
        self.payload_bytes += other.payload_bytes;
        self.clients.extend(&other.clients);
        self.servers.extend(&other.servers);
        self.seen.merge(other.seen);
    }
}
