//! A TCP stream: its two sides, its applications, and the messages that it carries.

mod payload;

use super::super::application::naming::Naming;
use super::super::handshake::Hellos;
use super::super::pair::{Kept, Pair};
use super::analysis::Sides;
use super::number::Number;
use super::record::Record;
use super::requests::Pending;
use super::rest::Unfinished;
use super::socks::Handshake;
use crate::dissect::application::Application;
use serde::{Deserialize, Serialize};

/// Marks of a stream: the time of its handshake is known;
pub(super) const HAS_INITIAL_RTT: u8 = 1;
/// it is the rest of another stream.
pub(super) const RESTARTED: u8 = 1 << 1;

/// A TCP stream. A million take as many times its size, which a test limits.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stream {
    pair: Kept,
    number: Number,
    /// Bits of what was seen of the connection, as Wireshark's `tcp.completeness`.
    pub completeness: u8,
    marks: u8,
    /// Time of the newest SYN, and then from it to the first acknowledgment; 0 if unknown.
    pub(super) handshake: i64,
    pub(super) rare: Option<Box<Rare>>,
    /// Applications of its packets.
    pub naming: Naming,
    /// Both directions: of the low and of the high endpoint.
    pub sides: Sides,
}

/// Parts of a stream that few have.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Rare {
    /// TLS handshakes.
    pub hellos: Option<Box<Hellos>>,
    /// HTTP request without a response yet.
    pub pending: Option<Box<Pending>>,
    /// First name of the server, in a hello or a request.
    pub server_name: Option<Box<str>>,
    #[serde(skip)]
    pub(super) socks: Option<Box<Handshake>>,
    /// A ClientHello that waits for its rest.
    #[serde(skip)]
    unfinished: Option<Box<Unfinished>>,
}

impl Stream {
    /// The stream that a record opens; `first_of_pair` is the first name of an earlier one.
    pub fn opened(record: &Record, first_of_pair: Option<Application>) -> Stream {
        Stream {
            pair: Kept::from(&record.pair),
            number: Number::default(),
            completeness: 0,
            marks: 0,
            handshake: 0,
            rare: None,
            naming: Naming::after(first_of_pair),
            sides: Sides::default(),
        }
    }

    /// The endpoints.
    pub fn pair(&self) -> Pair {
        self.pair.get()
    }

    /// True if it is between these endpoints.
    #[inline]
    pub fn is_of(&self, pair: &Pair) -> bool {
        self.pair.is(pair)
    }

    /// True if it has a mark.
    pub(super) fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// Sets a mark.
    pub(super) fn mark(&mut self, mark: u8) {
        self.marks |= mark;
    }

    /// Its number: that of Wireshark's `tcp.stream`, once its batch is settled.
    pub fn number(&self) -> u64 {
        self.number.get()
    }

    /// Gives it its number.
    pub fn set_number(&mut self, number: u64) {
        self.number = number.into();
    }

    /// Time from SYN to the first acknowledgment in nanoseconds; 0 if unknown.
    pub fn initial_rtt(&self) -> i64 {
        if self.is(HAS_INITIAL_RTT) { self.handshake } else { 0 }
    }

    /// TLS handshakes.
    pub fn hellos(&self) -> Option<&Hellos> {
        self.rare.as_ref()?.hellos.as_deref()
    }

    /// HTTP request without a response yet.
    pub fn pending(&self) -> Option<&Pending> {
        self.rare.as_ref()?.pending.as_deref()
    }

    /// First name of the server, in a hello or a request.
    pub fn server_name(&self) -> Option<&str> {
        self.rare.as_ref()?.server_name.as_deref()
    }

    /// Heap memory held, in bytes.
    pub fn held_bytes(&self) -> u64 {
        let rare = self.rare.as_ref().map_or(0, |rare| rare.held_bytes());
        (self.pair.heap_bytes() + self.naming.heap_bytes()) as u64 + rare
    }
}

impl Rare {
    fn held_bytes(&self) -> u64 {
        let name = self.server_name.as_ref().map_or(0, |name| name.len());
        let hellos = self.hellos.as_ref().map_or(0, |hellos| hellos.heap_bytes());
        let socks = self.socks.as_ref().map_or(0, |_| size_of::<Handshake>());
        let unfinished = self.unfinished.as_ref().map_or(0, |one| one.heap_bytes());
        (size_of::<Rare>() + name + socks) as u64 + hellos + unfinished
    }
}
