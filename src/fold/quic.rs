//! The fold over QUIC's Initial packets: TLS handshakes of connections.
//!
//! A client's first Initial packet opens a connection: its keys come from the identifier that it
//! chose for the server, and later packets of the connection are found by the identifiers of both
//! sides. A server that asks for a retry makes the client derive keys anew and send its ClientHello
//! again, which is the same handshake. Hellos may be spread over several packets.

use super::handshake::carried::Carried;
use super::handshake::pieces::Pieces;
use super::handshake::{Hellos, Seen};
use super::message::hello::{CLIENT_HELLO, Carrier, ClientHello, SERVER_HELLO, ServerHello};
use super::message::quic::{Frame, Id, Initial, Keys, Opened, frames, initial_bytes, initials};
use super::pair::Pair;
use super::{Fold, Position, Settings};
use crate::dissect::packet::Packet;
use crate::engine::memory::Growth;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Connections over QUIC.
#[derive(Debug)]
pub struct Quic;

static GROWTH: Growth =
    Growth { entries: "QUIC connections", advice: "select packets with --filter" };

/// Most connections of one pair of endpoints whose hellos are waited for.
const MOST: usize = 64;

/// A connection whose hellos are not all known.
#[derive(Debug, Serialize, Deserialize)]
struct Connection {
    client_is_low: bool,
    /// Number of the first packet.
    first_packet: u64,
    hellos: Hellos,
    /// Identifier that the keys come from.
    #[serde(skip)]
    origin: Id,
    /// Identifier of the client.
    #[serde(skip)]
    client: Id,
    /// Identifier of the server, once it told it.
    #[serde(skip)]
    server: Option<Id>,
    /// Of each side: client, server.
    #[serde(skip)]
    sides: [Side; 2],
}

/// One direction of a connection.
#[derive(Debug, Default)]
struct Side {
    /// Number after the greatest one of its packets.
    next: u64,
    crypto: Pieces,
    /// Bytes of messages that were read.
    read: usize,
    /// True once a hello was noted that comes again whole: it is the same handshake.
    noted: bool,
}

/// Connections of one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shard {
    waiting: HashMap<Pair, VecDeque<Connection>, RandomState>,
    /// Hellos of other connections, each with the number of the first packet.
    known: Vec<(u64, Hellos)>,
    count: u64,
    heap_bytes: u64,
}

impl Fold for Quic {
    type Record = Carried<Box<[u8]>>;
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
        mut deal: impl FnMut(usize, Carried<Box<[u8]>>),
    ) {
        // The datagram up to the end of the last Initial packet.
        let read = |datagram: &[u8]| {
            let initials = datagram.get(..initial_bytes(datagram))?;
            (!initials.is_empty()).then(|| initials.into())
        };
        if let Some(record) = Carried::of(packet, read) {
            deal(record.pair.shard(), record);
        }
    }

    fn apply(shard: &mut Shard, record: &Carried<Box<[u8]>>, position: Position<'_>) {
        let seen = record.seen(position.before);
        initials(&record.contents, |initial, _| shard.apply(record, seen, &initial));
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let pair = size_of::<(Pair, VecDeque<Connection>)>() + 1;
        let known = shard.known.capacity() * size_of::<(u64, Hellos)>();
        let held = shard.waiting.capacity() * pair * 8 / 7 + known;
        (shard.count, held as u64 + shard.heap_bytes)
    }
}

impl Shard {
    /// Hellos of each connection, with the number of its first packet.
    pub fn hellos(&self) -> impl Iterator<Item = (u64, &Hellos)> {
        let waiting = self.waiting.values().flatten().map(|one| (one.first_packet, &one.hellos));
        self.known.iter().map(|(first, hellos)| (*first, hellos)).chain(waiting)
    }

    fn apply(&mut self, record: &Carried<Box<[u8]>>, seen: Seen, initial: &Initial<'_>) {
        let waiting = self.waiting.get_mut(&record.pair);
        let found = waiting.and_then(|waiting| {
            let place = waiting.iter().position(|one| one.is_of(record.from_low, initial))?;
            waiting.get_mut(place).map(|connection| (place, connection))
        });
        if let Some((place, connection)) = found {
            let held = connection.heap_bytes();
            let ends = connection.apply(record.from_low, seen, initial);
            self.heap_bytes = (self.heap_bytes + connection.heap_bytes()).saturating_sub(held);
            if ends {
                self.settle(&record.pair, place);
            }
            return;
        }
        let keys = Keys::of(initial.version, &initial.receiver, true);
        let Some(opened) = keys.and_then(|keys| keys.open(initial, 0)) else { return };
        let mut connection = Connection::new(record.from_low, seen.packet, initial);
        connection.note(0, seen, &opened);
        self.count += 1;
        self.heap_bytes += size_of::<Connection>() as u64 + connection.heap_bytes();
        let waiting = self.waiting.entry(record.pair).or_default();
        waiting.push_back(connection);
        if waiting.len() > MOST {
            self.settle(&record.pair, 0);
        }
    }

