//! The fold over QUIC's Initial packets: TLS handshakes of connections.
//!
//! A client's first Initial packet opens a connection: its keys come from the identifier that it
//! chose for the server, and later packets of the connection are found by the identifiers of both
//! sides. A server that asks for a retry makes the client derive keys anew and send its ClientHello
//! again, which is the same handshake. Hellos may be spread over several packets.

use super::handshake::pieces::Pieces;
use super::handshake::{Hellos, Seen};
use super::message::hello::{CLIENT_HELLO, Carrier, ClientHello, SERVER_HELLO, ServerHello};
use super::message::quic::{Frame, Id, Initial, Keys, Opened, frames, initial_bytes, initials};
use super::pair::{Pair, addresses};
use super::{Fold, Position, Settings};
use crate::capture::time::Timestamp;
use crate::dissect::packet::{Packet, Transport};
use crate::engine::memory::Growth;
use crate::saved::number;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Connections over QUIC.
#[derive(Debug)]
pub struct Quic;

static GROWTH: Growth =
    Growth { entries: "QUIC connections", advice: "select packets with --filter" };

/// Most connections that are kept of one pair of endpoints.
const MOST: usize = 64;

/// A datagram with Initial packets.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    #[serde(deserialize_with = "number")]
    packet: u64,
    time: Option<Timestamp>,
    pair: Pair,
    from_low: bool,
    /// The datagram up to the end of the last Initial packet.
    datagram: Box<[u8]>,
}

/// A connection.
#[derive(Debug)]
struct Connection {
    client_is_low: bool,
    /// Number of the first packet.
    first_packet: u64,
    hellos: Hellos,
    /// None once the handshake is encrypted with other keys.
    open: Option<Box<Open>>,
}

/// A connection whose hellos are not all known.
#[derive(Debug)]
struct Open {
    /// Identifier that the keys come from.
    origin: Id,
    /// Identifier of the client.
    client: Id,
    /// Identifier of the server, once it told it.
    server: Option<Id>,
    /// Of each side: client, server.
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
    /// True until the first hello after a retry.
    restarted: bool,
}

/// Connections of one shard.
#[derive(Debug, Default)]
pub struct Shard {
    pairs: HashMap<Pair, Vec<Connection>, RandomState>,
    count: u64,
    heap_bytes: u64,
}

impl Fold for Quic {
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
        let Some(ports) = layer.ports.filter(|ports| ports.transport == Transport::Udp) else {
            return;
        };
        let Some(datagram) = layer.segment.get(8..) else { return };
        let length = initial_bytes(datagram);
        if length == 0 {
            return;
        }
        let Some((source, destination)) = addresses(layer.addresses) else { return };
        let (pair, from_low) = Pair::of((source, ports.source), (destination, ports.destination));
        let record = Record {
            packet: packet.record.number + 1,
            time: packet.record.time,
            pair,
            from_low,
            datagram: datagram.get(..length).unwrap_or_default().into(),
        };
        deal(pair.shard(), record);
    }

    fn apply(shard: &mut Shard, record: &Record, position: Position<'_>) {
        let Pair { high, low } = record.pair;
        let (from, to) = if record.from_low { (low, high) } else { (high, low) };
        let (packet, time) = (record.packet + position.before, record.time);
        let seen = Seen { from: from.0, to: to.0, packet, time };
        initials(&record.datagram, |initial, _| shard.apply(record, seen, &initial));
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let pair = size_of::<(Pair, Vec<Connection>)>() + 1;
        let held = shard.pairs.capacity() * pair * 8 / 7;
        (shard.count, held as u64 + shard.heap_bytes)
    }
}

impl Shard {
    /// Hellos of each connection, with the number of its first packet.
    pub fn hellos(&self) -> impl Iterator<Item = (u64, &Hellos)> {
        self.pairs.values().flatten().map(|one| (one.first_packet, &one.hellos))
    }

    fn apply(&mut self, record: &Record, seen: Seen, initial: &Initial<'_>) {
        let known = self.pairs.get_mut(&record.pair);
        let found = known
            .and_then(|known| known.iter_mut().find(|one| one.is_of(record.from_low, initial)));
        if let Some(connection) = found {
            let held = connection.heap_bytes();
            connection.apply(record.from_low, seen, initial);
            self.heap_bytes = (self.heap_bytes + connection.heap_bytes()).saturating_sub(held);
            return;
        }
        let keys = Keys::of(initial.version, &initial.receiver, true);
        let Some(opened) = keys.and_then(|keys| keys.open(initial, 0)) else { return };
        let list = self.pairs.entry(record.pair).or_default();
        if list.len() < MOST {
            let mut connection = Connection::new(record.from_low, seen.packet, initial);
            connection.note(0, seen, &opened);
            self.count += 1;
            self.heap_bytes += size_of::<Connection>() as u64 + connection.heap_bytes();
            list.push(connection);
        }
    }
}

