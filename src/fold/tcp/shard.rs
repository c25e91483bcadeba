//! The streams of one shard, and what a record does to them.

mod folded;

use super::super::Settings;
use super::super::application::named::Named;
use super::super::application::naming::Naming;
use super::super::chunks::Chunks;
use super::super::pair::Pair;
use super::analysis::Sides;
use super::announced::{Announced, Announcement};
use super::counts::Counts;
use super::flags::REUSED_PORTS;
use super::record::{ACK, Record, SYN};
use super::requests::Kinds;
use super::segment::{SEEN_SYN, Segment};
use super::sign::{self, Sign};
use super::socks::{self, Handshake};
use super::stream::{RESTARTED, Stream};
use super::streams::Noted;
use super::unacked::Lists;
use crate::dissect::application::Application;
use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashTable};

mod places;

/// The streams of one shard.
#[derive(Debug, Default)]
pub struct Shard {
    /// Place of the newest stream of each pair.
    newest: HashTable<u32>,
    hasher: RandomState,
    lists: Lists,
    announced: Announced,
    /// The streams, in the order of their opening.
    pub streams: Chunks<Stream>,
    /// Counts for the row of each stream. Empty if only first applications are asked for.
    counts: Chunks<Counts>,
    /// HTTP requests and responses by kind, apart from those that wait.
    pub kinds: Kinds,
    /// Places of the streams that have no number yet, each with its rank: the packet and the layer
    /// that opened it.
    pub unnumbered: Vec<(u64, u32)>,
    /// The analysis of each segment, if it is kept.
    pub segments: Vec<Segment>,
    keep_segments: bool,
    /// Names of packets, if they are kept.
    pub named: Vec<Named>,
    keep_names: bool,
    /// True if only the first application of each pair of endpoints is asked for. A stream is then
    /// kept until that is known.
    only_first: bool,
    /// True if a stream was kept although the first application of its pair is known.
    keeps_named: bool,
    /// First applications of pairs whose streams are not kept any more.
    settled: HashMap<Pair, Application, RandomState>,
    /// Places of the streams that are not kept any more.
    free: Vec<u32>,
    heap_bytes: u64,
}

impl Shard {
    /// A shard without streams.
    pub fn new(settings: &Settings) -> Shard {
        let Settings { segments, packet_names, messages, applications, .. } = *settings;
        Shard {
            keep_segments: segments,
            keep_names: packet_names,
            only_first: applications && !(segments || packet_names || messages),
            ..Shard::default()
        }
    }

    /// Keeps the name of a packet, if names are kept.
    pub fn keep_name(&mut self, part: u32, packet: u32, application: Application) {
        if self.keep_names {
            self.named.push(Named { part, packet, application });
        }
    }

    /// The name of the first packet of a pair of endpoints that has one.
    pub fn application(&self, pair: &Pair) -> Option<Application> {
        // Streams that are kept have no name yet, apart from few.
        let newest = if self.only_first && !self.keeps_named { None } else { self.newest(pair) };
        let Some(place) = newest else { return self.settled.get(pair).copied() };
        self.streams.get(place as usize)?.naming.first_of_pair
    }

    /// The streams that have packets and their counts, in no order.
    pub fn counted(&self) -> impl Iterator<Item = (&Stream, &Counts)> {
        let all = self.streams.iter().zip(self.counts.iter());
        all.filter(|(_, counts)| counts.first_packet() > 0)
    }

    /// Those whose number is `first` or greater, by number: streams get it in the order of their
    /// places.
    pub fn counted_from(&self, first: u64) -> impl Iterator<Item = (&Stream, &Counts)> {
        let is_less =
            |place: usize| self.streams.get(place).is_some_and(|one| one.number() < first);
        let (mut from, mut to) = (0, self.streams.len());
        while from < to {
            let middle = from.midpoint(to);
            (from, to) = if is_less(middle) { (middle + 1, to) } else { (from, middle) };
        }
        let all = (from..).map_while(|place| self.streams.get(place).zip(self.counts.get(place)));
        all.filter(|(_, counts)| counts.first_packet() > 0)
    }

    /// Memory held, in bytes.
    pub fn bytes(&self) -> u64 {
        let map = self.newest.capacity() * (size_of::<u32>() + 1) * 8 / 7;
        let streams = self.streams.bytes() + self.counts.bytes();
        let segments = self.segments.capacity() * size_of::<Segment>();
        let kinds = self.kinds.len() * 512;
        let settled = self.settled.capacity() * (size_of::<(Pair, Application)>() + 1) * 8 / 7;
        (map + streams + self.lists.bytes() + segments + kinds + settled) as u64 + self.heap_bytes
    }

