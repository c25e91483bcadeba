//! The fold over DTLS: handshakes of conversations over UDP (RFC 6347, RFC 9147).
//!
//! A ClientHello with the random value of the one before it is the same again: a retransmission, or
//! with the cookie that the server asked for.

use super::handshake::carried::Carried;
use super::handshake::pieces::Pieces;
use super::handshake::{Hellos, Seen};
use super::message::dtls::{Fragment, Records};
use super::message::hello::{self, Carrier, ClientHello, ServerHello};
use super::pair::Pair;
use super::{Fold, Position, Settings};
use crate::dissect::packet::Packet;
use crate::engine::memory::Growth;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Conversations over DTLS.
#[derive(Debug)]
pub struct Dtls;

static GROWTH: Growth =
    Growth { entries: "DTLS conversations", advice: "select packets with --filter" };

/// A conversation.
#[derive(Debug, Serialize, Deserialize)]
struct Conversation {
    /// Number of the first packet.
    first_packet: u64,
    hellos: Hellos,
    /// Messages of the client and of the server that are put together.
    #[serde(skip)]
    sides: [Option<Message>; 2],
    /// Random value of the newest ClientHello.
    #[serde(skip)]
    random: Option<[u8; 32]>,
}

/// A message that is put together.
#[derive(Debug)]
struct Message {
    number: u16,
    length: u32,
    pieces: Pieces,
}

/// Conversations of one shard.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Shard {
    conversations: HashMap<Pair, Conversation, RandomState>,
    heap_bytes: u64,
}

impl Fold for Dtls {
    type Record = Carried<Records>;
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
        mut deal: impl FnMut(usize, Carried<Records>),
    ) {
        if let Some(record) = Carried::of(packet, Records::of) {
            deal(record.pair.shard(), record);
        }
    }

    fn apply(shard: &mut Shard, record: &Carried<Records>, position: Position<'_>) {
        let seen = record.seen(position.before);
        let conversation = shard.conversations.entry(record.pair).or_insert_with(|| Conversation {
            first_packet: seen.packet,
            hellos: Hellos::over(Carrier::Dtls),
            sides: [None, None],
            random: None,
        });
        let held = conversation.heap_bytes();
        if record.contents.alert {
            conversation.hellos.alert();
        }
        record.contents.fragments.iter().for_each(|fragment| conversation.note(seen, fragment));
        let holds = conversation.heap_bytes();
        shard.heap_bytes = (shard.heap_bytes + holds).saturating_sub(held);
    }

    fn memory(shard: &Shard) -> (u64, u64) {
        let entry = size_of::<(Pair, Conversation)>() + 1;
        let held = shard.conversations.capacity() * entry * 8 / 7;
        (shard.conversations.len() as u64, held as u64 + shard.heap_bytes)
    }
}

impl Shard {
    /// Hellos of each conversation, with the number of its first packet.
    pub fn hellos(&self) -> impl Iterator<Item = (u64, &Hellos)> {
        self.conversations.values().map(|one| (one.first_packet, &one.hellos))
    }
}

impl Conversation {
    fn note(&mut self, seen: Seen, fragment: &Fragment) {
        let Some(side) = self.sides.get_mut(usize::from(!fragment.from_client)) else { return };
        let Fragment { message, length, .. } = *fragment;
        let same = |known: &&mut Message| known.number == message && known.length == length;
        let begun = match side.as_mut().filter(same) {
            Some(known) => known,
            None => side.insert(Message { number: message, length, pieces: Pieces::default() }),
        };
        let before = begun.pieces.bytes().len();
        begun.pieces.add(fragment.offset as usize, &fragment.bytes);
        let body = begun.pieces.bytes();
        let whole = body.len() == length as usize;
        if body.len() == before && !whole {
            return;
        }
        if fragment.from_client {
            let random = hello::random(body);
            if random == self.random && !whole {
                return;
            }
            let Some(client) = ClientHello::read(body, whole, Carrier::Dtls) else { return };
            if random != self.random {
                self.random = random;
                self.hellos.client(seen, client);
            } else {
                self.hellos.complete(client);
            }
        } else if let Some(server) = ServerHello::read(body, whole).filter(|_| whole || before == 0)
        {
            self.hellos.server(seen, &server);
        }
        if whole {
            *side = None;
        }
    }

    fn heap_bytes(&self) -> u64 {
        let pieces = self.sides.iter().flatten().map(|side| side.pieces.heap_bytes());
        self.hellos.heap_bytes() + pieces.sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::hello::{client_body, server_body};
    use super::*;

    /// A handshake message, or a part of one.
    fn part(from_client: bool, message: u16, body: &[u8], part: std::ops::Range<usize>) -> Records {
        let (offset, length) = (part.start as u32, body.len() as u32);
        let bytes = body[part.start..part.end.min(body.len())].into();
        let fragment = Fragment { from_client, message, length, offset, bytes };
        Records { fragments: vec![fragment], alert: false }
    }

    /// ClientHellos, those without an answer, alerts, and the server's name.
    fn folded(datagrams: Vec<Records>) -> ([u64; 3], Option<String>) {
        let mut shard = Shard::default();
        let (client, server) = (([10, 0, 0, 1].into(), 50_000), ([10, 0, 0, 2].into(), 443));
        for (packet, records) in (1..).zip(datagrams) {
            let record = Carried::between((client, server), packet, records);
            Dtls::apply(&mut shard, &record, Position::default());
        }
        let (_, hellos) = shard.hellos().next().unwrap();
        (hellos.counts(), hellos.server_name().map(String::from))
    }

    const WHOLE: std::ops::Range<usize> = 0..usize::MAX;

    #[test]
    fn a_hello_with_a_cookie_is_the_same_again() {
        let (plain, cookie) =
            (client_body("a.bc", 7, Some(b"")), client_body("a.bc", 7, Some(b"c")));
        let answer = server_body(&[9; 32]);
        let all = || {
            vec![
                part(true, 0, &plain, WHOLE),
                part(true, 0, &plain, WHOLE),
                part(true, 1, &cookie, WHOLE),
                part(false, 1, &answer, WHOLE),
            ]
        };
        assert_eq!(folded(all()), ([1, 0, 0], Some("a.bc".into())));
        let another = part(true, 0, &client_body("d.ef", 8, Some(b"")), WHOLE);
        assert_eq!(folded([all(), vec![another]].concat()), ([2, 1, 0], Some("a.bc".into())));
        let alert = Records { fragments: Vec::new(), alert: true };
        assert_eq!(folded(vec![part(true, 0, &plain, WHOLE), alert]).0, [1, 1, 1]);
    }

    #[test]
    fn fragments_are_put_together_in_any_order() {
        let body = client_body("long.example", 7, Some(b""));
        let [one, two, three] = [0..45, 45..60, 60..999].map(|range| part(true, 0, &body, range));
        let whole = ([1, 1, 0], Some("long.example".into()));
        assert_eq!(folded(vec![one.clone(), two.clone(), three.clone()]), whole);
        assert_eq!(folded(vec![three, one.clone(), one.clone(), two.clone()]), whole);
        assert_eq!(folded(vec![one, two]), ([1, 1, 0], None));
    }
}