impl Connection {
    fn new(client_is_low: bool, first_packet: u64, initial: &Initial<'_>) -> Connection {
        let open = Open {
            origin: initial.receiver,
            client: initial.sender,
            server: None,
            sides: Default::default(),
        };
        let hellos = Hellos::over(Carrier::Quic);
        Connection { client_is_low, first_packet, hellos, open: Some(Box::new(open)) }
    }

    /// True if a packet has the connection's identifiers.
    fn is_of(&self, from_low: bool, initial: &Initial<'_>) -> bool {
        self.open.as_ref().is_some_and(|open| {
            if from_low == self.client_is_low {
                let known = [Some(open.origin), open.server].contains(&Some(initial.receiver));
                let [client, _] = &open.sides;
                // Many clients have an empty identifier.
                let same = !open.client.bytes().is_empty() || initial.has_token || client.read == 0;
                initial.sender == open.client && (known || same)
            } else {
                initial.receiver == open.client
            }
        })
    }

    fn apply(&mut self, from_low: bool, seen: Seen, initial: &Initial<'_>) {
        let Some(open) = &mut self.open else { return };
        let number = usize::from(from_low != self.client_is_low);
        let next = open.sides.get(number).map_or(0, |side| side.next);
        let opened = |origin: &Id, next: u64| {
            Keys::of(initial.version, origin, number == 0)?.open(initial, next)
        };
        let mut found = opened(&open.origin, next);
        if found.is_none() && number == 0 {
            // After a retry the identifier that the server gave decides on the keys.
            found = opened(&initial.receiver, next);
            if found.is_some() {
                open.origin = initial.receiver;
                open.sides[0].restart();
            }
        }
        let Some(found) = found else { return };
        if number == 1 {
            open.server = Some(initial.sender);
        }
        self.note(number, seen, &found);
    }

    /// Notes the frames of a packet of the client (0) or of the server (1).
    fn note(&mut self, number: usize, seen: Seen, opened: &Opened) {
        let Some(open) = &mut self.open else { return };
        let Some(side) = open.sides.get_mut(number) else { return };
        side.next = side.next.max(opened.number.saturating_add(1));
        frames(&opened.payload, |frame| match frame {
            Frame::Crypto { offset, bytes } => {
                side.crypto.add(usize::try_from(offset).unwrap_or(usize::MAX), bytes);
            }
            Frame::Alert => self.hellos.alert(),
        });
        let (mut ends, mut again) = (false, std::mem::take(&mut side.restarted));
        while let Some((kind, body)) = side.message() {
            match kind {
                CLIENT_HELLO if number == 0 => match ClientHello::read(body, true, Carrier::Quic) {
                    Some(hello) if std::mem::take(&mut again) => self.hellos.complete(hello),
                    Some(hello) => self.hellos.client(seen, hello),
                    None => {}
                },
                SERVER_HELLO if number == 1 => {
                    let hello = ServerHello::read(body, true);
                    ends |= hello.as_ref().is_some_and(|hello| !hello.is_retry);
                    hello.iter().for_each(|hello| self.hellos.server(seen, hello));
                }
                _ => {}
            }
            side.read += 4 + body.len();
        }
        side.restarted = again;
        if ends {
            self.open = None;
        }
    }

    fn heap_bytes(&self) -> u64 {
        let open = self.open.as_ref().map_or(0, |open| {
            let pieces: u64 = open.sides.iter().map(|side| side.crypto.heap_bytes()).sum();
            size_of::<Open>() as u64 + pieces
        });
        open + self.hellos.heap_bytes()
    }
}

impl Side {
    /// Begins anew if the hello was whole: it comes again. Otherwise its rest may come.
    fn restart(&mut self) {
        if self.read > 0 {
            *self = Side { restarted: true, ..Side::default() };
        }
    }