    /// Applies the next record of the shard's pairs of addresses. Gives the application of its
    /// payload.
    pub fn apply(&mut self, record: &Record, noted: &Noted) -> Option<Application> {
        let is_settled = self.only_first && self.settled.contains_key(&record.pair);
        if is_settled && !self.keeps_named {
            return None;
        }
        let known = self.newest(&record.pair);
        if is_settled && known.is_none() {
            return None;
        }
        // Wireshark does not take a stream that was announced for a new one.
        let announced = if known.is_none() { self.announced.take(record) } else { None };
        let new = known.is_none() && announced.is_none();
        let place = known.unwrap_or_else(|| self.open(record, None));
        let (place, flags) = self.reopen(record, place);
        let stream = self.streams.get_mut(place as usize)?;
        let held = stream.held_bytes();
        match announced {
            Some(Announcement::Rest) => stream.mark(RESTARTED),
            Some(Announcement::Connection(application)) => stream.naming.own = Some(application),
            None => {}
        }
        let segment = stream.apply(record, directions(record), new, flags, &mut self.lists);
        let mut application = None;
        if !record.quoted {
            if let Some(counts) = self.counts.get_mut(place as usize) {
                let held = counts.heap_bytes();
                counts.add(record, &segment.findings);
                self.heap_bytes += counts.heap_bytes() - held;
            }
            application = stream.read(record, &segment, noted, &mut self.kinds);
        }
        self.heap_bytes = (self.heap_bytes + stream.held_bytes()).saturating_sub(held);
        if !record.quoted {
            if segment.findings.is_read(record) {
                if record.sign != Sign::None {
                    self.announce(record, place);
                }
                self.relay(record, noted, place);
            }
            if self.only_first {
                self.forget(record, place);
            }
        }
        if self.keep_segments {
            self.segments.push(Segment { stream: u64::from(place), ..segment });
        }
        application
    }

    /// Opens a stream anew if a SYN begins with another number than the one before it. Gives the
    /// place of the stream, and flags of the segment.
    fn reopen(&mut self, record: &Record, place: u32) -> (u32, u16) {
        let (side, _) = directions(record);
        let Some(stream) = self.streams.get_mut(place as usize).filter(|_| record.has(SYN)) else {
            return (place, 0);
        };
        let forward = &mut stream.sides[side & 1];
        match (forward.base(), record.has(ACK)) {
            (Some(base), true) if base != record.sequence => {
                forward.set_base(record.sequence, &mut self.lists);
                (place, REUSED_PORTS)
            }
            (Some(base), false) if base != record.sequence => {
                let place = self.open(record, Some(place));
                if let Some(stream) = self.streams.get_mut(place as usize) {
                    stream.completeness = SEEN_SYN;
                }
                (place, REUSED_PORTS)
            }
            (Some(_), false) => {
                forward.next = forward.max_ack;
                (place, 0)
            }
            _ => (place, 0),
        }
    }

    /// Follows a SOCKS handshake. The stream of what the proxy relays is opened if there is none.
    fn relay(&mut self, record: &Record, noted: &Noted, place: u32) {
        let Pair { high, low } = record.pair;
        if high.1 != socks::PORT && low.1 != socks::PORT || record.payload_bytes == Some(0) {
            return;
        }
        let payload = noted.more.as_ref().and_then(|more| more.socks.as_deref());
        let Some(stream) = self.streams.get_mut(place as usize) else { return };
        let (sender, receiver) = record.pair.ends(record.from_low);
        if stream.rare.as_ref().is_none_or(|rare| rare.socks.is_none()) {
            let held = stream.held_bytes();
            let begun = Handshake::begin(payload, !record.from_low, receiver.1 == socks::PORT);
            stream.rare.get_or_insert_default().socks = begun.map(Box::new);
            self.heap_bytes = (self.heap_bytes + stream.held_bytes()).saturating_sub(held);
        }
        let handshake = stream.rare.as_mut().and_then(|rare| rare.socks.as_mut());
        let Some(handshake) = handshake.filter(|one| !one.relayed) else { return };
        let Some(port) = handshake.step(payload, !record.from_low) else { return };
        handshake.relayed = true;
        let (source, destination) = if receiver.1 == socks::PORT {
            (sender, (receiver.0, port))
        } else {
            ((sender.0, port), receiver)
        };
        let (pair, _) = Pair::of(source, destination);
        if self.newest(&pair).is_none() {
            self.open(&Record { pair, ..*record }, None);
            self.keeps_named = true;
        }
    }

    /// Forgets a stream whose pair has a first application, unless it may announce others.
    fn forget(&mut self, record: &Record, place: u32) {
        let Pair { high, low } = record.pair;
        let first = self.streams.get(place as usize).and_then(|stream| stream.naming.first_of_pair);
        let Some(application) = first else { return };
        let is_newest = self.newest(&record.pair) == Some(place);
        let Some(stream) = self.streams.get_mut(place as usize) else { return };
        if high.1 != sign::FTP && low.1 != sign::FTP && is_newest {
            self.heap_bytes = self.heap_bytes.saturating_sub(stream.held_bytes());
            stream.sides.iter_mut().for_each(|side| side.clear(&mut self.lists));
            (stream.sides, stream.naming) = (Sides::default(), Naming::default());
            stream.rare = None;
            self.remove(&record.pair);
            self.settled.insert(record.pair, application);
            self.free.push(place);
        } else {
            self.keeps_named = true;
        }
    }

    /// Notes the stream that a payload announces.
    fn announce(&mut self, record: &Record, place: u32) {
        if record.sign != Sign::Restarts {
            return self.announced.note(record);
        }
        let Some(stream) = self.streams.get(place as usize) else { return };
        if !stream.is(RESTARTED) {
            self.remove(&record.pair);
            self.announced.note(record);
        }
    }
}

/// Sides of the sender and of the receiver. A port that talks to itself is always the low side.
fn directions(record: &Record) -> (usize, usize) {
    if record.from_low { (0, 1) } else { (1, 0) }
}