    /// Keeps no more than the hellos of a connection.
    fn settle(&mut self, pair: &Pair, place: usize) {
        let Some(waiting) = self.waiting.get_mut(pair) else { return };
        if let Some(connection) = waiting.remove(place) {
            let held = size_of::<Connection>() as u64 + connection.heap_bytes();
            let holds = connection.hellos.heap_bytes();
            self.heap_bytes = (self.heap_bytes + holds).saturating_sub(held);
            self.known.push((connection.first_packet, connection.hellos));
        }
    }
}

impl Connection {
    fn new(client_is_low: bool, first_packet: u64, initial: &Initial<'_>) -> Connection {
        Connection {
            client_is_low,
            first_packet,
            hellos: Hellos::over(Carrier::Quic),
            origin: initial.receiver,
            client: initial.sender,
            server: None,
            sides: Default::default(),
        }
    }

    /// True if a packet has the connection's identifiers.
    fn is_of(&self, from_low: bool, initial: &Initial<'_>) -> bool {
        if from_low != self.client_is_low {
            return initial.receiver == self.client;
        }
        let known = [Some(self.origin), self.server].contains(&Some(initial.receiver));
        let [client, _] = &self.sides;
        // Many clients have an empty identifier.
        let same = !self.client.bytes().is_empty() || initial.has_token || client.read == 0;
        initial.sender == self.client && (known || same)
    }

    /// Applies a packet, and tells whether all hellos are known.
    fn apply(&mut self, from_low: bool, seen: Seen, initial: &Initial<'_>) -> bool {
        let number = usize::from(from_low != self.client_is_low);
        let next = self.sides.get(number).map_or(0, |side| side.next);
        let opened = |origin: &Id, next: u64| {
            Keys::of(initial.version, origin, number == 0)?.open(initial, next)
        };
        let mut found = opened(&self.origin, next);
        if found.is_none() && number == 0 {
            // After a retry the identifier that the server gave decides on the keys.
            found = opened(&initial.receiver, next);
            if found.is_some() {
                self.origin = initial.receiver;
                let [client, _] = &mut self.sides;
                client.restart();
            }
        }
        let Some(found) = found else { return false };
        if number == 1 {
            self.server = Some(initial.sender);
        }
        self.note(number, seen, &found)
    }

    /// Notes the frames of a packet of the client (0) or of the server (1), and tells whether all
    /// hellos are known.
    fn note(&mut self, number: usize, seen: Seen, opened: &Opened) -> bool {
        let Some(side) = self.sides.get_mut(number) else { return false };
        side.next = side.next.max(opened.number.saturating_add(1));
        frames(&opened.payload, |frame| match frame {
            Frame::Crypto { offset, bytes } => {
                side.crypto.add(usize::try_from(offset).unwrap_or(usize::MAX), bytes);
            }
            Frame::Alert => self.hellos.alert(),
        });
        let (mut ends, mut noted) = (false, side.noted);
        while let Some((kind, body, whole)) = side.message() {
            match kind {
                CLIENT_HELLO if number == 0 && (whole || !noted) => {
                    match ClientHello::read(body, whole, Carrier::Quic) {
                        Some(hello) if noted => self.hellos.complete(hello),
                        Some(hello) => self.hellos.client(seen, hello),
                        None => break,
                    }
                    noted = !whole;
                }
                SERVER_HELLO if number == 1 && whole => {
                    let hello = ServerHello::read(body, true);
                    ends |= hello.as_ref().is_some_and(|hello| !hello.is_retry);
                    hello.iter().for_each(|hello| self.hellos.server(seen, hello));
                }
                _ => {}
            }
            if !whole {
                break;
            }
            side.read += 4 + body.len();
        }
        side.noted = noted;
        ends
    }

    /// Heap memory held, in bytes.
    fn heap_bytes(&self) -> u64 {
        let pieces: u64 = self.sides.iter().map(|side| side.crypto.heap_bytes()).sum();
        pieces + self.hellos.heap_bytes()
    }
}

impl Side {
    /// Begins anew if the hello was whole: it comes again. Otherwise its rest may come.
    fn restart(&mut self) {
        if self.read > 0 {
            *self = Side { noted: true, ..Side::default() };
        }
    }

    /// Type and body of the next message, and true if it is whole.
    fn message(&self) -> Option<(u8, &[u8], bool)> {
        let rest = self.crypto.bytes().get(self.read..)?;
        let (&[kind, a, b, c], body) = rest.split_first_chunk()?;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        Some((kind, body.get(..length).unwrap_or(body), length <= body.len()))
    }
}

#[cfg(test)]
mod tests;