    /// Type and body of the next message that is whole.
    fn message(&self) -> Option<(u8, &[u8])> {
        let rest = self.crypto.bytes().get(self.read..)?;
        let (&[kind, a, b, c], body) = rest.split_first_chunk()?;
        Some((kind, body.get(..u32::from_be_bytes([0, a, b, c]) as usize)?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::hello::{client_body, server_body};
    use super::super::message::quic::seal;
    use super::*;

    /// Frames CRYPTO of a message, one for each of its parts.
    fn crypto(kind: u8, body: &[u8], parts: &[(usize, usize)]) -> Vec<u8> {
        let message = [&[kind, 0, 0, body.len() as u8][..], body].concat();
        let frame = |(from, to): &(usize, usize)| {
            let bytes = &message[*from..message.len().min(*to)];
            [&[6, *from as u8, 0x40, bytes.len() as u8][..], bytes].concat()
        };
        parts.iter().flat_map(frame).collect()
    }

    fn hello(name: &str, parts: &[(usize, usize)]) -> Vec<u8> {
        crypto(CLIENT_HELLO, &client_body(name, 7, None), parts)
    }

    /// Applies datagrams, each with whether the client sends it. Gives ClientHellos, those without
    /// an answer, alerts, and names of each connection.
    fn folded(datagrams: &[(bool, Vec<u8>)]) -> Vec<([u64; 3], Option<String>)> {
        let mut shard = Shard::default();
        for (number, (from_client, datagram)) in (1..).zip(datagrams) {
            let (client, server) = (([10, 0, 0, 1].into(), 50_000), ([10, 0, 0, 2].into(), 443));
            let (from, to) = if *from_client { (client, server) } else { (server, client) };
            let (pair, from_low) = Pair::of(from, to);
            assert_eq!(initial_bytes(datagram), datagram.len());
            let datagram = datagram.as_slice().into();
            let record = Record { packet: number, time: None, pair, from_low, datagram };
            Quic::apply(&mut shard, &record, Position::default());
        }
        let name = |hellos: &Hellos| hellos.server_name().map(String::from);
        let mut found: Vec<_> =
            shard.hellos().map(|(first, one)| (first, one.counts(), name(one))).collect();
        found.sort();
        found.into_iter().map(|(_, counts, name)| (counts, name)).collect()
    }

    const ORIGIN: &[u8] = b"original";
    const WHOLE: [(usize, usize); 1] = [(0, usize::MAX)];

    #[test]
    fn hellos_of_both_sides_are_joined() {
        let answer = crypto(SERVER_HELLO, &server_body(&[9; 32]), &WHOLE);
        let client = seal(true, (ORIGIN, ORIGIN, b"me"), b"", 0, &hello("a.bc", &WHOLE));
        let server = seal(false, (ORIGIN, b"me", b"you"), b"", 0, &answer);
        let later = seal(true, (ORIGIN, b"you", b"me"), b"", 1, &[0]);
        let all = [(true, client.clone()), (false, server.clone()), (true, later)];
        assert_eq!(folded(&all), [([1, 0, 0], Some("a.bc".into()))]);
        // Without the client's packet nothing is known of the server's.
        assert_eq!(folded(&all[1..]), []);
        let alert = seal(false, (ORIGIN, b"me", b"you"), b"", 0, &[0x1C, 0x41, 0x28, 6, 0]);
        assert_eq!(folded(&[(true, client), (false, alert)]), [([1, 1, 1], Some("a.bc".into()))]);
    }

    #[test]
    fn a_hello_is_put_together_from_packets_in_any_order() {
        let part = |number, parts: &[_]| {
            (true, seal(true, (ORIGIN, ORIGIN, b""), b"", number, &hello("long.example", parts)))
        };
        let (one, two) = (part(0, &[(30, 50), (0, 20)]), part(1, &[(50, 999), (20, 30)]));
        let whole = [([1, 1, 0], Some("long.example".into()))];
        assert_eq!(folded(&[one.clone(), two.clone()]), whole);
        assert_eq!(folded(&[two.clone(), one.clone()]), whole);
        assert_eq!(folded(&[one.clone(), one.clone(), two.clone(), two]), whole);
        assert_eq!(folded(&[one]), [([0, 0, 0], None)]);
    }

    #[test]
    fn a_retry_is_the_same_handshake_and_a_new_connection_is_not() {
        let first = (true, seal(true, (ORIGIN, ORIGIN, b""), b"", 0, &hello("a.bc", &WHOLE)));
        let ids = (&b"retried!"[..], &b"retried!"[..], &b""[..]);
        let again = |token: &[u8]| (true, seal(true, ids, token, 1, &hello("a.bc", &WHOLE)));
        let one = ([1, 1, 0], Some("a.bc".into()));
        assert_eq!(folded(&[first.clone(), again(b"token")]), vec![one.clone()]);
        assert_eq!(folded(&[first, again(b"")]), [one.clone(), one]);
    }

    #[test]
    fn a_request_to_retry_makes_two_hellos() {
        let random = *b"\xCF\x21\xAD\x74\xE5\x9A\x61\x11\xBE\x1D\x8C\x02\x1E\x65\xB8\x91\xC2\xA2\x11\x16\x7A\xBB\x8C\x5E\x07\x9E\x09\xE2\xC8\xA8\x33\x9C";
        let both = [server_body(&random), server_body(&[9; 32])];
        let first = crypto(SERVER_HELLO, &both[0], &WHOLE);
        let mut second = crypto(SERVER_HELLO, &both[1], &WHOLE);
        second[1] = both[0].len() as u8 + 4;
        let mut later = hello("a.bc", &WHOLE);
        later[1] = client_body("a.bc", 7, None).len() as u8 + 4;
        let packets = [
            (true, seal(true, (ORIGIN, ORIGIN, b"me"), b"", 0, &hello("a.bc", &WHOLE))),
            (false, seal(false, (ORIGIN, b"me", b"you"), b"", 0, &first)),
            (true, seal(true, (ORIGIN, b"you", b"me"), b"", 1, &later)),
            (false, seal(false, (ORIGIN, b"me", b"you"), b"", 1, &second)),
        ];
        assert_eq!(folded(&packets), [([2, 0, 0], Some("a.bc".into()))]);
    }
}
